"""Work that Celery carries for the CRM. What is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task

from crm.services import importing


@shared_task(name="crm.import_contacts")
def import_contacts() -> None:
    """Go on with the imports that people started."""
    importing.run_due()
