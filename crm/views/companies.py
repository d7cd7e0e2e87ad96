"""Companies: the list, one company's page, adding and changing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import visible_companies, visible_contacts
from crm.forms import CompanyForm
from crm.models import Company
from crm.selectors import timeline
from crm.selectors.contacts import listed, listed_companies, matching
from crm.selectors.filters import ListFilter
from crm.views.base import desk, fragment, is_fragment
from crm.views.contacts import timeline_fragment
from telephony.editing.locking import row_of_form
from telephony.ui.shell import page

FEW = 10
"""So many contacts are shown on the company's page; all of them are a click away."""


@desk("crm.view_company")
@require_GET
def company_list(request: HttpRequest) -> HttpResponse:
    """All companies by name; filtered while somebody types, a page at a time."""
    asked = ListFilter.read(request.GET)
    rows, following = asked.page_of(listed_companies(asked.narrow(visible_companies(request.user), request.user)))
    context: dict[str, Any] = {"rows": rows, "asked": asked, "next": following}
    if is_fragment(request):
        return fragment(request, "crm/companies/rows.html", **context)
    return page(request, "crm/companies/list.html", title=_("Companies"), **asked.choices(), **context)


@desk("crm.view_company", "crm.add_company")
@require_http_methods(["GET", "POST"])
def company_new(request: HttpRequest) -> HttpResponse:
    """A page for a new company; a `name` in the address is filled in."""
    form = CompanyForm(request.POST or None, initial={"name": request.GET.get("name", "")[:200]})
    if request.method == "POST" and form.is_valid():
        form.instance.created_by = request.user
        company = form.save()
        messages.success(request, _("The company was added."))
        return redirect(company)
    return page(request, "crm/companies/new.html", title=_("New company"), form=form)


@desk("crm.view_company")
@require_GET
def company_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who works there, what is to be done, and what happened with all of them."""
    company = _existing(request, pk)
    people = visible_contacts(request.user, listed(company.contacts.all()))
    items, following = timeline.page_of(company, request.user, None)
    context: dict[str, Any] = {
        "people": people[:FEW],
        "items": items,
        "next": following,
        "tasks": timeline.open_tasks(company, request.user),
        "now": timezone.now(),
        "of_company": True,
    }
    return page(request, "crm/companies/page.html", title=company.name, company=company, owner=company, **context)


@desk("crm.view_company")
@require_GET
def company_about(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that says which company it is."""
    return fragment(request, "crm/companies/about.html", company=_existing(request, pk))


@desk("crm.view_company", "crm.change_company")
@require_http_methods(["GET", "POST"])
def company_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The same part as a form, and back."""
    with row_of_form(request, Company, pk):
        company = _existing(request, pk)
        form = CompanyForm(request.POST or None, instance=company)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            form.save()
    if is_saved:
        saved = {"company": _existing(request, pk), "taken": form.taken}
        return fragment(request, "crm/companies/about.html", event={"crm-saved": {"company": pk}}, **saved)
    return fragment(request, "crm/companies/edit.html", form=form, company=company)


@desk("crm.view_company")
@require_GET
def company_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of what happened; `only` one kind, if named."""
    return timeline_fragment(request, get_object_or_404(visible_companies(request.user), pk=pk))


@desk("crm.view_company")
@require_GET
def company_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still to be done."""
    company = get_object_or_404(visible_companies(request.user), pk=pk)
    tasks = timeline.open_tasks(company, request.user)
    return fragment(request, "crm/tasks/open.html", owner=company, tasks=tasks, now=timezone.now())


@desk("crm.view_company")
@require_GET
def company_options(request: HttpRequest) -> HttpResponse:
    """Names for a list of suggestions, for what was typed into a contact's company."""
    term = request.GET.get("company_name", "").strip()[:100]
    found = matching(visible_companies(request.user), term) if term else Company.objects.none()
    return fragment(request, "crm/companies/options.html", names=found.values_list("name", flat=True)[:8])


def _existing(request: HttpRequest, pk: int) -> Company:
    companies = visible_companies(request.user).annotate(contact_count=Count("contacts"))
    detailed = companies.select_related("responsible", "created_by").prefetch_related("tags")
    return get_object_or_404(detailed, pk=pk)
