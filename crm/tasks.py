"""Work that Celery carries for the CRM. What is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task

from crm.imports import running
from crm.services import api_keys
from telephony.jobs import Run, one_run


@shared_task(name="crm.import_contacts")
@one_run
def import_contacts(run: Run) -> None:
    """Go on with the imports that people started, or take back."""
    running.run_due(run=run)


@shared_task(name="crm.forget_old_keys")
@one_run
def forget_old_keys(run: Run) -> None:
    """Delete the rows of API keys that were over long ago."""
    api_keys.forget_old_keys()
