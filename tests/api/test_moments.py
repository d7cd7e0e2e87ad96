"""Moments at the edges of what can be counted are refused in words, whatever zone they are told in."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from telephony.api.fields import MomentField


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Pacific/Honolulu", settings.TIME_ZONE])
@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00"],
)
def test_the_first_and_the_last_moments_are_refused_or_read(text: str, zone: str) -> None:
    with timezone.override(zone):
        try:
            found = MomentField().run_validation(text)
        except ValidationError:
            return
    assert found.tzinfo is not None
