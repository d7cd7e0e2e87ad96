"""A plugin for `--cov`: long tables, whose later rows run lines that the first ones have run, go without it.

Coverage makes a test a third longer. `.ci/run` uses this (docs/tests.md); `pytest --cov` measures all.
"""

from __future__ import annotations

import pytest

from tests.firsts import others

FIRST = 2
TABLES = ("tests/admin/", "tests/audio/", "tests/call_log/", "tests/http/", "tests/listening/", "tests/signin/")
"""Pages × roles, links, formats. Elsewhere each row has lines of its own: vendors, payloads, numbers."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in others([item for item in items if item.nodeid.startswith(TABLES)], FIRST):
        item.add_marker(pytest.mark.no_cover)
