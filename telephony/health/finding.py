"""What is wrong, in one sentence that says what to do, and where it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from telephony.models import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    code: str
    """Stable: other programs, and the memory of alarms, know it by this."""
    text: str
    url: str
    """The page where it is mended; empty for what is mended outside of this program."""
    connection_id: int | None = None
    """None: of the whole installation."""
    private: str = ""
    """The part of the text that PBXs, clients or other systems wrote."""

    @property
    def for_keeping(self) -> str:
        """The text without that part: a person's number may be in it."""
        return self.text.replace(self.private, "…") if self.private else self.text

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.text, "url": self.url}


Findings = Iterator[Finding]


def finding(
    code: str, text: str | Promise, *, of: Connection | None = None, url: str | None = None, private: str = ""
) -> Finding:
    """Of a connection its page is where it is mended, unless another is named."""
    own = reverse("admin:telephony_connection_change", args=[of.pk]) if of is not None else ""
    where = own if url is None else url
    return Finding(
        code=code, text=str(text), url=where, connection_id=of.pk if of is not None else None, private=private
    )
