"""The whole calls of the shared tables, in all the orders in which their messages may come, and what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import permutations
from random import Random

from telephony.domain.events import UNANSWERED, CallEvent
from telephony.domain.exceptions import HookRejected
from telephony.domain.fold import CallState, fold
from tests.vendors.shared_meaning import DIRECTIONS
from tests.vendors.shared_vectors import ROWS, VECTORS, Message, Vector

TO_TRY_ALL_ORDERS = 7
SAMPLE = 500
"""Orders that are tried of longer calls."""
DOUBLED = 50
"""Orders that are tried in which everything comes twice."""
MISSED = frozenset({"no_answer", "busy", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a call is, as the table says in words; None is for what it leaves open."""

    status: frozenset[str] | str | None = None
    talked: frozenset[str] | str | None = None
    """Extensions or keys of all who talked with the client."""
    named: frozenset[str] = frozenset()
    """Of those whose phones rang, or who were called."""
    talk: int | None = None
    is_recorded: bool | None = None
    calls: tuple[int, ...] = (1,)
    """How many calls it may be."""


ANSWERED = Right(status="answered", talked="102", talk=83)
RECORDED = Right(status="answered", talked="102", talk=83, is_recorded=True)
BOTH_RANG = Right(status="answered", talked="102", named=frozenset({"101", "102"}), talk=83, is_recorded=True)
NOBODY = frozenset[str]()

# Source: the words of `expected` of each sequence in the tables.
RIGHT = {
    "itoolabs-seq-answered-group": BOTH_RANG,
    "itoolabs-seq-queue-comes-back": Right(status="talking", talked="102", named=frozenset({"101"})),
    "itoolabs-seq-missed": Right(status="no_answer", talked=NOBODY, named=frozenset({"101"}), talk=0),
    "itoolabs-seq-outgoing": Right(status="cancelled", talk=0),
    "itoolabs-seq-outgoing-busy": Right(status="busy", talked=NOBODY, talk=0),
    "itoolabs-seq-transfer": BOTH_RANG,
    "itoolabs-seq-history-only": RECORDED,
    "itoolabs-seq-attack": Right(calls=(0,)),
    "mango-seq-out-of-order": ANSWERED,
    "mango-seq-lost-in-menu": Right(status="no_answer", talked=NOBODY, talk=0),
    "mango-seq-consultation": Right(talked=frozenset({"123", "321"})),
    "mango-seq-outgoing-lost": Right(status="no_answer", talked=NOBODY, talk=0),
    "mango-seq-click-to-call": Right(named=frozenset({"101"})),
    "mango-seq-summary-only": ANSWERED,
    "mango-seq-answered-group": BOTH_RANG,
    "uis-seq-out-of-order": Right(status="answered", talked="2002", talk=83, is_recorded=True),
    "uis-seq-missed": Right(status="no_answer", talked=NOBODY, named=frozenset({"2001", "2002"}), talk=0),
    "uis-seq-missed-reverse": Right(status="no_answer", talked=NOBODY, talk=0),
    "uis-seq-click-to-call": Right(calls=(0, 1)),
    "uis-seq-no-wait-event": Right(status="answered", talked="2002", talk=83),
    "zadarma-seq-answered": BOTH_RANG,
    "zadarma-seq-record-before-end": RECORDED,
    "zadarma-seq-missed": Right(status="no_answer", talked=NOBODY, named=frozenset({"101", "102"}), talk=0),
    "zadarma-seq-gave-up": Right(status="cancelled", talked=NOBODY, talk=0),
    "zadarma-seq-no-answer-event": ANSWERED,
    "zadarma-seq-outgoing": Right(status="answered", talked="101", talk=41, is_recorded=True),
    "zadarma-seq-click-to-call": Right(named=frozenset({"101"})),
    "asterisk-seq-in-answered": Right(status="answered", talked="101", talk=5, is_recorded=True),
    "asterisk-seq-in-missed": Right(status=MISSED, talked=NOBODY, named=frozenset({"101"})),
    "asterisk-seq-in-giveup": Right(status="cancelled", talked=NOBODY, named=frozenset({"101"})),
    "asterisk-seq-in-busy": Right(status=MISSED, talked=NOBODY, named=frozenset({"101"})),
    "asterisk-seq-in-blind": Right(status="answered", talked=frozenset({"101", "102"}), is_recorded=True),
    "asterisk-seq-out-callback": Right(status="answered", talked="101"),
    "asterisk-seq-out-own-phone-silent": Right(status=frozenset(UNANSWERED), talked=NOBODY, calls=(0, 1)),
    "asterisk-seq-out-own-phone-busy": Right(status=frozenset(UNANSWERED), talked=NOBODY, calls=(0, 1)),
    "asterisk-seq-out-own-phone-unknown": Right(status=frozenset(UNANSWERED), talked=NOBODY, calls=(0, 1)),
    "asterisk-seq-attack": Right(calls=(0,)),
    "onlinepbx-seq-answered": BOTH_RANG,
    "onlinepbx-seq-missed-other-order": Right(status="no_answer", talked=NOBODY, named=frozenset({"101"}), talk=0),
    "onlinepbx-seq-gave-up": Right(status="cancelled", talked=NOBODY, talk=0),
    "onlinepbx-seq-late-recording": RECORDED,
}


class WholeCall:
    """One sequence of a table: its messages to us. What is asked of the PBX meanwhile is left out."""

    def __init__(self, row: Vector) -> None:
        self.name = str(row["id"])
        self.right = RIGHT.get(self.name, Right())
        found = (VECTORS[name] for name in row["vectors"])
        self.messages = [Message(vector) for vector in found if vector["direction"] == "pbx_to_crm"]
        self._told: dict[tuple[int, int], tuple[CallEvent, ...]] = {}

    @cached_property
    def stated(self) -> list[Vector]:
        """What the table says of the call's events."""
        expected = [message.vector["expected"] for message in self.messages]
        return [event for one in expected for event in one.get("events", [one])]

    def orders(self) -> Iterator[Sequence[int]]:
        """Orders in which the messages may come: all of them, or of a long call its own and some."""
        places = range(len(self.messages))
        if len(places) <= TO_TRY_ALL_ORDERS:
            yield from permutations(places)
            return
        chance = Random(self.name)
        yield places
        yield from (chance.sample(places, len(places)) for _ in range(SAMPLE))

    def doubled(self) -> Iterator[Sequence[int]]:
        """Each message twice: at once, all anew, all anew from the end, and mixed."""
        own = list(range(len(self.messages)))
        yield [place for place in own for _ in range(2)]
        yield own + own
        yield own + own[::-1]
        chance = Random(self.name)
        yield from (chance.sample(own + own, 2 * len(own)) for _ in range(DOUBLED))

    def calls(self, order: Sequence[int]) -> dict[str, CallState]:
        """The calls, by their ids, if the messages come in this order, a second apart."""
        events = defaultdict(list)
        for second, place in enumerate(order):
            for event in self._events(place, second):
                events[event.external_id].append(event)
        return {call_id: fold(told) for call_id, told in events.items()}

    def _events(self, place: int, second: int) -> tuple[CallEvent, ...]:
        if (place, second) not in self._told:
            sent_at = max(message.sent_at for message in self.messages)
            try:
                parsed = self.messages[place].parsed(sent_at + timedelta(seconds=second))
                self._told[place, second] = parsed.events
            except HookRejected:
                self._told[place, second] = ()
        return self._told[place, second]

    def faults(self, order: Sequence[int]) -> list[str]:
        """What is wrong with the call, in words; nothing if it is right."""
        calls = self.calls(order)
        if len(calls) not in self.right.calls:
            return [f"it is {len(calls)} calls"]
        return [fault for call in calls.values() for fault in [*self._of_parties(call), *_of_outcome(call, self.right)]]

    def _of_parties(self, call: CallState) -> Iterator[str]:
        clients = {one["client_phone_e164"] for one in self.stated if one.get("client_phone_e164")}
        if clients and call.client_e164 not in clients:
            yield f"the client is {call.client_e164}"
        directions = {DIRECTIONS[one["direction"]] for one in self.stated if one.get("direction")}
        if directions and call.direction not in directions:
            yield f"it is {call.direction}"
        numbers = {one["our_did"] for one in self.stated if one.get("our_did")}
        if numbers and call.our_number.lstrip("+") not in numbers:
            yield f"our number is {call.our_number}"


def _of_outcome(call: CallState, right: Right) -> Iterator[str]:
    statuses = {right.status} if isinstance(right.status, str) else right.status
    if statuses is not None and call.status not in statuses:
        yield f"it is {call.status}"
    if right.talk is not None and not call.status.is_open and call.talk_seconds != right.talk:
        yield f"the talk is {call.talk_seconds} s"
    people = {name for leg in call.legs for name in (leg.extension, leg.user_key)}
    if right.named - people:
        yield f"{right.named - people} are not named"
    expected = {right.talked} if isinstance(right.talked, str) else right.talked
    talked = [{leg.extension, leg.user_key} for leg in call.legs if leg.answered_at]
    if expected is not None and not (all(one & expected for one in talked) and expected <= set().union(*talked)):
        yield f"{talked} talked"
    if right.is_recorded is not None and bool(call.recordings) is not right.is_recorded:
        yield f"its recordings are {call.recordings}"


CALLS = [call for row in ROWS if "vectors" in row and (call := WholeCall(row)).messages]
