"""When a report is due, and which days it tells of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from telephony.summary.mail.periods import days_of, next_due

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("period", "hour", "zone", "after", "due"),
    [
        ("day", 8, MOSCOW, (2026, 11, 28, 4, 59), (2026, 11, 28, 5)),
        ("day", 8, MOSCOW, (2026, 11, 28, 5, 0), (2026, 11, 29, 5)),
        ("day", 0, MOSCOW, (2026, 12, 31, 20, 59), (2026, 12, 31, 21)),
        ("day", 23, ZoneInfo("Asia/Vladivostok"), (2026, 11, 28, 12), (2026, 11, 28, 13)),
        ("day", 23, ZoneInfo("America/Los_Angeles"), (2026, 11, 28, 12), (2026, 11, 29, 7)),
        # Summer time begins: there is no 2 o'clock. It ends: 2 o'clock comes twice, and the report once.
        ("day", 2, BERLIN, (2026, 3, 28, 12), (2026, 3, 29, 1)),
        ("day", 2, BERLIN, (2026, 10, 24, 12), (2026, 10, 25, 0)),
        ("day", 2, BERLIN, (2026, 10, 25, 0), (2026, 10, 26, 1)),
        ("week", 8, MOSCOW, (2026, 11, 28, 12), (2026, 11, 30, 5)),
        ("week", 8, MOSCOW, (2026, 11, 30, 5), (2026, 12, 7, 5)),
    ],
)
def test_it_is_due_at_the_next_such_hour(
    period: str, hour: int, zone: ZoneInfo, after: tuple[int, ...], due: tuple[int, ...]
) -> None:
    begin = datetime(*after, tzinfo=UTC)  # type: ignore[misc,arg-type]
    assert next_due(period=period, hour=hour, zone=zone, after=begin) == datetime(*due, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_it_tells_of_yesterday_or_of_last_week() -> None:
    assert days_of(period="day", day=date(2026, 3, 1)) == (date(2026, 2, 28), date(2026, 2, 28))
    for day in range(16, 23):  # Also one on demand, in the middle of the week.
        assert days_of(period="week", day=date(2026, 11, day)) == (date(2026, 11, 9), date(2026, 11, 15))
