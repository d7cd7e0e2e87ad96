"""Replay from the admin: runs it and tells what came of it in messages."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext

from telephony.admin.raw_view import mask_of
from telephony.intake.replay import Report, replay_many
from telephony.models import Delivery
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

MOST_AT_ONCE = 500
"""More takes longer than a browser waits; `manage.py replay` has no such limit."""
MOST_LINES = 15


def run_replay(request: HttpRequest, deliveries: Iterable[Delivery], *, dry_run: bool) -> None:
    """Replay these, in the order in which they arrived, or say what that would change."""
    chosen = sorted(deliveries, key=lambda delivery: delivery.pk)
    if len(chosen) > MOST_AT_ONCE:
        text = gettext(
            "These are %(count)d deliveries. Choose at most %(most)d, or run manage.py replay on the server."
        )
        messages.error(request, text % {"count": len(chosen), "most": MOST_AT_ONCE})
        return
    known = {delivery.pk: (delivery.state, delivery.error) for delivery in chosen}
    reports: list[Report] = []
    for delivery in chosen:
        try:
            reports += replay_many(deliveries=[delivery], dry_run=dry_run)
        except Exception as error:  # A parser's fault is what an administrator looks for here.
            hide = delivery.connection.without_secrets
            log.warning("Delivery %s could not be replayed:\n%s", delivery.pk, readable_traceback(error, hide))
            reason = hide(f"{type(error).__name__}: {error}")
            messages.error(
                request, gettext("#%(id)d could not be replayed: %(reason)s") % {"id": delivery.pk, "reason": reason}
            )
    if reports:
        masks = {delivery.pk: mask_of(delivery) for delivery in chosen}
        lines = [
            f"#{report.delivery_id}: {masks[report.delivery_id].text(line)}"
            for report in reports
            for line in _lines(report, known[report.delivery_id])
        ]
        failed = any(report.state == Delivery.State.FAILED for report in reports)
        _tell(request, lines, count=len(reports), dry_run=dry_run, failed=failed)


def _tell(request: HttpRequest, lines: list[str], *, count: int, dry_run: bool, failed: bool) -> None:
    if dry_run and not lines:
        messages.info(request, gettext("A replay would change nothing."))
        return
    if dry_run:
        head = ngettext(
            "Replaying %(count)d delivery would change:", "Replaying %(count)d deliveries would change:", count
        )
    else:
        head = ngettext("%(count)d delivery was replayed.", "%(count)d deliveries were replayed.", count)
    shown = lines[:MOST_LINES] or [gettext("Nothing changed.")]
    if len(lines) > MOST_LINES:
        shown.append(gettext("… and %(count)d more.") % {"count": len(lines) - MOST_LINES})
    text = format_html("{}<br>{}", head % {"count": count}, format_html_join("", "{}<br>", ((line,) for line in shown)))
    level = messages.WARNING if failed else messages.INFO if dry_run else messages.SUCCESS
    messages.add_message(request, level, text)


def _lines(report: Report, known: tuple[str, str]) -> list[str]:
    """What the replay changed: calls, and what became of the delivery itself if that is new."""
    lines = list(report.changes)
    if (report.state, report.error) != known:
        state = str(Delivery.State(report.state).label)
        lines.append(f"{state}: {report.error}" if report.error else state)
    return lines
