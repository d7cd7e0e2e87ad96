"""A server with two recordings of raw G.722, fetched from the simulated PBX over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.browser import add_person, run
from tests.servers import Server
from tests.simulator.api import Api

FETCH = """
from tests.listening.world import *
from telephony.recordings.fetching import fetch_due
pbx = connection()
pbx.internal_networks = ["127.0.0.0/8"]
pbx.save()
for length in {lengths}:
    call = make_call(number=f"+7923529{{length:04}}")
    Recording.objects.create(call=call, link=f"{api}/xvb/ui/msg_download/120/10019/abc-{{length}}.g722",
                             source_sha256=str(length), next_try_at=STARTED_AT)
fetch_due()
for recording in Recording.objects.order_by("id"):
    print(recording.state, recording.seconds, recording.playable.name)
"""


@contextmanager
def server_with_recordings(var_dir: Path, lengths: tuple[int, int] = (600, 20)) -> Iterator[Server]:
    """Its administrator is "boss"; the PBX answers as long as the server does. `lengths`: in seconds."""
    server = Server(var_dir=var_dir, threads=4)
    server.make_tables()
    add_person(server, "boss", "Administrator", first_name="Ольга", last_name="Орлова")
    api = Api()
    with api.server:
        told = run(server, FETCH.format(api=api.server.url, lengths=lengths)).splitlines()
        assert [line.split()[0] for line in told[-2:]] == ["stored", "stored"], told
        server.start()
        try:
            yield server
        finally:
            server.stop()
