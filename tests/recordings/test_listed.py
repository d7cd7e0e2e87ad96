"""The list of recordings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from telephony.models import Call
from tests.recordings.world import STARTED_AT, make_connection, make_recording


@pytest.mark.django_db
def test_it_begins_with_the_latest_call_whenever_its_recording_was_noted(admin_client: Client) -> None:
    connection = make_connection()
    made = [make_recording(connection, link=f"https://pbx.example/{days}") for days in (2, 3, 1)]
    for recording, days in zip(made, (2, 3, 1), strict=True):
        Call.objects.filter(pk=recording.call_id).update(started_at=STARTED_AT - timedelta(days=days))
    shown = admin_client.get(reverse("admin:telephony_recording_changelist")).context["cl"].result_list
    assert [recording.pk for recording in shown] == [made[2].pk, made[0].pk, made[1].pk]
