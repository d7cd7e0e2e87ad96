"""The application as a WSGI callable, for granian or another server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from config.memory import keep_loaded
from telephony.database.timeouts import limit_this_process
from telephony.http.plain_requests import PlainWSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
application.request_class = PlainWSGIRequest
keep_loaded()
limit_this_process()
