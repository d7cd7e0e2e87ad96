"""The project's addresses, and two views beside them to compare with."""

from __future__ import annotations

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt


class Row(models.Model):
    """Its table is made by webhook_data.py."""

    received_at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        app_label = "telephony"
        managed = False
        db_table = "benchmark_row"

    def __str__(self) -> str:
        return str(self.received_at)


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """What any Django view costs on this server, with the project's middleware.

    It reads the body: the server closes a connection on which one was left unread.
    """
    return HttpResponse(b"ok" if request.body else b"no body", content_type="text/plain")


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """The least that a view can do which keeps what it got: one row."""
    Row.objects.create(received_at=timezone.now(), body=request.body)
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [path("bare/", bare), path("insert/", insert), path("", include("config.urls"))]
