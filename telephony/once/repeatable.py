"""Views that are not done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "may_be_repeated"


def repeatable(view: View) -> View:
    """Decorator of a view that waits for another server: what is done once is done in one transaction, and that would
    hold the database meanwhile. What it does must do no harm when it is done twice."""
    setattr(view, _MARK, True)
    return view


def is_repeatable(view: Callable[..., Any]) -> bool:
    return getattr(view, _MARK, False)
