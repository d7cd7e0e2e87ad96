"""The form of a row that others may edit meanwhile: base of all forms that change rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from telephony.editing.shown import (
    Shown,
    UnreadableForm,
    hashed,
    holds_several,
    in_words,
    packed,
    texts_of,
    unpacked,
    widget_of,
)
from telephony.ui.presentation import person

THEIRS, MINE = "theirs", "mine-"
_COLLIDED = _("Somebody else changed this meanwhile. Choose at the top which value stays.")
_SECRET_COLLIDED = _("Somebody else entered another one meanwhile. Left empty now, theirs stays; or enter yours again.")
_UNREADABLE = _("This form can't be compared with what others changed. Open the page anew: nothing was saved.")


@dataclass(frozen=True, kw_only=True)
class Collision:
    """A field that both changed, otherwise. `input_name` and `mine_answer` are those of the question."""

    label: str
    mine: str
    theirs: str
    input_name: str
    mine_answer: str
    theirs_answer: str = THEIRS


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A field that only somebody else changed, and its value now; empty if it is a secret."""

    label: str
    value: str


def show_taken(request: HttpRequest, edited: Iterable[Any]) -> None:
    """On the next page: what somebody else had changed of these forms' rows, and stays beside what was saved."""
    taken = [field for form in edited for field in getattr(form, "taken", ())]
    if taken:
        messages.info(request, render_to_string("telephony/editing/message.html", {"taken": taken}))


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A field that never shows its value: what is stored, and what was entered; None if that is to stay."""

    stored: str
    entered: str | None


class SeenField(forms.CharField):
    """Whatever comes in it, the row did not change by it."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class EditedForm(forms.ModelForm):
    """Settles each field with what somebody else changed since the form was shown.

    The instance has to be read from a locked row. A form that comes without `seen` (a script's) is taken as it is.
    """

    seen = SeenField(required=False, label="")
    _shown_at: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collisions: list[Collision] = []
        self.taken: list[Taken] = []

    def secrets(self) -> Mapping[str, Secret]:
        """By the field's name; for forms that have such fields."""
        return {}

    @cached_property
    def changed_by(self) -> LogEntry | None:
        """Who changed the row last since the form was shown, as far as the journal has it."""
        if self._shown_at is None or not (self.collisions or self.taken):
            return None
        since = LogEntry.objects.filter(action_time__gte=self._shown_at, object_id=str(self.instance.pk))
        entries = since.filter(content_type__app_label=self.instance._meta.app_label)
        of_model = entries.filter(content_type__model=self.instance._meta.model_name)
        return of_model.select_related("user").order_by("-action_time").first()

    @property
    def changed_by_name(self) -> str:
        return person(self.changed_by.user) if self.changed_by else ""

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        if field_name == "seen":
            return packed(self._shown()) if self.instance.pk else ""
        return super().get_initial_for_field(field, field_name)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        sent = self.cleaned_data.pop("seen", "")
        if not sent or not self.instance.pk:
            return
        try:
            self._shown_at, shown = unpacked(sent)
        except UnreadableForm:
            self.add_error(None, _UNREADABLE)
            return
        for name, field in self._compared():
            if name in shown and name not in self.errors:
                self._settle(name, field, shown)

    def _compared(self) -> Iterator[tuple[str, forms.Field]]:
        own = {"seen", "DELETE", self.instance._meta.pk.name}
        for name, field in self.fields.items():
            if name not in own and not field.disabled and not isinstance(field, InlineForeignKeyField):
                yield name, field

    def _shown(self) -> Shown:
        secrets = self.secrets()
        found: dict[str, str | list[str]] = {}
        for name, field in self._compared():
            value = secrets[name].stored if name in secrets else self._value_now(name, field)
            found[name] = self._hash(name, field, value)
        return found

    def _hash(self, name: str, field: forms.Field, value: Any) -> Any:
        row = f"{self.instance._meta.label} {self.instance.pk}"
        if name in self.secrets():
            return hashed(row, name, value)
        texts = texts_of(field, value)
        return [hashed(row, name, text) for text in texts] if holds_several(field) else hashed(row, name, texts)

    def _value_now(self, name: str, field: forms.Field) -> Any:
        """The row's value, as the form would have it after cleaning."""
        try:
            of_model = self.instance._meta.get_field(name)
        except FieldDoesNotExist:
            return self.get_initial_for_field(field, name)
        is_column = of_model.concrete and not of_model.many_to_many
        return getattr(self.instance, name) if is_column else self.get_initial_for_field(field, name)

    def _settle(self, name: str, field: forms.Field, shown: Shown) -> None:
        if name in self.secrets():
            self._settle_secret(name, field, shown)
            return
        value, cleaned = self._value_now(name, field), self.cleaned_data.get(name)
        now, mine, before = self._hash(name, field, value), self._hash(name, field, cleaned), shown[name]
        answer = self.data.get(self._answer_name(name))
        if mine == now:
            self.cleaned_data[name] = value  # It may be finer than what a browser shows.
        elif before == now:
            return
        elif holds_several(field):
            self._put_together(name, field, before)
        elif mine == before or answer == THEIRS:
            self._take(name, field, value, is_news=answer != THEIRS)
        elif answer != MINE + now:
            self._ask(name, field, mine=cleaned, theirs=value, now=now)

    def _settle_secret(self, name: str, field: forms.Field, shown: Shown) -> None:
        secret = self.secrets()[name]
        now = self._hash(name, field, secret.stored)
        if shown[name] == now:
            return
        if secret.entered is None:
            self.taken.append(Taken(label=self._label(name), value=""))
        elif secret.entered != secret.stored:
            self._put(self["seen"].html_name, [packed({**shown, name: now})])
            self.add_error(name, _SECRET_COLLIDED)

    def _put_together(self, name: str, field: forms.Field, before: Any) -> None:
        """What is there now, without what was taken away here, and with what was added here."""
        value, cleaned = list(self._value_now(name, field) or ()), list(self.cleaned_data.get(name) or ())
        now, mine = self._hash(name, field, value), self._hash(name, field, cleaned)
        kept = [one for one, told in zip(value, now, strict=True) if told in mine or told not in before]
        added = [one for one, told in zip(cleaned, mine, strict=True) if told not in before and told not in now]
        self._take(name, field, [*kept, *added], theirs=value)

    def _take(self, name: str, field: forms.Field, value: Any, *, theirs: Any = None, is_news: bool = True) -> None:
        self.cleaned_data[name] = value
        told = in_words(field, value if theirs is None else theirs)
        self.taken.extend([Taken(label=self._label(name), value=told)] if is_news else [])
        texts, html_name = texts_of(field, value), self.add_prefix(name)
        widget = widget_of(field)
        if isinstance(widget, forms.MultiWidget):
            suffixes: Any = vars(widget)["widgets_names"]
            for suffix, text in zip(suffixes, texts, strict=False):
                self._put(html_name + suffix, [text])
        else:
            self._put(html_name, texts)

    def _ask(self, name: str, field: forms.Field, *, mine: Any, theirs: Any, now: str) -> None:
        question = Collision(
            label=self._label(name),
            mine=in_words(field, mine),
            theirs=in_words(field, theirs),
            input_name=self._answer_name(name),
            mine_answer=MINE + now,
        )
        self.collisions.append(question)
        self.add_error(name, _COLLIDED)

    def _put(self, html_name: str, texts: list[str]) -> None:
        """Shown if the form comes again."""
        data: Any = self.data
        data = data.copy()
        if texts:
            data.setlist(html_name, texts)
        else:
            data.pop(html_name, None)
        self.data = data

    def _answer_name(self, name: str) -> str:
        return f"keep-{self.add_prefix(name)}"

    def _label(self, name: str) -> str:
        label = str(self[name].label)
        return label[:1].upper() + label[1:]
