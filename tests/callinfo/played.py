"""A site of its own, a simulated Mobilon beside it, and what of the played calls arrived."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from telephony.domain.numbers import last_digits
from telephony.simulator.plan import Disturbances
from telephony.simulator.player import Player, Target, play
from telephony.simulator.report import Report
from telephony.simulator.scenarios import EMPLOYEES, Lengths, Scriptwriter
from telephony.simulator.server import ApiServer
from telephony.vendors import get_vendor
from telephony.vendors.simulated import ScriptedCall, SimulatedPbx
from tests.load.judged import let_a_worker_finish, store_the_spool
from tests.servers import Server

ZONE = "Asia/Omsk"
TOKEN = "canary-token-of-the-account"
ADD_CONNECTION = """
import json
from telephony.connections.settings import add_connection
settings = json.loads({settings!r})
made = add_connection(vendor="mobilon", name="Office", time_zone={zone!r}, phone_region="RU", settings=settings)
made.internal_networks = ["127.0.0.0/8"]
made.save()
print(json.dumps({{"id": made.pk, "hook_path": made.hook_path}}))
"""


class Site:
    """A server with one connection to the simulated Mobilon, whose API runs in this process."""

    def __init__(self, server: Server, *, form: str, info_path: str) -> None:
        self.server = server
        self.api = ApiServer({})
        settings = {"token": TOKEN, "api_url": f"{self.api.url}/mobilon/api/call/", "info_path": info_path}
        script = ADD_CONNECTION.format(settings=json.dumps(settings), zone=ZONE)
        made = json.loads(server.manage("shell", "-v0", "-c", script).stdout)
        self.connection: int = made["id"]
        self.url = server.url + made["hook_path"]
        self.pbx: SimulatedPbx = get_vendor("mobilon").simulator()(
            settings=settings, time_zone=ZoneInfo(ZONE), employees=EMPLOYEES, variant=form
        )
        self.api.pbxs["mobilon"] = self.pbx

    def play(self, count: int, *, lose: float, seed: str, duplicates: float = 0.1) -> Report:
        """Play calls to their end, all at once; returns what became of the messages."""
        writer = Scriptwriter(seed=seed, scenarios=sorted(self.pbx.scenarios), lengths=Lengths(talk=(3, 60)))
        report = Report(write=lambda line: None, quiet=True)
        disturbances = Disturbances(lose=lose, duplicates=duplicates, reorder=0.2)
        target = Target(pbx=self.pbx, url=self.url, writer=writer, name="Office")
        with Player(report=report, speed=0, concurrency=4, disturbances=disturbances, seed=seed) as player:
            play(player, [target], rate=0, count=count, seed=seed)
            player.wait()
        return report

    def settle(self) -> None:
        """What the database was too busy for: the server itself and a worker do that meanwhile."""
        store_the_spool(self.server)
        let_a_worker_finish(self.server)

    @property
    def played(self) -> list[tuple[str, ScriptedCall]]:
        return self.pbx.journal.calls()

    def pull(self, *arguments: str) -> list[dict[str, Any]]:
        """`pull_calls` of today and yesterday, as the clock of the PBX may just have struck midnight."""
        done = self.server.manage("pull_calls", str(self.connection), "--days", "2", "--json", *arguments)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.server.manage("calls", "--json").stdout.splitlines()]

    def complaints(self, calls: list[dict[str, Any]]) -> list[str]:
        """What of the played calls is not there exactly once, with its status and length; and what nobody played."""
        found, left = [], list(calls)
        for call_id, played in self.played:
            of_id = [one for one in left if one["external_id"] == call_id]
            mine = of_id or [one for one in left if _is(one, played)][:1]
            if len(mine) != 1:
                found.append(f"{call_id} {played.scenario}: {len(mine)} times")
                continue
            left.remove(mine[0])
            talk = (mine[0]["talk_seconds"], played.talk_seconds)
            if mine[0]["status"] != played.status or talk[0] != talk[1]:
                found.append(f"{call_id} {played.scenario}: {mine[0]['status']} {talk}")
            if bool(mine[0]["recording"]) != played.is_recorded:
                found.append(f"{call_id} {played.scenario}: recording {mine[0]['recording']}")
        return found + [f"nobody played {one['external_id']} {one['client_raw']}" for one in left]


def _is(call: dict[str, Any], played: ScriptedCall) -> bool:
    same_client = last_digits(call["client_raw"]) == last_digits(played.client)
    same_phones = played.client or (
        played.caller and any(leg["extension"] == played.caller.extension for leg in call["legs"])
    )
    return call["direction"] == played.direction and same_client and bool(same_phones)
