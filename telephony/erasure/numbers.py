"""Which number is meant, whether another spelling is the same one, and its keyed hash for the journal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from telephony.domain import numbers as phone
from telephony.domain.events import Phone
from telephony.domain.exceptions import NumberUnclear
from telephony.models import AuditEntry, Connection

FEWEST_DIGITS = 7
"""A shorter number is an extension or a service: it would be found in half of all messages."""
DEFAULT_REGION = "RU"
_SALT = "telephony.erased number"
_BETWEEN = "[\\s+().\\-\u2010-\u2015\ufffd]{0,3}"
"""Blanks of all kinds, dashes, and what is neither in the encoding that we read."""
_LONGEST_CODE = 5
_BEFORE = re.compile(rf"(?:\+|00)?\d{{0,{_LONGEST_CODE}}}{_BETWEEN}$")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN_IN_SQL = r"([^0-9]|\\u[0-9a-f]{4}){0,3}"
"""What may stand between the digits inside JSON; matches a little more, never less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The number to erase."""

    raw: str
    """As it was given."""
    e164: str
    """Empty if it is no valid number in any of the connections' countries."""
    match: str
    """Its last 10 digits, or all of a shorter one."""

    @property
    def phone(self) -> Phone:
        return Phone(raw=self.raw, e164=self.e164)

    @property
    def shown(self) -> str:
        return self.e164 or self.raw

    def where(self, e164: str, match: str) -> Q:
        """Rows of this number, by their columns with E.164 and with the last digits."""
        if not self.e164:
            return Q(**{match: self.match})
        # Two valid numbers may end in the same 10 digits; only an unreadable one is matched by these.
        return Q(**{e164: self.e164}) | Q(**{match: self.match, e164: ""})

    def is_same(self, raw: str, e164: str = "") -> bool:
        """Whether this is the number, in whatever form."""
        if self.e164 and e164:
            return e164 == self.e164
        return bool(raw) and phone.match_key(raw) == self.match


def target_of(raw: str) -> Target:
    """The number that somebody means who writes it so. Raises NumberUnclear, in words for that person."""
    match = phone.match_key(raw)
    if not match.isdecimal() or len(match) < FEWEST_DIGITS:
        raise NumberUnclear(_("That is no client's number: write all of its digits, with the country's code."))
    regions = set(Connection.objects.values_list("phone_region", flat=True)) or {DEFAULT_REGION}
    valid = {e164 for region in regions if (e164 := phone.to_e164(raw, region))}
    if len(valid) > 1:
        numbers = _(" or ").join(sorted(valid))
        raise NumberUnclear(_("This may be %(numbers)s: write it with the country's code.") % {"numbers": numbers})
    return Target(raw=raw.strip(), e164=next(iter(valid), ""), match=match)


class Finder:
    """Finds the number in raw messages, however it is written there."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._digits = re.compile(_BETWEEN.join(target.match) + r"(?!\d)")
        self._regions = sorted({DEFAULT_REGION, *Connection.objects.values_list("phone_region", flat=True)})

    @property
    def in_sql(self) -> str:
        """A regular expression that finds all, and little else, for the database."""
        return _BETWEEN_IN_SQL.join(self._target.match)

    def is_in(self, raw: bytes, *, region: str) -> bool:
        """Whether these bytes, percent-encoded or not, name the number."""
        text = raw.decode("utf-8", "replace")
        if self._is_in_text(text, region):
            return True
        if "%" in text or "\\u" in text:
            once = unquote(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
            # A link inside a query is encoded twice.
            return self._is_in_text(once, region) or ("%" in once and self._is_in_text(unquote(once), region))
        return False

    def is_in_value(self, value: object) -> bool:
        """Whether a column's value names it, read as in any of the connections' countries."""
        if not value:
            return False
        if not isinstance(value, (bytes, memoryview)):
            value = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()
        raw = bytes(value)
        return any(self.is_in(raw, region=region) for region in self._regions)

    def without(self, value: Any, mark: str) -> Any:
        """A value of JSON in which the mark stands for each text that names the number."""
        if isinstance(value, dict):
            return {name: self.without(one, mark) for name, one in value.items()}
        if isinstance(value, list):
            return [self.without(one, mark) for one in value]
        return mark if isinstance(value, str) and self.is_in_value(value) else value

    def _is_in_text(self, text: str, region: str) -> bool:
        return any(self._is_the_number(text, found, region) for found in self._digits.finditer(text))

    def _is_the_number(self, text: str, found: re.Match[str], region: str) -> bool:
        before = text[max(0, found.start() - _LONGEST_CODE - 4) : found.start()]
        code = _BEFORE.search(before)
        prefix = code[0] if code else ""
        if len(self._target.match) < 10 or re.search(rf"\d{{{_LONGEST_CODE + 1}}}$", before):
            return not before[-1:].isdigit()  # A part of some longer number.
        e164 = phone.to_e164(prefix + found[0], region)
        return not self._target.e164 or not e164 or e164 == self._target.e164


def hash_of(target: Target, *, secret: str | None = None) -> str:
    """What the journal keeps instead of the number: nobody without the site's secret key can try numbers on it."""
    return salted_hmac(_SALT, target.e164 or target.match, secret=secret, algorithm="sha256").hexdigest()


def was_erased(target: Target) -> QuerySet[AuditEntry]:
    """The journal's entries of this number's erasures, also from under earlier secret keys."""
    secrets = (settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", ()))
    hashes = [hash_of(target, secret=secret) for secret in secrets]
    return AuditEntry.objects.filter(action=AuditEntry.Action.NUMBER_ERASED, details__number__in=hashes)
