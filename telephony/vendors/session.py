"""Asking in a session: with a key that is kept, and once more with a new one where the PBX says that ours is none.

What was refused so was certainly not done, so an order may be repeated, too.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response, Talk
from telephony.vendors.listing import AskFailed, AskProblem


def ask_in_session(
    profile: ConnectionProfile,
    request: Callable[[str], Request],
    *,
    kept_as: str,
    log_in: Callable[[], Talk[str]],
    is_expired: Callable[[Response], bool],
) -> Talk[Response]:
    """The answer to the request that is made of the key; `log_in` gives a new one and keeps it."""
    response = yield request(profile.kept.get(kept_as) or (yield from log_in()))
    if not is_expired(response):
        return response
    return (yield request((yield from log_in())))


def not_ordered(error: AskFailed) -> DialFailed:
    """What it means for an order that there is no session: nothing was ordered."""
    problem = DialProblem.WRONG_TOKEN if error.code is AskProblem.REFUSED else DialProblem.UNREADABLE
    return DialFailed(problem, error.text)
