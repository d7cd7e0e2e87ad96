"""A plugin: of each test function only its first parameters, where the others would say the same.

`-p tests.firsts`: tests/test_standalone.py asks whether they run at all without the other packages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

FIRST = 2


def others(items: Iterable[pytest.Item], first: int) -> set[pytest.Item]:
    """The tests but for the first ones of each function, by the names of their parameters."""
    seen: Counter[str] = Counter()
    found = set()
    for item in sorted(items, key=lambda item: item.nodeid):
        function = item.nodeid.partition("[")[0]
        seen[function] += 1
        if seen[function] > first:
            found.add(item)
    return found


def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    rest = others(items, FIRST)
    config.hook.pytest_deselected(items=list(rest))
    items[:] = [item for item in items if item not in rest]
