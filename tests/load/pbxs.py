"""The four simulated PBXs against a server, and a broker that can be emptied."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import redis

from telephony.simulator.audio import recording
from telephony.simulator.player import Played
from telephony.simulator.scenarios import Lengths
from telephony.simulator.server import ApiServer
from telephony.simulator.targets import Casting, of_address
from telephony.vendors.simulated import ApiRequest, Scenario
from tests.servers import Server
from tests.services import take_redis

VENDORS = ("sipuni", "wirecrm", "xvb", "mobilon")
RECORDED = (Scenario.ANSWERED, Scenario.OUTGOING)
ADD_CONNECTIONS = """
import json
from telephony.models import Connection
made = {{}}
for vendor in {vendors}:
    settings = {{"token": "t0ken", "api_url": "{api}/mobilon/api/call/"}} if vendor == "mobilon" else {{}}
    settings |= {{"access_code": "10019"}} if vendor == "xvb" else {{}}
    made[vendor] = Connection.objects.create(
        vendor=vendor, name=vendor, settings=settings, internal_networks=["127.0.0.0/8"]
    ).hook_path
print(json.dumps(made))
"""


class Pbxs:
    """The four PBXs, what they played, and what each recording's bytes are."""

    def __init__(self, api: ApiServer, server: Server) -> None:
        self._api = api
        script = ADD_CONNECTIONS.format(vendors=VENDORS, api=api.url)
        paths = json.loads(server.manage("shell", "-v0", "-c", script).stdout.splitlines()[-1])
        casting = Casting(scenarios=RECORDED, lengths=Lengths(ring=(1, 1), talk=(2, 4), recording=(1, 1)), seed=5)
        self.targets = [
            of_address(
                vendor,
                url=server.url + path,
                casting=casting,
                settings={"token": "t0ken", "access_code": "10019"},
                time_zone=ZoneInfo("Europe/Moscow"),
                api_url=f"{api.url}/{vendor}",
            )
            for vendor, path in paths.items()
        ]
        api.pbxs.update({target.name: target.pbx for target in self.targets})
        self.served: dict[tuple[str, str], str] = {}

    def note(self, played: Played) -> None:
        """By vendor and call id: the SHA-256 of what the simulator serves."""
        pbx = played.target.pbx
        told = pbx.expected(played.call).recording
        if pbx.slug == "mobilon":
            query = {"token": "t0ken", "callid": told}
            request = ApiRequest(method="GET", path="/mobilon/api/call/record", query=query)
        else:
            request = ApiRequest(method="GET", path=urlsplit(told).path)
        file = self._api.answer(request)[1].recording
        assert file is not None
        content = recording(file.recording_id, file.seconds, file.audio_format)
        self.served[pbx.slug, pbx.call_id(played.call)] = hashlib.sha256(content).hexdigest()


class Broker:
    """Redis where there is one, else the built-in one; can be emptied."""

    def __init__(self, var_dir: Path) -> None:
        self.url = take_redis() or "filesystem://"
        self._folder = var_dir / "broker"

    def empty(self) -> None:
        if self.url != "filesystem://":
            self._redis().flushdb()
            return
        for path in list(self._folder.rglob("*")):
            with suppress(OSError):
                path.unlink()

    def _redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)
