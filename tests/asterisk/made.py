"""A folder with an Asterisk in it: Debian's own, made once on a machine, and kept under var/."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.servers import ROOT

FOLDER = ROOT / "var" / "asterisk-root"
_SUITE = "sid"  # Bookworm has no package of Asterisk.
_NEEDED = {"debootstrap": "debootstrap", "sipp": "sip-tester", "ip": "iproute2", "unshare": "util-linux"}
_MINUTES = 15


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
    done = _run("debootstrap", "--variant=minbase", _SUITE, str(FOLDER), *_mirror())
    if done.returncode == 0:
        policy = FOLDER / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")  # Nothing of it is started by being installed.
        policy.chmod(0o755)
        done = _run("chroot", str(FOLDER), "apt-get", "install", "-y", "-qq", "--no-install-recommends", "asterisk")
    if done.returncode:
        raise NotHere(f"Asterisk (debootstrap could not make it: {done.stdout[-300:]})")
    for package in (FOLDER / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    (FOLDER / "made").touch()


def _mirror() -> list[str]:
    """Where this machine has its own packages from; nothing: debootstrap knows one itself."""
    listed = _run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    found = [line.rstrip("/") for line in listed.stdout.splitlines() if line.rstrip("/").endswith("/debian")]
    return found[:1]


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"


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
