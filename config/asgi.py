"""The application as an ASGI callable."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from config.memory import keep_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()
keep_loaded()
