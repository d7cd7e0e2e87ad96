"""telephony in a project that has no `crm`: its tests run with these settings, too (tests/test_standalone.py)."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

# Whoever imports these, anywhere, fails: that is the point.
sys.modules["crm"] = None  # type: ignore[assignment]
sys.modules["config"] = None  # type: ignore[assignment]

SECRET_KEY = "only for tests"
TELEPHONY_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
TELEPHONY_CONTACT_MODEL = "standalone.Person"
TELEPHONY_CONTACT_DIRECTORY = "tests.standalone.directory.PersonDirectory"
# The project's own list, read as text: importing it is what must fail.
_PROJECT = Path(__file__).resolve().parents[2] / "config" / "settings.py"
TELEPHONY_VENDORS = re.findall(r'"(telephony\.vendors\.\w+\.vendor\.\w+)"', _PROJECT.read_text())
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recordings": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
TELEPHONY_RECORDINGS_WORK_DIR = Path(tempfile.gettempdir()) / "telephony-standalone"
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "telephony",
    "tests.standalone",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
ROOT_URLCONF = "tests.standalone.urls"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Moscow"
BASE_DIR = Path(__file__).resolve().parent
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_hook_secrets": {"()": "telephony.privacy.masking.HideHookSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["hide_hook_secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
