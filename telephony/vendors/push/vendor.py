"""Push: wiring. What its messages mean stands in parsing.py; README.md is written for whoever sends them."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.vendors.base import Vendor
from telephony.vendors.push.parsing import parse_message
from telephony.vendors.push.replies import answer
from telephony.vendors.steps import ADDRESS, Step

CRM_TEMPLATE = (Path(__file__).parent / "crm_template.xml").read_text(encoding="utf-8")
# Source: examples of README.md.
RING = f'curl -d event=newCall -d callId=1 -d direction=in -d from=+79161234567 -d user=101 "{ADDRESS}"'
# One line each: a dial plan has no lines that go on. What comes from outside is filtered, or it would be a command.
NAME = f"same => n,Set(CALLERID(name)=${{CURL({ADDRESS}name?from=${{FILTER(0-9,${{CALLERID(num)}})}})}})"
NEW_CALL = (
    "same => n,System(curl -m 5 -d event=newCall -d direction=in -d callId=${FILTER(0-9.,${CHANNEL(linkedid)})} "
    "-d from=${FILTER(0-9,${CALLERID(num)})} -d to=${FILTER(0-9,${EXTEN})} -d user=101,102 "
    f'"{ADDRESS}" &)'
)


class Push(Vendor):
    """Whatever can send HTTP: a dial plan, a script, 3CX or Yeastar with a CRM template."""

    slug = "push"
    label = "HTTP push, 3CX, Yeastar"
    address_help = _("In your dial plan, script or CRM template; the steps show how.")
    steps = (
        Step(_("Try it from any computer: a card comes up for whoever has the internal number 101."), RING),
        Step(_("In a dial plan of Asterisk, before Dial: the phone shows the client's name."), NAME),
        Step(_("There, too: cards come up. The documentation has the rest, and all names of fields."), NEW_CALL),
        Step(_("For 3CX or Yeastar, store this as a file and add it as a CRM template."), CRM_TEMPLATE),
    )
    takes_tail = True
    may_lack_call_id = True
    asks_names = True
    asks_whom = True
    only_posts = False

    def parse(self, hook: Hook, profile: ConnectionProfile) -> Parsed:
        return parse_message(hook, profile)

    def reply(self, hook: Hook, profile: ConnectionProfile, parsed: Parsed | None, outcome: Outcome) -> Reply:
        return answer(hook, outcome)
