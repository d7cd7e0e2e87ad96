"""A table in one test, where most rows cost less than an item of pytest's does (fixtures, log handlers, a report).

`with rows() as row: ... with row("its name"): assert ...`: all rows run, and the failure names each one that failed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import transaction

Row = Callable[[object], AbstractContextManager[None]]


@contextmanager
def rows(*, database: bool = False) -> Iterator[Row]:
    """With `database` what a row writes is gone for the next one. A table without a row fails."""
    count = 0
    failed: list[str] = []

    @contextmanager
    def row(name: object) -> Iterator[None]:
        nonlocal count
        count += 1
        try:
            if database:
                with transaction.atomic():
                    yield
                    transaction.set_rollback(True)
            else:
                yield
        except (Exception, pytest.fail.Exception) as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            told = "".join(traceback.format_exception_only(error)).strip()
            failed.append(f"{name} ({line.filename}:{line.lineno}): {told}")

    yield row
    assert count, "The table is empty."
    if failed:
        pytest.fail(f"{len(failed)} of {count} rows:\n\n" + "\n\n".join(failed), pytrace=False)
