"""A plugin for `--cov`: tests that run lines which others have run already go without it, in a third less time.

Of each test function the first parameters are measured, of property tests none: each line has a plain test.
docs/tests.md says what is measured; `.ci/run` uses it. `pytest --cov` alone measures everything.
"""

from __future__ import annotations

import pytest

from tests.firsts import others

FIRST = 2
WHOLE = ("tests/vendors/", "tests/fields/", "tests/messages/", "tests/test_")
"""Here each parameter is a case with lines of its own: payloads, and what the fold makes of them."""
NOTHING = ("tests/properties/", "tests/test_house_rules.py", "tests/test_contracts.py", "tests/audio/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rest = {item for item in others(items, FIRST) if not item.nodeid.startswith(WHOLE)}
    for item in items:
        if item in rest or item.nodeid.startswith(NOTHING):
            item.add_marker(pytest.mark.no_cover)
