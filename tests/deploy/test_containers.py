"""The container and compose files: linted, and they run what the units of systemd run."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.units import FOLDER, NAMES, read
from tests.servers import ROOT

DOCKERFILE, COMPOSE = FOLDER / "Dockerfile", FOLDER / "compose.yaml"
TOOLS = Path(sys.executable).parent


def lint(*command: str | Path) -> str:
    """What it says, if it finds anything."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def test_the_container_file_has_no_findings() -> None:
    assert lint(TOOLS / "hadolint", "--no-color", DOCKERFILE) == ""


def test_the_compose_file_is_what_compose_takes() -> None:
    assert lint(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


def test_each_unit_is_a_service_with_the_same_command() -> None:
    for name in NAMES:
        program, *arguments = shlex.split(read(name)["ExecStart"])
        service = services()[name.removeprefix("telephony-")]
        assert service["command"] == [Path(program).name, *arguments], name
        assert service["restart"] == read(name)["Restart"], name


def test_no_service_may_do_more_than_it_needs() -> None:
    own = {name: one for name, one in services().items() if one["image"].startswith("telephony")}
    assert len(own) == len(NAMES) + 1
    for name, one in own.items():
        assert one["read_only"], name
        assert (one["cap_drop"], one["security_opt"]) == (["ALL"], ["no-new-privileges:true"]), name
    assert [name for name, one in services().items() if "ports" in one] == ["proxy"]


def test_redis_forgets_nothing() -> None:
    command = services()["broker"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_the_image_has_what_the_installation_has() -> None:
    """tests/deploy/test_install.py shows that this is enough."""
    copied = [line.split()[1] for line in DOCKERFILE.read_text().splitlines() if line.startswith("COPY ")]
    installed = (
        (FOLDER / "install")
        .read_text()
        .partition("cp --recursive --preserve=timestamps ")[2]
        .partition(' "')[0]
        .split()
    )
    assert {*copied} - {"--from=libraries", "requirements/s3.txt"} == {*installed} - {"requirements"}
    let_in = {line[1:] for line in Path(f"{DOCKERFILE}.dockerignore").read_text().splitlines() if line[0] == "!"}
    assert let_in == {*copied} - {"--from=libraries"}
    assert all((ROOT / name).exists() for name in let_in)
