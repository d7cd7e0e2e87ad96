"""The page on which the result and the note of a call are added or changed later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony.calls import access
from telephony.cards.results import write_result
from telephony.domain.events import LegRole
from telephony.editing.forms import EditedForm, show_taken
from telephony.editing.locking import row_of_form
from telephony.models import Call, CallResult, Disposition
from telephony.ui import shell
from telephony.ui.markup import change_url
from telephony.ui.presentation import client_name, person


class ResultForm(EditedForm):
    """What came of a call. A result that is off can stay, and can't be chosen."""

    class Meta:
        model = CallResult
        fields = ["disposition", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["disposition"]
        field.queryset = Disposition.objects.filter(Q(enabled=True) | Q(pk=self.instance.disposition_id))
        field.empty_label = _("What came of it?")


def may_write(user: Any, call: Call) -> bool:
    """Who took the call, or called, and who leads: sees others' calls, this one among them."""
    if access.seeing(user) >= access.Scope.TEAM:
        return access.visible_calls(user, Call.objects.filter(pk=call.pk)).exists()
    talked = Q(answered_at__isnull=False) | Q(role=LegRole.CALLING)
    return call.responsible_id == user.pk or call.legs.filter(talked, user=user.pk).exists()


def may_change(user: Any, call: Call, of: int | None) -> bool:
    """Whether the user may change what this one said: one's own, or as who leads."""
    return may_write(user, call) and (of == user.pk or access.seeing(user) >= access.Scope.TEAM)


@never_cache
@require_http_methods(["GET", "POST"])
def written(request: HttpRequest, pk: int) -> HttpResponse:
    """Own words of a call; with `of`, those of this user."""
    user: Any = request.user
    calls = access.visible_calls(user).select_related("connection", "contact")
    call = get_object_or_404(calls.defer("connection__settings", "connection__hook_secret"), pk=pk)
    row = _row(request, call)
    if not may_change(user, call, row.user_id):
        raise PermissionDenied
    with row_of_form(request, CallResult, row.pk):
        if row.pk:
            row.refresh_from_db()
        form = ResultForm(request.POST or None, instance=row)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            said = {name: form.cleaned_data[name] for name in ("disposition", "note")}
            write_result(call=call, user_id=row.user_id or user.pk, by_id=user.pk, **said)
    if is_saved:
        show_taken(request, [form])
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(change_url(call))
    context = {"form": form, "back": change_url(call), "client": client_name(call)}
    if row.user_id != user.pk:
        context["whose"] = person(row.user)
    return shell.page(request, "telephony/desk/written.html", title=_("What came of the call"), **context)


def _row(request: HttpRequest, call: Call) -> CallResult:
    """The stored words, or new ones of one's own. `of` names whose; there have to be some."""
    of = request.GET.get("of", "")
    if of.isdecimal() and len(of) < 19 and of != str(request.user.pk):
        return get_object_or_404(CallResult.objects.select_related("user"), call=call, user=int(of))
    own: Any = request.user
    return CallResult.objects.filter(call=call, user=own.pk).first() or CallResult(call=call, user=own)
