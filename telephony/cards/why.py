"""The page "Why no card?": a number and a time in; the nearest call and its trace, or the reasons for none, out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from telephony.calls import access
from telephony.cards.trace import Question, answer, trace_of
from telephony.models import Extension
from telephony.ui import presentation, shell

LONGEST_NUMBER = 50
AT = "%Y-%m-%dT%H:%M"


class WhyForm(forms.Form):
    """All of it is optional but the time; an operator asks for oneself."""

    number = forms.CharField(label=_("The caller's number"), max_length=LONGEST_NUMBER, required=False)
    moment = forms.DateTimeField(
        label=_("When it was"),
        input_formats=[AT, f"{AT}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=AT),
    )
    person = forms.ModelChoiceField(
        label=_("Whose card"), queryset=get_user_model()._default_manager.none(), required=False
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = access.seeing(user)
        if scope < access.Scope.TEAM:
            del self.fields["person"]
            return
        people = get_user_model()._default_manager.filter(pk__in=Extension.objects.values("user_id"))
        if scope < access.Scope.ALL:
            people = people.filter(pk__in=access.colleagues(user))
        field: Any = self.fields["person"]
        field.queryset = people.order_by("first_name", "last_name", "username")
        field.label_from_instance = presentation.person
        field.empty_label = _("anybody's")


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Without a question only the form, with the present moment."""
    user: Any = request.user
    asked = "moment" in request.GET
    form = WhyForm(request.GET if asked else None, user=user, initial={"moment": timezone.localtime()})
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        question = Question(
            number=form.cleaned_data["number"],
            moment=form.cleaned_data["moment"],
            person=form.cleaned_data.get("person") or (None if "person" in form.fields else user),
        )
        found = answer(question, user)
        context["answer"] = found
        context["traces"] = [(_shown(call), trace_of(call, user)) for call in found.calls]
    return shell.page(request, "telephony/desk/why.html", title=_("Why no card?"), **context)


def _shown(call: Any) -> dict[str, Any]:
    row = presentation.call_row(call)
    return {"row": row, "url": row.url}
