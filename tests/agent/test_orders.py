"""Orders of the CRM's: each is carried out once and never late, and says what became of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.agent.collector import Collector
from tests.agent.fake_ami import FakeAmi, captured
from tests.agent.running import Agent


def order(name: str = "crm-0f3b7c52-46", *, seconds: float = 20, **changed: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": name, "do": "call", "extension": "101", "number": "79161234567", "expires_at": until, **changed}


def failures(collector: Collector) -> list[dict[str, str]]:
    return [event for event in collector.events() if event["Event"] == "OriginateResponse"]


def test_an_order_is_what_asterisk_understands(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["orders"] = {"context": "internal"}
    agent.start()
    ami.wait_for_login()
    collector.polled = [order(show="74951234567")]
    [asked] = ami.originated(count=1)
    assert asked["raw"].split("\r\n") == [
        "Action: Originate",
        "ActionID: crm-0f3b7c52-46",
        "ChannelId: crm-0f3b7c52-46",
        "Channel: PJSIP/101",
        "Context: internal",
        "Exten: 79161234567",
        "Priority: 1",
        "Timeout: 20000",
        "Async: true",
        "CallerID: 79161234567 <79161234567>",
        "Variable: CRM_REF=crm-0f3b7c52-46",
        "Variable: CRM_SHOW=74951234567",
    ]


def test_freepbx_is_called_as_its_phones_call(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["orders"] = {"channel": "Local/{extension}@from-internal"}
    agent.start()
    ami.wait_for_login()
    collector.polled = [order()]
    [asked] = ami.originated(count=1)
    assert (asked["Channel"], asked["Context"]) == ("Local/101@from-internal", "from-internal")


def test_an_order_may_ride_in_the_answer_to_a_batch(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["crm"]["poll_seconds"] = "3600"
    agent.start()
    ami.wait_for_login()
    collector.commands = [order()]
    ami.say(captured("in_answered"))
    assert len(ami.originated(count=1)) == 1


def test_an_order_that_comes_again_is_carried_out_once_also_after_a_kill(
    agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    agent.start()
    ami.wait_for_login()
    collector.commands = collector.polled = [order()]
    ami.originated(count=1)
    agent.kill()
    agent.start()
    ami.wait_for_login(after=1)
    ami.say(captured("in_answered"))
    collector.wait(collector.batches)
    before = len(collector.requests)
    collector.wait(lambda: len(collector.requests) > before + 5)
    assert len(ami.originated(count=1)) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"seconds": -1}, "it came too late"),
        ({"expires_at": None}, "it does not say until when it holds"),
        ({"number": "7916\r\nAction: Command"}, "a number in it is none"),
        ({"extension": "101&PJSIP/102"}, "a number in it is none"),
        ({"extension": ""}, "a number in it is none"),
        ({"show": "1\nVariable: X=Y"}, "a number in it is none"),
    ],
)
def test_an_order_that_must_not_be_carried_out_is_answered(
    changed: dict[str, Any], why: str, agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    agent.start()
    ami.wait_for_login()
    collector.polled = [order(**changed)]
    [failure] = collector.wait(lambda: failures(collector))
    assert (failure["ActionID"], failure["Response"], failure["Reason"]) == ("crm-0f3b7c52-46", "Failure", "0")
    assert failure["Message"] == why
    assert not [action for action in ami.actions if action["Action"] != "Ping"]


def test_how_late_it_is_says_the_crm_s_clock_and_not_the_pbx_s(
    agent: Agent, ami: FakeAmi, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer has a date, two hours from now; by that clock the order holds."""
    later = time.time() + 7200
    handler = collector._server.RequestHandlerClass
    monkeypatch.setattr(
        handler, "date_time_string", lambda *_: time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(later))
    )
    agent.start()
    ami.wait_for_login()
    collector.polled = [order("late", seconds=20), order("in time", seconds=7230), order("in.time", seconds=7230)]
    [asked] = ami.originated(count=1)
    assert asked["ActionID"] == "in.time"


def test_what_asterisk_refuses_is_told(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    ami.answer_to_originate = [("Response", "Error"), ("Message", "Permission denied")]
    agent.start()
    ami.wait_for_login()
    collector.polled = [order()]
    [failure] = collector.wait(lambda: failures(collector))
    assert (failure["ActionID"], failure["Message"]) == ("crm-0f3b7c52-46", "Permission denied")


def test_an_order_without_an_asterisk_is_told_to_have_failed(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    ami.stop()
    agent.start()
    collector.polled = [order()]
    [failure] = collector.wait(lambda: failures(collector))
    assert failure["Message"] == "AMI is not connected"


def test_rubbish_among_orders_keeps_none_of_them_back(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    rubbish: Any = [
        None,
        1,
        {},
        {"id": 5},
        {"id": "x" * 500, "do": "call"},
        {"id": "a", "do": "dance"},
        {"id": "b", "do": []},
    ]
    collector.polled = [*rubbish, order()]
    [asked] = ami.originated(count=1)
    assert asked["ActionID"] == "crm-0f3b7c52-46"


def test_an_answer_that_is_held_is_waited_for(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["crm"] |= {"hold_seconds": "25", "poll_seconds": "0.1"}

    def until_there_is_an_order() -> None:
        collector.wait(lambda: collector.polled)

    collector.hold = until_there_is_an_order
    agent.start()
    ami.wait_for_login()
    poll = collector.wait(lambda: [sent for sent in collector.requests if sent.method == "GET"])[0]
    assert poll.path.endswith("/commands?wait=25")
    collector.commands = [order()]
    ami.say(captured("in_answered"))  # Batches go on meanwhile.
    ami.originated(count=1)
    collector.polled = [order("crm-2")]
    assert [asked["ActionID"] for asked in ami.originated(count=2)] == ["crm-0f3b7c52-46", "crm-2"]
