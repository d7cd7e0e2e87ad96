"""Pages say that no worker runs, when what a worker does at once has not been done for minutes."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from telephony.models import Call, Connection, Recording

SAID = "No worker has taken it up yet"


def test_the_first_page_says_that_no_worker_runs_unless_one_is_at_work(owner: Client) -> None:
    office = Connection.objects.create(vendor="sipuni", name="Office")
    call = Call.objects.create(connection=office, external_id="1", direction="incoming", started_at=timezone.now())
    due = Recording.objects.create(call=call, state="expected", next_try_at=timezone.now())
    assert SAID not in owner.get("/admin/").content.decode()
    Recording.objects.filter(pk=due.pk).update(next_try_at=timezone.now() - timedelta(minutes=3))
    page = owner.get("/admin/").content.decode()
    assert SAID in page
    assert "celery --app config.celery worker" in page
    leased = timezone.now() + timedelta(seconds=15)
    Recording.objects.create(call=call, state="fetching", next_try_at=leased, lease="a", source_sha256="b")
    assert SAID not in owner.get("/admin/").content.decode()
