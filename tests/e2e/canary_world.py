"""A server, a worker and four PBXs that use planted secrets, and everything that can go wrong with them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from telephony.simulator.player import Player, Target, play
from telephony.simulator.report import Report
from telephony.simulator.scenarios import Lengths
from telephony.simulator.server import ApiServer
from telephony.simulator.targets import Casting, of_address
from telephony.vendors.simulated import Employee, Order, Scenario
from tests.commands import Commands
from tests.e2e.canaries import PLANTED, user_key
from tests.e2e.house import House
from tests.load.workers import Program
from tests.servers import ROOT, Server
from tests.soap.messages import authorization, envelope

PHONES = ("101", "102", "999", "996")
"""The simulator refuses orders of 999 and answers nonsense to 996."""
CASTING = Casting(
    employees=[Employee(extension=number, key=user_key(number)) for number in PHONES],
    scenarios=(Scenario.ANSWERED, Scenario.OUTGOING, Scenario.MISSED),
    lengths=Lengths(ring=(1, 1), talk=(2, 4), recording=(1, 1)),
    seed=11,
)
SOAP_USER = "office"


class LoudServer(Server):
    """Writes all that it says into a file."""

    log: Path

    def start(self) -> None:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._granian()],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()


class World:
    """`printed` is what each command printed."""

    def __init__(self, server: LoudServer, api: ApiServer, folder: Path, around: House) -> None:
        self.server, self.api, self.folder, self.house = server, api, folder, around
        self.printed: list[tuple[str, str]] = []
        self.connections: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, Target] = {}
        self._commands = Commands({**server.environment, "DEBUG": "1"})
        self.worker = Program(
            # With DEBUG the worker also logs each SQL statement with its values.
            {**server.environment, "DEBUG": "1"},
            folder / "worker.log",
            *("-m", "celery", "--app", "config.celery", "worker", "--beat", "--loglevel", "debug"),
            *("--pool", "threads", "--concurrency", "4"),
        )

    def manage(self, *arguments: str) -> str:
        """Run a command that may fail; what it prints is kept."""
        done = self._commands.run(*arguments)
        self.printed.append((" ".join(arguments[:2]), done.stdout + done.stderr))
        return done.stdout

    def connect(self, vendor: str, name: str, *, api_url: str, networks: tuple[str, ...] = ("127.0.0.0/8",)) -> str:
        """A connection whose secrets are planted; returns its address."""
        settings = {
            "sipuni": {"user": "012345", "api_url": f"{api_url}/api/callback/call_number"},
            "wirecrm": {"dial_url": f"{api_url}/dial"},
            "xvb": {"cloud_url": f"{api_url}/cloud"},
            "mobilon": {"api_url": f"{api_url}/api/call/"},
        }[vendor] | PLANTED[vendor]
        if vendor == "mobilon":
            settings["soap_user"] = SOAP_USER if name == vendor else name
        options = [f"{key}={value}" for key, value in settings.items()]
        more = ("--internal-networks", *networks) if networks else ()
        shown = self.manage("connection", "add", vendor, "--name", name, "--set", *options, *more, "--json")
        self.connections[name] = json.loads(shown)
        return str(self.connections[name]["hook_path"])

    def serve(self, vendor: str, path: str) -> None:
        """The PBX of this connection, which knows the same secrets."""
        self.targets[vendor] = target = of_address(
            vendor,
            url=self.server.url + path,
            casting=CASTING,
            settings={"user": "012345", **PLANTED[vendor]},
            time_zone=ZoneInfo("Europe/Moscow"),
            api_url=f"{self.api.url}/{vendor}",
        )
        self.api.pbxs[vendor] = target.pbx

    def play(self, count: int) -> None:
        """Calls of all PBXs, and those that are ordered of them."""

        def on_order(vendor: str, order: Order) -> None:
            target = self.targets[vendor]
            started_at = datetime.now(UTC)
            call = target.writer.write_order(
                started_at=started_at, caller=order.employee, client="+79201119613", order_id=order.order_id
            )
            player.add(target, call)

        player = Player(report=Report(write=lambda line: None, quiet=True), speed=0, concurrency=2)
        with player:
            self.api.on_order = on_order
            play(player, list(self.targets.values()), rate=0, count=count)
            player.wait()

    def post(self, path: str, body: str | bytes, content_type: str = "", method: str = "POST", **headers: str) -> int:
        """One request, whatever it is; returns the answer's status."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        sent = {"Content-Type": content_type or "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body if isinstance(body, bytes) else body.encode(), sent)
        status = connection.getresponse().status
        connection.close()
        return status


def odd_messages(world: World) -> dict[str, int]:
    """PBXs and strangers send the secrets where nobody expects them; returns the statuses by what was sent."""
    hook = {name: row["hook_path"] for name, row in world.connections.items()}
    mobilon, sipuni, wire, xvb = (
        next(iter(PLANTED[name].values())) for name in ("mobilon", "sipuni", "wirecrm", "xvb")
    )
    record = f"/api/call/record?token={mobilon}&callid=77.1"
    call = {"uuid": "77.1", "direction": "incoming", "from": "79231234567", "to": "73912000000", "time": 1706525200}
    end = json.dumps({**call, "state": "HANGUP", "callstatus": "ANSWER", "duration": "10", "recordUrl": record})
    said = {"event": 2, "call_id": "88.1", "src_num": "79231234567", "src_type": 1, "dst_num": "74951234567"}
    said |= {"dst_type": 1, "timestamp": 1706525300, "status": "ANSWER", "call_start_timestamp": 1706525200}
    statuses = {
        "json": world.post(hook["mobilon"], end, "application/json"),
        "record of wire": world.post(
            hook["wirecrm"],
            urlencode({"event": "NOTIFY_RECORD", "pbx_call_id": "in_1", "record_link": f"http://127.0.0.1:1/{wire}"}),
        ),
        "wrong code": world.post(hook["xvb"], f"cmd=event&event=INCOMING&access_code={xvb}x&phone=79231234567"),
        "code in header": world.post(hook["xvb"], f"cmd=nothing&access_code={xvb}", X_XVB_AC=xvb),
        "broken time": world.post(hook["sipuni"], urlencode({**said, "timestamp": sipuni})),
        "broken json": world.post(hook["mobilon"], '{"a": "' + mobilon, "application/json"),
        "unknown event": world.post(hook["wirecrm"], urlencode({"event": wire, "token": wire})),
        "bytes": world.post(hook["wirecrm"], b"\xff\x00" + wire.encode() + b"\x01", "application/octet-stream"),
        "headers": world.post(
            hook["sipuni"],
            "event=9",
            Referer=f"https://x.example/?q={quote(sipuni, safe='')}",
            X_Original=hook["sipuni"],
        ),
        "in the query": world.post(f"{hook['sipuni']}?event=9&{quote(sipuni, safe='')}={sipuni}", ""),
        "another PBX's address": world.post(hook["sipuni"].replace("/sipuni/", "/xvb/"), "event=1"),
        "an address and more": world.post(hook["sipuni"] + "more/", "event=1"),
        "no such page": world.post(f"/telephony/nothing/?token={quote(mobilon)}", "", method="GET"),
    }
    return statuses | _links(world, hook["sipuni"], said, sipuni) | _soap(world)


def _links(world: World, hook: str, said: dict[str, Any], secret: str) -> dict[str, int]:
    """Links to recordings that have the secret in every part that a link has."""
    links = [
        f"{world.api.url}/sipuni/records/a-2.mp3?key={secret}",
        f"https://{secret.replace('/', '')}.example/{secret}",
    ]
    links += [f"ftp://user:{secret}@127.0.0.1/x.wav", f"http://10.0.0.1/{quote(secret, safe='')}", f"{secret} no link"]
    statuses = {}
    for number, link in enumerate(links):
        body = urlencode({**said, "call_id": f"88.{number}", "call_record_link": link})
        statuses[f"link {number}"] = world.post(hook, body)
    return statuses


def _soap(world: World) -> dict[str, int]:
    password = PLANTED["mobilon"]["soap_password"]
    right, wrong = authorization(SOAP_USER, password), authorization(SOAP_USER, password + "x")
    question = envelope("SayName", number="79231234567")
    ws = "/telephony/ws/VATS"
    return {
        "1C": world.post(ws, question, "text/xml", Authorization=right),
        "1C, wrong password": world.post(ws, question, "text/xml", Authorization=wrong),
        "1C, unknown operation": world.post(ws, envelope("NoSuchThing", a="b"), "text/xml", Authorization=right),
        "1C, no XML": world.post(ws, "<no XML", "text/xml", Authorization=right),
        "1C, a call": world.post(
            ws, envelope("IncomingCall", NumFrom="79231234567", Key=user_key("101")), "text/xml", Authorization=right
        ),
    }
