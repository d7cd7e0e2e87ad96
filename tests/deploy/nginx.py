"""nginx with config/deploy/nginx.conf, before a server of a test's."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.servers import ROOT, Server, free_port
from tests.services import missing

CONF = ROOT / "config/deploy/nginx.conf"
AROUND = """
{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
}}
"""


class Nginx:
    """Its configuration in a folder of its own; `port` is the site's. Without `tls` the site talks plain HTTP."""

    def __init__(
        self, server: Server, folder: Path, *, tls: bool = False, ports: Mapping[str, int] | None = None
    ) -> None:
        self.program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or missing("nginx")
        self.folder, self.port = folder, free_port()
        self._ports = ports or dict.fromkeys(("8000", "8001", "8002"), server.port)
        self.conf = folder / "nginx.conf"
        user = "user root;" if Path("/proc/self").stat().st_uid == 0 else ""
        self.conf.write_text(AROUND.format(folder=folder, user=user, site=self._site(server, tls=tls)))

    def _site(self, server: Server, *, tls: bool) -> str:
        text = CONF.read_text()
        for port, ours in self._ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ours}")
        recordings = Path(server.environment["VAR_DIR"]) / "recordings"
        changes = {
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port}{' ssl' if tls else ''};",
            "/srv/telephony/var/recordings/": f"{recordings}/",
            "/var/log/nginx/telephony.log": f"{self.folder}/site.log",
            "/var/log/nginx/telephony-error.log": f"{self.folder}/site-error.log",
            "/etc/ssl/telephony/": f"{self.folder}/",
        }
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        return text if tls else re.sub(r"^\s*ssl_certificate.*\n", "", text, flags=re.MULTILINE)

    def command(self, *arguments: str) -> list[str]:
        return [
            self.program,
            "-p",
            str(self.folder),
            "-c",
            str(self.conf),
            "-e",
            str(self.folder / "error.log"),
            *arguments,
        ]

    def logs(self) -> str:
        return "".join((self.folder / name).read_text(errors="replace") for name in ("site.log", "site-error.log"))


@contextmanager
def running(server: Server, folder: Path, *, ports: Mapping[str, int] | None = None) -> Iterator[Nginx]:
    """Started, and ended with the block. `ports`: ours for those of the file; else all of them are the server's."""
    made = Nginx(server, folder, ports=ports)
    process = subprocess.Popen(made.command())
    try:
        _wait(made.port)
        yield made
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
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
