"""The rules of the code base that no linter knows: how long files and functions are, and what no file may name."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

from tests.servers import ROOT

LONGEST_FILE, LONGEST_VENDOR_FILE, LONGEST_FUNCTION = 250, 150, 40
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
        longest = LONGEST_VENDOR_FILE if is_of_one_vendor(path) else LONGEST_FILE
        lines = len(path.read_text().splitlines())
        if lines > longest:
            too_long[shown(path)] = lines
    assert not too_long


def is_of_one_vendor(path: Path) -> bool:
    """Whether it stands in a vendor's own folder, and not in what all vendors share."""
    folder = path.parent.relative_to(ROOT).as_posix()
    return folder.startswith("telephony/vendors/") and folder != "telephony/vendors/simulated"


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


def test_colours_are_chosen_in_one_file() -> None:
    """Every other style sheet names those of brand.css. Not the theme's own files, which are as they came."""
    chosen = re.compile(
        r"#[0-9a-f]{3,8}\b(?=[^{]*[;}])|\b(?:rgba?|hsla?|oklch|lab)\(|:\s*(?:white|black|red|green|blue|gr[ae]y)\b",
        re.I,
    )
    found = {}
    for path in tracked():
        if path.suffix == ".css" and path.name != "brand.css" and "unfold" not in path.parts:
            hits = chosen.findall(path.read_text())
            if hits:
                found[shown(path)] = hits
    assert not found


def test_whoever_takes_any_exception_keeps_its_traceback() -> None:
    """Raised on, logged with its traceback, or handed to whoever does so: its name alone says nothing of where."""
    lost = []
    for path in sources():
        if path.relative_to(ROOT).parts[0] not in ("telephony", "crm", "config"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and _takes_any(node) and not _is_kept(node):
                lost.append(f"{shown(path)}:{node.lineno}")
    assert not lost


def _takes_any(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


def _is_kept(handler: ast.ExceptHandler) -> bool:
    return any(_keeps(node, handler) for part in handler.body for node in ast.walk(part))


def _keeps(node: ast.AST, handler: ast.ExceptHandler) -> bool:
    if isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "exc_info"):
        return True
    if isinstance(node, ast.Assign):
        return _is_the_error(node.value, handler)
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    is_handed_on = called not in ("type", "str") and not called.startswith("log.")
    return called == "log.exception" or (is_handed_on and any(_is_the_error(one, handler) for one in node.args))


def _is_the_error(node: ast.expr, handler: ast.ExceptHandler) -> bool:
    return isinstance(node, ast.Name) and node.id == handler.name


def test_what_also_runs_in_other_projects_starts_no_server_of_this_one() -> None:
    """tests/test_standalone.py runs them where `config` and `crm` are missing: what needs these is in tests/load."""
    standalone = [path for path in sources() if shown(path).startswith(("tests/telephony/", "tests/vendors/"))]
    assert len(standalone) > 50
    assert not [shown(path) for path in standalone if "tests.servers" in path.read_text()]
