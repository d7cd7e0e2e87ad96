"""The pages of the walk. Each has an address of its own, and works by reloading where there are no scripts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony.assistant import judging, played_call, progress
from telephony.assistant import phones as phones_of
from telephony.assistant.abilities import abilities
from telephony.assistant.forms import NewConnectionForm
from telephony.connections import drift
from telephony.models import Connection, PbxCheck
from telephony.ui import shell
from telephony.ui.presentation import person
from telephony.vendors import installed

RIGHTS = ("telephony.add_connection", "telephony.change_connection", "telephony.add_extension")


def may_connect(request: HttpRequest) -> bool:
    """For the menu, and for these pages."""
    return all(request.user.has_perm(right) for right in RIGHTS)


@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which PBX, with what each can do; and the connections whose walk is not at its end."""
    _check(request)
    vendors = [(vendor, abilities(vendor)) for vendor in installed().values()]
    begun = [
        (connection, progress.next_step(connection, _pk(request)))
        for connection in Connection.objects.filter(enabled=True).defer("settings").order_by("-pk")[:5]
        if not judging.has_good(connection)
    ]
    return _page(request, "choose", _("Connect a PBX"), vendors=vendors, begun=begun)


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, vendor: str) -> HttpResponse:
    """Name, time zone and keys."""
    _check(request)
    if vendor not in installed():
        raise Http404
    form = NewConnectionForm(request.POST or None, vendor=vendor)
    if request.method == "POST" and form.is_valid() and (connection := form.create()) is not None:
        return HttpResponseRedirect(progress.url_of("address", connection))
    title = gettext("Connect %(pbx)s") % {"pbx": installed()[vendor].label}
    return _page(request, "new", title, form=form, vendor=installed()[vendor])


@never_cache
@require_GET
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """The address or templates, and what is to be done in the PBX's own pages."""
    connection = _connection(request, pk)
    vendor = connection.vendor_object
    whole = request.build_absolute_uri(connection.hook_path) + vendor.address_suffix
    steps = [(step, step.filled(whole)) for step in vendor.steps]
    return _page(request, "address", _title(connection), connection, address=whole, vendor=vendor, steps=steps)


@never_cache
@require_GET
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """What came, as it comes."""
    connection = _connection(request, pk)
    context = {"heard": judging.heard_of(connection), "has_good": judging.has_good(connection)}
    if "part" in request.GET:
        return render(request, "telephony/connect/heard.html", {**context, "connection": connection})
    return _page(request, "wait", _title(connection), connection, **context)


@never_cache
@require_http_methods(["GET", "POST"])
def phones(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose phone is which: one button each, and one for all."""
    connection = _connection(request, pk)
    employees, why_not = phones_of.employees_of(connection)
    found = phones_of.nobodys(connection, employees)
    if request.method == "POST":
        return _give(request, connection, found)
    owned = [(row.number or row.key_label, person(row.user)) for row in connection.extensions.select_related("user")]
    active = get_user_model()._default_manager.filter(is_active=True).order_by("first_name", "last_name", "pk")
    people = [(one.pk, person(one)) for one in active]
    context = {"phones": found, "why_not": why_not, "owned": owned, "people": people}
    return _page(request, "phones", _title(connection), connection, **context)


def _give(request: HttpRequest, connection: Connection, found: list[phones_of.Phone]) -> HttpResponse:
    wanted = request.POST.get("give", "")
    chosen = found if wanted == "all" else [phone for phone in found if phone.row == wanted]
    if wanted == "own":
        number = request.POST.get("number", "").strip()[:50]
        chosen = [phones_of.Phone(row="own", number=number, key=request.POST.get("key", "").strip()[:200])]
    owners = {phone.row: request.POST.get(f"user-{phone.row}", "") for phone in chosen}
    if wanted == "own":
        owners = {"own": str(_pk(request))}
    count, wrong = phones_of.give(connection, chosen, {row: pk for row, pk in owners.items() if pk.isdecimal()})
    for text in wrong:
        messages.error(request, text)
    if count:
        text = ngettext("%(count)d phone has an owner now.", "%(count)d phones have owners now.", count)
        messages.success(request, text % {"count": count})
    elif not wrong:
        messages.warning(request, gettext("Choose first whose phone it is."))
    back = "test" if wanted == "own" else "phones"
    return HttpResponseRedirect(progress.url_of(back, connection))


@never_cache
@require_http_methods(["GET", "POST"])
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """A call to the administrator's own phone, that ends as a card on this very screen."""
    connection = _connection(request, pk)
    phone = played_call.own_phone(connection, _pk(request))
    if request.method == "POST":
        site = request.build_absolute_uri("/")
        if phone is None or (trouble := played_call.start(connection, phone, base_url=site)):
            messages.error(request, trouble if phone else gettext("Say first which phone is yours."))
            return HttpResponseRedirect(progress.url_of("test", connection))
        return HttpResponseRedirect(progress.url_of("test", connection) + "?rings=1")
    card = played_call.shown_card(connection, _pk(request))
    context = {"phone": phone, "card": card, "rings": "rings" in request.GET, "vendor": connection.vendor_object}
    if "part" in request.GET:
        answer = render(request, "telephony/connect/card.html", {**context, "connection": connection})
        if card is not None:
            # The rest of the page has changed, too: what is asked for next is another button.
            answer.headers["HX-Refresh"] = "true"
        return answer
    return _page(request, "test", _title(connection), connection, **context)


@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the PBX is set up as this connection needs it: asked by a button, mended by another."""
    connection = _connection(request, pk)
    if request.method == "POST":
        if "mend" in request.POST:
            url = request.build_absolute_uri(connection.hook_path)
            if trouble := drift.mend(connection=connection, url=url):
                messages.error(request, gettext("The PBX did not take it: %(reason)s") % {"reason": trouble})
            else:
                messages.success(request, gettext("The PBX was told the address, with all messages on."))
        elif drift.can_ask(connection):
            drift.check(connection=connection)
        return HttpResponseRedirect(reverse("telephony:connect_check", args=[pk]))
    row = PbxCheck.objects.filter(connection=connection).first()
    context = {
        "row": row,
        "findings": drift.in_words(row) if row else [],
        "office": connection.vendor_object.office,
        "can_ask": drift.can_ask(connection),
    }
    title = gettext("Set-up at the PBX: %(name)s") % {"name": connection.name}
    return _page(request, "check", title, connection, **context)


@never_cache
@require_GET
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """What is proven, and what was skipped."""
    connection = _connection(request, pk)
    proofs = progress.proofs(connection, _pk(request))
    is_green = all(proof.is_proven for proof in proofs if proof.is_needed)
    return _page(request, "done", _title(connection), connection, proofs=proofs, is_green=is_green)


def _page(
    request: HttpRequest, step: str, title: str | Promise, connection: Connection | None = None, **context: Any
) -> HttpResponse:
    context |= {"connection": connection, "marks": progress.line(connection, step, _pk(request))}
    if connection is not None:
        context["urls"] = {name: progress.url_of(name, connection) for name, _label in progress.STEPS}
    return shell.page(request, f"telephony/connect/{step}.html", title=title, **context)


def _connection(request: HttpRequest, pk: int) -> Connection:
    _check(request)
    return get_object_or_404(Connection, pk=pk)


def _check(request: HttpRequest) -> None:
    if not may_connect(request):
        raise PermissionDenied


def _pk(request: HttpRequest) -> int:
    return request.user.pk or 0


def _title(connection: Connection) -> str:
    return gettext("Connect %(pbx)s") % {"pbx": connection.name}
