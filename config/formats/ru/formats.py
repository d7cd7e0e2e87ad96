"""Dates with figures."""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d.m.Y H:i"
