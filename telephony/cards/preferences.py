"""The page on which a user says how to be told of calls."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from telephony.cards import results
from telephony.cards.views import settings_row
from telephony.editing.forms import EditedForm, show_taken
from telephony.editing.locking import row_of_form
from telephony.models import DeskSettings, Extension
from telephony.ui import shell

FOR_EVER, KEEP, OFF, TOMORROW = "on", "keep", "off", "tomorrow"
MORNING = time(8)
SILENCES: list[tuple[str, str | Promise]] = [
    (OFF, _("no, show me all calls")),
    ("30", _("for half an hour")),
    ("60", _("for an hour")),
    ("120", _("for two hours")),
    (TOMORROW, _("until tomorrow, 8:00")),
    (FOR_EVER, _("until I switch it off here")),
]


class PreferencesForm(EditedForm):
    """Everything but the moment until which not to disturb: that is chosen in words."""

    silence = forms.ChoiceField(label=_("Do not disturb"))

    class Meta:
        model = DeskSettings
        fields = ["cards", "outgoing_cards", "sound", "volume", "notifications", "opens_contact"]
        widgets = {
            "volume": forms.NumberInput(attrs={"type": "range", "min": 0, "max": 100, "step": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = current_silence(self.instance)
        choices = [*([(KEEP, kept)] if kept else []), *SILENCES]
        field: Any = self.fields["silence"]
        field.choices = choices
        field.initial = choices[0][0]

    def save(self, commit: bool = True) -> DeskSettings:
        chosen = self.cleaned_data["silence"]
        if chosen != KEEP:
            self.instance.do_not_disturb = chosen != OFF
            self.instance.do_not_disturb_until = silent_until(chosen, timezone.localtime())
        row: DeskSettings = super().save(commit)
        return row


def silent_until(chosen: str, now: datetime) -> datetime | None:
    """The end of the silence, `now` being the site's local time; None for none."""
    if chosen == TOMORROW:
        return timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), MORNING))
    return now + timedelta(minutes=int(chosen)) if chosen.isdecimal() else None


def current_silence(row: DeskSettings) -> str:
    """What holds now, in words; empty when the user may be disturbed."""
    if not row.is_undisturbed(timezone.now()):
        return ""
    if row.do_not_disturb_until is None:
        return gettext("as now: until I switch it off here")
    until = timezone.localtime(row.do_not_disturb_until)
    day = "" if until.date() == timezone.localdate() else f"{formats.date_format(until, 'SHORT_DATE_FORMAT')}, "
    return gettext("as now: until %(time)s") % {"time": f"{day}{until:%H:%M}"}


@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The page. It is the user's own, whoever else may see more."""
    user: Any = request.user
    row = settings_row(user)
    with row_of_form(request, DeskSettings, row.pk):
        row.refresh_from_db()
        form = PreferencesForm(request.POST or None, instance=row)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            results.save_preferences(row=form.save(commit=False))
    if is_saved:
        show_taken(request, [form])
        messages.success(request, gettext("Saved. All your tabs know it already."))
        return HttpResponseRedirect(reverse("telephony:desk_settings"))
    phones = Extension.objects.filter(user=user).select_related("connection")
    return shell.page(
        request,
        "telephony/desk/preferences.html",
        title=_("Calls on your screen"),
        form=form,
        row=row,
        phones=phones.defer("connection__settings", "connection__hook_secret"),
        is_silent=row.is_undisturbed(timezone.now()),
    )
