"""The locks in requirements/: complete, with hashes, and as the .in files want them.

With hashes pip takes nothing that the lock does not pin. If a package asks for an extra of another which the lock
leaves out (`kombu[redis]`, where it pins `kombu`), pip looks for the newest release that has the extra, and
refuses the whole file as soon as one is newer than the pin: the lock works when it is made, and fails some days later.

What a package asks for stands in its metadata, which is read from the installed packages. The pins for another Python
or another system are not installed, so theirs is not read: `.ci/all-pythons` reads those for another Python. Never read
are those for Windows, and for Python 3.11.0 to 3.11.2. `-rP` prints what was not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.databases import ROOT

FOLDER = ROOT / "requirements"
LOCKS = ["base", "s3", "dev"]
FEWEST_NAMES, FEWEST_PINS = 20, 40
"""In the smallest .in file, and its lock. A parser that finds nothing would find nothing wrong."""

# python_full_version has steps of its own: redis wants async-timeout up to 3.11.2.
PYTHONS = ["3.11.0", "3.11.2", "3.11.3", "3.11.15", "3.12.0", "3.12.15", "3.13.0", "3.13.15"]
SYSTEMS = {
    "linux": ("Linux", "posix", "x86_64"),
    "linux, arm": ("Linux", "posix", "aarch64"),
    "darwin": ("Darwin", "posix", "arm64"),
    "win32": ("Windows", "nt", "AMD64"),
}

Environment = dict[str, str]
HERE: Environment = {name: str(value) for name, value in default_environment().items()}


def environment(python: str, system: str) -> Environment:
    """The values of a marker's variables for CPython of this version on this system."""
    platform_system, os_name, machine = SYSTEMS[system]
    return HERE | {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "implementation_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": system.partition(",")[0],
        "platform_system": platform_system,
        "os_name": os_name,
        "platform_machine": machine,
    }


ENVIRONMENTS = {f"{python} on {system}": environment(python, system) for python in PYTHONS for system in SYSTEMS}


@dataclass(frozen=True)
class Pin:
    """A line of a lock, `name[extras]==version ; marker`, and the options after it."""

    requirement: Requirement
    options: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "==", f"{self.requirement} is not pinned to one version."
        return specifier.version


def pins_of(text: str) -> list[Pin]:
    lines = re.sub(r"(?m)^\s*#.*\n?", "", text).replace("\\\n", " ").splitlines()
    found = []
    for line in filter(str.strip, lines):
        requirement, *options = re.split(r"\s+(?=--)", line.strip())
        found.append(Pin(Requirement(requirement), tuple(options)))
    return found


def wanted_by(path: Path) -> Iterator[Requirement]:
    """What an .in file names, and those that it includes."""
    for raw in path.read_text().splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from wanted_by(path.parent / line.removeprefix("-r ").strip())
        elif line:
            yield Requirement(line)


def lock(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text()


def holds(requirement: Requirement, where: Environment, extras: Iterable[str] = ()) -> bool:
    """Whether the requirement counts there, of a package that was asked for with these extras."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate(where | {"extra": extra}) for extra in {"", *extras})


@cache
def asked_by(name: str, version: str) -> tuple[Requirement, ...] | None:
    """What this release's metadata asks for; None if it is not installed in this version."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    if Version(installed.version) != Version(version):
        return None
    return tuple(Requirement(line) for line in installed.requires or [])


def fault(asked: Requirement, pins: dict[str, Pin]) -> str:
    """What the pins lack of what is asked for; empty if nothing."""
    pin = pins.get(canonicalize_name(asked.name))
    if pin is None:
        return "which is not pinned"
    if missing := asked.extras - pin.requirement.extras:
        return f"but the lock has {pin.requirement.name} without [{', '.join(sorted(missing))}]"
    if not asked.specifier.contains(pin.version, prereleases=True):
        return f"but the lock has {pin.version}"
    return ""


def faults(name: str, text: str) -> set[str]:
    """What the .in file names, or a pinned package asks for, and the lock has not, on any Python and system."""
    pins = pins_of(text)
    found = set()
    for where in ENVIRONMENTS.values():
        there = {pin.name: pin for pin in pins if holds(pin.requirement, where)}
        for wanted in wanted_by(FOLDER / f"{name}.in"):
            if holds(wanted, where) and (what := fault(wanted, there)):
                found.add(f"{name}.in names {wanted}, {what}")
        for pin in there.values():
            for asked in asked_by(pin.name, pin.version) or ():
                if holds(asked, where, pin.requirement.extras) and (what := fault(asked, there)):
                    found.add(f"{pin.name} asks for {asked}, {what}")
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_has_all_that_is_named_and_asked_for_with_its_extras(name: str) -> None:
    assert len(list(wanted_by(FOLDER / f"{name}.in"))) >= FEWEST_NAMES
    assert len(pins_of(lock(name))) >= FEWEST_PINS
    assert faults(name, lock(name)) == set(), "Compile the locks: CONTRIBUTING.md, “Commands”."


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_installed_or_for_another_python_or_system(name: str) -> None:
    unread = [pin for pin in pins_of(lock(name)) if asked_by(pin.name, pin.version) is None]
    print(f"Not read: {', '.join(str(pin.requirement) for pin in unread)}")  # noqa: T201 - shown by -rP
    here = [str(pin.requirement) for pin in unread if holds(pin.requirement, HERE)]
    assert here == [], "Run: pip install -r requirements/dev.txt"


@pytest.mark.parametrize(
    ("name", "whole", "stripped", "said"),
    [
        ("dev", "kombu[redis]==", "kombu==", "celery asks for kombu[redis]"),
        ("dev", "moto[s3]==", "moto==", "dev.in names moto[s3], but the lock has moto without [s3]"),
        ("base", "kombu[redis]==", "kombu==", "celery asks for kombu[redis]"),
        ("s3", "psycopg[binary, pool]==", "psycopg[pool]==", "s3.in names psycopg"),
    ],
)
def test_a_stripped_extra_is_found(name: str, whole: str, stripped: str, said: str) -> None:
    assert whole in lock(name)
    found = faults(name, lock(name).replace(whole, stripped))
    assert any(fault.startswith(said) for fault in found), found
    assert all("but the lock has" in fault for fault in found)


def test_a_pin_that_is_missing_for_one_python_alone_is_found() -> None:
    text = re.sub(r"(?m)^(vine==\S+)", r"\1 ; python_version != '3.12'", lock("base"))
    assert any(re.fullmatch(r"celery asks for vine\S*, which is not pinned", fault) for fault in faults("base", text))


def test_a_release_out_of_the_named_range_is_found() -> None:
    text = re.sub(r"(?m)^django==\S+", "django==6.0.1", lock("base"))
    assert any(
        fault.startswith("base.in names django<5.3,>=5.2, but the lock has 6.0.1") for fault in faults("base", text)
    )


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    for pin in pins_of(lock(name)):
        assert pin.requirement.url is None
        assert pin.version
        assert pin.options
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in pin.options), pin.requirement
    assert "://" not in lock(name)


def test_what_several_locks_have_is_the_same_release() -> None:
    """s3.txt adds to base.txt, and dev.txt to both: what is tested is what is run."""
    whole = {(pin.name, str(pin.requirement.marker), pin.version) for pin in pins_of(lock("dev"))}
    for name in ["base", "s3"]:
        assert {(pin.name, str(pin.requirement.marker), pin.version) for pin in pins_of(lock(name))} <= whole
