"""The Celery app. Celery carries work; what is to be done stands in the database (telephony/tasks.py)."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready
from django.conf import settings
from django.db.backends.signals import connection_created
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

from config.environment import make_private
from telephony.this_process import PROCESS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
log = logging.getLogger(__name__)

PLACES = 24
"""For a worker that takes all queues (README.md): more than there are kinds of work, each of which takes one."""
MOMENTARY = {"telephony.say_beat", "telephony.check_health"}
"""These take a place for a moment."""
PATIENCE_MS = 30_000
"""How long a worker waits for its turn to write on SQLite, three times as long as a page: nobody waits for a worker."""
INBOX, OUTSIDE, HOUSE = "inbox", "outside", "celery"
"""What PBXs wait for; what waits for strangers; the rest."""

app = Celery("config")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
    task_queues=[Queue(name, routing_key=name) for name in (HOUSE, INBOX, OUTSIDE)],
    task_default_queue=HOUSE,
)
app.conf.task_routes = {
    "telephony.process_inbox": {"queue": INBOX},
    "telephony.reap_calls": {"queue": INBOX},
    "telephony.deliver_notices": {"queue": OUTSIDE},
    "telephony.apply_rules": {"queue": OUTSIDE},
    "telephony.fetch_recordings": {"queue": OUTSIDE},
    "telephony.ask_pbx": {"queue": OUTSIDE},
    "telephony.pull_lists": {"queue": OUTSIDE},
    "telephony.check_pbxs": {"queue": OUTSIDE},
    "telephony.send_reports": {"queue": OUTSIDE},
    "telephony.canary_calls": {"queue": OUTSIDE},
    "telephony.echo_calls": {"queue": OUTSIDE},
}
# A task waits in the queue no longer than until the sweep that would send it again.
app.conf.beat_schedule = {
    "telephony-inbox": {"task": "telephony.process_inbox", "schedule": 5.0, "options": {"expires": 5}},
    "crm-imports": {"task": "crm.import_contacts", "schedule": 1.0, "options": {"expires": 1}},
    "telephony-notices": {"task": "telephony.deliver_notices", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-rules": {"task": "telephony.apply_rules", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-recordings": {"task": "telephony.fetch_recordings", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-call-info": {"task": "telephony.ask_pbx", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-pulls": {"task": "telephony.pull_lists", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-chosen": {"task": "telephony.import_calls", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-exports": {"task": "telephony.write_exports", "schedule": 3.0, "options": {"expires": 3}},
    "telephony-reports": {"task": "telephony.send_reports", "schedule": 15.0, "options": {"expires": 15}},
    "telephony-sums": {"task": "telephony.sum_calls", "schedule": 15.0, "options": {"expires": 15}},
    "telephony-lists": {"task": "telephony.forget_lists", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-erasure": {"task": "telephony.erase_numbers", "schedule": 10.0, "options": {"expires": 10}},
    "telephony-files": {"task": "telephony.remove_discarded_files", "schedule": 300.0, "options": {"expires": 300}},
    "telephony-retention": {"task": "telephony.apply_retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "config-sign-ins": {"task": "config.forget_sign_ins", "schedule": 3600.0, "options": {"expires": 3600}},
    "crm-keys": {"task": "crm.forget_old_keys", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-missed": {"task": "telephony.rebuild_missed", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-checks": {"task": "telephony.check_pbxs", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-beat": {
        "task": "telephony.say_beat",
        "schedule": 30.0,
        "kwargs": {"name": PROCESS},
        "options": {"expires": 30},
    },
    "telephony-health": {"task": "telephony.check_health", "schedule": 60.0, "options": {"expires": 60}},
    "telephony-live": {"task": "telephony.sweep_live", "schedule": 600.0, "options": {"expires": 600}},
    "telephony-canary": {"task": "telephony.canary_calls", "schedule": 60.0, "options": {"expires": 60}},
    "telephony-echo": {"task": "telephony.echo_calls", "schedule": 60.0, "options": {"expires": 60}},
    "telephony-reaper": {"task": "telephony.reap_calls", "schedule": 30.0, "options": {"expires": 30}},
}

if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    # The broker that needs nothing: messages are files under var/.
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
    _folder = settings.VAR_DIR / "broker"
    _folder.mkdir(parents=True, exist_ok=True)
    make_private(_folder)
    app.conf.broker_transport_options = {
        "data_folder_in": str(_folder),
        "data_folder_out": str(_folder),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.1,
    }

app.autodiscover_tasks(["telephony", "crm", "config"])


@worker_init.connect
def _wait_longer(**_: Any) -> None:
    connection_created.connect(_on_connection, dispatch_uid="patience of a worker")


def _on_connection(connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")


@worker_ready.connect
def _warn_of_few_places(sender: Any, **_: Any) -> None:
    """A worker of an earlier version's command: what takes long could keep the PBXs' messages waiting."""
    taken = {queue.name for queue in app.amqp.queues.consume_from.values()}
    kinds = len({entry["task"] for entry in app.conf.beat_schedule.values()} - MOMENTARY)
    places = sender.controller.concurrency
    if len(taken) > 1 and INBOX in taken and places < kinds:
        log.warning(
            "This worker has %d places for %d kinds of work: one that takes long may keep the messages of PBXs waiting."
            " Start it with --concurrency %d, or let another worker take --queues %s.",
            *(places, kinds, PLACES, INBOX),
        )
