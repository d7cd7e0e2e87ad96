"""The nginx that README tells to put before the application, as it stands in config/deploy."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.deploy.nginx import Nginx, running
from tests.e2e.browser import add_person, log_in, run
from tests.servers import Server

pytestmark = pytest.mark.proof
MAKE = ("connection", "add", "sipuni", "--name", "A", "--timezone", "UTC", "--set", "user=012345", "--json")
SENDERS = "from telephony.models import Delivery; print({row.remote_address for row in Delivery.objects.all()})"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), threads=2)
    made.environment |= {"TELEPHONY_TRUSTED_PROXIES": "1", "ALLOWED_HOSTS": "crm.example.ru,127.0.0.1"}
    made.make_tables()
    made.hook = made.manage(*MAKE).stdout.partition('hook_path": "')[2].partition('"')[0]  # type: ignore[attr-defined]
    add_person(made, "anna", "Administrator")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(server, tmp_path_factory.mktemp("nginx")) as made:
        yield made


def ask(nginx: Nginx, method: str, path: str, body: bytes | None = None, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", nginx.port, timeout=60)
    sent = {"Host": "crm.example.ru", **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, path, body=body, headers=sent)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # It has answered and closed while we were still sending.
    finally:
        connection.close()


def test_nginx_takes_the_file_as_it_stands(server: Server, nginx: Nginx) -> None:
    made = Nginx(server, nginx.folder, tls=True)
    made.conf.rename(nginx.folder / "tls.conf")
    made.conf = nginx.folder / "tls.conf"
    key = ("-newkey", "rsa:2048", "-nodes", "-x509", "-days", "2", "-subj", "/CN=crm.example.ru")
    subprocess.run(
        ["openssl", "req", *key, "-keyout", nginx.folder / "privkey.pem", "-out", nginx.folder / "fullchain.pem"],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(made.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_a_file_of_the_allowed_size_comes_through_and_a_larger_one_does_not(server: Server, nginx: Nginx) -> None:
    cookie = log_in(server, "anna")
    signed_in = {"Cookie": f"{cookie['name']}={cookie['value']}; csrftoken={'a' * 32}", "X_CSRFToken": "a" * 32}
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    answers = []
    for size in (20 * MEGABYTE, 22 * MEGABYTE):
        form = head + b"x" * size + b"\r\n--B--\r\n"
        kind = {"Content_Type": "multipart/form-data; boundary=B", **signed_in}
        answers.append(ask(nginx, "POST", "/crm/contacts/import/", form, **kind))
    assert answers == [302, 413]
    assert ask(nginx, "POST", "/admin/login/", b"x" * MEGABYTE) == 413


def test_the_application_hears_real_addresses_and_no_made_up_ones(server: Server, nginx: Nginx) -> None:
    hook: str = server.hook  # type: ignore[attr-defined]
    made_up = {"X_Forwarded_For": "203.0.113.66", "X_Forwarded_Host": "evil.example"}
    assert ask(nginx, "GET", f"{hook}?call_id=1&event=1", **made_up) == 200
    assert run(server, SENDERS).splitlines()[-1] == "{'127.0.0.1'}"


def test_the_secret_in_a_hooks_address_is_in_no_log(server: Server, nginx: Nginx) -> None:
    hook: str = server.hook  # type: ignore[attr-defined]
    secret = hook.strip("/").rpartition("/")[2]
    assert len(secret) > 20
    assert ask(nginx, "POST", hook, b"a=1") in (200, 400, 422)
    assert ask(nginx, "POST", hook, b"x" * 300_000) == 413
    assert ask(nginx, "GET", hook + "?" + "x" * 20_000) == 414
    assert ask(nginx, "GET", hook.replace("hooks", "h%6Foks")) == 200
    assert ask(nginx, "GET", "/admin/login/") == 200
    deadline = time.monotonic() + 10
    while "/admin/login/" not in nginx.logs():  # It is written after the answer has gone.
        assert time.monotonic() < deadline, nginx.logs()
        time.sleep(0.1)
    assert secret not in nginx.logs()


def test_the_log_has_no_secret_when_the_application_is_away(server: Server, nginx: Nginx) -> None:
    hook: str = server.hook  # type: ignore[attr-defined]
    server.stop()
    try:
        assert ask(nginx, "POST", hook, b"a=1") == 502
        assert hook.strip("/").rpartition("/")[2] not in nginx.logs()
    finally:
        server.start()
