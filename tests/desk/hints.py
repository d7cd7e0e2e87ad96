"""Hints for browsers' streams, and what a stream says of them."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from django.utils import timezone

from telephony.models import LiveEvent


def event(user: Any = None, pk: int | None = None, topic: str = "cards") -> LiveEvent:
    return LiveEvent.objects.create(pk=pk, at=timezone.now(), user=user, topic=topic)


async def collect(chunks: AsyncIterable[bytes], into: list[str]) -> None:
    async for chunk in chunks:
        into.append(chunk.decode())


def hints(told: list[str]) -> list[str]:
    """What of it tells of a change."""
    return [chunk for chunk in told if not chunk.startswith(("retry:", "event: resync"))]
