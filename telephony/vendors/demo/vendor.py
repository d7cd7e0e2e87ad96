"""The smallest whole vendor, to read before adding one (telephony/vendors/README.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors.base import Vendor
from telephony.vendors.demo.parsing import parse_message


class Demo(Vendor):
    """A PBX that exists only here; README.md documents its protocol."""

    slug = "demo"
    begins_with_a_ring = True
    label = "Demo PBX"
    address_help = _("Anything that sends HTTP can play this PBX, curl for one: see telephony/vendors/demo/README.md.")
    only_posts = False
    tells_recordings = False

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_message(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        return Reply.json({"ok": True})
