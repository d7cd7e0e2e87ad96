"""An order to call, from the click to the simulated PBX and back: each PBX, each documented failure in words."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import translation

from telephony.dialing.orders import dial
from telephony.dialing.words import PROBLEMS, told
from telephony.domain.exceptions import DialProblem, KeyReused
from telephony.models import Call, Dial
from telephony.vendors.simulated import Fault
from tests.dialing.pbx import CLIENT, SLUGS, TOKEN, Pbx, click

pytestmark = pytest.mark.django_db
each_pbx = pytest.mark.parametrize("slug", SLUGS)


@each_pbx
def test_the_phone_rings(pbx: Pbx, slug: str) -> None:
    phone = pbx.phone(slug)
    order = click(phone)
    assert order.state == Dial.State.SENT
    assert order.answered_at is not None
    assert told(order).text == "Your phone rings. Pick it up, and +7 920 111-96-13 is called."
    assert told(order).tone == "good"
    [(at, taken)] = pbx.accepted
    assert (at, taken.employee.extension, taken.number[-10:]) == (slug, "101", "9201119613")
    assert order.external_id == taken.order_id
    assert (order.connection, order.extension, order.phone_e164) == (phone.connection, phone, CLIENT)


@each_pbx
def test_a_phone_that_is_off_is_told_in_words(pbx: Pbx, slug: str) -> None:
    order = click(pbx.phone(slug, Fault.NOT_REGISTERED))
    assert order.state == Dial.State.FAILED
    words = told(order)
    assert words.tone == "bad"
    if slug == "xvb":  # Its family has one answer for a wrong phone and a wrong number.
        assert order.error_code == DialProblem.BAD_PARAMETERS
        assert "“Invalid parameters”" in words.text
    else:
        assert words.text.startswith("Your phone isn't connected to the PBX. Switch it on, then try again.")
        assert words.try_again
        assert "не зарегистрирован" in words.text
    assert not pbx.accepted


@each_pbx
def test_a_slow_answer_is_waited_for(pbx: Pbx, slug: str) -> None:
    begun = time.monotonic()
    assert click(pbx.phone(slug, Fault.SLOW)).state == Dial.State.SENT
    assert time.monotonic() - begun >= 0.5


@each_pbx
def test_when_the_connection_is_cut_nobody_knows_and_nothing_is_sent_again(pbx: Pbx, slug: str) -> None:
    order = click(pbx.phone(slug, Fault.DROPPED))
    assert order.state == Dial.State.UNKNOWN
    words = told(order)
    assert words.text == "The PBX didn't answer, but your phone may still ring: look at it before you try again."
    assert words.tone == "warn"
    assert len(pbx.accepted) == len(pbx.asked) == 1


@pytest.mark.parametrize(
    ("slug", "state", "code"),
    [
        ("sipuni", "failed", "unreadable"),
        ("mobilon", "failed", "unreadable"),
        ("wirecrm", "failed", "bad_number"),
        ("xvb", "sent", ""),
    ],
)
def test_an_answer_that_is_hard_to_read(pbx: Pbx, slug: str, state: str, code: str) -> None:
    order = click(pbx.phone(slug, Fault.UNREADABLE))
    assert (order.state, order.error_code) == (state, code)


@each_pbx
def test_an_order_that_no_call_follows_stays_taken(pbx: Pbx, slug: str) -> None:
    assert click(pbx.phone(slug, Fault.NO_CALL)).state == Dial.State.SENT
    assert not Call.objects.exists()


@pytest.mark.parametrize("slug", ["sipuni", "wirecrm", "xvb"])
def test_a_wrong_key_or_token_is_the_administrators_business(pbx: Pbx, slug: str) -> None:
    wrong = {**pbx.settings(slug), "secret": "wrong", "token": "wrong", "dial_token": "wrong"}
    order = click(pbx.phone(slug, settings=wrong))
    assert (order.state, order.error_code) == (Dial.State.FAILED, DialProblem.WRONG_TOKEN)
    assert "Tell your administrator." in told(order).text
    assert not told(order).try_again


def test_an_unknown_key_at_mobilon(pbx: Pbx) -> None:
    phone = pbx.phone("mobilon")
    phone.key = "somebody-else"
    phone.save()
    order = click(phone)
    assert order.error_code == DialProblem.WRONG_KEY
    assert told(order).text == (
        "The PBX doesn't know your phone's key. Tell your administrator. Its words: “Неверный ключ”."
    )


@each_pbx
def test_settings_that_are_missing(pbx: Pbx, slug: str) -> None:
    addresses = {name: value for name, value in pbx.settings(slug).items() if name.endswith("_url")}
    phone = pbx.phone(slug, settings=addresses)
    order = click(phone)
    if slug == "mobilon":  # It needs the key of the phone alone.
        assert order.state == Dial.State.SENT
    else:
        assert (order.state, order.error_code) == (Dial.State.FAILED, DialProblem.NOT_SET_UP)
        assert not pbx.asked


def test_a_pbx_that_is_down_was_not_told(pbx: Pbx) -> None:
    settings = {**pbx.settings("wirecrm"), "dial_url": "http://127.0.0.1:1/dial"}
    order = click(pbx.phone("wirecrm", settings=settings))
    assert (order.state, order.error_code) == (Dial.State.FAILED, DialProblem.UNREACHABLE)
    assert told(order).text == (
        "The PBX can't be reached, so nobody was called. Try again in a minute. "
        "(No connection could be made: the host is down, or a firewall is in between.)"
    )


def test_an_internal_network_has_to_be_allowed(pbx: Pbx) -> None:
    order = click(pbx.phone("wirecrm", internal_networks=[]))
    assert order.error_code == DialProblem.WRONG_ADDRESS
    assert "add the network to the connection's internal networks" in told(order).text
    assert not told(order).try_again
    assert not pbx.asked


@pytest.mark.parametrize("slug", ["wirecrm", "mobilon"])
def test_a_redirect_is_not_followed(pbx: Pbx, slug: str, redirecting: str) -> None:
    """Whoever sends us elsewhere has called nobody, and might have us call twice."""
    name = {"wirecrm": "dial_url", "mobilon": "api_url"}[slug]
    order = click(pbx.phone(slug, settings={**pbx.settings(slug), name: redirecting}))
    assert (order.state, order.error_code) == (Dial.State.FAILED, DialProblem.WRONG_ADDRESS)


@each_pbx
def test_no_secret_is_stored_with_the_order(pbx: Pbx, slug: str) -> None:
    for number, settings in (("101", pbx.settings(slug)), ("999", {**pbx.settings(slug), "secret": "other-secret"})):
        order = click(pbx.phone(slug, number, settings=settings))
        stored = str(Dial.objects.filter(pk=order.pk).values())
        assert TOKEN not in stored
        assert "secret" not in stored
        assert "key-of" not in stored


def test_a_pbx_that_repeats_our_token_is_cut_short(pbx: Pbx, echoing: str) -> None:
    settings = {"dial_url": echoing, "dial_token": "very-secret-value"}
    phone = pbx.phone("wirecrm", settings=settings)
    order = click(phone)
    assert (order.state, order.error_code) == (Dial.State.FAILED, DialProblem.REFUSED)
    assert order.error_text == "Bad: [hidden] and [hidden]"


def test_a_key_that_comes_again_gets_the_first_result(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    first = click(phone)
    assert click(phone) == first
    assert len(pbx.asked) == 1
    click(phone, key="click-0002")
    assert len(pbx.asked) == 2


def test_a_key_is_not_good_for_another_number(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    click(phone)
    with pytest.raises(KeyReused):
        click(phone, "+79160000001")
    assert len(pbx.asked) == 1


def test_two_users_may_have_the_same_key(pbx: Pbx) -> None:
    assert click(pbx.phone("sipuni")) != click(pbx.phone("wirecrm"))


def test_an_order_whose_process_ended_is_unknown_and_stays_the_only_one(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    lost = Dial.objects.create(user=phone.user, phone_raw=CLIENT, idempotency_key="click-0001", state="ordered")
    assert told(lost).text == "The PBX is being told to call."
    Dial.objects.update(ordered_at="2024-01-01T00:00:00Z")
    again = click(phone)
    assert again == lost
    assert again.outcome == Dial.State.UNKNOWN
    assert told(again).text.startswith("The PBX didn't answer")
    assert not pbx.asked


def test_every_problem_has_words_in_the_readers_language() -> None:
    order = Dial(phone_raw=CLIENT, phone_e164=CLIENT, state=Dial.State.FAILED, error_text="7")
    for language in ("en", "ru"):
        with translation.override(language):
            texts = set()
            for problem in DialProblem:
                order.error_code = problem
                texts.add(told(order).text)
            assert len(texts) == len(DialProblem) == len(PROBLEMS)
            assert not any("%" in text for text in texts)
            assert any("7)" in text for text in texts)  # A reason that is not known any more is told as it is.


def test_a_reason_that_is_not_known_any_more_is_still_told() -> None:
    order = Dial(phone_raw=CLIENT, state=Dial.State.FAILED, error_code="of_an_older_version", error_text="No.")
    assert told(order).text == "The PBX refused to call. Its words: “No”."


@pytest.mark.parametrize("text", ["+7 920 111-96-13", "8 (920) 111-96-13", "79201119613", "9201119613"])
def test_a_number_in_any_form(pbx: Pbx, text: str) -> None:
    order: Any = dial(user=pbx.phone("wirecrm").user, number=text, key="click-0001")
    assert (order.phone_e164, order.phone_raw) == (CLIENT, text)
    assert pbx.accepted[0][1].number == CLIENT
