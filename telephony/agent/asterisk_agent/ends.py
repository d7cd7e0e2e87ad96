"""When a call is over, of an Asterisk that does not say so itself (without cel_manager): its last channel is gone."""

from __future__ import annotations

import time
from collections import Counter

from .white_list import Event, in_utc

GRACE_SECONDS = 2.0
"""Asterisk's own word, where there is one, comes within milliseconds."""


class Ends:
    """Hears every event; used by the one thread that listens."""

    def __init__(self) -> None:
        self._says_so_itself = False
        self.forget()

    def forget(self) -> None:
        """Events were missed: of the calls until now nobody knows how many channels they have."""
        self._call_of: dict[str, str] = {}
        self._channels: Counter[str] = Counter()
        self._emptied_at: dict[str, float] = {}

    def hear(self, event: Event) -> None:
        name, channel = event["Event"], event.get("Uniqueid", "")
        if name == "CEL":
            self._says_so_itself = True
            self.forget()
        elif self._says_so_itself or not channel:
            return
        elif name == "Newchannel":
            call = event.get("Linkedid", "")
            self._call_of[channel] = call  # Where it began: after a transfer its hangup may name another call.
            self._channels[call] += 1
            self._emptied_at.pop(call, None)
        elif name == "Hangup" and channel in self._call_of:
            call = self._call_of.pop(channel)
            self._channels[call] -= 1
            if not self._channels[call]:
                del self._channels[call]
                self._emptied_at[call] = time.monotonic()

    def due(self) -> list[Event]:
        """The ends of those calls whose last channel has been gone for the grace, as CEL would tell them."""
        until = time.monotonic() - GRACE_SECONDS
        over = [call for call, at in self._emptied_at.items() if at <= until]
        for call in over:
            del self._emptied_at[call]
        at = in_utc(time.time() - GRACE_SECONDS)
        said = {"at": at, "Event": "CEL", "EventName": "LINKEDID_END"}
        return [{**said, "UniqueID": call, "LinkedID": call} for call in over]
