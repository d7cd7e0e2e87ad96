"""A folder with an Asterisk in it: Debian's own, made once on a machine, and kept under var/.

Its packages are unpacked and not installed: what they would set up serves a whole system, and takes most of a minute.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.servers import ROOT

FOLDER = ROOT / "var" / "asterisk-root"
_SUITE = "sid"  # Bookworm has no package of Asterisk.
_PACKAGES = ("asterisk", "base-files")  # The second has the folders' names of a whole system.
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_NEEDED = {"apt-get": "apt", "sipp": "sip-tester", "ip": "iproute2", "unshare": "util-linux"}
_MINUTES = 15
_DEVICES = {"null": 3, "zero": 5, "random": 8, "urandom": 9}
_FOR_READERS = ("doc", "info", "locale", "man")


class NotHere(Exception):
    """Why no Asterisk can run here, in words."""


@cache
def folder() -> Path:
    """Raises NotHere."""
    if os.geteuid() != 0:
        raise NotHere("Asterisk (only root can make its folder and its network)")
    lacking = [package for program, package in _NEEDED.items() if not shutil.which(program, path=_path())]
    if lacking:
        raise NotHere(f"Asterisk ({', '.join(lacking)} to run it here)")
    if _run("unshare", "--net", "true").returncode:
        raise NotHere("Asterisk (a network of its own)")
    FOLDER.parent.mkdir(exist_ok=True)
    with FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "made").exists():
            _make()
    return FOLDER


def _make() -> None:
    """Where it was begun and not ended, it is begun anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as name:
        for package in _fetched(Path(name)):
            _unpack(package)
    # As the package of the sounds would say when it is installed.
    (FOLDER / "usr/share/asterisk/sounds/en").symlink_to("en_US_f_Allison")
    for device, number in _DEVICES.items():
        os.mknod(FOLDER / "dev" / device, stat.S_IFCHR | 0o666, os.makedev(1, number))
    _do("ldconfig", "-r", str(FOLDER))
    _do("chroot", str(FOLDER), "asterisk", "-V")
    (FOLDER / "made").touch()


def _fetched(place: Path) -> list[Path]:
    """The packages, and all that these need, as if nothing was installed: by an apt that knows nothing of this machine
    but where it has its own packages from."""
    for name in ("lists/partial", "archives/partial"):
        (place / name).mkdir(parents=True)
    (place / "status").touch()
    (place / "sources.list").write_text(f"deb [signed-by={_KEYS}] {_mirror()} {_SUITE} main\n")
    settings = {
        "Dir::State::Lists": place / "lists",
        "Dir::State::status": place / "status",
        "Dir::Cache": place,
        "Dir::Etc::sourcelist": place / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
    }
    apt = ["apt-get", "-qq", *(f"--option={name}={value}" for name, value in settings.items())]
    _do(*apt, "update")
    _do(*apt, "install", "--yes", "--download-only", *_PACKAGES)
    # Folders' names first: what others put into /lib goes where that name leads.
    return sorted((place / "archives").glob("*.deb"), key=lambda path: not path.name.startswith("base-files_"))


def _unpack(package: Path) -> None:
    leave_out = [f"--exclude=./usr/share/{name}" for name in _FOR_READERS]
    tar = ["tar", "--extract", "--keep-directory-symlink", f"--directory={FOLDER}", *leave_out]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as contents:
        unpacked = subprocess.run(tar, stdin=contents.stdout, stderr=subprocess.PIPE, text=True, check=False)
    if unpacked.returncode or contents.returncode:
        raise NotHere(f"Asterisk ({package.name} could not be unpacked: {unpacked.stderr[-300:]})")


def _mirror() -> str:
    """Where this machine has its own packages from."""
    listed = _run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    found = [line.rstrip("/") for line in listed.stdout.splitlines() if line.rstrip("/").endswith("/debian")]
    if not found:
        raise NotHere("Asterisk (a Debian, which has packages of it)")
    return found[0]


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


def _do(*command: str) -> None:
    done = _run(*command)
    if done.returncode:
        raise NotHere(f"Asterisk ({command[0]} could not make it: {done.stdout[-300:]})")


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60 * _MINUTES,
        env={**os.environ, "PATH": _path(), "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"},
        check=False,
    )
