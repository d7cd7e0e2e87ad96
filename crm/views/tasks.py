"""Tasks: the page, and the forms that set, change and tick them off."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import visible_companies, visible_tasks
from crm.forms import CallBackForm, TaskForm
from crm.forms.desk import handy_moments
from crm.models import Task
from crm.selectors.tasks import WHOSE, has_team, sections, tasks_of
from crm.selectors.timeline import with_people
from crm.services.tasks import save_task, set_done
from crm.views.base import call_in, contact_in, desk, fragment, is_fragment, row_in, saved
from telephony.editing.locking import row_of_form
from telephony.ui.presentation import client_number
from telephony.ui.shell import page

SHOWN = 15
MOST_SHOWN = 500


@desk("crm.view_task")
@require_GET
def task_page(request: HttpRequest) -> HttpResponse:
    """Mine, my team's or everybody's: overdue, today, later; or what was done."""
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    done = request.GET.get("done") == "1"
    limit = request.GET.get("limit", "")
    shown = min(int(limit), MOST_SHOWN) if limit.isdecimal() and len(limit) < 5 else SHOWN
    now = timezone.now()
    context: dict[str, Any] = {"whose": whose, "done": done, "now": now, "limit": shown * 2, "show_owner": True}
    context["sections"] = sections(tasks_of(request.user, whose), done=done, now=now, limit=shown)
    if is_fragment(request):
        return fragment(request, "crm/tasks/sections.html", **context)
    return page(request, "crm/tasks/page.html", title=_("Tasks"), has_team=has_team(request.user), **context)


@desk("crm.view_task", "crm.add_task")
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """A task for the `contact`, the `company` or the `call` of the address, or for none of them."""
    task = _task_about(request)
    form = TaskForm(request.POST or None, instance=task)
    return _set(request, form, task, _("The task is set."), "crm/tasks/form.html")


@desk("crm.view_task", "crm.add_task")
@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest) -> HttpResponse:
    """A call to make later: to the `contact`, or to the number of the `call`."""
    task = _task_about(request)
    task.kind = Task.Kind.CALL_BACK
    whom = str(task.contact) if task.contact else client_number(task.call) if task.call else str(task.company or "")
    task.title = _("Call back: %(whom)s") % {"whom": whom} if whom else _("Call back")
    task.title = task.title[:200]
    form = CallBackForm(request.POST or None, instance=task)
    return _set(request, form, task, _("The reminder to call back is set."), "crm/tasks/callback.html")


@desk("crm.view_task", "crm.change_task")
@require_http_methods(["GET", "POST"])
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The task as a form, in its place, and back."""
    with row_of_form(request, Task, pk):
        task = _existing(request, pk)
        form = TaskForm(request.POST or None, instance=task)
        is_saved = request.method == "POST" and form.is_valid() and _saved(form, task, request.user)
    if is_saved:
        return _row(request, task, "crm-saved", taken=form.taken)
    return fragment(request, "crm/tasks/edit.html", form=form, task=task, **_moments(), **_row_context(request))


@desk("crm.view_task")
@require_GET
def task_shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The task as a row of a list."""
    return _row(request, _existing(request, pk))


@desk("crm.view_task", "crm.change_task")
@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticks the task off, or with `done=0` opens it again; it stays in its place, so that this can be undone."""
    with row_of_form(request, Task, pk):
        task = _existing(request, pk)
        set_done(task=task, done=request.POST.get("done") == "1", user=request.user)
    return _row(request, task, "crm-ticked")


@desk("crm.view_task", "crm.delete_task")
@require_POST
def task_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The task is gone."""
    _existing(request, pk).delete()
    return HttpResponse("")


def _task_about(request: HttpRequest) -> Task:
    call = call_in(request)
    contact = contact_in(request.GET, request.user) or (call.contact if call else None)
    company = row_in(request.GET, "company", visible_companies(request.user))
    return Task(call=call, contact=contact, company=company)


def _set(request: HttpRequest, form: ModelForm[Task], task: Task, message: str, template: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _saved(form, task, request.user):
        return saved(request, message, task=task.pk)
    return fragment(request, template, form=form, task=task, **_moments())


def _saved(form: ModelForm[Task], task: Task, user: Any) -> bool:
    try:
        save_task(task=task, user=user)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


def _moments() -> dict[str, Any]:
    return {"moments": handy_moments(timezone.now())}


def _existing(request: HttpRequest, pk: int) -> Task:
    return get_object_or_404(with_people(visible_tasks(request.user)), pk=pk)


def _row(request: HttpRequest, task: Task, event: str = "", **more: Any) -> HttpResponse:
    happened = {event: {"task": task.pk}} if event else None
    context = _row_context(request) | more
    return fragment(request, "crm/tasks/row.html", event=happened, task=task, now=timezone.now(), **context)


def _row_context(request: HttpRequest) -> dict[str, Any]:
    return {"show_owner": request.GET.get("owner") == "1"}
