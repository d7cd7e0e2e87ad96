"""What the agent hears of a real Asterisk, and what it makes an Asterisk do: over real SIP, AMI and HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agent.collector import Collector
from tests.agent.running import Agent
from tests.agent.test_orders import order
from tests.asterisk import stories
from tests.asterisk.phones import answering, ringing
from tests.asterisk.running import Asterisk, Call
from tests.servers import free_port

pytestmark = pytest.mark.proof


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector(free_port())
    yield made
    made.stop()


@pytest.fixture
def agent(tmp_path: Path, collector: Collector, asterisk: Asterisk) -> Iterator[Agent]:
    made = Agent(tmp_path / "agent", collector.url, asterisk.ami.port)
    made.settings["orders"] = {"context": "internal", "ring_seconds": "3"}
    made.settings["recordings"] = {"folder": str(asterisk.recordings)}
    made.start()
    collector.wait(lambda: [sent for sent in collector.posts() if sent.data["ami"]["connected"]])
    yield made
    made.kill()


def told(collector: Collector, *, calls: int = 1) -> list[tuple[str, str]]:
    """What was heard until so many calls were over: each event, and what it says."""
    collector.wait(lambda: [one["Event"] for one in collector.events()].count("CEL") >= calls)
    return [(one["Event"], one.get("DialStatus") or one.get("Result") or "") for one in collector.events()]


@pytest.mark.usefixtures("agent")
class TestHeard:
    def test_an_answered_call(self, asterisk: Asterisk, collector: Collector, tone: Path) -> None:
        assert stories.answered(asterisk, tone).wait() == 0
        assert told(collector)[:5] == [
            *(
                ("Newchannel", ""),
                ("Newchannel", ""),
                ("DialBegin", ""),
                ("DialState", "RINGING"),
                ("DialEnd", "ANSWER"),
            ),
        ]
        [row] = [one for one in collector.events() if one["Event"] == "Cdr"]
        assert (row["Source"], row["Destination"], row["Disposition"]) == (stories.CLIENT, stories.OF_ANNA, "ANSWERED")
        assert (asterisk.recordings / row["RecordingFile"]).stat().st_size > 10_000

    @pytest.mark.parametrize(
        ("story", "outcome"),
        [
            (stories.missed, ("DialEnd", "NOANSWER")),
            (stories.given_up, ("DialEnd", "CANCEL")),
            (stories.refused_as_busy, ("DialEnd", "BUSY")),
            (stories.internal, ("DialEnd", "ANSWER")),
        ],
    )
    def test_a_call_that_ends_so(
        self, story: Callable[[Asterisk], Call], outcome: tuple[str, str], asterisk: Asterisk, collector: Collector
    ) -> None:
        story(asterisk).wait()
        assert [one for one in told(collector) if one[0] == "DialEnd"] == [outcome]

    def test_a_queue_of_three(self, asterisk: Asterisk, collector: Collector) -> None:
        assert stories.queued(asterisk).wait() == 0
        heard = told(collector)
        assert heard.count(("DialBegin", "")) == 3
        assert heard.count(("DialEnd", "ANSWER")) == 1
        assert ("AgentConnect", "") in heard

    def test_a_blind_transfer(self, asterisk: Asterisk, collector: Collector, tone: Path) -> None:
        assert stories.handed_on_blindly(asterisk, tone).wait() == 0
        heard = told(collector)
        assert ("BlindTransfer", "Success") in heard
        assert heard.count(("DialEnd", "ANSWER")) == 2

    def test_an_attended_transfer(self, asterisk: Asterisk, collector: Collector, tone: Path) -> None:
        assert stories.handed_on_after_asking(asterisk, tone).wait() == 0
        told(collector)
        [handed] = [one for one in collector.events() if one["Event"] == "AttendedTransfer"]
        assert handed["Result"] == "Success"
        assert handed["OrigTransfererChannel"].startswith("PJSIP/101-")
        assert handed["TransfereeChannel"].startswith("PJSIP/trunk-")
        # While the local channel is taken out of the call, Asterisk names no target.
        assert handed.get("TransferTargetChannel", "Local/102@internal-").startswith("Local/102@internal-")

    def test_two_calls_at_once(self, asterisk: Asterisk, collector: Collector) -> None:
        assert [call.wait() for call in stories.at_the_same_time(asterisk)] == [0, 0]
        told(collector, calls=2)
        ends = {one["LinkedID"] for one in collector.events() if one["Event"] == "CEL"}
        assert len(ends) == 2


@pytest.mark.usefixtures("agent")
class TestOrdered:
    def test_a_call_has_the_order_s_id(self, asterisk: Asterisk, collector: Collector) -> None:
        asterisk.phone("101", answering())
        asterisk.phone("trunk", answering())
        collector.polled = [order("crm-1")]
        heard = collector.wait(lambda: {"OriginateResponse", "DialEnd"} <= {one["Event"] for one in collector.events()})
        assert heard
        collector.wait(lambda: [one for one in collector.events() if one.get("DialString", "").endswith("@trunk")])
        assert {one.get("Linkedid") or one.get("DestLinkedid") or "crm-1" for one in collector.events()} == {"crm-1"}
        asterisk.press("Hangup", "101", Cause="16")
        told(collector)

    @pytest.mark.parametrize(("phone", "extension", "reason"), [(ringing(), "101", "3"), (None, "199", "0")])
    def test_a_phone_that_is_silent_or_unknown(
        self, phone: str | None, extension: str, reason: str, asterisk: Asterisk, collector: Collector
    ) -> None:
        if phone:
            asterisk.phone("101", phone)
        collector.polled = [order("crm-2", extension=extension)]
        collector.wait(lambda: [one for one in collector.events() if one["Event"] == "OriginateResponse"])
        [answer] = [one for one in collector.events() if one["Event"] == "OriginateResponse"]
        assert (answer["ActionID"], answer["Response"], answer["Reason"]) == ("crm-2", "Failure", reason)

    def test_a_recording_is_uploaded(self, asterisk: Asterisk, collector: Collector, tone: Path) -> None:
        assert stories.answered(asterisk, tone).wait() == 0
        told(collector)
        [row] = [one for one in collector.events() if one["Event"] == "Cdr"]
        collector.polled = [{"id": "upload-1", "do": "upload", "file": row["RecordingFile"], "to": "recordings/1"}]
        [sent] = collector.wait(collector.puts)
        assert sent.body[:4] == b"RIFF"
        assert sent.body == (asterisk.recordings / row["RecordingFile"]).read_bytes()
