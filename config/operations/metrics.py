"""Figures for Prometheus at `/metrics`, read from the database when they are asked for.

All processes share them, so it does not matter which one answers. Nobody gets them without `METRICS_TOKEN`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from telephony.health.waiting import waiting_work
from telephony.intake.any_host import takes_any_host
from telephony.jobs import alive
from telephony.models import Connection, Delivery, SeenProcess
from telephony.recordings.storage import free_bytes


@takes_any_host
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 where no token is set, 401 for a wrong one; else the figures as Prometheus reads them."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        text = "Send the header Authorization: Bearer, with METRICS_TOKEN.\n"
        return HttpResponse(text, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """All are gauges: what they count is deleted when its time is over."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _messages()
        yield from _work()
        yield from _processes()
        yield _gauge("telephony_disk_free_bytes", "Free where recordings are made ready.", free_bytes())


def _messages() -> Iterator[GaugeMetricFamily]:
    labels = ["connection", "vendor"]
    names = {str(one.pk): one.vendor for one in Connection.objects.filter(enabled=True)}
    latest = GaugeMetricFamily("telephony_last_message_seconds", "Since the latest message.", labels=labels)
    rows = Delivery.objects.values_list("connection").annotate(at=Max("received_at")).order_by()
    lately = dict(rows.values_list("connection", "at"))
    now = timezone.now()
    for key, vendor in names.items():
        if at := lately.get(int(key)):
            latest.add_metric([key, vendor], (now - at).total_seconds())
    yield latest
    states = GaugeMetricFamily("telephony_messages", "Kept messages by what became of them.", labels=[*labels, "state"])
    counted = Delivery.objects.values_list("connection", "state").annotate(Count("pk")).order_by()
    for connection, state, count in counted:
        if str(connection) in names:
            states.add_metric([str(connection), names[str(connection)], state], count)
    yield states


def _work() -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily("telephony_jobs_due", "Jobs whose time has come.", labels=["job"])
    oldest = GaugeMetricFamily("telephony_jobs_oldest_seconds", "How long the oldest is due.", labels=["job"])
    for work in waiting_work():
        rows.add_metric([work.name], work.count)
        oldest.add_metric([work.name], work.oldest_seconds)
    yield rows
    yield oldest


def _processes() -> Iterator[GaugeMetricFamily]:
    since = GaugeMetricFamily(
        "telephony_process_last_seen_seconds", "Since a worker or beat was seen.", labels=["kind"]
    )
    now = timezone.now()
    for kind in SeenProcess.Kind:
        if at := alive.last_seen(kind):
            since.add_metric([kind], (now - at).total_seconds())
    yield since


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
