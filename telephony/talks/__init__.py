"""Talks with a connection's PBX: what its vendor wrote down (telephony/http/talks.py) is carried out here."""

from __future__ import annotations

from typing import TypeVar

from telephony.http import Check, Limits, Policy, Talk
from telephony.http import hold as hold_talk
from telephony.models import Connection
from telephony.talks.turns import turns_of

T = TypeVar("T")


def hold(
    talk: Talk[T],
    *,
    connection: Connection,
    limits: Limits,
    policy: Policy | None = None,
    check: Check | None = None,
    repeats: bool = True,
) -> T:
    """Carry out a talk with this connection's PBX, as often a minute as its vendor allows, and return its result.

    `limits.total_seconds` are for all of it. `repeats=False`: it orders something, and nothing of it is sent twice.
    Raises `RequestFailed`, and whatever the talk and the check raise.
    """
    policy = policy or connection.policy()
    turn = turns_of(connection)
    return hold_talk(talk, policy=policy, limits=limits, check=check, turn=turn, repeats=repeats)
