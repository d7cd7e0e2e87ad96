"""The project's addresses and a bare view beside them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """What any Django view costs on this server, with the project's middleware.

    It reads the body: the server closes a connection on which one was left unread.
    """
    return HttpResponse(b"ok" if request.body else b"no body", content_type="text/plain")


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
