"""A PBX's message goes straight to its view, under whatever name it is sent to; all other addresses keep Django's way.

PBXs post to an IP address, to a name with an underscore, or name no host at all. The secret in the address (or the
login of 1C's services) proves whose message it is; nothing in an answer depends on the name. Nor does a PBX have a
session, a language or a browser: the middleware for those would cost more than reading the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, get_urlconf, resolve
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

View = TypeVar("View", bound=Callable[..., object])
_MARK = "takes_any_host"
_MAY_BE_FOR_PBXS = re.compile(r"/(hooks|ws)/|^/(healthz|readyz|metrics)$")
"""In the addresses of all marked views (telephony/urls.py, and a project's probes): no other is resolved twice."""


def takes_any_host(view: View) -> View:
    """Mark a view that asks for a proof of its own. Outermost of its decorators."""
    setattr(view, _MARK, True)
    return view


class AnyHostForPbx(MiddlewareMixin):
    """Goes first in MIDDLEWARE: whatever stands behind it sees no message of a PBX."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not _MAY_BE_FOR_PBXS.search(request.path_info):
            return None
        found = _view_for_pbxs(request.path_info, get_urlconf() or settings.ROOT_URLCONF)
        if found is None:
            return None
        try:
            request.get_host()
        except DisallowedHost:
            _give_our_name(request)
        request.resolver_match = found
        # Nothing chose a language for this thread: it still has the one of the person whom it answered before.
        with translation.override(settings.LANGUAGE_CODE):
            response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.headers.setdefault("Cache-Control", "private, no-store")  # An answer may name a client.
        return response


@lru_cache(maxsize=1000)
def _view_for_pbxs(path: str, urlconf: str) -> ResolverMatch | None:
    """Remembered: a PBX has one address, or a few, and Django goes through all levels of addresses for each message."""
    try:
        found = resolve(path, urlconf)
    except Resolver404:
        return None
    return found if getattr(found.func, _MARK, False) else None


def _give_our_name(request: HttpRequest) -> None:
    request.headers.get("Host")  # Django keeps the headers as they are read first: the delivery has them as they came.
    names = [name.removeprefix(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    request.META["HTTP_HOST"] = names[0] if names else "localhost"
    request.META.pop("HTTP_X_FORWARDED_HOST", None)
