"""What a key was made for. A key can do what its owner can, and of that only what its scopes name.

A viewset says `scopes = {"read": ..., "write": ...}`, and an action of its own may say another by `scopes[action]`.
Whoever comes in by a session, or by a key of a project that has no scopes, is asked for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class Scope(StrEnum):
    """What a key may be made for."""

    READ_CALLS = "read_calls"
    LISTEN = "listen"
    DIAL = "dial"
    READ_CONTACTS = "read_contacts"
    WRITE_CONTACTS = "write_contacts"
    READ_TASKS = "read_tasks"
    WRITE_TASKS = "write_tasks"
    EXPORT = "export"


def has_scope(auth: Any, scope: Scope) -> bool:
    """Whether what somebody came in by reaches that far; `auth` is the request's."""
    scopes = getattr(auth, "scopes", None)
    return scopes is None or scope in scopes


def scope_of(view: Any, method: str | None) -> Scope | None:
    """The scope that this request needs; None where the view names none: then no key with scopes opens it."""
    scopes: Mapping[str, Scope] = getattr(view, "scopes", {})
    named = scopes.get(getattr(view, "action", None) or "")
    return named or scopes.get("read" if method in SAFE_METHODS else "write")


class InScope(BasePermission):
    """The key was made for this."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(request.auth, "scopes", None) is None:
            return True
        needed = scope_of(view, request.method)
        if needed is None and getattr(view, "action", "") is None:
            return True  # The view has no such method, and says so itself.
        self.message = f"This key was not made for this: it lacks the scope “{needed}”. Make another under API keys."
        return needed is not None and has_scope(request.auth, needed)
