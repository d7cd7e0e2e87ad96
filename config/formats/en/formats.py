"""Dates with figures, and a clock of 24 hours, which shifts are planned by."""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "m/d/Y H:i"
