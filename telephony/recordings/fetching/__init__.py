"""Recordings come in by themselves: rows that are due are claimed, fetched, judged and stored.

The row is the memory: its state says how far it has come, `next_try_at` when a worker takes it, and while
one works on it, when another may take it over. Only the holder of `lease` may finish it.
"""

from __future__ import annotations

from telephony.recordings.fetching.asking import fetch_all_now, fetch_now, settings_changed
from telephony.recordings.fetching.fetchers import fetch_due

__all__ = ["fetch_all_now", "fetch_due", "fetch_now", "settings_changed"]
