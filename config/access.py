"""Settings of how people get in: passwords, limits (django-axes), the second factor (django-allauth), mail."""

from __future__ import annotations

from datetime import timedelta

from config import environment as read

_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["config.signin.hashing.PatientHasher"]
AUTHENTICATION_BACKENDS = [
    # Refuses who is locked out before any password is hashed.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]

SIGN_IN_JOURNAL_DAYS = read.read_int("SIGN_IN_JOURNAL_DAYS", 180, highest=36500)
"""For how long the journal of sign-ins is kept; 0: for ever."""
CHANGES_KEEP_DAYS = read.read_int("CHANGES_KEEP_DAYS", 1095, highest=36500)
"""For how long the log of changes to settings, rights and employees is kept; 0: for ever."""

_mail = read.read_mail("EMAIL_URL")
MAIL_IS_SET_UP = bool(_mail)
"""Whether links to set a password can be sent; they can always be copied."""
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read.read_text("EMAIL_FROM", "telephony@localhost")

AXES_HANDLER = "config.signin.throttle.Throttle"
AXES_CLIENT_IP_CALLABLE = "config.signin.throttle.client_address"
AXES_USERNAME_CALLABLE = "config.signin.throttle.name_for_axes"
AXES_COOLOFF_TIME = timedelta(minutes=read.read_int("SIGN_IN_LOCK_MINUTES", 15, lowest=1, highest=1440))
# The limits are the handler's: it answers 1 for who is locked out.
AXES_FAILURE_LIMIT = 1
# What a good sign-in forgets.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    # The login page itself answers 429 (config/signin/login.py).
    "axes.W002",
    # nginx leads browsers to HTTPS (config/deploy/nginx.conf); a PBX that knows only HTTP has to get through.
    "security.W008",
    # Whether the other hosts of the company's domain have HTTPS is not for us to promise.
    *("security.W005", "security.W021"),
]

SECOND_FACTOR_ROLES = read.read_list("SECOND_FACTOR_ROLES", [])
"""Roles (groups) that need a second factor, or `everybody`."""
ACCOUNT_ADAPTER = "config.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Counted in the database, by our own throttle: theirs are counted by each process for itself.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "config.signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A clock that is half a minute wrong is no reason to shut somebody out.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Otklik"
MFA_FORMS = {"authenticate": "config.signin.codes.CodeForm", "reauthenticate": "config.signin.codes.CodeAgainForm"}
