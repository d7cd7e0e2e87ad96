"""The stream in which a canary call waits for its card, like a browser's; nobody's session opens it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from telephony.cards.hub import Stream
from telephony.cards.stream import response
from telephony.models import LiveEvent

_SALT = "telephony.canary.stream"
VALID_SECONDS = 60


class CanaryStream(Stream):
    """Fed with what became of one run's messages."""

    has_session = False

    def __init__(self, run_id: int) -> None:
        super().__init__(user_id=0, sees_board=False)
        self._run_id = run_id

    def wants(self, event: LiveEvent) -> bool:
        return event.topic == LiveEvent.Topic.CANARY and event.content.get("run") == self._run_id


def token(run_id: int) -> str:
    """Opens the run's stream, for a minute."""
    return signing.dumps(run_id, salt=_SALT)


@login_not_required
@require_GET
async def live(request: HttpRequest, token: str) -> HttpResponseBase:
    """403 without a token of this installation's own; 204 where the server holds no streams, as people's is."""
    try:
        run_id = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return HttpResponse("This is for canary calls.", status=403, content_type="text/plain")
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    return response(CanaryStream(run_id))
