"""Fields of the API that Django REST framework's own are not enough for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers


class MomentField(serializers.DateTimeField):
    """A moment; one at the edge of what can be counted, without a zone, is refused like any other wrong one."""

    def enforce_timezone(self, value: datetime) -> Any:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow", timezone=getattr(self, "timezone", None) or self.default_timezone())
