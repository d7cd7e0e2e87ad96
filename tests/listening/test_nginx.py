"""nginx, set up as in config/deploy, sends what the application lets it send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.nginx import running
from tests.listening.http import Listener, add_recording, journal
from tests.servers import Server

pytestmark = pytest.mark.proof
DATA = bytes(number * 7 % 256 for number in range(300_001))
STORE = """
data = bytes(number * 7 % 256 for number in range(300_001))
recording = store(make_call(), data, ending="с пробелом & знаком?.mp3")
"""


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    server = Server(var_dir=new_var_dir(), threads=2)
    server.environment["TELEPHONY_X_ACCEL_PREFIX"] = "/stored-recordings/"
    server.make_tables()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running(server, tmp_path_factory.mktemp("nginx")) as made:
        yield made.port


def test_nginx_sends_the_file_and_its_parts(server: Server, nginx: int) -> None:
    url, boss = add_recording(server, STORE), Listener(server, "boss")
    boss.port = nginx
    whole = boss.get(f"{url}?play={'a' * 32}")
    assert (whole.status, whole.body == DATA, whole.headers["content-type"]) == (200, True, "audio/mpeg")
    assert whole.headers["server"].startswith("nginx")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["cache-control"] == "private, no-store"
    part = boss.get(f"{url}?play={'a' * 32}", Range="bytes=-5", If_Range=whole.headers["etag"])
    assert (part.status, part.headers["content-range"], part.body) == (206, "bytes 299996-300000/300001", DATA[-5:])
    refused = boss.get(f"{url}?play={'a' * 32}", Range="bytes=400000-")
    assert (refused.status, refused.headers["content-range"]) == (416, "bytes */300001")
    saved = boss.get(f"{url}?download=1")
    assert "attachment" in saved.headers["content-disposition"]
    assert boss.get(url, If_Match=whole.headers["etag"]).status == 200
    own = [line.split()[1] for line in journal(server) if line.startswith("boss ")]
    assert own == ["played", "downloaded", "played"]


def test_nobody_gets_past_the_application(server: Server, nginx: int) -> None:
    url = add_recording(server, STORE, "another boss")
    nobody = Listener(server)
    nobody.port = nginx
    assert nobody.get(url).status == 401
    files = [path.name for path in (Path(server.environment["VAR_DIR"]) / "recordings/tests").iterdir()]
    assert nobody.get(f"/stored-recordings/tests/{files[0].encode().hex()}").status == 404
    assert nobody.get("/stored-recordings/").status == 404


def test_the_application_itself_sends_no_byte_then(server: Server) -> None:
    url, boss = add_recording(server, STORE, "a third"), Listener(server, "a third")
    answer = boss.get(url)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["x-accel-redirect"].startswith("/stored-recordings/tests/")
    assert answer.headers["x-accel-redirect"].isascii()
    assert " " not in answer.headers["x-accel-redirect"]
