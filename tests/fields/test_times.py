"""Moments, in whichever way they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook
from telephony.domain.fields import times
from tests.fields import MOSCOW, NOW, odd, params


class TestMoment:
    @pytest.mark.parametrize(
        ("value", "second"),
        [
            *[("1706525182", 0), ("1706525182.5", 0.5), ("1706525182,5", 0.5), ("2024-01-29 13:46:22", 0)],
            *[("2024-01-29T13:46:22+03:00", 0), ("2024-01-29 13:46:22.5", 0.5), ("2024-01-29T10:46:22Z", 0)],
            *[("20240129T134622", 0), ("2024-01-29 13:46", -22), ("1378296000", -328_229_182)],
        ],
    )
    def test_usual(self, value: str, second: float) -> None:
        told = params(t=value)
        assert fields.moment(told, "t", MOSCOW) == NOW + timedelta(seconds=second - 8)
        assert not told.notes

    @pytest.mark.parametrize(
        "value",
        [
            *["1706525182000", "1706525182000000", "1706525182000000000", "20240129134622"],
            *["2024-01-29T13:46:22 03:00", "2024-01-29 13:46:22 0300", "Mon, 29 Jan 2024 13:46:22 +0300"],
            *["29.01.2024 13:46:22", "29/01/2024 13:46:22", "01/29/2024 13:46:22", "2024/01/29 13:46:22"],
            *["29.01.2024, 13:46:22", "29.01.24 13:46:22", "01/29/2024 01:46:22 PM", "29-01-2024 13:46:22"],
        ],
    )
    def test_in_another_way(self, value: str) -> None:
        told = params(t=value)
        assert fields.moment(told, "t", MOSCOW) == NOW - timedelta(seconds=8)
        assert odd(told) == [("other_time", "t")]

    @pytest.mark.parametrize("value", ["", "0", "0.0", "000", "null"])
    def test_none(self, value: str) -> None:
        told = params(t=value)
        assert fields.moment(told, "t", MOSCOW) is None
        assert not told.notes

    @pytest.mark.parametrize(
        "value",
        [
            *[
                "soon",
                "-5",
                "1e300",
                "nan",
                "12",
                "2024-01-29",
                "0000-00-00 00:00:00",
                "0000-00-00",
                "99999999999999999999",
            ],
            *[
                "0001-01-01 00:00:00",
                "9999-12-31 23:59:59-23:00",
                "2024-13-45 99:99:99",
                "Mon, 99 Foo 2024 13:46:22 +0300",
            ],
            *["01.01.0001 00:00:00", "x" * 199],
        ],
    )
    def test_no_moment(self, value: str) -> None:
        told = params(t=value)
        assert fields.moment(told, "t", MOSCOW) is None
        assert odd(told) == [("not_a_time", "t")]

    def test_what_may_be_misread_is_believed_only_near_the_time_of_receipt(self) -> None:
        told = params(t="29.01.2024 13:30:00")
        assert fields.moment(told, "t", MOSCOW) is None
        assert odd(told) == [("unsure_time", "t")]
        wider = fields.moment(told, "t", MOSCOW, within=timedelta(hours=1))
        assert wider == datetime(2024, 1, 29, 10, 30, tzinfo=UTC)

    def test_of_day_and_month_those_that_are_nearer(self) -> None:
        told = fields.Params({"t": "02/01/2024 13:46:22"}, received_at=NOW + timedelta(days=3))
        assert fields.moment(told, "t", MOSCOW) == datetime(2024, 2, 1, 10, 46, 22, tzinfo=UTC)

    def test_nothing_happens_days_after_it_was_told(self) -> None:
        assert fields.moment(params(t="2024-02-01 13:46:00"), "t", MOSCOW)
        told = params(t="2024-02-01 13:47:00")
        assert fields.moment(told, "t", MOSCOW) is None
        assert odd(told) == [("ahead", "t")]


class TestLocalTime:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("2024-01-29 13:46:22", datetime(2024, 1, 29, 10, 46, 22, tzinfo=UTC)),
            ("2024-01-29T13:46:22+05:00", datetime(2024, 1, 29, 8, 46, 22, tzinfo=UTC)),
            ("", None),
        ],
    )
    def test_moment(self, value: str, expected: datetime | None) -> None:
        assert fields.local_time(params(t=value), "t", MOSCOW) == expected

    @pytest.mark.parametrize(
        "value", ["yesterday", "0000-00-00 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "x" * 99]
    )
    def test_no_moment(self, value: str) -> None:
        with pytest.raises(MalformedHook, match=r"^t: expected a time like 2024-01-29 13:46:22, got ") as caught:
            fields.local_time(params(t=value), "t", MOSCOW)
        assert len(str(caught.value)) < 110


class TestNear:
    @pytest.mark.parametrize("seconds", [0, 1, 600])
    def test_soon_after_its_reference(self, seconds: int) -> None:
        assert fields.near(NOW, NOW - timedelta(seconds=seconds)) == NOW

    @pytest.mark.parametrize("seconds", [-1, 601, 86400])
    def test_held_up_or_before_its_reference(self, seconds: int) -> None:
        reference = NOW - timedelta(seconds=seconds)
        assert fields.near(NOW, reference) == reference

    def test_without_reference(self) -> None:
        assert fields.near(NOW, None) == NOW

    def test_own_patience(self) -> None:
        reference = NOW - timedelta(hours=1)
        assert fields.near(NOW, reference, within=timedelta(hours=2)) == NOW


def test_a_mails_date_beyond_all_clocks_is_no_time() -> None:
    assert times.read("Mon, 29 Jan 2024 10:176444444444444446:30 GMT", MOSCOW) is None
