"""Requests that bring too much or take too long: who is told so, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from django.http import HttpResponse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _

from config import error_pages
from telephony.http.plain_requests import PlainWSGIRequest

TEXTS = {
    408: _("The request came too slowly. Send it once more."),
    413: _("The request is too large. A file of contacts may have 20 MB: split it. Sign in before you send a file."),
    503: _("Too much is being uploaded at once. Try again in a minute."),
}


def is_signed_in(environ: Mapping[str, Any]) -> bool:
    """Whether the request's cookie is the session of somebody who may sign in. In a thread that has a database."""
    close_old_connections()
    try:
        request = PlainWSGIRequest({**environ, "CONTENT_LENGTH": "0"})
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        return bool(get_user(request).is_authenticated)
    except DatabaseError:
        return False
    finally:
        connections.close_all()


def login_is_wrong(environ: dict[str, Any]) -> bool:
    """Whether a request to 1C's services says a login that is nobody's; it is marked as such for their view."""
    from telephony.soap import login  # Needs models, and config/web.py imports this module before Django is set up.

    if not login.is_wrong(PlainWSGIRequest({**environ, "CONTENT_LENGTH": "0"})):
        return False
    environ[login.JUDGED_WRONG] = True
    return True


async def tell(status: int, environ: Mapping[str, Any], send: Callable[[dict[str, Any]], Any]) -> None:
    """Answer, and close: what else comes of the body is not read."""
    request = PlainWSGIRequest(dict(environ))
    if "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers:
        body, kind = error_pages.refused(request, status, TEXTS[status]).encode(), b"text/html"
    else:
        with override(get_language_from_request(request)):
            body, kind = str(TEXTS[status]).encode(), b"text/plain"
    headers = [(b"content-type", kind + b"; charset=utf-8"), (b"connection", b"close")]
    headers += [(b"content-length", str(len(body)).encode()), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def tell_of(
    status: int, scope: Mapping[str, Any], headers: Mapping[str, str], send: Callable[[dict[str, Any]], Any]
) -> None:
    """The same for a server that speaks ASGI."""
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    host, port = scope.get("server") or ("localhost", 80)
    where = {"PATH_INFO": scope["path"], "SERVER_NAME": str(host), "SERVER_PORT": str(port)}
    environ |= where | {"REQUEST_METHOD": scope["method"], "wsgi.url_scheme": scope.get("scheme", "http")}
    await tell(status, {**environ, "wsgi.input": BytesIO()}, send)
