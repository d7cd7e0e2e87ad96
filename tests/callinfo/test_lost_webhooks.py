"""Of a PBX's webhooks 30 % get lost; its list of the day, pulled afterwards over HTTP, makes up for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.callinfo.played import TOKEN, Site
from tests.rounds import rounds
from tests.servers import Server

CALLS = rounds(20, full=50)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("form", "info_path"), [("json", "info"), ("query", "journal"), ("template", "info"), ("template", "journal")]
)
def test_every_call_is_there_once_after_the_days_list_was_pulled(
    make_server: Callable[..., Server], request: pytest.FixtureRequest, form: str, info_path: str
) -> None:
    database = request.getfixturevalue("postgresql_database") if info_path == "info" else ""
    server = make_server(database_url=database)
    server.start()
    site = Site(server, form=form, info_path=info_path)
    with site.api:
        report = site.play(CALLS, lose=0.3, seed=f"{form} {info_path}")
        site.settle()
        assert report.lost > CALLS * 0.2
        assert len(site.complaints(site.calls())) > CALLS * 0.2
        site.pull()
        calls = site.calls()
        assert site.complaints(calls) == []
        assert len(calls) == CALLS
        again = site.pull()
        assert [(one["created"], one["completed"]) for one in again] == [(0, 0), (0, 0)]
        assert site.calls() == calls
    assert TOKEN not in server.manage("dumpdata", "telephony", check=True).stdout
