"""Why a call was lost: a table of what is known, and every lost call of every payload and played scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.utils import translation

from telephony.domain.causes import Cause, Lost, cause_of
from telephony.domain.events import CallEvent, CallStatus, Direction, LegRole
from telephony.domain.exceptions import HookRejected, MalformedHook
from telephony.domain.fold import CallState, fold
from telephony.domain.reasons import EndReason
from telephony.models import CauseChoice
from telephony.simulator.scenarios import EMPLOYEES, Scriptwriter
from telephony.ui.causes import in_words
from telephony.vendors import get_vendor, installed
from telephony.vendors.simulated import Scenario
from tests.rows import rows
from tests.simulator.test_messages import STARTED_AT, events_of, make_pbx
from tests.vendors.payloads import payloads_of
from tests.vendors.shared_calls import CALLS

IN, OUT, UNSAID = Direction.INCOMING, Direction.OUTGOING, Direction.UNKNOWN
SOMEBODYS, NOBODYS = (True, False), (False, False)
# direction, status, the PBX's reason, outside hours, whose phones rang
KNOWN = [
    ((IN, "answered", "", False, SOMEBODYS), None),
    ((IN, "ringing", "", False, SOMEBODYS), None),
    ((IN, "unknown", "", False, ()), None),
    ((IN, "unknown", "no_money", False, ()), Cause.NO_MONEY),
    ((IN, "no_answer", "", False, SOMEBODYS), Cause.NOT_PICKED_UP),
    ((IN, "no_answer", "", False, NOBODYS), Cause.NOBODYS_PHONE),
    ((IN, "no_answer", "", False, ()), Cause.NO_PHONE_RANG),
    ((IN, "no_answer", "", True, SOMEBODYS), Cause.OUTSIDE_HOURS),
    ((IN, "cancelled", "", False, SOMEBODYS), Cause.GAVE_UP_RINGING),
    ((IN, "cancelled", "", False, ()), Cause.GAVE_UP_WAITING),
    ((IN, "busy", "", False, SOMEBODYS), Cause.BUSY),
    ((IN, "failed", "", False, ()), Cause.PBX_ERROR),
    ((IN, "no_answer", "gave_up", False, ()), Cause.GAVE_UP_WAITING),
    ((IN, "no_answer", "gave_up", False, NOBODYS), Cause.GAVE_UP_RINGING),
    ((IN, "no_answer", "not_registered", False, SOMEBODYS), Cause.NOT_REGISTERED),
    ((IN, "no_answer", "not_registered", True, SOMEBODYS), Cause.OUTSIDE_HOURS),
    ((IN, "failed", "no_money", True, ()), Cause.NO_MONEY),
    ((IN, "failed", "blocked", False, ()), Cause.BLOCKED),
    ((OUT, "no_answer", "", False, ()), Cause.NOT_PICKED_UP),
    ((OUT, "no_answer", "", True, ()), Cause.NOT_PICKED_UP),
    ((OUT, "cancelled", "", False, SOMEBODYS), Cause.CALLER_GAVE_UP),
    ((OUT, "busy", "", False, ()), Cause.BUSY),
    ((UNSAID, "no_answer", "", False, ()), Cause.UNKNOWN),
    ((UNSAID, "cancelled", "", False, ()), Cause.CALLER_GAVE_UP),
]
CAUSES_OF_PLAYED = {
    Scenario.MISSED: {Cause.NOT_PICKED_UP, Cause.GAVE_UP_RINGING, Cause.GAVE_UP_WAITING, Cause.NO_PHONE_RANG},
    Scenario.BUSY: {Cause.BUSY},
    Scenario.OUTGOING_MISSED: {Cause.NOT_PICKED_UP, Cause.CALLER_GAVE_UP},
}
# Some PBXs have no word for a busy line: to them such a call was missed.
NOT_SAID_BUSY = {**{scenario: scenario for scenario in CAUSES_OF_PLAYED}, Scenario.BUSY: Scenario.MISSED}


def test_cause_of_what_is_known() -> None:
    with rows() as row:
        for (direction, status, reason, outside, owners), cause in KNOWN:
            with row((direction, status, reason, outside, owners)):
                told = Lost(direction=direction, status=status, reason=reason, is_outside=outside, owners=owners)
                assert cause_of(told) == cause
        for reason in EndReason:
            with row(reason):
                assert cause_of(Lost(direction=IN, status="no_answer", reason=reason)) not in (None, Cause.UNKNOWN)


def test_every_cause_has_words_in_both_languages() -> None:
    with rows() as row:
        for cause in Cause:
            for direction in Direction:
                with row((cause, direction)):
                    texts = []
                    for language in ("en", "ru"):
                        with translation.override(language):
                            why = in_words(cause, direction, 34)
                            assert "%" not in why.sentence + why.advice
                            texts.append((why.sentence, why.advice, str(CauseChoice(cause).label)))
                    assert all(english != russian for english, russian in zip(*texts, strict=True))


def test_lost_calls_of_all_payloads_have_their_cause() -> None:
    """One by one, and put together by the PBX's id of the call."""
    lost = 0
    with rows() as row:
        for slug in installed():
            for name, events in _of_payloads(slug):
                with row((slug, name)):
                    lost += _check(events)
        for call in CALLS:
            with row(call.name):
                for state in call.calls(range(len(call.messages))).values():
                    lost += _judge(state, has_direction=state.direction is not UNSAID)
    assert lost > 60


def test_lost_calls_of_all_scenarios_have_their_cause() -> None:
    with rows() as row:
        for slug in installed():
            for variant in get_vendor(slug).simulator().variants:
                pbx = make_pbx(slug, variant)
                for scenario in set(CAUSES_OF_PLAYED) & set(pbx.scenarios):
                    with row((slug, variant, scenario)):
                        writer = Scriptwriter(seed=7, scenarios=[scenario], employees=EMPLOYEES)
                        state = fold(events_of(pbx, writer.write(started_at=STARTED_AT)))
                        told = scenario if "busy" in (state.status, state.end_reason) else NOT_SAID_BUSY[scenario]
                        is_open = state.status in (CallStatus.RINGING, CallStatus.UNKNOWN)
                        assert is_open or _cause(state) in CAUSES_OF_PLAYED[told]


def _of_payloads(slug: str) -> Iterator[tuple[str, list[CallEvent]]]:
    together: dict[str, list[CallEvent]] = defaultdict(list)
    for payload in payloads_of(get_vendor(slug)):
        try:
            events = get_vendor(slug).parse(payload.hook, payload.profile).events
        except (HookRejected, MalformedHook):
            continue
        by_call: dict[str, list[CallEvent]] = defaultdict(list)
        for event in events:
            by_call[event.external_id or "anonymous"].append(replace(event, external_id=event.external_id or "1"))
        for key, of_call in by_call.items():
            together[key] += of_call
            yield payload.name, of_call
    yield from together.items()


def _check(events: Sequence[CallEvent]) -> int:
    return _judge(fold(events), has_direction=any(event.direction for event in events))


def _judge(state: CallState, *, has_direction: bool) -> int:
    cause = _cause(state)
    if cause is None:
        return 0
    # Alone, a message that does not say who called whom can't tell who did not answer.
    carries = bool(state.end_reason) or has_direction
    assert not carries or cause is not Cause.UNKNOWN, state
    if state.end_reason and state.end_reason != EndReason.GAVE_UP:
        assert cause == state.end_reason
    return 1


def _cause(state: CallState) -> Cause | None:
    owners: Iterable[bool] = [True for leg in state.legs if leg.role is LegRole.CALLED]
    return cause_of(Lost(direction=state.direction, status=state.status, reason=state.end_reason, owners=owners))
