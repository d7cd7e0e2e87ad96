"""The application as an ASGI callable."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from config.memory import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from config.bodies import LimitedBodies  # noqa: E402
from config.refusals import tell_of  # noqa: E402
from telephony.cards.lanes import StreamLanes  # noqa: E402  (Django has to be set up before)
from telephony.database.timeouts import limit_this_process  # noqa: E402
from telephony.http.plain_requests import PlainASGIRequest  # noqa: E402

_django.request_class = PlainASGIRequest
application = LimitedBodies(StreamLanes(_django), tell_of)
keep_loaded()
limit_this_process()
