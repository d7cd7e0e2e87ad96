"""The sound of a recording over the API: with a key, under the pages' rights, in the journal."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile

from telephony.models import Call, Listening, Recording
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db

SOUND = bytes(range(256)) * 8


@pytest.fixture
def recording(company: dict[str, Call]) -> Recording:
    row = company["vera"].recordings.get()
    row.file.save("vera.mp3", ContentFile(SOUND), save=False)
    row.state, row.sha256, row.content_type, row.size = "stored", "ab" * 32, "audio/mpeg", len(SOUND)
    row.save()
    return row


def get(group: str, recording: Recording, **headers: str) -> Any:
    return sign_in("anna", group).get(f"/api/v1/recordings/{recording.pk}/audio/", headers=headers)


def test_the_sound_comes_whole_or_in_part_and_each_time_is_journaled(recording: Recording) -> None:
    whole = get("Administrator", recording)
    assert (whole.status_code, whole["Content-Type"], b"".join(whole)) == (200, "audio/mpeg", SOUND)
    part = get("Administrator", recording, range="bytes=10-19")
    assert (part.status_code, b"".join(part)) == (206, SOUND[10:20])
    assert list(Listening.objects.values_list("username", flat=True)) == ["anna", "anna"]


def test_what_one_may_not_hear_is_not_there(recording: Recording) -> None:
    assert get("Operator", recording).status_code == 404
    assert not Listening.objects.exists()


def test_a_download_needs_its_own_right(recording: Recording) -> None:
    Recording.objects.update(call=Call.objects.get(external_id="1.0"))
    client = sign_in("anna", "Operator")
    assert client.get(f"/api/v1/recordings/{recording.pk}/audio/?download=1").status_code == 403


def test_a_number_that_is_none_is_not_found(recording: Recording) -> None:
    client = sign_in("anna", "Administrator")
    for pk in ("0", "x", "9" * 30, "-1"):
        assert client.get(f"/api/v1/recordings/{pk}/audio/").status_code == 404
