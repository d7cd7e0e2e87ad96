"""Work that Celery carries. What is to be done stands in the database: a lost message loses nothing."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from telephony.services import discarding, erasure, inbox, live, notices, reaper, recordings, retention
from telephony.services.callinfo import asking, pulling


@shared_task(name="telephony.process_inbox")
def process_inbox() -> None:
    """Process deliveries that the request could not, until none is due."""
    inbox.process_due()


@shared_task(name="telephony.reap_calls")
def reap_calls() -> None:
    """Close calls whose end never came."""
    while reaper.reap_calls():
        pass


@shared_task(name="telephony.deliver_notices")
def deliver_notices() -> None:
    """Send other systems what they are to be told, until nothing is due."""
    notices.deliver_due()


@shared_task(name="telephony.fetch_recordings")
def fetch_recordings() -> None:
    """Fetch recordings until none is due; nothing to do if this process is at it already."""
    recordings.fetch_due()


@shared_task(name="telephony.apply_retention")
def apply_retention() -> None:
    """Delete recordings and raw deliveries whose time is over."""
    retention.expire_recordings()
    retention.expire_deliveries()


@shared_task(name="telephony.remove_discarded_files")
def remove_discarded_files() -> None:
    """Delete files that no recording has any more."""
    discarding.remove_discarded()


@shared_task(name="telephony.erase_numbers")
def erase_numbers() -> None:
    """Go on with erasing people's numbers, until that is done."""
    erasure.erase_due()


@shared_task(name="telephony.ask_pbx")
def ask_pbx() -> None:
    """Ask PBXs about calls whose outcome nobody told, pull the lists that are due, and import what was chosen."""
    asking.ask_due()
    pulling.plan()
    pulling.pull_due()
    pulling.import_wanted()


@shared_task(name="telephony.sweep_live")
def sweep_live() -> None:
    """Delete hints to browsers that none comes back for."""
    live.sweep()


@shared_task(name="telephony.forget_lists")
def forget_lists() -> None:
    """Delete lists of PBXs that nobody compares any more."""
    pulling.forget()


@worker_shutting_down.connect
def _stop_fetching(**_: Any) -> None:
    """A worker is asked to end: a long transfer must not keep it."""
    recordings.stop_fetching()
