"""Working hours, compared with a walk from minute to minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.domain.hours import (
    CLOSED,
    Hours,
    Span,
    add_working,
    is_working,
    next_opening,
    read_spans,
    shortened,
    working_between,
    write_spans,
)

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = Hours(
    zone=MOSCOW,
    week=[*[read_spans("9-13, 14-18")] * 5, CLOSED, CLOSED],
    days={date(2026, 11, 4): CLOSED, date(2026, 11, 3): read_spans("9-13, 14-17")},
)
MINUTE = timedelta(minutes=1)


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+03:00")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9-18", [(540, 1080)]),
        ("09:00–13:00, 14.00 - 18:30", [(540, 780), (840, 1110)]),
        ("14-18; 9-13", [(540, 780), (840, 1080)]),
        ("9-13, 13-18", [(540, 780), (780, 1080)]),
        ("22:00-06:00", [(1320, 1800)]),
        ("0-24", [(0, 1440)]),
        ("", []),
    ],
)
def test_what_people_write(text: str, spans: list[tuple[int, int]]) -> None:
    read = read_spans(text)
    assert [(span.begins, span.ends) for span in read] == spans
    assert read_spans(write_spans(read)) == read


@pytest.mark.parametrize("text", ["9", "25-26", "9-9", "9:60-18", "24-6", "9-14, 13-18", "from nine"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_spans(text)


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        ("2026-11-02T08:59:59", False),
        ("2026-11-02T09:00:00", True),
        ("2026-11-02T13:30:00", False),
        ("2026-11-02T17:59:59", True),
        ("2026-11-02T18:00:00", False),
        ("2026-11-03T17:30:00", False),
        ("2026-11-04T12:00:00", False),
        ("2026-11-07T12:00:00", False),
    ],
)
def test_who_is_at_work(moment: str, open_then: bool) -> None:
    assert is_working(OFFICE, moscow(moment)) is open_then


@pytest.mark.parametrize(
    ("moment", "minutes", "then"),
    [
        ("2026-11-02T10:00", 30, "2026-11-02T10:30"),
        ("2026-11-02T12:45", 30, "2026-11-02T14:15"),
        ("2026-11-02T17:30", 30, "2026-11-02T18:00"),
        ("2026-11-02T17:45", 30, "2026-11-03T09:15"),
        ("2026-11-03T16:50", 30, "2026-11-05T09:20"),
        ("2026-11-06T20:00", 30, "2026-11-09T09:30"),
        ("2026-11-07T00:00", 0, "2026-11-09T09:00"),
        ("2026-11-02T10:00", 0, "2026-11-02T10:00"),
        ("2026-11-02T10:00", 40 * 60, "2026-11-10T11:00"),
    ],
)
def test_when_so_much_work_is_done(moment: str, minutes: int, then: str) -> None:
    assert add_working(OFFICE, moscow(moment), minutes * MINUTE) == moscow(then)


def test_hours_that_never_come() -> None:
    never = Hours(zone=MOSCOW, week=[CLOSED] * 7)
    assert next_opening(never, moscow("2026-11-02T10:00")) is None
    assert add_working(never, moscow("2026-11-02T10:00"), MINUTE) is None
    assert working_between(never, moscow("2026-11-02T10:00"), moscow("2027-11-02T10:00")) == timedelta(0)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9)])
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is(day: date, length: int) -> None:
    berlin = Hours(zone=ZoneInfo("Europe/Berlin"), week=[CLOSED] * 7, days={day: read_spans("22-6")})
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert working_between(berlin, noon, noon + timedelta(days=1)) == timedelta(hours=length)


def test_a_day_ends_earlier() -> None:
    assert write_spans(shortened(read_spans("9-13, 14-18"), 60)) == "09:00–13:00, 14:00–17:00"
    assert write_spans(shortened(read_spans("9-17, 17:30-18"), 60)) == "09:00–16:30"
    assert shortened(read_spans("9-10"), 60) == CLOSED
    assert shortened(read_spans("9-10"), 90) == CLOSED


ZONES = st.sampled_from(["Europe/Moscow", "Asia/Vladivostok", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
SPANS = st.builds(
    lambda begin, length: (Span(begin, begin + length),),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@st.composite
def schedules(draw: st.DrawFn) -> Hours:
    week = [draw(st.one_of(st.just(CLOSED), SPANS)) for _ in range(7)]
    start = date(2026, 3, 26)
    days = draw(st.dictionaries(st.integers(0, 6).map(lambda n: start + timedelta(days=n)), SPANS, max_size=2))
    return Hours(zone=ZoneInfo(draw(ZONES)), week=week, days=days)


def walk(hours: Hours, moment: datetime) -> bool:
    """Whether the wall clock of this minute lies in a span of its day or the day before."""
    local = moment.astimezone(hours.zone)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        for span in hours.of_day(day):
            begins, ends = (
                (datetime(day.year, day.month, day.day, tzinfo=hours.zone) + timedelta(minutes=at)).astimezone(UTC)
                for at in (span.begins, span.ends)
            )
            if begins <= moment < ends:
                return True
    return False


@settings(max_examples=60, deadline=None)
@given(schedules(), st.integers(0, 3 * 1440), st.integers(0, 2000))
def test_it_is_what_a_walk_from_minute_to_minute_finds(hours: Hours, begin: int, length: int) -> None:
    start = datetime(2026, 3, 26, tzinfo=UTC) + begin * MINUTE
    open_minutes = [walk(hours, start + at * MINUTE) for at in range(length)]
    assert working_between(hours, start, start + length * MINUTE) == sum(open_minutes) * MINUTE
    if open_minutes:
        assert is_working(hours, start) is open_minutes[0]
    for needed in (1, 30):
        done = add_working(hours, start, needed * MINUTE)
        if sum(open_minutes) >= needed:
            last = [at for at, is_open in enumerate(open_minutes) if is_open][needed - 1]
            assert done == start + (last + 1) * MINUTE
