"""One exception per decision. What each means to the sender is decided in views.py and services/inbox.py."""

from __future__ import annotations


class TelephonyError(Exception):
    """Base of this app's own errors; its text is written for an administrator and holds no secret."""


class HookRejected(TelephonyError):
    """The request is readable and proves that it is not from this connection's PBX: answer 403, store nothing."""


class MalformedHook(TelephonyError):
    """The request can't be read: it is stored with this error and answered neutrally; trying again won't help."""


class CallBusy(TelephonyError):
    """Somebody else is working on the same call for too long: a worker takes the delivery later."""
