"""JSON from programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from telephony.domain.fields import storable

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ODD = _("This has a character that can't be stored: NUL, or half of a surrogate pair.")
BIG = _("This number is too large.")
MOST = 2**63
"""A number from here on, or one like 1e999, which is infinite, fits no column."""


class PlainJSONParser(JSONParser):
    """Django REST framework's own, which also refuses what is nested too deeply, and what no database stores."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None
        if isinstance(value, dict):
            wrong = {storable(name): [why] for name, item in value.items() if (why := _trouble([name, item]))}
            if wrong:
                raise ValidationError(wrong)
        elif why := _trouble(value):
            raise ValidationError([why])
        return value


def _trouble(value: Any) -> StrPromise | None:
    """Why this can't be stored, if it can't."""
    for leaf in _leaves(value):
        if isinstance(leaf, str) and storable(leaf) != leaf:
            return ODD
        if isinstance(leaf, int | float) and not -MOST < leaf < MOST:
            return BIG
    return None


def _leaves(value: Any) -> Iterator[Any]:
    """All texts and numbers in a JSON value, names of fields too."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            rest += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            rest += item
        else:
            yield item
