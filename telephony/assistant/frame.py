"""What the pages of the walk share: who may walk, the frame with the steps on top, the connection."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext

from telephony.assistant import progress
from telephony.models import Connection
from telephony.ui import shell

RIGHTS = ("telephony.add_connection", "telephony.change_connection", "telephony.add_extension")


def may_connect(request: HttpRequest) -> bool:
    """For the menu, and for these pages."""
    return all(request.user.has_perm(right) for right in RIGHTS)


def page(
    request: HttpRequest, step: str, title: str | Promise, connection: Connection | None = None, **context: Any
) -> HttpResponse:
    context |= {"connection": connection, "marks": progress.line(connection, step, pk_of(request))}
    if connection is not None:
        context["urls"] = {name: progress.url_of(name, connection) for name, _label in progress.STEPS}
    return shell.page(request, f"telephony/connect/{step}.html", title=title, **context)


def connection_of(request: HttpRequest, pk: int) -> Connection:
    check_right(request)
    return get_object_or_404(Connection, pk=pk)


def check_right(request: HttpRequest) -> None:
    if not may_connect(request):
        raise PermissionDenied


def pk_of(request: HttpRequest) -> int:
    return request.user.pk or 0


def title_of(connection: Connection) -> str:
    return gettext("Connect %(pbx)s") % {"pbx": connection.name}
