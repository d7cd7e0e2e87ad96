"""A server of each kind, for what has to hold on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import Server


@pytest.fixture(scope="module", params=[False, True], ids=["wsgi", "asgi"])
def server(request: pytest.FixtureRequest, new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    """granian, then uvicorn, each on a database of its own."""
    made = Server(var_dir=new_var_dir(), asgi=request.param)
    made.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    made.make_tables()
    try:
        made.start()
        yield made
    finally:
        made.stop()
