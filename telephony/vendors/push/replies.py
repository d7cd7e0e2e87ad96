"""What is answered: to questions who is calling and whom to connect, else that the message came. Source: README.md."""

from __future__ import annotations

from telephony.domain.hooks import Hook, Outcome, Reply
from telephony.vendors.push.parsing import LOOKUP, NAME, ROUTE

LONGEST_NAME = 80


def answer(hook: Hook, outcome: Outcome) -> Reply:
    """Text for dial plans, JSON for all else; an empty text or list for somebody whom nobody knows."""
    if hook.tail == NAME:
        return Reply.text(outcome.contacts[0].name[:LONGEST_NAME] if outcome.contacts else "")
    if hook.tail == ROUTE:
        return Reply.text(outcome.responsible_extension)
    if hook.tail == LOOKUP:
        return Reply.json({"contacts": [_contact(hook, outcome, place) for place in range(len(outcome.contacts))]})
    if not outcome.contacts:
        return Reply.json({"ok": True})
    best = outcome.contacts[0]
    who = {"name": best.name, "company": best.company, "extension": outcome.responsible_extension}
    return Reply.json({"ok": True, **{name: value for name, value in who.items() if value}})


def _contact(hook: Hook, outcome: Outcome, place: int) -> dict[str, str]:
    """Names in two parts: 3CX wants them so, and a CRM may have the name in one."""
    card = outcome.contacts[place]
    first, _, last = card.name.partition(" ")
    found = {"id": str(card.pk), "firstname": first, "lastname": last, "company": card.company}
    return {**found, "url": _whole_address(hook, card.url)}


def _whole_address(hook: Hook, path: str) -> str:
    """The page's address as whoever asked reaches us; a PBX in the same house may do so without encryption."""
    host = hook.headers.get("host", "")
    scheme = "http" if hook.headers.get("x-forwarded-proto", "https") == "http" else "https"
    return f"{scheme}://{host}{path}" if host and path else ""
