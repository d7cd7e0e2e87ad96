"""Stands in for a kind of PBX that TELEPHONY_VENDORS does not name (any more): its calls stay, and nothing breaks."""

from __future__ import annotations

from functools import cache

from telephony.domain.events import Parsed
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors.base import Vendor


class Uninstalled(Vendor):
    """Reads nothing, asks nothing, orders nothing. Its messages fail, and can be replayed when the kind is back."""

    may_lack_call_id = True  # Nobody knows: so all messages of one number wait for one another.

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        raise MalformedHook(
            f"This kind of PBX ({self.slug}) is not installed. Name its class in TELEPHONY_VENDORS, then replay this."
        )

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        return Reply.text("")


@cache
def uninstalled(slug: str) -> Vendor:
    """The stand-in for this kind."""
    kind: type[Vendor] = type("Uninstalled", (Uninstalled,), {"slug": slug, "label": slug, "__module__": __name__})
    return kind()
