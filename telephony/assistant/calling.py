"""The step that proves the connection: a call to the administrator's own phone, played or real, and its card."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony.assistant import progress
from telephony.assistant.frame import connection_of, page, pk_of, title_of
from telephony.canary import test_calls
from telephony.dialing.orders import dial
from telephony.dialing.words import told
from telephony.domain.exceptions import CallBusy, KeyReused
from telephony.domain.fields import storable
from telephony.models import Connection, Dial, Extension

LONGEST_NUMBER = 50
LONGEST_KEY = 64


@never_cache
@require_http_methods(["GET", "POST"])
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """A call to the administrator's own phone, that ends as a card on this very screen."""
    connection = connection_of(request, pk)
    phone = test_calls.own_phone(connection, pk_of(request))
    if request.method == "POST":
        return HttpResponseRedirect(progress.url_of("test", connection) + _begun(request, connection, phone))
    own_phone = "" if phone is None else phone.number or phone.key_label
    context = {"own_phone": own_phone, **_standing(request, connection)}
    if request.GET.get("part") == "order":
        return render(request, "telephony/connect/ordered.html", context)
    if "part" in request.GET:
        answer = render(request, "telephony/connect/card.html", {**context, "connection": connection})
        if context["shown_at"] is not None or phone is None:
            # The rest of the page has changed, too: what is asked for next is another button, or whose phone it is.
            answer.headers["HX-Refresh"] = "true"
        return answer
    context["may_dial"] = connection.vendor_object.can_dial and request.user.has_perm("telephony.dial")
    return page(request, "test", title_of(connection), connection, key=token_hex(16), **context)


def _standing(request: HttpRequest, connection: Connection) -> dict[str, Any]:
    """What became of the calls so far."""
    order = _order(request, connection)
    return {
        "shown_at": test_calls.shown_at(connection, pk_of(request)),
        "rings": "rings" in request.GET,
        "why_not": test_calls.why_no_card(connection, pk_of(request)) if "rings" in request.GET else "",
        "order": order,
        "told": told(order) if order else None,
    }


def _order(request: HttpRequest, connection: Connection) -> Dial | None:
    number = request.GET.get("ordered", "")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    return Dial.objects.filter(pk=int(number), connection=connection, user=pk_of(request)).first()


def _begun(request: HttpRequest, connection: Connection, phone: Extension | None) -> str:
    """Begin what was asked for; returns what goes behind the page's address."""
    if phone is None:
        messages.error(request, gettext("Say first which phone is yours."))
        return ""
    if "dial" in request.POST:
        return _ordered(request, phone)
    trouble = test_calls.start(connection, phone, base_url=request.build_absolute_uri("/"))
    if trouble:
        messages.error(request, trouble)
    return "" if trouble else "?rings=1"


def _ordered(request: HttpRequest, phone: Extension) -> str:
    """A real call, by the same way as every call button's: with its rights, limits and words."""
    number, key = request.POST.get("number", "").strip(), request.POST.get("key", "")
    if not request.user.has_perm("telephony.dial"):
        messages.error(request, gettext("You have no right to call from here. Ask your administrator for it."))
    elif not number or len(number) > LONGEST_NUMBER or storable(number) != number:
        messages.error(request, gettext("Enter the number to call first, like that of your mobile phone."))
    else:
        try:
            order = dial(user=request.user, number=number, key=storable(key)[:LONGEST_KEY], extension_id=phone.pk)
            return f"?ordered={order.pk}"
        except KeyReused:
            messages.error(request, gettext("This click has been used for another number. Reload the page."))
        except CallBusy:
            messages.error(request, gettext("Your other calls are still being ordered. Wait a moment, then try again."))
    return ""
