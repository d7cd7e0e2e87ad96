"""Strategies: a call of one vendor, played; and what may happen to its messages on the way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from telephony.domain.events import CallEvent, Direction
from telephony.domain.fold import CallState
from tests.properties import pbxs
from tests.properties.messages import Message
from tests.properties.script import UNANSWERED, Script, scripts
from tests.properties.truth import truth
from tests.rounds import rounds

LATEST_COPY = timedelta(hours=2)
LATEST_ANONYMOUS_COPY = timedelta(seconds=119)
"""Two equal messages without a call id further apart than this are two calls (calls/locate.py)."""
BOTH = (Direction.INCOMING, Direction.OUTGOING)
SCRIPTS: dict[str, st.SearchStrategy[Script]] = {
    "sipuni": scripts(directions=(*BOTH, Direction.INTERNAL), outcomes=UNANSWERED, transfers=True),
    "mobilon": scripts(directions=(*BOTH, Direction.INTERNAL), outcomes=UNANSWERED, transfers=False),
    "wirecrm": scripts(directions=BOTH, outcomes=UNANSWERED, transfers=False),
    "xvb": scripts(directions=BOTH, outcomes=UNANSWERED, transfers=False),
}
VENDORS = tuple(SCRIPTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A call and its messages as sent."""

    vendor: str
    script: Script
    messages: tuple[Message, ...]
    truth: CallState

    @property
    def events(self) -> list[CallEvent]:
        return events_of(self.messages)


def examples(count: int) -> settings:
    """With --full so many examples of a property, else a third; HYPOTHESIS_PROFILE=thorough: twenty times as many."""
    thorough = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
    # How fast they are made says how busy the machine is.
    many = count * 20 if thorough else rounds(count // 3, full=count)
    return settings(max_examples=many, suppress_health_check=[HealthCheck.too_slow])


def events_of(messages: Sequence[Message]) -> list[CallEvent]:
    return [event for message in messages for event in message.events()]


def play(vendor: str, script: Script, *, anonymous_end: bool = False) -> Played:
    """`anonymous_end`: XVB's COMPLETED names no call."""
    messages = pbxs.xvb(script, anonymous_end=anonymous_end) if vendor == "xvb" else getattr(pbxs, vendor)(script)
    expected = truth(vendor, script, anonymous_end=anonymous_end)
    return Played(vendor=vendor, script=script, messages=tuple(messages), truth=expected)


@st.composite
def played_calls(draw: st.DrawFn, vendor: str) -> Played:
    anonymous_end = vendor == "xvb" and draw(st.booleans())
    return play(vendor, draw(SCRIPTS[vendor]), anonymous_end=anonymous_end)


@st.composite
def arrivals(
    draw: st.DrawFn, messages: Sequence[Message], *, latest_copy: timedelta = LATEST_COPY
) -> tuple[Message, ...]:
    """These messages, some of them again and later, in any order."""
    copied = draw(st.lists(st.sampled_from(list(messages)), max_size=4)) if messages else []
    delays = draw(
        st.lists(st.integers(0, int(latest_copy.total_seconds())), min_size=len(copied), max_size=len(copied))
    )
    copies = [message.again(timedelta(seconds=delay)) for message, delay in zip(copied, delays, strict=True)]
    return tuple(draw(st.permutations([*messages, *copies])))


def first_copy_first(arrived: Sequence[Message]) -> tuple[Message, ...]:
    """The same order, but of the copies of one message the one received first is processed first."""
    copies: dict[bytes, list[Message]] = {}
    for message in sorted(arrived, key=lambda message: message.hook.received_at, reverse=True):
        copies.setdefault(message.hook.body, []).append(message)
    return tuple(copies[message.hook.body].pop() for message in arrived)


@st.composite
def subsets(draw: st.DrawFn, messages: Sequence[Message]) -> tuple[Message, ...]:
    """Some of the messages, in their order."""
    kept = draw(st.lists(st.booleans(), min_size=len(messages), max_size=len(messages)))
    return tuple(message for message, keep in zip(messages, kept, strict=True) if keep)


def says_the_end(message: Message) -> bool:
    """Mobilon's END, which follows the HANGUP and tells nothing more, is not what the end is told by."""
    return any(
        event.kind == "ended" and (event.status is not None or message.vendor != "mobilon")
        for event in message.events()
    )
