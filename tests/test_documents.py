"""What the documents and the code say of files is true: links, citations, and the source of each vendor's table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from telephony.vendors import installed

ROOT = Path(__file__).parent.parent
FOLDERS = ("config", "crm", "docs", "telephony", "tests")
CITED = re.compile(r"[\w./-]*\w\.md\b")
CITED_MODULE = re.compile(r"(?<![\w./\"'*{}-])\w[\w./-]*\.py\b(?![\"'])")
"""In a sentence. In quotes it is a name that some program makes or takes."""
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
WORDS = re.compile(r"\b(CallStatus|EventKind|Direction|DialProblem)\.")
"""A table with one of these on its right side says what a word of the PBX's means here."""


def _files(suffix: str) -> Iterator[Path]:
    yield from sorted(ROOT.glob(f"*{suffix}"))
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob(f"*{suffix}"))


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


DOCUMENTS = list(_files(".md"))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"])
def test_a_stranger_finds_it_at_the_top(name: str) -> None:
    assert (ROOT / name).is_file()


def test_each_document_that_the_code_cites_is_here() -> None:
    """Beside the file that cites it, or by its path from the top of the project."""
    lost = [
        f"{_named(path)}: {cited}"
        for path in _files(".py")
        for cited in CITED.findall(path.read_text())
        if not any((place / cited).is_file() for place in (path.parent, ROOT))
    ]
    assert not lost


def test_each_module_that_the_code_cites_is_here() -> None:
    """By its name, or by the end of its path."""
    modules = [_named(path) for path in _files(".py")]
    lost = [
        f"{_named(path)}: {cited}"
        for path in _files(".py")
        for cited in CITED_MODULE.findall(path.read_text())
        if not any(f"/{module}".endswith(f"/{cited}") for module in modules)
    ]
    assert not lost


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_each_link_leads_somewhere(document: Path) -> None:
    """To a file or folder of the project; and what follows the # is one of that file's headings."""
    links = LINK.findall(CODE.sub("", document.read_text()))
    assert not [link for link in links if "://" not in link and not _leads_somewhere(link, document)]


def _leads_somewhere(link: str, document: Path) -> bool:
    name, _, anchor = link.partition("#")
    target = (document.parent / name if name else document).resolve()
    return target.is_relative_to(ROOT) and target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(document: Path) -> set[str]:
    """What headings are called in addresses: in lower case, with hyphens for blanks, without marks."""
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in HEADING.findall(re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL))
    }


def test_each_table_of_a_vendor_names_its_source() -> None:
    """In a comment right above it: which document says so, and where in it."""
    vendors = ROOT / "telephony" / "vendors"
    tables = [(path, table) for path in sorted(vendors.glob("*/*.py")) for table in _tables(path)]
    assert len(tables) > 6, "The tables are not where this test looks for them."
    assert not [f"{_named(path)}:{table.lineno}" for path, table in tables if "Source:" not in _above(path, table)]


def _tables(path: Path) -> Iterator[ast.stmt]:
    """Dictionaries of a vendor's module that turn the PBX's words into ours; a simulator turns them round."""
    for statement in ast.parse(path.read_text()).body:
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict) and any(WORDS.search(ast.unparse(item)) for item in value.values):
            yield statement


def _above(path: Path, statement: ast.stmt) -> str:
    lines = path.read_text().splitlines()[: statement.lineno - 1]
    return "\n".join(takewhile(lambda line: line.startswith("#"), reversed(lines)))


def test_the_architecture_names_each_package() -> None:
    packages = {path.parent.name for path in (ROOT / "telephony").glob("*/__init__.py")} - {"migrations"}
    named = set(re.findall(r"`(\w+)`", (ROOT / "docs/architecture.md").read_text()))
    assert packages <= named


FIELD = re.compile(r"`([A-Za-z_]\w*)(?:=[^`]*)?`")
NO_FIELDS = {"ext", "in_", "out_"}
"""Said of fields, beside them."""
VENDORS = {slug: vendor.label.split()[0] for slug, vendor in installed().items() if slug != "demo"}


@pytest.mark.parametrize(("folder", "name"), VENDORS.items())
def test_of_each_field_it_is_said_what_somebody_could_do_with_it(folder: str, name: str) -> None:
    """SECURITY.md has each field of the vendor's own table, so that a new one comes with an answer."""
    text = (ROOT / "telephony" / "vendors" / folder / "README.md").read_text()
    section = text.partition("## Fields")[2].partition("\n## ")[0]
    first = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    fields = {field for cell in first for field in FIELD.findall(cell)} - NO_FIELDS
    rows = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith(f"| {name} |")]
    answered = {field for row in rows for field in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert fields > {"direction"} or len(fields) > 5
    assert fields <= answered, fields - answered
