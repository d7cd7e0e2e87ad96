"""Settings and addresses of the HTTP API under /api/v1/."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one names the challenge: without a valid token the answer is 401, not 403.
        "crm.api.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["telephony.api.parsing.PlainJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "telephony.api.errors.explain",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["telephony.api.throttling.SharedUserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "300/min"},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

REST_KNOX: dict[str, Any] = {
    "TOKEN_MODEL": "crm.ApiToken",
    "TOKEN_TTL": timedelta(days=365),
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": _("CRM telephony"),
    "DESCRIPTION": _(
        "Calls, recordings, contacts and tasks. Sign in, or send `Authorization: Bearer <key>`. A key can do what it "
        "was made for: `read_calls` (calls, recordings, extensions), `listen` (their sound), `dial`, `read_contacts` "
        "and `write_contacts` (contacts, companies, notes), `read_tasks` and `write_tasks`, `export` (reading in bulk)."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # The documentation page works without the internet.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
}
