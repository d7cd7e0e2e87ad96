"""A call of the reconcile page in words: how it stands, and how each side tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.domain import numbers
from telephony.domain.listed_call import PbxCall
from telephony.models import Call, Connection
from telephony.reconcile.comparing import Entry, Fact, Standing
from telephony.ui import presentation
from telephony.ui.lines import Lines
from telephony.ui.markup import change_url

STANDINGS: dict[Standing, tuple[str | Promise, str | Promise]] = {
    Standing.PBX_ONLY: (_("only in the PBX"), _("Calls that no message told of. An import creates them.")),
    Standing.DIFFERENT: (_("different"), _("Calls that the PBX lists with another outcome, length or recording.")),
    Standing.UNCLEAR: (
        _("unclear"),
        _("Several calls are about as near in time, so none was matched. Tick one to import it as the nearest."),
    ),
    Standing.HERE_ONLY: (_("only here"), _("Calls that the PBX does not list.")),
    Standing.GOING_ON: (
        _("too new"),
        _("Calls that have not ended yet, here or at the PBX, or that ended after the list was pulled."),
    ),
    Standing.BOTH: (_("in both"), _("Calls that are the same in both places.")),
}
"""In the order of their urgency: name, and what it means."""

FACTS: dict[Fact, str | Promise] = {
    Fact.STATUS: _("outcome"),
    Fact.TALK: _("length"),
    Fact.RECORDING: _("recording"),
    Fact.DIRECTION: _("direction"),
    Fact.CALL_ID: _("call id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one side tells of a call."""

    outcome: str
    tone: str
    length: str
    is_recorded: bool
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One call of the page."""

    pk: int | None
    """The row that can be ticked; None if there is nothing to import."""
    started_at: datetime
    icon: str
    direction: str | Promise
    client: str
    number: str
    ours: str
    pbx: Side | None
    here: Side | None
    standing: str
    name: str | Promise
    differs: Sequence[str | Promise]
    is_kept: bool
    """It differs, and an import would not change that."""
    is_imported: bool
    is_wanted: bool


def row_of(entry: Entry, *, connection: Connection, lines: Lines) -> Row:
    call, listed = entry.call, entry.listed
    direction = call.direction if call else str(listed.direction) if listed else "unknown"
    symbol, word = presentation.DIRECTIONS[direction]
    told = (numbers.shown(listed.client_e164) if listed.client_e164 else listed.client_raw) if listed else ""
    number = (presentation.shown_number(call) if call else "") or told
    client = presentation.client_name(call) if call else number
    return Row(
        pk=entry.row.pk if entry.row and entry.can_import else None,
        started_at=entry.started_at,
        icon=symbol,
        direction=word,
        client=client or str(_("hidden")),
        number=number if number != client else "",
        ours=lines.named(connection, (call.our_number if call else "") or (listed.our_number if listed else "")),
        pbx=_pbx_side(listed) if listed else None,
        here=_here_side(call) if call else None,
        standing=entry.standing,
        name=STANDINGS[entry.standing][0],
        differs=[FACTS[fact] for fact in entry.differs],
        is_kept=entry.standing is Standing.DIFFERENT and not entry.can_import,
        is_imported=entry.row is not None and bool(getattr(call, "is_listed_only", False)),
        is_wanted=entry.row is not None and entry.row.is_wanted,
    )


def _pbx_side(listed: PbxCall) -> Side:
    outcome, tone = presentation.outcome(Call(direction=listed.direction, status=listed.status))
    return Side(
        outcome=outcome if listed.is_final else str(_("going on")),
        tone=tone,
        length=presentation.length(listed.talk_seconds) if listed.talk_seconds else "",
        is_recorded=listed.is_recorded,
    )


def _here_side(call: Call) -> Side:
    outcome, tone = presentation.outcome(call)
    return Side(
        outcome=outcome,
        tone=tone,
        length=presentation.length(call.talk_seconds) if call.talk_seconds else "",
        is_recorded=bool(call.recordings.all()),
        url=change_url(call),
    )
