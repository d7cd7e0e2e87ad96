"""The HTTP API under /api/v1/: the same rights as the pages (telephony/calls/access.py)."""
