"""Who works in the background and what brings them their work: workers, beat, the broker; and what all of it needs."""

from __future__ import annotations

import logging
from datetime import datetime

from celery import current_app
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from telephony import this_process
from telephony.database.migrated import missing_migrations
from telephony.health.finding import Findings, finding
from telephony.jobs import alive
from telephony.jobs.alive import Kind
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)


def migrations(now: datetime) -> Findings:
    missing = missing_migrations()
    if missing:
        text = ngettext(
            "%(count)d change of the database was not made after an update: run manage.py migrate.",
            "%(count)d changes of the database were not made after an update: run manage.py migrate.",
            missing,
        )
        yield finding("migrations", text % {"count": missing})


def worker(now: datetime) -> Findings:
    if _is_late(alive.last_seen(Kind.WORKER), now):
        text = gettext(
            "No worker runs, so recordings, webhooks and reports wait: start it, the first page has the command."
        )
        yield finding("no_worker", text, url=reverse("admin:index"))


def beat(now: datetime) -> Findings:
    has_worker = not _is_late(alive.last_seen(Kind.WORKER), now)
    # Without a broker nothing of what beat sends comes through, and that is said already.
    if has_worker and _is_late(alive.last_seen(Kind.BEAT), now) and not silent_broker():
        text = gettext("A worker runs without beat, so nobody tells it what to do when: start it with --beat.")
        yield finding("no_beat", text)


def beat_twice(now: datetime) -> Findings:
    names = alive.beats_at_once(now=now)
    if names:
        text = gettext(
            "Beat runs %(count)d times (%(names)s), so the same work is begun again and again: stop all but one."
        )
        yield finding("beat_twice", text % {"count": len(names), "names": ", ".join(names)})


def other_code(now: datetime) -> Findings:
    """A process goes on with the files it began with, whatever an update put in their place."""
    if this_process.is_of_other_code() and not this_process.is_worker:
        text = gettext(
            "The web server still runs the version of the program that it was started with, and another is installed: "
            "restart it."
        )
        yield finding("web_of_other_code", text)
    names = alive.workers_of_other_code(this_process.code_version(), now=now)
    if names:
        text = ngettext(
            "The worker %(names)s runs another version of the program than is installed here: restart it.",
            "The workers %(names)s run another version of the program than is installed here: restart them.",
            len(names),
        )
        yield finding("worker_of_other_code", text % {"names": ", ".join(names)})


def broker(now: datetime) -> Findings:
    if name := silent_broker():
        text = gettext(
            "%(broker)s does not answer, so no work reaches the workers: start it, or mend CELERY_BROKER_URL."
        )
        yield finding("broker", text % {"broker": name})


def silent_broker() -> str:
    """The name of the broker where it does not answer within a second or two; the built-in one is files."""
    url = str(current_app.conf.broker_url or "")
    kind = next((kind for kind in BROKERS if url.startswith(kind)), None)
    if kind is None:
        return ""
    timeouts = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE} if kind == "redis" else {}
    options = {**current_app.conf.broker_transport_options, **timeouts}
    try:
        with current_app.connection_for_read(url, connect_timeout=PATIENCE, transport_options=options) as line:
            line.ensure_connection(max_retries=1, interval_start=0)
    except Exception as error:
        log.warning("health: broker: %s", where(error))
        return BROKERS[kind]
    return ""


BROKERS = {"redis": "Redis", "amqp": "RabbitMQ"}
PATIENCE = 1.0
"""Seconds for each step of a connection."""


def queues(now: datetime) -> Findings:
    if _is_late(alive.last_seen(Kind.WORKER), now):
        return  # That is said already.
    names = alive.queues_without_worker(QUEUES, now=now)
    if names:
        text = gettext("No worker takes work from the queue %(names)s: start one that does.")
        yield finding("queue_without_worker", text % {"names": ", ".join(names)})


QUEUES = ("celery", "inbox", "outside")
"""As in the project's Celery app; of other projects that name them otherwise nothing is said."""


def _is_late(seen: datetime | None, now: datetime) -> bool:
    return seen is None or now - seen > alive.LATE
