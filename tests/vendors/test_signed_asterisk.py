"""What the agent beside an Asterisk signs (Standard Webhooks): taken for five minutes, and only as it was signed."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import Hook
from telephony.vendors import standard_webhooks as signing
from tests.vendors.payloads import Payload, profile

NAME = "asterisk-in-answered-1"
SECRET = "test-agent-secret"


def hook(**headers: str) -> Hook:
    sent = Payload("asterisk", NAME).hook
    return replace(sent, headers={**sent.headers, **headers})


def signed_by(key: bytes, **headers: str) -> Hook:
    sent = hook(**headers)
    content = f"{sent.headers[signing.MESSAGE_ID]}.{sent.headers[signing.TIMESTAMP]}.".encode() + sent.body
    return hook(**headers, **{signing.SIGNATURE: f"v1,{signing.signature(key, content)}"})


def judged(sent: Hook, secret: str = SECRET) -> HookRejected | None:
    try:
        signing.authenticate(sent, profile(secret=secret))
    except HookRejected as refusal:
        return refusal
    return None


def test_its_own_message_is_taken() -> None:
    assert judged(hook()) is None


@pytest.mark.parametrize("name", sorted(signing.HEADERS))
def test_without_one_of_the_headers_it_is_refused_and_forgotten(name: str) -> None:
    refusal = judged(hook(**{name: ""}))
    assert refusal is not None
    assert (refusal.is_kept, refusal.reply and refusal.reply.status) == (False, 401)
    sent = hook()
    absent = judged(replace(sent, headers={key: value for key, value in sent.headers.items() if key != name}))
    assert (str(absent), str(refusal)) == ("The message is not signed.",) * 2


@pytest.mark.parametrize("late", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=30)])
def test_sent_again_later_it_is_refused_and_forgotten(late: timedelta) -> None:
    sent = hook()
    refusal = judged(replace(sent, received_at=sent.received_at + late))
    assert refusal is not None
    assert not refusal.is_kept


@pytest.mark.parametrize("stamp", ["soon", "-1", "1e9", "9" * 40, "１７９５８０８２７６"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    refusal = judged(signed_by(SECRET.encode(), **{signing.TIMESTAMP: stamp}))
    assert refusal is not None
    assert "look at the clock of the PBX" in str(refusal)


@pytest.mark.parametrize("secret", ["", "another"])
def test_with_another_secret_or_before_it_is_entered_it_is_kept(secret: str) -> None:
    refusal = judged(hook(), secret)
    assert refusal is not None
    assert refusal.is_kept


def test_the_signature_of_another_body_is_none() -> None:
    sent = hook()
    assert judged(replace(sent, body=sent.body.replace(b"79161234567", b"79160000000"))) is not None
    assert judged(hook(**{signing.MESSAGE_ID: "msg_other"})) is not None


@pytest.mark.parametrize("signature", ["v1,", "v1", "v2,AAAA", "v1,é☎", ",", "v1a,AAAA"])
def test_rubbish_is_refused_and_breaks_nothing(signature: str) -> None:
    assert judged(hook(**{signing.SIGNATURE: signature})) is not None


def test_while_a_secret_is_changed_there_may_be_two_signatures() -> None:
    right = hook().headers[signing.SIGNATURE]
    assert judged(hook(**{signing.SIGNATURE: f"v1,AAAA {right}"})) is None


def test_a_secret_may_be_written_as_standard_webhooks_does() -> None:
    key = b"0123456789abcdef01234567"
    encoded = base64.b64encode(key).decode()
    assert judged(signed_by(key), f"whsec_{encoded}") is None
    assert judged(signed_by(key), encoded) is None
    assert judged(signed_by(encoded.encode()), encoded) is None
    assert judged(signed_by(encoded.encode()), f"whsec_{encoded}") is not None
