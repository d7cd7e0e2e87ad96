"""webhook.py --burst: a thousand calls in ten seconds, to README's servers: errors, waits, until all is applied."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import local

from telephony.simulator.sender import Answer, Sender
from telephony.vendors.simulated import Message, Scenario
from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.benchmarks.webhook_rounds import Office, filled, post_all
from tests.figures import figure
from tests.load.judged import querying
from tests.load.test_starvation import command_of_readme
from tests.load.workers import Program

NAME = "18.4 a burst of 4,000 messages in 10 s"
CALLS, SECONDS = 1000, 10.0
SENDERS = 64
MOST_P99, MOST_SECONDS = 0.25, 30
UNTIL_WORKER = 10
GIVE_UP = 300
LEFT = "SELECT count(*) FROM telephony_delivery WHERE state = 'received'"


def run() -> int:
    """Prints what came of it; 1 if a message got no answer, or waited too long."""
    with ExitStack() as stack:
        var_dir = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(fresh_database(POSTGRESQL_URL))
        office = stack.enter_context(filled(url, var_dir, threads=4))
        office.server.environment["CELERY_BROKER_URL"] = "filesystem://"
        office.server.start()
        log = Path(var_dir) / "worker.log"
        worker = Program(office.server.environment, log, "-m", "celery", *command_of_readme())
        worker.start()
        stack.callback(worker.stop)
        return _burst(office)


def _burst(office: Office) -> int:
    url = office.server.url + office.paths["sipuni"]
    for stage in office.pbxs["sipuni"].stages(20):
        post_all(url, stage.messages, 4)
    time.sleep(UNTIL_WORKER)
    *stages, _ = office.pbxs["sipuni"].stages(CALLS, office.clients, Scenario.ANSWERED)
    begun = time.monotonic()
    answers = _post_in_time(url, [stage.messages for stage in stages])
    sent = time.monotonic() - begun
    applied = _until_applied(office, begun)
    waits = sorted(answer.seconds for answer in answers)
    errors = sum(answer.status != 200 for answer in answers)
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    sys.stdout.write(
        f"{len(answers)} messages in {sent:.1f} s: {errors} errors; the answer p50 {p50 * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, slowest {waits[-1] * 1000:.0f} ms; all applied after {applied:.1f} s\n"
    )
    figure(NAME, "messages that got no answer", errors, goal="0")
    figure(NAME, "p99 of the answer", p99 * 1000, unit="ms", goal=f"under {MOST_P99 * 1000:.0f}")
    figure(NAME, "all applied after the first message", applied, unit="s", goal=f"under {MOST_SECONDS}")
    left = office.left_over()
    if left:
        sys.stdout.write(f"not applied: {left}\n")
    return int(bool(errors or left) or p99 > MOST_P99 or applied > MOST_SECONDS)


def _post_in_time(url: str, stages: Sequence[Sequence[Message]]) -> list[Answer]:
    """The calls begin evenly, the messages of each come a second apart. A wait counts from when it was to be sent."""
    for_calls = SECONDS - (len(stages) - 1)
    planned = sorted(
        ((place * for_calls / CALLS + step, message) for step, stage in enumerate(stages) for place, message in
         enumerate(stage)), key=lambda one: one[0],
    )  # fmt: skip
    mine, begun = local(), time.monotonic()

    def post(one: tuple[float, Message]) -> Answer:
        at, message = one
        time.sleep(max(0.0, begun + at - time.monotonic()))
        if not hasattr(mine, "sender"):
            mine.sender = Sender()
        answer: Answer = mine.sender.send(url, message)
        return Answer(status=answer.status, body=answer.body, seconds=time.monotonic() - begun - at)

    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(post, planned))


def _until_applied(office: Office, begun: float) -> float:
    query = querying(office.server)
    while query(LEFT) != [(0,)] and time.monotonic() - begun < GIVE_UP:
        time.sleep(0.2)
    return time.monotonic() - begun
