"""What happens in a generated call, before any PBX tells of it: who rings when, who answers, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from telephony.domain.events import CallStatus, Direction

EXTENSIONS = ("101", "102", "103", "104", "105")
CLIENTS = ("79201119613", "89031234567", "9161112233", "998901234567", "8955555555")
"""Written as PBXs write them: with 7, with 8, bare, from abroad, and one that is no valid number."""
OUR_NUMBERS = ("73912000000", "78432000000")
EARLIEST, LATEST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
UNANSWERED = (CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELLED, CallStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The employee who answered calls another one in, who takes the call over. Seconds after the start."""

    extension: str
    rang_after: int
    answered_after: int
    left_after: int
    """When the first employee hung up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One call. All times are whole seconds after `started_at`."""

    call_id: str
    direction: Direction
    status: CallStatus
    started_at: datetime
    client: str
    our_number: str
    caller: str
    """The employee who calls; empty for an incoming call."""
    rings: tuple[tuple[str, int], ...]
    """Extensions in the order in which they begin to ring, with the time; no two at the same second."""
    answered_by: str
    answered_after: int | None
    transfer: Transfer | None
    ended_after: int
    delay: timedelta
    """How long after it happened each message arrives."""
    recorded: bool
    tells_answer: bool
    """Whether the PBX sends an answer event, where that depends (XVB's queues, WireCRM's relatives).

    For Mobilon: whether its END is a second later than its HANGUP.
    """
    end_names_employee: bool
    """Whether the end event says who answered, where that is optional."""

    def at(self, after: int) -> datetime:
        """When it happened, by the PBX's own clock."""
        return self.started_at + timedelta(seconds=after)

    def arrives(self, after: int) -> datetime:
        """When a message about that moment is received."""
        return self.at(after) + self.delay

    @property
    def talk_seconds(self) -> int:
        return 0 if self.answered_after is None else self.ended_after - self.answered_after

    @property
    def link(self) -> str:
        return f"https://records.pbx.example.ru/{self.call_id}.mp3"


@st.composite
def scripts(
    draw: st.DrawFn, *, directions: tuple[Direction, ...], outcomes: tuple[CallStatus, ...], transfers: bool
) -> Script:
    """Calls of these directions and (unanswered) outcomes; with attended transfers, if the PBX has them."""
    direction = draw(st.sampled_from(directions))
    status = draw(st.sampled_from((CallStatus.ANSWERED, CallStatus.ANSWERED, *outcomes)))
    phones = list(draw(st.permutations(EXTENSIONS)))
    caller = phones.pop() if direction is not Direction.INCOMING else ""
    rings = _rings(draw, direction, phones)
    last_ring = rings[-1][1] if rings else 0
    answered_after = last_ring + draw(st.integers(2, 40)) if status is CallStatus.ANSWERED else None
    answered_by = draw(st.sampled_from(rings))[0] if rings and answered_after else ""
    transfer = None
    if transfers and answered_after and direction is Direction.INCOMING and draw(st.booleans()):
        transfer = _transfer(draw, answered_after, next(phone for phone in phones if phone not in dict(rings)))
    busy_until = transfer.left_after if transfer else answered_after or last_ring
    return Script(
        call_id=f"{draw(st.integers(10**9, 2 * 10**9))}.{draw(st.integers(10, 99999))}0",
        direction=direction,
        status=status,
        started_at=draw(st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None))).replace(
            microsecond=0, tzinfo=UTC
        ),
        client=draw(st.sampled_from(CLIENTS)) if direction is not Direction.INTERNAL else "",
        our_number=draw(st.sampled_from(OUR_NUMBERS)),
        caller=caller,
        rings=rings,
        answered_by=answered_by or (caller if answered_after else ""),
        answered_after=answered_after,
        transfer=transfer,
        ended_after=busy_until + draw(st.integers(2, 400)),
        delay=timedelta(milliseconds=draw(st.integers(0, 2500))),
        recorded=status is CallStatus.ANSWERED and draw(st.booleans()),
        tells_answer=draw(st.booleans()),
        end_names_employee=draw(st.booleans()),
    )


def _rings(draw: st.DrawFn, direction: Direction, phones: list[str]) -> tuple[tuple[str, int], ...]:
    if direction is Direction.OUTGOING:
        return ()
    if direction is Direction.INTERNAL:
        return ((phones[0], 0),)
    count = draw(st.integers(1, 3))
    gaps = draw(st.lists(st.integers(2, 25), min_size=count, max_size=count))
    return tuple((phones[number], sum(gaps[: number + 1]) - 2) for number in range(count))


def _transfer(draw: st.DrawFn, answered_after: int, extension: str) -> Transfer:
    rang = answered_after + draw(st.integers(2, 60))
    answered = rang + draw(st.integers(2, 30))
    return Transfer(
        extension=extension, rang_after=rang, answered_after=answered, left_after=answered + draw(st.integers(0, 60))
    )
