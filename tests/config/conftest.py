"""A server of each kind, for what has to hold on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Server


@pytest.fixture(scope="module", params=[False, True], ids=["wsgi", "asgi"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """granian, then uvicorn, each on a database of its own."""
    made = Server(var_dir=tmp_path_factory.mktemp("server"), asgi=request.param)
    made.environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    made.make_tables()
    try:
        made.start()
        yield made
    finally:
        made.stop()
