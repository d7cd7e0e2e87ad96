"""Recordings: noted, fetched, judged, made playable, stored, listened to, kept and deleted."""
