"""nginx, set up as README says, sends what the application lets it send."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.listening.http import Listener, add_recording, journal
from tests.servers import ROOT, Server, free_port
from tests.services import missing

pytestmark = pytest.mark.slow
DATA = bytes(number * 7 % 256 for number in range(300_001))
STORE = """
data = bytes(number * 7 % 256 for number in range(300_001))
recording = store(make_call(), data, ending="с пробелом & знаком?.mp3")
"""
CONF = """
{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""


def locations(server: Server) -> str:
    """README's own, with this server's port and folder."""
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (block,) = (block for block in blocks if "TELEPHONY_X_ACCEL_PREFIX" in block)
    folder = Path(server.environment["VAR_DIR"]) / "recordings"
    text = block.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    assert "/srv/telephony/var/recordings/" in text
    return text.replace("/srv/telephony/var/recordings/", f"{folder}/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(var_dir=tmp_path_factory.mktemp("var"), threads=2)
    server.environment["TELEPHONY_X_ACCEL_PREFIX"] = "/stored-recordings/"
    server.make_tables()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or missing("nginx")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, user=user, locations=locations(server)))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(conf), "-e", str(folder / "error.log")])
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/telephony/hooks/none/none/")
            assert connection.getresponse().status == 404
            return
        except OSError:
            assert time.monotonic() < deadline, "nginx did not start"
            time.sleep(0.05)
        finally:
            connection.close()


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
