"""webhook.py's rounds: the kinds of messages of all vendors in turns, with the view that inserts one row between."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from telephony.simulator.sender import Answer, Sender
from telephony.vendors.simulated import Message, Scenario
from tests.benchmarks.cost import Meter
from tests.load.judged import querying
from tests.servers import ROOT, Server

SETTINGS = "tests.benchmarks.settings"
INSERT = "view that inserts one row"
BARE = "bare view"
YARDSTICKS = {BARE: "/bare/", INSERT: "/insert/"}
CALLERS = ("known", "unknown", "missed", "outgoing")
"""Who calls; the last two are known, nobody answers the one, and the other is called."""
COURSES = {"missed": Scenario.MISSED, "outgoing": Scenario.OUTGOING}
"""All other calls ring at a group of phones, and are answered."""
ENDS = ("phone stops", "end", "end with recording")
OTHERWISE = {"missed": ENDS, "outgoing": ("new call", *ENDS)}
"""What of them is another kind of work than of the others; the rest is sent, and not measured again."""
HIDDEN = "hidden"
"""Callers who show no number: they are one client, whose calls become many."""
WARM_UP_CALLS = 3
BODY = Message(after=0, label="", headers={"Content-Type": "text/plain"}, body=b"x" * 300)
"""As long as the messages are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one message: medians of the rounds, CPU in milliseconds."""

    app: float
    database: float
    ratio: float
    """What the view that inserts one row costs, divided by it."""
    lowest: float
    """The ratio in the round in which it was lowest."""
    is_yardstick: bool


Costs = dict[str, Cost]


@dataclass(frozen=True, slots=True)
class Office:
    """A server with a connection of each vendor, and people whose numbers are known."""

    server: Server
    paths: dict[str, str]
    pbxs: dict[str, Any]
    clients: list[str]

    def stages(self, vendor: str, caller: str, count: int, known: Sequence[str] = ()) -> list[Any]:
        """`known`: those of the clients who may call."""
        # Whoever was missed before makes other work of the end of a talk.
        apart = known or self.clients[CALLERS.index(caller) :: len(CALLERS)] if caller in CALLERS else ()
        clients = {"unknown": (), HIDDEN: ["anonymous"]}.get(caller, apart)
        found: list[Any] = self.pbxs[vendor].stages(count, clients, COURSES.get(caller, Scenario.GROUP))
        return found

    def chosen(self, vendors: Sequence[str]) -> Sequence[str]:
        return vendors or list(self.pbxs)

    def left_over(self) -> dict[str, int]:
        """How many deliveries are in a state that they should not be in after all this."""
        sql = "SELECT state, count(*) FROM telephony_delivery GROUP BY state"
        return {state: count for state, count in querying(self.server)(sql) if state not in ("applied", "ignored")}


@contextmanager
def filled(url: str, var_dir: str, *, calls: int = 0, contacts: int = 0, threads: int = 2) -> Iterator[Office]:
    """A database with the company in it; the server is to be started, and is stopped at the end."""
    from tests.benchmarks.webhook_messages import Pbx

    server = Server(var_dir=Path(var_dir), database_url=url, workers=2, threads=threads if url else 1)
    server.environment["DJANGO_SETTINGS_MODULE"] = SETTINGS
    made = _python(server, "tests.benchmarks.webhook_data", str(calls), str(contacts))
    pbxs = {vendor: Pbx(vendor, pbx["settings"]) for vendor, pbx in made["pbxs"].items()}
    paths = {vendor: pbx["path"] for vendor, pbx in made["pbxs"].items()}
    try:
        yield Office(server, paths, pbxs, made["clients"])
    finally:
        server.stop()


def statements_of(office: Office, vendors: Sequence[str]) -> dict[str, tuple[int, list[str]]]:
    """Transactions and statements by kind, of a process that has already seen each kind: of some calls the fewest.

    Once in a while a message does more: it adds up what came, or reads the connection again.
    """
    sent, nobody_missed_yet = [], iter(office.clients)
    for vendor in office.chosen(vendors):
        # The first calls are for what is looked up only once in a process, and for what is learnt of the clock.
        for caller in (caller for caller in CALLERS for _ in range(3)):
            for stage in office.stages(vendor, caller, 1, [next(nobody_missed_yet)]):
                for message in stage.messages:
                    path = office.paths[vendor] + message.tail
                    sent.append(_as_json(_key(vendor, stage.kind, caller), path, message))
    counted = _python(office.server, "tests.benchmarks.statements", stdin=json.dumps(sent))
    found: dict[str, tuple[int, list[str]]] = {}
    for key, transactions, statements in counted:
        if key not in found or len(statements) <= len(found[key][1]):
            found[key] = transactions, statements
    return found


def measure(office: Office, vendors: Sequence[str], *, calls: int, rounds: int, posters: int) -> Costs:
    """All kinds of messages in turns, in each of the rounds."""
    of_rounds = defaultdict(list)
    for number in range(-1, rounds):  # The first one fills caches.
        for key, found in one_round(office, vendors, calls if number >= 0 else WARM_UP_CALLS, posters).items():
            if number >= 0:
                of_rounds[key].append(found)
    costs = {}
    for key, found in of_rounds.items():
        apps, databases, ratios = zip(*found, strict=True)
        costs[key] = Cost(
            app=median(apps), database=median(databases), ratio=median(ratios), lowest=min(ratios),
            is_yardstick=key in YARDSTICKS,
        )  # fmt: skip
    return costs


Measured = tuple[float, float, float]


def one_round(
    office: Office, vendors: Sequence[str], calls: int, posters: int, callers: Sequence[str] = CALLERS
) -> dict[str, Measured]:
    """Milliseconds of application and database, and the ratio to the inserts that were measured just before and after.

    The machine's speed changes within seconds: what is measured further apart says nothing of each other.
    """
    spent: dict[str, list[Measured]] = {BARE: [], INSERT: []}
    bodies = [BODY] * calls
    for vendor in office.chosen(vendors):
        for caller in callers:
            before = spent_on(office, YARDSTICKS[INSERT], bodies, posters)[:2]
            for stage in office.stages(vendor, caller, calls):
                app, database = _liked(office, vendor, stage.messages, posters)
                after = spent_on(office, YARDSTICKS[INSERT], bodies, posters)[:2]
                ratio = (sum(before) + sum(after)) / 2 / (app + database)
                if stage.kind in OTHERWISE.get(caller, (stage.kind,)):
                    spent.setdefault(_key(vendor, stage.kind, caller), []).append((app, database, ratio))
                spent[INSERT].append((*after, 1.0))
                before = after
            app, database, _ = spent_on(office, YARDSTICKS[BARE], bodies, posters)
            spent[BARE].append((app, database, sum(before) / (app + database)))
    return {key: _medians(costs) for key, costs in spent.items()}


def _medians(costs: Sequence[Measured]) -> Measured:
    app, database, ratio = (median(part) for part in zip(*costs, strict=True))
    return app, database, ratio


def _key(vendor: str, kind: str, caller: str) -> str:
    return f"{vendor}, {kind}, {caller}"


def spent_on(
    office: Office, path: str, messages: Sequence[Message], posters: int
) -> tuple[float, float, Sequence[Answer]]:
    """Milliseconds of application and database for each message, and the answers."""
    meter = Meter(office.server)
    before = meter.read()
    answers = post_all(office.server.url + path, messages, posters)
    app, database = meter.milliseconds_since(before)
    wrong = [answer for answer in answers if answer.status != 200]
    assert not wrong, wrong[0]
    return app / len(messages), database / len(messages), answers


def _liked(office: Office, vendor: str, messages: Sequence[Message], posters: int) -> tuple[float, float]:
    """The same of a PBX's messages, whose answers it has to like."""
    app, database, answers = spent_on(office, office.paths[vendor], messages, posters)
    for message, answer in zip(messages, answers, strict=True):
        complaint = office.pbxs[vendor].complaint(message, answer.status, answer.body)
        assert not complaint, f"{vendor}, {message.label}: {complaint}: {answer}"
    return app, database


def post_all(url: str, messages: Sequence[Message], posters: int) -> list[Answer]:
    """The answers in the messages' order; each thread has a connection that stays open."""
    parts = [messages[first::posters] for first in range(posters)]

    def post(part: Sequence[Message]) -> list[Answer]:
        sender = Sender()
        try:
            return [sender.send(url, message) for message in part]
        finally:
            sender.close()

    with ThreadPoolExecutor(posters) as pool:
        answered = list(pool.map(post, parts))
    return [answered[place % posters][place // posters] for place in range(len(messages))]


def _as_json(key: str, path: str, message: Message) -> list[Any]:
    body = message.body.decode("latin-1")
    return [key, path, message.method, message.query, dict(message.headers), body]


def _python(server: Server, module: str, *arguments: str, stdin: str = "") -> Any:
    """What a module prints as JSON, run on the server's database."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=server.environment, input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{module} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)
