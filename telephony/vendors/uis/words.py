"""The words of UIS' notifications. Source: Call API v4.0 and the official templates (README.md, "Sources")."""

from __future__ import annotations

import re

from telephony.domain.events import Direction
from telephony.domain.reasons import EndReason
from telephony.vendors.tables import read_table
from telephony.vendors.templated import Template

INTERACTIVE = "interactive"
VARIABLES = read_table(__file__, "variables.txt").column("whose", str)
COMMON = tuple(name for name, whose in VARIABLES.items() if whose == "all")
TRACKING = tuple(name for name, whose in VARIABLES.items() if whose == "tracking")
TEMPLATE = Template(tuple(VARIABLES))
NOTIFICATIONS = read_table(__file__, "notifications.txt")
NAMES = NOTIFICATIONS.column("name", str)
SHAPES = {variable: name for variable, name in VARIABLES.items() if name in NAMES.values()}
"""What a message is whose template names it in no way that we know."""
LEGS = ("leg_id", "leg_ids")
# Source: `direction` of all notifications, in the document of Call API v4.0.
DIRECTIONS = {
    **dict.fromkeys(("in", "incoming"), Direction.INCOMING),
    **dict.fromkeys(("out", "outgoing"), Direction.OUTGOING),
    **dict.fromkeys(("internal", "inner"), Direction.INTERNAL),
}
# Source: what the notifications of these names are about, in the same document.
USUAL = dict.fromkeys(("incoming", "lost"), Direction.INCOMING) | {"outgoing": Direction.OUTGOING}
# Source: is_lost, a logical value, in the same document; how templates print it: public clients.
TRUTH = {**dict.fromkeys(("true", "1", "yes"), True), **dict.fromkeys(("false", "0", "no"), False)}
LONGEST_EXTENSION = 8
REASONS = read_table(__file__, "reasons.txt").column("reason", EndReason)
SUCCESSES = frozenset({"operator_answer", "another_operator_answer", "success_finish", "fax_session_done"})
"""Of calls that were answered."""
_BETWEEN = re.compile(r"[\W_]+")


def name_of(word: str) -> str:
    """Our name of the notification that is called so; empty for a word that says nothing."""
    return NAMES.get(_BETWEEN.sub("", word.casefold()), "")


def read_reason(word: str, *, was_answered: bool) -> tuple[EndReason | None, str]:
    """What the word means and the word itself; nothing of an answered call: that somebody hung up then says nothing."""
    word = word.strip().lower()
    if was_answered or not word or word in SUCCESSES:
        return None, ""
    return REASONS.get(word), word
