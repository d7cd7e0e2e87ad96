"""Lists of the API take the parameters that they know, and no others: a misspelt filter must not find everything."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet


class KnownParameters(GenericViewSet):
    """A viewset whose lists answer 400 to a parameter that does not exist, naming it and the nearest that does."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "GET" and not self.detail:
            check_parameters(request, known_parameters(self))


def known_parameters(view: GenericViewSet) -> list[str]:
    """Names of all that the view's list can be asked for: its filters, and how its pages are turned."""
    rows: Any = getattr(view, "queryset", None)
    filters = DjangoFilterBackend().get_filterset_class(view, rows)
    names = list(filters.base_filters) if filters is not None else []
    paginator: Any = view.paginator
    pages = ("cursor_query_param", "page_query_param", "page_size_query_param", "limit_query_param")
    names += [getattr(paginator, name) for name in pages if getattr(paginator, name, None)]
    return [*names, settings.REST_FRAMEWORK.get("URL_FORMAT_OVERRIDE", "format")]


def check_parameters(request: Request, known: list[str]) -> None:
    """Raise ValidationError with an entry for each parameter that is none of the known ones."""
    errors = {}
    for name in request.query_params:
        if name not in known:
            nearest = max(known, key=lambda other: SequenceMatcher(None, name.lower(), other).ratio())
            errors[name] = [f"There is no such parameter; the nearest is {nearest}. There are: {', '.join(known)}."]
    if errors:
        raise ValidationError(errors)
