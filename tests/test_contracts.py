"""The rules of the code base: who may import whom (and that breaking this is noticed), sizes, what no file may name."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

PACKAGES = ("telephony", "crm", "config")
LONGEST_FILE, LONGEST_VENDOR_FILE, LONGEST_FUNCTION = 250, 150, 40
BREAKS = [
    ("telephony/phone.py", "import crm.models", "telephony knows neither crm nor config"),
    ("telephony/services/calls.py", "from crm import services", "telephony knows neither crm nor config"),
    ("telephony/views.py", "import config.settings", "telephony knows neither crm nor config"),
    ("crm/services/contacts.py", "import config.settings", "crm does not know config"),
    ("telephony/vendors/sipuni/parsing.py", "import telephony.vendors.xvb.vendor", "Vendors are independent"),
    ("telephony/vendors/xvb/vendor.py", "from telephony.vendors.mobilon import parsing", "Vendors are independent"),
    ("telephony/models/call.py", "from telephony.services import calls", "Layers of telephony"),
    ("telephony/vendors/sipuni/parsing.py", "from telephony.models import Call", "Layers of telephony"),
    ("telephony/projection.py", "import telephony.vendors.base", "Layers of telephony"),
    ("telephony/services/inbox.py", "from telephony import views", "Layers of telephony"),
    ("telephony/new_module.py", "", "Layers of telephony"),
    ("telephony/vendors/mobilon/vendor.py", "import spyne", "Only telephony.soap knows Spyne"),
    ("telephony/tasks.py", "from spyne import Application", "Only telephony.soap knows Spyne"),
    ("crm/models/contact.py", "import spyne", "Only telephony.soap knows Spyne"),
]
REGISTRY_HOSTS = [
    "".join(parts)  # In parts, so that this file names none.
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("proxy.", "golang.org"),
    )
]


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their contracts, to be broken."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "payloads"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_import_contracts_are_kept(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("path", "line", "contract"), BREAKS, ids=[f"{path}: {line}" for path, line, _ in BREAKS])
def test_import_contracts_notice(copy: Path, path: str, line: str, contract: str) -> None:
    with (copy / path).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1
    assert re.search(rf"^{re.escape(contract)}\b.* BROKEN\b", done.stdout, re.MULTILINE), done.stdout


def sources() -> list[Path]:
    """Every Python file that a person writes."""
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


def tracked() -> list[Path]:
    """What git knows, and new files that it does not ignore; without git, everything but what tools leave."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (ROOT / ".git").exists() and shutil.which("git"):
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    left_by_tools = re.compile(r"^(\..*|var|__pycache__|staticfiles)$")
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(left_by_tools.match(part) for part in path.relative_to(ROOT).parts)
    ]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_are_short() -> None:
    too_long = {}
    for path in sources():
        longest = LONGEST_VENDOR_FILE if shown(path).startswith("telephony/vendors/") else LONGEST_FILE
        if shown(path).startswith("telephony/vendors/simulated/"):
            longest = LONGEST_FILE  # What all vendors' simulators share is no vendor.
        lines = len(path.read_text().splitlines())
        if lines > longest:
            too_long[shown(path)] = lines
    assert not too_long


def test_functions_are_short() -> None:
    too_long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    too_long[f"{shown(path)}:{node.name}"] = lines
    assert not too_long


def test_no_file_names_a_package_registry_or_this_machine() -> None:
    """Lock files would, if made carelessly, and so would an example copied from a terminal."""
    machine = [str(place) for place in (ROOT, Path.home()) if len(place.parts) > 2]
    forbidden = re.compile("|".join(re.escape(word) for word in (*REGISTRY_HOSTS, *machine)))
    found = {}
    for path in tracked():
        hit = forbidden.search(path.read_bytes().decode("utf-8", "replace"))
        if hit:
            found[shown(path)] = hit[0]
    assert not found
