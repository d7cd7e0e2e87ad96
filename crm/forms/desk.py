"""Forms of notes and tasks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.forms.clients import PersonField
from crm.models import Note, Task
from telephony.editing.forms import EditedForm
from telephony.models.validators import validate_moment

MOMENT = "%Y-%m-%dT%H:%M"
"""What `<input type="datetime-local">` sends and shows."""
MORNING = time(10)


class MomentInput(forms.DateTimeInput):
    """A day and a time, chosen with the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self, **options: Any) -> None:
        super().__init__(format=MOMENT, **options)


class NoteForm(EditedForm):
    """The text of a note."""

    class Meta:
        model = Note
        fields = ["text"]
        labels = {"text": _("Note")}
        help_texts = {"text": ""}
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "placeholder": _("What is worth remembering?")})}


class TaskForm(EditedForm):
    """A task; without an assignee it is for whoever sets it."""

    due_at = forms.DateTimeField(
        label=_("Due"), widget=MomentInput(), input_formats=[MOMENT], validators=[validate_moment]
    )
    assignee = PersonField(label=_("Assignee"), empty_label=_("me"))

    class Meta:
        model = Task
        fields = ["title", "due_at", "assignee", "kind", "text"]
        labels = {"title": _("What is to be done"), "kind": _("Kind"), "text": _("Details")}
        help_texts = dict.fromkeys(("title", "kind", "text"), "")
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs |= {"autocomplete": "off"}
        if self.instance.pk:
            self.fields["assignee"].empty_label = _("nobody")  # type: ignore[attr-defined]
        else:
            del self.fields["kind"]  # For a call to make there is a form of its own.
            self.initial["due_at"] = self.initial.get("due_at") or tomorrow_morning(timezone.now())


class CallBackForm(forms.ModelForm):
    """A call to make later: when, and what about."""

    due_at = forms.DateTimeField(
        label=_("When"), widget=MomentInput(), input_formats=[MOMENT], validators=[validate_moment]
    )
    assignee = PersonField(label=_("Who calls"), empty_label=_("me"))

    class Meta:
        model = Task
        fields = ["due_at", "assignee", "text"]
        labels = {"text": _("What about")}
        help_texts = {"text": ""}
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["due_at"] = self.initial.get("due_at") or timezone.now() + timedelta(hours=1)


def tomorrow_morning(now: datetime) -> datetime:
    """Ten o'clock of the next day, in the current time zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), MORNING))


def handy_moments(now: datetime) -> list[tuple[Any, str]]:
    """Moments that are one click away: each with its word, as the browser's input writes it."""
    local = timezone.localtime(now)
    moments = [
        (_("in 15 minutes"), local + timedelta(minutes=15)),
        (_("in an hour"), local + timedelta(hours=1)),
        (_("in 3 hours"), local + timedelta(hours=3)),
        (_("tomorrow at 10"), timezone.localtime(tomorrow_morning(now))),
        (_("in a week"), local + timedelta(days=7)),
    ]
    return [(word, moment.strftime(MOMENT)) for word, moment in moments]
