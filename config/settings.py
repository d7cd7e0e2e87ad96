"""All settings, driven by the environment. README, "Settings", lists the variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment as read
from config.access import *  # noqa: F403  (settings)
from config.api import REST_FRAMEWORK, REST_KNOX, SPECTACULAR_SETTINGS  # noqa: F401  (settings)
from config.caches import SHARED_CACHE, make_caches
from config.databases import DIRECT, IS_POOLED, make_databases
from config.operations.settings import *  # noqa: F403  (settings)
from config.operations.settings import start_sentry
from config.production import refuse_any_host, refuse_weak_keys
from config.storages import read_recordings_storage
from config.unfold import UNFOLD  # noqa: F401  (a setting)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = read.read_folder("VAR_DIR", BASE_DIR / "var")
"""Everything that the application writes: SQLite, the built-in broker, keys made on first start."""

PRODUCTION = read.read_choice("ENVIRONMENT", ("development", "production"), "development") == "production"
DEBUG = read.read_bool("DEBUG", False)
start_sentry("production" if PRODUCTION else "development")

_keys_dir = None if PRODUCTION else VAR_DIR / "keys"
SECRET_KEY = read.read_secret("SECRET_KEY", kept_in=_keys_dir and _keys_dir / "secret_key")
SECRET_KEY_FALLBACKS = read.read_list("SECRET_KEY_FALLBACKS", [])
TELEPHONY_ENCRYPTION_KEYS = read.read_encryption_keys(
    "TELEPHONY_ENCRYPTION_KEYS", kept_in=_keys_dir and _keys_dir / "encryption_keys"
)

ALLOWED_HOSTS = read.read_hosts("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read.read_origins("CSRF_TRUSTED_ORIGINS")
if PRODUCTION:
    refuse_weak_keys([SECRET_KEY, *SECRET_KEY_FALLBACKS], TELEPHONY_ENCRYPTION_KEYS)
    refuse_any_host(ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS)
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on in production: unset it, its error pages show what is secret.")
_https = read.read_bool("HTTPS", PRODUCTION)
"""Whether people reach the site by https, through a proxy that sets X-Forwarded-Proto."""
if _https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # No script stands in a page itself, and none makes one of a text (static/theme.js).
        "script-src": ["'self'"],
        # The theme sets style attributes.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

INSTALLED_APPS = [
    "config.admin_site.UnfoldConfig",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_guid",
    "auditlog",
    "config.apps.ConfigConfig",
    "telephony.apps.TelephonyConfig",
    "crm.apps.CrmConfig",
    # After config, whose templates of the same names stand before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    # First: what the next one answers has an id in the log, too.
    "django_guid.middleware.guid_middleware",
    "telephony.intake.any_host.AnyHostForPbx",
    "telephony.http.plain_requests.PlainRequests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.static_files.CompressedPages",
    "telephony.ui.private.PrivateAnswers",
    # Before whoever asks the database first.
    "telephony.database.middleware.RefuseWhileAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.people.language.EmployeeLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.signin.again.TellSignedOut",
    "config.signin.required.SecondFactorRequired",
    "config.changes.asking.RememberRequest",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "telephony.database.middleware.TellTimeouts",
    "config.signin.hashing.TellTooManyLogins",
    "telephony.once.middleware.DoneOnce",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.signin.context.shell",
            ],
        },
    },
]

DATABASES = make_databases(f"sqlite:///{quote(str(VAR_DIR / 'db.sqlite3'))}")
TELEPHONY_LISTENING_DATABASE = DIRECT if IS_POOLED else "default"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = read.read_choice("LANGUAGE_CODE", ("en", "ru"), "en")
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = read.read_time_zone("TIME_ZONE", "Europe/Moscow")
USE_I18N = True
# Before Django's own words, some of which are no good Russian.
LOCALE_PATHS = [BASE_DIR / "config/locale"]
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATIC_IS_COLLECTED = read.read_bool("STATIC_COLLECTED", PRODUCTION)
"""Whether `collectstatic` wrote them; in development they are served from where they lie."""
WHITENOISE_USE_FINDERS = not STATIC_IS_COLLECTED

TELEPHONY_X_ACCEL_PREFIX = read.read_url_prefix("TELEPHONY_X_ACCEL_PREFIX")
"""Where nginx has the folder of recordings as an internal location: it sends the files then, not we."""
RECORDINGS_DIR = read.read_private_folder(
    "RECORDINGS_DIR", VAR_DIR / "recordings", group_reads=bool(TELEPHONY_X_ACCEL_PREFIX)
)
"""Recordings of calls: not under a media root, because no web server may hand them out by itself."""
_COLLECTED, _WHERE_THEY_LIE = (
    "config.static_files.CollectedFiles",
    "django.contrib.staticfiles.storage.StaticFilesStorage",
)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _COLLECTED if STATIC_IS_COLLECTED else _WHERE_THEY_LIE},
    "recordings": read_recordings_storage(RECORDINGS_DIR, group_reads=bool(TELEPHONY_X_ACCEL_PREFIX)),
}
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
TELEPHONY_RECORDINGS_WORK_DIR = RECORDINGS_DIR / ".work"
TELEPHONY_EXPORTS_DIR = read.read_private_folder("EXPORTS_DIR", VAR_DIR / "exports")
"""Excel files that people order: written by the worker, sent by the web server, gone after a day."""
TELEPHONY_SPOOL_DIR = read.read_private_folder("SPOOL_DIR", VAR_DIR / "spool")
"""Messages of PBXs that came while the database was away: web servers and worker share it; its disk is not to be the
database's, which may be full."""
TELEPHONY_SPOOL_MEGABYTES = read.read_int("TELEPHONY_SPOOL_MEGABYTES", 500, lowest=1, highest=100_000)
TELEPHONY_DISK_FLOOR = read.read_int("TELEPHONY_DISK_FLOOR_MB", 1000) * 1_000_000
"""Below so many free bytes no recording is fetched."""

CELERY_BROKER_URL = read.read_broker("CELERY_BROKER_URL", "filesystem://")
CACHES = make_caches(CELERY_BROKER_URL)
TELEPHONY_API_CACHE = SHARED_CACHE if SHARED_CACHE in CACHES else ""

TELEPHONY_VENDORS = [
    "telephony.vendors.onlinepbx.vendor.OnlinePbx",
    "telephony.vendors.telphin.vendor.Telphin",
    "telephony.vendors.itoolabs.vendor.Itoolabs",
    "telephony.vendors.mobilon.vendor.Mobilon",
    "telephony.vendors.wirecrm.vendor.WireCrm",
    "telephony.vendors.xvb.vendor.Xvb",
    "telephony.vendors.sipuni.vendor.Sipuni",
    "telephony.vendors.zadarma.vendor.Zadarma",
    "telephony.vendors.uis.vendor.Uis",
    "telephony.vendors.push.vendor.Push",
    "telephony.vendors.mango.vendor.Mango",
    "telephony.vendors.asterisk.vendor.Asterisk",
    "telephony.vendors.demo.vendor.Demo",
]
KNOX_TOKEN_MODEL = "crm.ApiToken"  # noqa: S105  (a model)
TELEPHONY_CONTACT_MODEL = "crm.Contact"
TELEPHONY_CONTACT_DIRECTORY = "crm.directory.CrmDirectory"
TELEPHONY_LANGUAGE_FUNCTION = "config.people.language.chosen_language"
CRM_PHONE_REGION = read.read_region("CRM_PHONE_REGION", "RU")
"""Country whose numbers people type without a country code."""
TELEPHONY_DIALS_PER_MINUTE = read.read_int("TELEPHONY_DIALS_PER_MINUTE", 6, highest=1000)
TELEPHONY_DIALS_PER_DAY = read.read_int("TELEPHONY_DIALS_PER_DAY", 200, highest=100_000)
"""Orders to call that one user may give."""
TELEPHONY_GHOST_TALK_SECONDS = read.read_int("TELEPHONY_GHOST_TALK_SECONDS", 10, highest=3600)
TELEPHONY_STATEMENT_TIMEOUT = 0 if IS_POOLED else read.read_int("TELEPHONY_STATEMENT_TIMEOUT", 15, highest=3600)
TELEPHONY_HOOK_STATEMENT_TIMEOUT = (
    0 if IS_POOLED else read.read_int("TELEPHONY_HOOK_STATEMENT_TIMEOUT", 3, highest=3600)
)
"""Seconds after which PostgreSQL ends a statement of a web process, and of a PBX's message; 0: never."""
TELEPHONY_MESSAGES_PER_MINUTE = read.read_int("TELEPHONY_MESSAGES_PER_MINUTE", 6000)
TELEPHONY_PUBLIC_URL = read.read_web_address("TELEPHONY_PUBLIC_URL")
TELEPHONY_CANARY_MINUTES = read.read_int("TELEPHONY_CANARY_MINUTES", 5, highest=1440)
TELEPHONY_MEGABYTES_PER_DAY = read.read_int("TELEPHONY_MEGABYTES_PER_DAY", 2000, highest=1_000_000)
"""How much the PBX of one connection may send; 0: any number, any amount."""
TELEPHONY_TRUSTED_PROXIES = read.read_int("TELEPHONY_TRUSTED_PROXIES", 0, highest=10)
"""How many proxies of our own stand before the application; each appends to X-Forwarded-For."""
TELEPHONY_KEEP_DELIVERIES_DAYS = read.read_int("TELEPHONY_KEEP_DELIVERIES_DAYS", 90, highest=36500)
"""After so many days raw deliveries that are done with are deleted; 0: never. What they brought stays."""
TELEPHONY_KEEP_NOTICES_DAYS = read.read_int("TELEPHONY_KEEP_NOTICES_DAYS", 90, highest=36500)
"""After so many days messages to other systems that are done with are deleted; 0: never."""
TELEPHONY_KEEP_JOURNALS_DAYS = read.read_int("TELEPHONY_KEEP_JOURNALS_DAYS", 365, highest=36500)
"""After so many days the journal of exports and ended API keys are deleted; 0: never."""
TELEPHONY_KEEP_AUDIT_DAYS = read.read_int("TELEPHONY_KEEP_AUDIT_DAYS", 1095, highest=36500)
"""After so many days the journals of listening, of deletions and of the admin are deleted; 0: never."""
TELEPHONY_API_ROWS_PER_HOUR = read.read_int("TELEPHONY_API_ROWS_PER_HOUR", 2000, highest=10_000_000)
"""Rows of clients and calls that the API gives one user within an hour without the right to export them."""
