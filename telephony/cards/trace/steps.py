"""The pieces that a trace is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from telephony.calls import access
from telephony.ui.markup import change_url
from telephony.ui.presentation import length

OK, STOP, WAIT = "ok", "stop", "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way to a card."""

    kind: str
    """ok: went on; stop: ended here; wait: neither, but worth knowing."""
    text: str
    code: str = ""
    """Names the reason in tests and in the page's HTML, like `no_extension`."""
    url: str = ""
    """Of the setting that would change it, or of the row that it tells of, if the reader may open it."""
    link: str | Promise = ""

    @property
    def icon(self) -> str:
        return {OK: "check_circle", STOP: "cancel", WAIT: "info"}[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTrace:
    """The way to one person's screen, or where it ended."""

    name: str
    steps: Sequence[Step]
    verdict: str = ""
    """All of it in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTrace:
    """What is the same for everybody, then each person."""

    steps: Sequence[Step]
    people: Sequence[PersonTrace]


class Reader:
    """Who reads the trace: links lead only to what they may open."""

    def __init__(self, user: Any) -> None:
        self._user = user

    def sees_all_calls(self) -> bool:
        """Else what is not known to be of a call that they see is not told: it may be of another."""
        return access.seeing(self._user) is access.Scope.ALL

    def sees_calls_of(self, people: Iterable[int]) -> set[int]:
        """Those of the people (primary keys) whose calls they see: what they do with their phones."""
        wanted, scope = set(people), access.seeing(self._user)
        if scope is access.Scope.ALL:
            return wanted
        team = access.colleagues(self._user) if scope is access.Scope.TEAM else ()
        return wanted & {self._user.pk, *(row["user_id"] for row in team)}

    def is_of_user(self, user_pk: int | None) -> bool:
        return bool(self._user.pk == user_pk)

    def change(self, row: models.Model | None) -> str:
        """Address of the row's page in the admin; empty if there is none for this reader."""
        if row is None or not self._may(row, "view", "change"):
            return ""
        return change_url(row)

    def add(self, model: type[models.Model], **initial: Any) -> str:
        """Address of the form that adds such a row, filled in."""
        if not self._may(model, "add"):
            return ""
        return _with(f"admin:{model._meta.app_label}_{model._meta.model_name}_add", initial)

    def listed(self, model: type[models.Model], **filters: Any) -> str:
        if not self._may(model, "view", "change"):
            return ""
        return _with(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", filters)

    def _may(self, model: models.Model | type[models.Model], *actions: str) -> bool:
        name = f"{model._meta.model_name}"
        return any(self._user.has_perm(f"{model._meta.app_label}.{action}_{name}") for action in actions)


def _with(name: str, query: dict[str, Any]) -> str:
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    pairs = urlencode({key: value for key, value in query.items() if value != ""})
    return f"{address}?{pairs}" if pairs else address


def clock(moment: datetime) -> str:
    """The time of the day; with the day, unless it is today."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else f"{local:%d.%m.%Y %H:%M:%S}"


def lasted(seconds: float) -> str:
    """A length of time in words: `0.8 s`, `45 s`, `12:40`, `3:00:00`."""
    if seconds < 10:
        return gettext("%(seconds)s s") % {"seconds": formats.number_format(max(0.1, seconds), 1)}
    return gettext("%(seconds)d s") % {"seconds": round(seconds)} if seconds < 60 else length(seconds)
