"""What a list of contacts or companies is narrowed to, as its address says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from crm.models import Company, Contact, Tag
from crm.selectors.contacts import after, first_matching
from crm.words import digits_typed
from telephony.ui.presentation import person

Named = TypeVar("Named", Contact, Company)
MINE, NOBODY = "me", "none"
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """A search term, a tag, who is responsible, and after which row the page begins."""

    term: str = ""
    tag: str = ""
    responsible: str = ""
    """A user's id, `me` or `none`."""
    after_name: str = ""
    after_pk: int = 0

    @classmethod
    def read(cls, values: Any) -> ListFilter:
        """From a request's values; nonsense narrows nothing."""
        after_pk = values.get("after", "")
        responsible = values.get("responsible", "")
        tag = values.get("tag", "")
        return cls(
            term=values.get("q", "").strip()[:100],
            tag=tag if _is_id(tag) else "",
            responsible=responsible if responsible in (MINE, NOBODY) or _is_id(responsible) else "",
            after_name=values.get("after_name", "")[:200] if _is_id(after_pk) else "",
            after_pk=int(after_pk) if _is_id(after_pk) else 0,
        )

    def narrow(self, rows: QuerySet[Named], user: Any) -> QuerySet[Named]:
        """Those rows that have the term's words and the tag, and are looked after by that user."""
        rows = first_matching(rows, self.term)
        if self.tag:
            rows = rows.filter(tags=int(self.tag))
        if self.responsible == NOBODY:
            return rows.filter(responsible=None)
        if self.responsible:
            return rows.filter(responsible=user.pk if self.responsible == MINE else int(self.responsible))
        return rows

    def page_of(self, rows: QuerySet[Named]) -> tuple[list[Named], str]:
        """The rows of the page, which are in order of name, and the query of the next page; empty for the last one."""
        if self.after_name:
            rows = after(rows, self.after_name, self.after_pk)
        found = list(rows[: PAGE + 1])
        shown = found[:PAGE]
        return shown, self._following(shown[-1]) if len(found) > PAGE else ""

    def _following(self, last: Contact | Company) -> str:
        """The query of the page that follows this row."""
        asked = {"q": self.term, "tag": self.tag, "responsible": self.responsible}
        return urlencode({**{k: v for k, v in asked.items() if v}, "after_name": last.name, "after": last.pk})

    @property
    def new_query(self) -> str:
        """The query of the page for a new contact that is what was looked for."""
        return urlencode({"phone" if digits_typed(self.term) else "name": self.term})

    def __bool__(self) -> bool:
        return bool(self.term or self.tag or self.responsible)

    def choices(self) -> dict[str, Any]:
        """What the filters offer: all tags, and everybody who works here."""
        people = get_user_model().objects.filter(is_active=True).order_by("last_name", "first_name", "username")
        return {"tags": list(Tag.objects.all()), "people": [(str(user.pk), person(user)) for user in people]}


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19
