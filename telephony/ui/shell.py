"""Own pages inside the admin's shell: same side bar, same theme, same login."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise


def page(request: HttpRequest, template: str, *, title: str | Promise, **context: Any) -> TemplateResponse:
    """A page whose template extends `telephony/page.html`. Its view is wrapped in `admin.site.admin_view`."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})


def desk_script(request: HttpRequest) -> str:
    """Address of the script that shows cards on every page: for UNFOLD["SCRIPTS"]. It does nothing for anonymous users.

    Its stylesheet is `telephony/desk.css`, for UNFOLD["STYLES"].
    """
    script = static("telephony/desk.js")
    user = getattr(request, "user", None)
    return f"{script}?desk={reverse('telephony:desk')}" if user is not None and user.is_authenticated else script


def session_script(request: HttpRequest) -> str:
    """Address of the script that leaves nothing in a browser whose user has left: first in UNFOLD["SCRIPTS"]."""
    script = static("telephony/session.js")
    user = getattr(request, "user", None)
    return f"{script}?signed-in" if user is not None and user.is_authenticated else script
