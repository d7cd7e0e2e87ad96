"""The pages of the walk. Each has an address of its own, and works by reloading where there are no scripts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony.assistant import judging, progress
from telephony.assistant import phones as phones_of
from telephony.assistant.abilities import abilities
from telephony.assistant.forms import NewConnectionForm
from telephony.assistant.frame import check_right, connection_of, page, pk_of, title_of
from telephony.connections import drift
from telephony.models import Connection, PbxCheck
from telephony.ui.presentation import person
from telephony.vendors import installed


@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which PBX, with what each can do; and the connections whose walk is not at its end."""
    check_right(request)
    vendors = [(vendor, abilities(vendor)) for vendor in installed().values()]
    begun = [
        (connection, progress.next_step(connection, pk_of(request)))
        for connection in Connection.objects.filter(enabled=True).defer("settings").order_by("-pk")[:5]
        if not judging.has_good(connection)
    ]
    return page(request, "choose", _("Connect a PBX"), vendors=vendors, begun=begun)


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, vendor: str) -> HttpResponse:
    """Name, time zone and keys."""
    check_right(request)
    if vendor not in installed():
        raise Http404
    form = NewConnectionForm(request.POST or None, vendor=vendor)
    if request.method == "POST" and form.is_valid() and (connection := form.create()) is not None:
        return HttpResponseRedirect(progress.url_of("address", connection))
    title = gettext("Connect %(pbx)s") % {"pbx": installed()[vendor].label}
    return page(request, "new", title, form=form, vendor=installed()[vendor])


@never_cache
@require_GET
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """The address or templates, and what is to be done in the PBX's own pages."""
    connection = connection_of(request, pk)
    vendor = connection.vendor_object
    whole = request.build_absolute_uri(connection.hook_path) + vendor.address_suffix
    steps = [(step, step.filled(whole)) for step in vendor.steps]
    return page(request, "address", title_of(connection), connection, address=whole, vendor=vendor, steps=steps)


@never_cache
@require_GET
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """What came, as it comes."""
    connection = connection_of(request, pk)
    context = {"heard": judging.heard_of(connection), "has_good": judging.has_good(connection)}
    if "part" in request.GET:
        return render(request, "telephony/connect/heard.html", {**context, "connection": connection})
    return page(request, "wait", title_of(connection), connection, **context)


@never_cache
@require_http_methods(["GET", "POST"])
def phones(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose phone is which: one button each, and one for all."""
    connection = connection_of(request, pk)
    employees, why_not = phones_of.employees_of(connection)
    found = phones_of.nobodys(connection, employees)
    if request.method == "POST":
        return _give(request, connection, found)
    owned = [(row.number or row.key_label, person(row.user)) for row in connection.extensions.select_related("user")]
    active = get_user_model()._default_manager.filter(is_active=True).order_by("first_name", "last_name", "pk")
    people = [(one.pk, person(one)) for one in active]
    context = {"phones": found, "why_not": why_not, "owned": owned, "people": people}
    return page(request, "phones", title_of(connection), connection, **context)


def _give(request: HttpRequest, connection: Connection, found: list[phones_of.Phone]) -> HttpResponse:
    wanted = request.POST.get("give", "")
    chosen = found if wanted == "all" else [phone for phone in found if phone.row == wanted]
    if wanted == "own":
        number = request.POST.get("number", "").strip()[:50]
        chosen = [phones_of.Phone(row="own", number=number, key=request.POST.get("key", "").strip()[:200])]
    owners = {phone.row: request.POST.get(f"user-{phone.row}", "") for phone in chosen}
    if wanted == "own":
        owners = {"own": str(pk_of(request))}
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
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the PBX is set up as this connection needs it: asked by a button, mended by another."""
    connection = connection_of(request, pk)
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
    return page(request, "check", title, connection, **context)


@never_cache
@require_GET
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """What is proven, and what was skipped."""
    connection = connection_of(request, pk)
    proofs = progress.proofs(connection, pk_of(request))
    is_green = all(proof.is_proven for proof in proofs if proof.is_needed)
    return page(request, "done", title_of(connection), connection, proofs=proofs, is_green=is_green)
