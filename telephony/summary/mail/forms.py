"""The form with which a report is ordered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from telephony.calls import access
from telephony.editing.forms import EditedForm
from telephony.models import ReportSubscription, Team
from telephony.ui import presentation

MANAGES = "telephony.add_reportsubscription"
"""The right to order reports for others."""


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        name = presentation.person(obj)
        return f"{name} ({obj.email})" if obj.email else name


class SubscriptionForm(EditedForm):
    """`orderer` orders it, or changes one: for themselves or, with the right to, for others."""

    hour = forms.TypedChoiceField(
        label=_("At what time"), coerce=int, choices=[(hour, f"{hour}:00") for hour in range(24)], initial=8
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = ReportSubscription
        fields = ["user", "period", "hour", "time_zone", "language", "teams"]
        field_classes = {"user": PersonField}
        widgets = {"teams": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, orderer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._orderer = orderer
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = _people(orderer)
        fields["user"].empty_label = None
        fields["teams"].queryset = teams_of(orderer)
        fields["period"].choices = ReportSubscription.Period.choices
        self.initial.setdefault("user", orderer.pk)
        self.initial.setdefault("period", ReportSubscription.Period.DAY)
        self.initial.setdefault("time_zone", timezone.get_current_timezone_name())
        self.initial.setdefault("language", translation.get_language())
        if not fields["teams"].queryset.exists():
            del fields["teams"]
        if not orderer.has_perm(MANAGES):
            del fields["user"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        user = cleaned.setdefault("user", self.instance.user if self.instance.pk else self._orderer)
        wanted = {"user": user, "period": cleaned.get("period"), "hour": cleaned.get("hour")}
        if None not in wanted.values() and self._others.filter(**wanted).exists():
            self.add_error(
                "hour", ValidationError(_("There is such a report at this hour already. Choose another hour."))
            )
        return cleaned

    @property
    def _others(self) -> QuerySet[ReportSubscription]:
        return ReportSubscription.objects.exclude(pk=self.instance.pk)


def teams_of(user: Any) -> QuerySet[Team]:
    """Whose calls the user may see all of."""
    scope = access.seeing(user)
    if scope is access.Scope.ALL:
        return Team.objects.all()
    return Team.objects.filter(members=user.pk) if scope is access.Scope.TEAM else Team.objects.none()


def _people(orderer: Any) -> QuerySet[Any]:
    people = get_user_model()._default_manager.filter(is_active=True)
    if not orderer.has_perm(MANAGES):
        people = people.filter(pk=orderer.pk)
    return people.order_by("last_name", "first_name", "pk")
