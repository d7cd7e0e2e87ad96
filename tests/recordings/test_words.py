"""What people read about a recording: its state, why, and what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from telephony.http import Failure
from telephony.models import Recording
from telephony.recordings import words
from telephony.recordings.storage import has_room


@pytest.mark.parametrize("state", Recording.State)
def test_every_state_has_a_word_and_a_colour(state: str) -> None:
    recording = Recording(state=state)
    assert words.state_text(recording)
    assert words.tone(recording) in ("", "good", "warn", "bad", "busy")


@pytest.mark.parametrize("reason", [*Recording.Reason, *Failure])
def test_every_reason_has_a_sentence(reason: str) -> None:
    sentence = words.reason_text(Recording(state="lost", reason=reason))
    assert sentence.endswith(".")


def test_a_recording_that_waits_says_why_and_until_when() -> None:
    moment = timezone.localtime().replace(hour=12, minute=5, second=9)
    recording = Recording(state="waiting", reason="not_found", next_try_at=moment)
    assert words.explanation(recording) == ("The PBX says that there is no such file. Next try: 12:05:09.")
    recording.next_try_at = moment + timedelta(days=2)
    day = (moment + timedelta(days=2)).strftime("%m/%d/%Y")
    assert words.explanation(recording).endswith(f"Next try: {day} 12:05.")


def test_what_the_pbx_said_is_quoted() -> None:
    recording = Recording(state="waiting", reason="message", detail="Запись не найдена")
    assert words.explanation(recording).endswith("It said: Запись не найдена")


def test_a_lost_recording_says_after_how_many_tries() -> None:
    recording = Recording(state="lost", reason="page", attempts=11)
    assert words.explanation(recording) == ("A web page came instead of a recording. Given up after 11 tries.")
    assert "login" in words.advice(recording)


def test_what_needs_no_words_has_none() -> None:
    assert words.explanation(Recording(state="stored")) == ""
    assert words.explanation(Recording(state="linked")) != ""
    assert words.advice(Recording(state="expired", reason="page")) == ""


def test_a_full_disk_is_said_with_what_to_do(settings: Any) -> None:
    assert has_room()
    settings.TELEPHONY_DISK_FLOOR = 10**18
    assert not has_room()
    assert "Make room" in words.why_paused()
