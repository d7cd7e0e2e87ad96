"""Every message and every whole call of the shared tables, for each PBX that is installed.

Without the tables, which lie beside the repository while the project is developed, there is nothing to try.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.domain.events import Parsed
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.hooks import Reply
from telephony.vendors import get_vendor
from tests.vendors.payloads import VENDORS_FOLDER
from tests.vendors.shared_calls import CALLS, WholeCall
from tests.vendors.shared_meaning import faults
from tests.vendors.shared_vectors import ANSWERS, MESSAGES, Message


def named(item: Any) -> str:
    return str(item["id"] if isinstance(item, dict) else item.name)


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_message_means_what_its_table_says(message: Message) -> None:
    stated = message.vector["expected"]
    parsed, reply = outcome_of(message)
    assert (parsed is None) == (stated.get("kind") == "rejected"), reply.body
    if parsed is not None:
        assert faults(stated, parsed) == []


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_message_is_answered_as_its_table_says(message: Message) -> None:
    parsed, reply = outcome_of(message)
    stated = message.vector.get("expected_response", {})
    if parsed is None:
        assert 400 <= reply.status < 500
    else:
        # Where a rival says 4xx to what it does not know, 200 is as good: it is told to the administrator.
        assert reply.status in (200, stated.get("status", 200))
    if "body" in stated and reply.status == stated["status"]:
        assert_same_body(reply, stated["body"])
    if "any_of" in stated:
        assert json.loads(reply.body) in stated["any_of"]
        assert reply.content_type.startswith(stated["content_type"])


@pytest.mark.parametrize("message", [message for message in MESSAGES if message.payload], ids=named)
def test_payload_is_the_table_s_message(message: Message) -> None:
    assert message.payload is not None
    sent, told = message.payload.hook, message.hook()
    assert (sent.method, sent.query, sent.body) == (told.method, told.query, told.body)
    assert getattr(sent, "tail", "") == getattr(told, "tail", "")
    for name, value in told.headers.items():
        assert sent.headers[name] == value


@pytest.mark.parametrize("answer", ANSWERS, ids=named)
def test_stored_answer_is_the_table_s(answer: dict[str, Any]) -> None:
    path = VENDORS_FOLDER / answer["vendor"] / "payloads" / "answers" / f"{answer['id']}.answer"
    if path.exists():
        head, _, body = path.read_bytes().partition(b"\r\n\r\n")
        assert (head.split(b" ")[1].decode(), body.decode()) == (str(answer["status"]), answer["body"])


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_call_is_right_in_every_order(call: WholeCall) -> None:
    wrong = [(order, found) for order in call.orders() if (found := call.faults(order))]
    assert wrong == []


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_call_is_right_if_each_message_comes_twice(call: WholeCall) -> None:
    wrong = [(order, found) for order in call.doubled() if (found := call.faults(order))]
    assert wrong == []


def outcome_of(message: Message) -> tuple[Parsed | None, Reply]:
    """What it means and what it is answered; None for what is refused."""
    vendor, hook, profile = get_vendor(message.slug), message.hook(), message.profile
    challenged = getattr(vendor, "challenge", lambda *_: None)(hook, profile)
    if challenged is not None:
        return Parsed(ignored="a check of the address"), challenged
    try:
        parsed = message.parsed()
    except HookRejected as error:
        own = getattr(error, "reply", None)
        return None, own or Reply.text(str(error), status=403)
    except MalformedHook as error:
        return Parsed(ignored=str(error), needs_attention=True), vendor.reply(hook, profile, None, message.outcome)
    return parsed, vendor.reply(hook, profile, parsed, message.outcome)


def assert_same_body(reply: Reply, stated: str) -> None:
    try:
        expected = json.loads(stated)
    except ValueError:
        assert reply.body.decode() == stated
    else:
        assert json.loads(reply.body) == expected
