"""What other apps can do after a call: each registers it once, when it is ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.models import Call, CallRule, RuleEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done."""

    rule: CallRule
    call: Call
    title: str
    """Of a task."""
    due_at: datetime
    """Of a task."""
    fallback: Any
    """The user whose it is where the contact has no person in charge, or the rule asks for somebody else; or None."""
    contact: int | None
    """Whose call it is, as far as one contact is known."""
    earlier: Sequence[int]
    """The keys of what this rule has made of this kind for this client, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    result: RuleEffect.Result
    made: int | None = None
    contact: int | None = None
    """Whose call it is now, if that is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """One kind of action. Both functions run in a transaction; `do` in one that has locked the client."""

    do: Callable[[Order], Done]
    """What it raises undoes all that this rule did after this call; it is tried again."""
    show: Callable[[Sequence[int], Any], Mapping[int, tuple[str, str]]]
    """Words and address of what was made, by key, for a user: only of what is there and what they may see."""


_PERFORMERS: dict[str, Performer] = {}


def register(kind: RuleEffect.Kind, performer: Performer) -> None:
    """Say who does this. A kind that nobody registered does nothing, and says so."""
    _PERFORMERS[kind] = performer


def performer_of(kind: str) -> Performer | None:
    return _PERFORMERS.get(kind)
