"""What the desk's pages share: who may come in, and how pieces of a page are answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise

from crm.access import visible_contacts
from crm.models import Company, Contact
from crm.selectors.contacts import found_or_merged
from telephony.calls.access import visible_calls
from telephony.models import Call

View = Callable[..., HttpResponseBase]
Row = TypeVar("Row", Contact, Company)


def desk(*rights: str) -> Callable[[View], View]:
    """For people who are signed in and have all these rights; else the login page, or 403."""

    def wrap(view: View) -> View:
        @wraps(view)
        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perms(rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        inside: View = admin.site.admin_view(allowed)
        return inside

    return wrap


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of a page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def fragment(
    request: HttpRequest, template: str, *, event: dict[str, Any] | None = None, **context: Any
) -> HttpResponse:
    """A piece of a page; `event` is what happened: {"crm-saved": {...}} for scripts and for other pieces."""
    response = render(request, template, context)
    if event is not None:
        response.headers["HX-Trigger"] = json.dumps(event)
    return response


def saved(request: HttpRequest, message: str | Promise, **what: Any) -> HttpResponse:
    """The end of a dialog: says so, and tells the page with the event `crm-saved`.

    It comes inside the form, not in its place: whoever hears of the event may have taken the form away by then.
    """
    response = fragment(request, "crm/saved.html", event={"crm-saved": what}, message=message)
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def number_in(values: Any, name: str) -> int | None:
    """A row's id among a request's values; None if it is missing or nonsense."""
    text = values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def row_in(values: Any, name: str, rows: QuerySet[Row]) -> Row | None:
    """The row that a request names; None if it names none. Raises Http404 for one that is not among `rows`."""
    pk = number_in(values, name)
    if pk is None:
        return None
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def contact_in(values: Any, user: Any) -> Contact | None:
    """The contact that a request names, or the one that it was merged into; None if it names none.

    Raises Http404 for one that the user may not see.
    """
    pk = number_in(values, "contact")
    if pk is None:
        return None
    contact = found_or_merged(visible_contacts(user), pk)
    if contact is None:
        raise Http404
    return contact


def call_in(request: HttpRequest) -> Call | None:
    """The call that the address names; None if it names none. Raises Http404 for one that the user may not see."""
    pk = number_in(request.GET, "call")
    if pk is None:
        return None
    call = visible_calls(request.user).select_related("contact__company").filter(pk=pk).first()
    if call is None:
        raise Http404
    return call
