"""The Celery app. Celery carries work; what is to be done stands in the database (telephony/tasks.py)."""

from __future__ import annotations

import os

from celery import Celery
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
)
# A task waits in the queue no longer than until the sweep that would send it again.
app.conf.beat_schedule = {
    "telephony-inbox": {"task": "telephony.process_inbox", "schedule": 5.0, "options": {"expires": 5}},
    "crm-imports": {"task": "crm.import_contacts", "schedule": 3.0, "options": {"expires": 3}},
    "telephony-notices": {"task": "telephony.deliver_notices", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-recordings": {"task": "telephony.fetch_recordings", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-call-info": {"task": "telephony.ask_pbx", "schedule": 5.0, "options": {"expires": 5}},
    "telephony-lists": {"task": "telephony.forget_lists", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-erasure": {"task": "telephony.erase_numbers", "schedule": 10.0, "options": {"expires": 10}},
    "telephony-files": {"task": "telephony.remove_discarded_files", "schedule": 300.0, "options": {"expires": 300}},
    "telephony-retention": {"task": "telephony.apply_retention", "schedule": 3600.0, "options": {"expires": 3600}},
    "telephony-live": {"task": "telephony.sweep_live", "schedule": 600.0, "options": {"expires": 600}},
    "telephony-reaper": {"task": "telephony.reap_calls", "schedule": 30.0, "options": {"expires": 30}},
}

if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    # The broker that needs nothing: messages are files under var/.
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
    _folder = settings.VAR_DIR / "broker"
    _folder.mkdir(parents=True, exist_ok=True)
    app.conf.broker_transport_options = {
        "data_folder_in": str(_folder),
        "data_folder_out": str(_folder),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.1,
    }

app.autodiscover_tasks(["telephony", "crm"])
