"""Pauses between attempts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.jobs import Pauses

ONE, TWO = timedelta(seconds=1), timedelta(seconds=2)
PAUSES = Pauses(table=(ONE, TWO))


@pytest.mark.parametrize(("attempts", "pause"), [(0, ONE), (1, ONE), (2, TWO), (3, None), (4, None)])
def test_a_pause_after_each_failed_attempt_but_the_last(attempts: int, pause: timedelta | None) -> None:
    assert PAUSES.after(attempts) == pause
    assert PAUSES.max_attempts == 3


@pytest.mark.parametrize(("attempts", "pause"), [(1, ONE), (2, TWO), (3, TWO), (1000, TWO)])
def test_the_last_pause_may_come_again_and_again(attempts: int, pause: timedelta) -> None:
    endless = replace(PAUSES, repeats_last=True)
    assert endless.after(attempts) == pause
    assert endless.max_attempts is None


def test_without_a_table_the_first_attempt_is_the_last() -> None:
    assert Pauses().after(1) is None
    assert Pauses().max_attempts == 1


def test_jitter_only_adds_and_differs_each_time() -> None:
    jittered = replace(PAUSES, jitter=0.1)
    pauses = {jittered.after(1) for _ in range(100)}
    assert len(pauses) > 90
    assert all(pause is not None and ONE <= pause <= 1.1 * ONE for pause in pauses)
