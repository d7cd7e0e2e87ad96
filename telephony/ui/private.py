"""What one person was shown stays nowhere when that person has left: a middleware for the whole project."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

_SIGNED_OUT = "_telephony_signed_out"


class PrivateAnswers(MiddlewareMixin):
    """No cache, the browser's own least of all, keeps an answer of a view; signing out empties it of older ones.

    Below the middleware that hands out static files, which are everybody's. Players seek all the same: they ask for
    ranges.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_cache_control(response, private=True, no_store=True)
        if getattr(request, _SIGNED_OUT, False):
            # Pages that "Back" would bring from memory go, too. "storage" would take settings like the theme along:
            # static/telephony/session.js clears that.
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


@receiver(user_logged_out, dispatch_uid="telephony.private")
def _note(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None:
        setattr(request, _SIGNED_OUT, True)
