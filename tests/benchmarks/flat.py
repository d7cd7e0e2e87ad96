"""webhook.py --flat: what a message costs with few and with many contacts and calls, on servers side by side."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from telephony.vendors.simulated import Message
from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.benchmarks.webhook_rounds import CALLERS, HIDDEN, Office, filled, one_round, spent_on
from tests.figures import figure
from tests.servers import ROOT
from tests.soap.messages import authorization, envelope

SIZES = ((1_000, 1_000), (1_000, 20_000))
"""Calls, contacts."""
FULL = (*SIZES, (1_000, 1_000_000), (1_000_000, 1_000))
MOST, MOST_OF_SAY_NAME = 1.3, 1.2
SAY_NAME = "SayName, known"
ASKED = 3
"""SayName is measured with so many times the calls: it is cheap."""


def run(*, full: bool, vendors: Sequence[str], quick: bool) -> int:
    """Prints both tables; 1 if something grows more than it may."""
    calls, rounds = (5, 2) if quick else (20, 5)
    sizes = FULL if full else SIZES
    with ExitStack() as stack:
        offices = [stack.enter_context(_office(*size)) for size in sizes]
        costs = _measure(offices, vendors, calls=calls, rounds=rounds)
    worst = _print_table(sizes, costs)
    sys.stdout.write("\nOne event of a long call\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "tests.benchmarks.long_calls", "--postgresql", "--sizes", "10", "1000"]
    long_calls = subprocess.run(command, cwd=ROOT, check=False).returncode
    sys.stdout.write(f"flat={worst:.2f}\n")
    return int(worst > MOST or bool(long_calls))


@contextmanager
def _office(calls: int, contacts: int) -> Iterator[Office]:
    with ExitStack() as stack:
        var_dir = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(fresh_database(POSTGRESQL_URL))
        office = stack.enter_context(filled(url, var_dir, calls=calls, contacts=contacts))
        office.server.start()
        yield office


def _measure(
    offices: Sequence[Office], vendors: Sequence[str], *, calls: int, rounds: int
) -> dict[str, list[list[float]]]:
    """By kind: for each office the milliseconds of each round, application and database together."""
    costs: dict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in offices])
    for number in range(-1, rounds):  # The first one fills caches.
        for place, office in enumerate(offices):
            for key, (app, database, _) in one_round(office, vendors, calls, 2, (*CALLERS, HIDDEN)).items():
                if number >= 0:
                    costs[key][place].append(app + database)
            if "mobilon" in office.chosen(vendors):
                asked = [_question(random.choice(office.clients)) for _ in range(calls * ASKED)]
                spent = sum(spent_on(office, "/telephony/ws/VATS", asked, posters=2)[:2])
                costs[SAY_NAME][place] += [spent] if number >= 0 else []
    return costs


def _question(number: str) -> Message:
    body = envelope("SayName", "http://test", number=f"8{number[2:]}").encode()
    headers = {"Authorization": authorization(), "Content-Type": "text/xml"}
    return Message(after=0, label="SayName", headers=headers, body=body)


def _print_table(sizes: Sequence[tuple[int, int]], costs: dict[str, list[list[float]]]) -> float:
    """How many times as much the worst kind costs where it is slowest; SayName's is scaled to its own limit."""
    write = sys.stdout.write
    for name, place in (("calls", 0), ("contacts", 1)):
        write(f"{name:38}" + "".join(f"{size[place]:>11,}" for size in sizes) + "\n")
    worst = 1.0
    for key, found in costs.items():
        medians = [median(of_rounds) for of_rounds in found]
        spread = max(medians) / min(medians)
        worst = max(worst, spread * MOST / MOST_OF_SAY_NAME if key == SAY_NAME else spread)
        goal = f"at most {MOST_OF_SAY_NAME if key == SAY_NAME else MOST}"
        figure("flat", f"{key}, with many contacts and calls by with few", spread, goal=goal)
        write(f"{key:38}" + "".join(f"{cost:11.2f}" for cost in medians) + f"{spread:8.2f}\n")
    return worst
