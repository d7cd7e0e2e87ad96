"""JSON from programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from telephony.domain.fields import storable

ODD = _("This has a character that can't be stored: NUL, or half of a surrogate pair.")


class PlainJSONParser(JSONParser):
    """Django REST framework's own, which also refuses what is nested too deeply, and text that no database stores."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            value = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None
        wrong = [name for name, item in value.items() if _is_odd([name, item])] if isinstance(value, dict) else []
        if wrong:
            raise ValidationError({storable(name): [ODD] for name in wrong})
        if _is_odd(value):
            raise ValidationError([ODD])
        return value


def _is_odd(value: Any) -> bool:
    return any(storable(text) != text for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value, names of fields too."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            rest += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            rest += item
