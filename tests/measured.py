"""A plugin for `--cov`: long tables, whose later rows run lines that the first ones have run, go without it.

Coverage makes a test a third longer. `.ci/run` uses this (docs/tests.md); `pytest --cov` measures all.
"""

from __future__ import annotations

import pytest

from tests.firsts import others

FIRST = 2
WHOLE_TABLES = ("dialing", "fields", "jobs", "messages", "numbers", "properties", "simulator", "telephony", "vendors")
"""Where each row has lines of its own: vendors, payloads, numbers. Elsewhere rows are pages × roles, links, formats."""
AGAIN = ("tests/properties/test_documented.py", "tests/numbers/test_property.py", "tests/reports/test_recount.py")
"""They run the same lines hundreds of times, which other tests have run."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folders = tuple(f"tests/{name}/" for name in WHOLE_TABLES)
    for item in others([item for item in items if not item.nodeid.startswith(folders)], FIRST):
        item.add_marker(pytest.mark.no_cover)
    for item in items:
        if item.nodeid.startswith(AGAIN):
            item.add_marker(pytest.mark.no_cover)
