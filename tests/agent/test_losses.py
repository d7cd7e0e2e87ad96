"""Nothing is lost and nothing doubled: kills, cut links, wrong secrets, full disks."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest

from tests.agent.collector import Collector
from tests.agent.fake_ami import Block, FakeAmi, captured
from tests.agent.running import Agent
from tests.rounds import rounds

SECONDS_OF_A_CUT = 0.7


def event(number: int) -> Block:
    return [
        *(("Event", "Newchannel"), ("Channel", f"PJSIP/trunk-{number:08x}"), ("Context", "from-trunk")),
        *(("Exten", "74951234567"), ("Uniqueid", f"{number}"), ("Linkedid", f"{number}")),
    ]


def numbers(events: list[dict[str, str]]) -> list[int]:
    return [int(one["Uniqueid"]) for one in events]


def taken(agent: Agent, collector: Collector) -> set[int]:
    """What the agent had taken over when it was killed: it stands on its disk, or was sent."""
    files = [*agent.spool.glob("*.batch"), *agent.spool.glob("*.open")]
    lines = [line for path in files for line in path.read_text().split("\n")[1:-1]]
    on_disk = {int(line.split('"Uniqueid": "')[1].split('"')[0]) for line in lines}
    return on_disk | set(numbers(collector.events()))


class Story:
    """AMI tells numbered events; after a kill it goes on with what that agent did not take."""

    def __init__(self, agent: Agent, ami: FakeAmi, collector: Collector, *, seed: int) -> None:
        self.agent, self.ami, self.collector = agent, ami, collector
        self.chance = random.Random(seed)
        self.next = 0

    def tell(self, until: int, *, killed: bool) -> None:
        """Bursts of a few, up to `until`; a kill comes in the midst of them."""
        stop_at = self.chance.randint(self.next + 1, until) if killed else until
        while self.next < stop_at:
            burst = range(self.next, min(self.next + self.chance.randint(1, 20), stop_at))
            assert self.ami.say(map(event, burst))
            self.next = burst.stop
            time.sleep(self.chance.choice((0, 0, 0.001, 0.02)))
        if killed:
            time.sleep(self.chance.choice((0, 0.01, 0.06, 0.1)))
            self.agent.kill()
            heard = taken(self.agent, self.collector)
            assert heard == set(range(len(heard)))  # No hole in it.
            self.next = len(heard)

    def start(self) -> None:
        before = self.ami.logins
        self.agent.start()
        self.ami.wait_for_login(after=before)


@pytest.mark.proof
def test_kills_and_cut_links_lose_nothing_and_double_nothing(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    kills, cuts = rounds(10, full=50), rounds(2, full=10)
    events = 200 * kills
    agent.settings["crm"]["poll_seconds"] = "3600"
    story = Story(agent, ami, collector, seed=17)
    for number in range(kills):
        story.start()
        if number % (kills // cuts) == 0:
            collector.loses = True
            story.tell(story.next + 50, killed=False)
            time.sleep(SECONDS_OF_A_CUT)
            collector.loses = False
        story.tell(events * (number + 1) // kills, killed=True)
    story.start()
    story.tell(events, killed=False)
    collector.wait(lambda: len(collector.events()) >= events, seconds=60)
    assert numbers(collector.events()) == list(range(events))
    by_id: dict[str, list[dict[str, str]]] = {}
    for sent in collector.posts():
        assert by_id.setdefault(sent.message_id, sent.events) == sent.events
    seqs = list(dict.fromkeys(sent.data["seq"] for sent in collector.posts()))
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_cut_link_makes_the_same_batch_come_again(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    collector.wait(lambda: [sent for sent in collector.posts() if sent.data["ami"]["connected"]])
    collector.loses = True
    ami.say(captured("in_answered"))
    [batch] = collector.wait(collector.batches)
    collector.loses = False

    def times() -> int:
        return sum(sent.message_id == batch.message_id for sent in collector.posts())

    collector.wait(lambda: not list(agent.spool.glob("*.batch")))
    assert times() >= 2
    assert len(collector.batches()) == 1


def test_each_time_it_is_signed_anew(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    """So that a batch is not too old when the link is back after an hour."""
    collector.status = 500
    agent.start()
    ami.wait_for_login()
    collector.wait(lambda: len(collector.posts()) >= 3)
    first, *_, last = collector.posts()
    assert first.message_id == last.message_id
    assert int(last.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert first.data["sent_at"] < last.data["sent_at"]
    assert last.is_signed(b"a secret of tests that is long enough")


def test_with_a_wrong_secret_everything_waits_for_the_right_one(
    agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    collector.status = 401
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    collector.wait(collector.posts)
    time.sleep(1.5)
    assert len(collector.posts()) == 1  # Asked slowly.
    assert "compare [crm] secret with its connection" in agent.said()
    assert agent.stop() == 0
    collector.status = 200
    agent.start()
    assert len(collector.wait(collector.events)) == 9


@pytest.mark.parametrize("status", [400, 413])
def test_a_batch_that_the_crm_can_t_read_is_kept_and_holds_up_no_other(
    status: int, agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    agent.start()
    ami.wait_for_login()
    collector.wait(collector.posts)
    collector.status = status
    ami.say([event(1)])
    refused = collector.wait(lambda: list((agent.spool / "refused").glob("*.batch")))
    collector.status = 200
    ami.say([event(2)])
    collector.wait(lambda: 2 in numbers(collector.events()))
    assert '"Uniqueid": "1"' in Path(refused[0]).read_text()


def test_the_spool_has_a_limit_and_gives_up_its_oldest(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["spool"]["megabytes"] = "0.005"
    collector.status = 500
    agent.start()
    ami.wait_for_login()
    for number in range(30):
        ami.say([event(number)])
        time.sleep(0.07)
    collector.wait(lambda: "The spool is full" in agent.said())
    assert sum(path.stat().st_size for path in agent.spool.glob("*.batch")) < 6000
    collector.status = 200
    collector.wait(lambda: 29 in numbers(collector.events()), seconds=40)
    seqs = sorted({sent.data["seq"] for sent in collector.posts()})
    assert max(later - earlier for earlier, later in itertools.pairwise(seqs)) > 1  # The gap is there to be seen.


def test_sigterm_ends_it_at_once_and_keeps_what_waits(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    collector.status = 500
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    collector.wait(lambda: len(list(agent.spool.glob("*.batch"))) >= 2)
    began = time.monotonic()
    assert agent.stop() == 0
    assert time.monotonic() - began < 5
    assert "Traceback" not in agent.said()
    assert list(agent.spool.glob("*.batch"))
