"""Work that Celery carries. What is to be done stands in the database: a lost message loses nothing."""

from __future__ import annotations

from celery import shared_task

from telephony.services import inbox, reaper


@shared_task(name="telephony.process_inbox")
def process_inbox() -> None:
    """Process deliveries that the request could not, until none is due."""
    inbox.process_due()


@shared_task(name="telephony.reap_calls")
def reap_calls() -> None:
    """Close calls whose end never came."""
    while reaper.reap_calls():
        pass
