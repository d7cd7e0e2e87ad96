"""The bodies of UIS' eight notifications, for pasting into its cabinet. Source: the official templates (README.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.vendors.steps import ADDRESS, Step
from telephony.vendors.uis import words

_ROWS = words.NOTIFICATIONS.rows
NOTIFICATIONS = {row["name"]: (row["title in the cabinet"], row["variables"].split()) for row in _ROWS}


def body_of(constant: str) -> str:
    """The template: each variable bare, for UIS writes the quotes of texts itself."""
    names = (*words.COMMON, *NOTIFICATIONS[constant][1])
    return "{" + ",".join([f'"event":"{constant}"', *(f'"{name}":{{{{{name}}}}}' for name in names)]) + "}"


STEPS = (
    Step(
        _(
            "In the cabinet, under notifications, add each of the eight notifications below: method POST, JSON, and "
            "this address."
        ),
        ADDRESS,
    ),
    *(Step(f"«{title}»:", body_of(constant)) for constant, (title, _fields) in NOTIFICATIONS.items()),
    Step(
        _(
            "To have callers connected with whoever is responsible for them, put “interactive processing” with this "
            "address into the scenario. The answer 1 means: nobody is, so go on."
        ),
        f"{ADDRESS}interactive",
    ),
    Step(
        _(
            "To call from here and to have calls and employees listed, make a key for the API under its rules, let our "
            "server's address use it, and enter it here."
        ),
    ),
)
