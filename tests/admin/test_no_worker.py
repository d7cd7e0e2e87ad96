"""The first page says that no worker runs, by what workers and beat say of themselves."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from telephony.jobs import alive
from telephony.models import SeenProcess

SAID = "No worker has taken it up yet"


def test_the_first_page_says_that_no_worker_runs_unless_one_is_at_work(owner: Client) -> None:
    page = owner.get("/admin/").content.decode()
    assert SAID in page
    assert "celery --app config.celery worker" in page
    alive.say_worker("w", ["celery"], "code")
    alive.say_beat()
    assert SAID not in owner.get("/admin/").content.decode()
    SeenProcess.objects.update(seen_at=timezone.now() - timedelta(minutes=3))
    assert SAID in owner.get("/admin/").content.decode()
