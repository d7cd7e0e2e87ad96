"""Deliberate mis-settings: each has an explanation of its own, and the link to what would change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from telephony.cards.trace import people
from telephony.models import CardDecision
from tests.desk import mistakes
from tests.desk.spoilt_office import Office

pytestmark = pytest.mark.django_db


CASES: list[tuple[Callable[[Office], None], str, str, str]] = [
    (
        mistakes.wrong_extension,
        "no_extension",
        "Phone 177 is nobody's at “Moscow office”.",
        "/extension/add/?connection=",
    ),
    (mistakes.mistyped_extension, "mistyped", "Anna has 0101: is that the same phone, mistyped?", "/extension/"),
    (
        mistakes.extension_at_another_pbx,
        "other_connection",
        "Anna has that number, but at “A sipuni”.",
        "/extension/add/",
    ),
    (
        mistakes.connection_without_a_user,
        "no_extensions",
        "Nobody has a phone at “Moscow office” yet",
        "/extension/add/",
    ),
    (
        mistakes.mapped_only_afterwards,
        "mapped_since",
        "At that time this phone was nobody's here; now it is Anna's.",
        "/exten",
    ),
    (mistakes.unknown_key, "unknown_key", "named the phone by key #", "&leg="),
    (mistakes.deactivated_user, "inactive", "Anna was deactivated", "/auth/user/"),
    (mistakes.cards_switched_off, "off", "Anna had cards switched off.", "/desksettings/"),
    (mistakes.do_not_disturb, "dnd", "Anna did not want to be disturbed then.", "/desksettings/"),
    (
        mistakes.outgoing_cards_switched_off,
        "outgoing_off",
        "Anna had cards of outgoing calls switched off.",
        "/desksettings/",
    ),
    (mistakes.internal_call, "internal", "Colleagues called each other", ""),
    (mistakes.message_came_late, "late", "came 3:20 after the phone began to ring: too late", ""),
    (mistakes.wrong_time_zone, "wrong_clock", "wrong time zone: the connection says Europe/Moscow.", "/connection/"),
    (mistakes.processed_late, "processed_late", "was processed 14:59 later", "/delivery/"),
    (mistakes.no_phone_named, "no_phone_named", "The PBX named no phone of ours", "/connection/"),
    (mistakes.only_the_end_is_told, "only_end", "told only of the call's end", "/connection/"),
    (mistakes.only_a_recording_is_told, "only_recording", "Only of a recording was told", ""),
    (mistakes.ring_is_not_told, "ring_not_told", "That this phone rang was not told", "/connection/"),
    (mistakes.two_phones_of_one_user, "duplicate", "Anna had a card of this call already, by another phone.", ""),
    (
        mistakes.no_page_was_open,
        "no_page",
        "No page of Anna was open, so there was no screen to show it on. None ever was.",
        "",
    ),
    (mistakes.not_on_the_staff, "not_staff", "“staff status” is off", "/auth/user/"),
    (mistakes.browser_was_offline, "not_fetched", "over for this phone after 19 s", ""),
    (mistakes.tab_in_the_background, "background", "No tab was in the foreground", ""),
    (mistakes.malformed_message, "failed", "could not be read: call_id", "/delivery/"),
    (
        mistakes.misspelt_placeholder,
        "placeholder",
        "shows a mistake in the PBX's settings: The PBX sent number={NUMBER]",
        "/deliv",
    ),
    (mistakes.event_that_means_nothing, "ignored", "was left aside: event=9", "/delivery/"),
    (mistakes.worker_stands, "waiting", "is the worker running?", "/delivery/"),
    (
        mistakes.connection_switched_off,
        "disabled",
        "“Moscow office” is switched off: its address answers 404",
        "/connection/",
    ),
    (
        mistakes.wrong_access_code,
        "wrong_code",
        "“A xvb” refused 1 requests so far, because of a wrong access code.",
        "/connec",
    ),
    (mistakes.mistyped_address, "stray", "1 requests came to addresses that no connection has", "/connection/"),
    (
        mistakes.address_never_entered,
        "never_heard",
        "“Moscow office” has never received anything up to then",
        "/connection/",
    ),
    (mistakes.fell_silent, "silent", "the last message before came at", "/connection/"),
    (mistakes.another_number, "other_calls", "received 1 messages around that time and understood them", "/delivery/"),
    (mistakes.no_pbx_at_all, "no_connection", "No PBX is connected yet", "/connection/add/"),
    (mistakes.vendor_not_installed, "no_vendor", "this kind of PBX is not installed here any more", "/connection/"),
    (mistakes.person_without_a_phone, "no_phone", "No phone is Zoe's here.", "/extension/add/?user="),
    (mistakes.person_without_rights, "no_rights", "guest may not open these pages", "/auth/user/"),
]


@pytest.mark.parametrize(("set_wrongly", "code", "words", "link"), CASES, ids=[case[0].__name__ for case in CASES])
def test_each_mis_setting_has_its_own_explanation(
    office: Office, set_wrongly: Callable[[Office], None], code: str, words: str, link: str
) -> None:
    set_wrongly(office)
    steps = office.steps()
    found = [step for step in steps if step.code == code]
    assert found, [(step.code, step.text) for step in steps]
    assert words in found[0].text, found[0].text
    assert link in found[0].url
    assert bool(found[0].url) == bool(link)
    stops = {step.code for step in steps if step.kind == "stop"}
    others = {other for _case, other, _words, _link in CASES} - {code, "never_heard", "no_phone"}
    # An address that is switched off answers as one that was never there.
    others -= {"stray"} if code == "disabled" else set()
    assert stops & others <= {"no_phone"}, stops


def test_at_least_twenty_explanations_differ() -> None:
    assert len({code for _case, code, _words, _link in CASES}) == len(CASES) > 20


def test_every_reason_for_no_card_has_its_sentence() -> None:
    assert set(people._REASONS) == set(CardDecision) - {CardDecision.SHOWN}
