"""Every `TELEPHONY_*` setting: its default, its unit, what it means. Nothing else in telephony reads them.

`conf.disk_floor()` is the setting's value now, so a test may override any of them. README.md's table says the same
as this file; a test compares them. The contact model alone is read once, when the models are made: it can't change
while the process runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from telephony.domain.directory import ContactDirectory

T = TypeVar("T")

RECORDINGS_STORAGE = "recordings"
"""The name in Django's STORAGES of where recordings are stored."""


@dataclass(frozen=True, kw_only=True)
class Setting(Generic[T]):
    """One setting of the project; called, it gives its value."""

    name: str
    default: T | None = None
    unit: str = ""
    meaning: str
    required: bool = False

    def __call__(self) -> T:
        """Raises ImproperlyConfigured, saying what is missing, for a required one that is not set."""
        if self.required and not hasattr(settings, self.name):
            raise ImproperlyConfigured(f"Set {self.name}: {self.meaning}.")
        return cast(T, getattr(settings, self.name, self.default))


vendors = Setting[Sequence[str]](
    name="TELEPHONY_VENDORS",
    default=(),
    meaning='dotted paths of the vendor classes, like `"telephony.vendors.sipuni.vendor.Sipuni"`',
)
contact_model = Setting[str](
    name="TELEPHONY_CONTACT_MODEL",
    required=True,
    meaning='your contact model, like `"people.Person"`; its `Meta` needs `swappable = "TELEPHONY_CONTACT_MODEL"`, '
    "and it has to be set before the first `migrate`",
)
contact_directory_class = Setting[str](
    name="TELEPHONY_CONTACT_DIRECTORY",
    default="telephony.domain.directory.EmptyDirectory",
    meaning="your class with `find(phone) -> list[ContactCard]` ([directory.py](domain/directory.py)); without one "
    "nobody is known. It may also have `actions(call, user)`, the buttons of a card, `details(contact_pk, user)`, "
    "tasks and notes on it, and `search(term)`, contacts by name for the list of calls",
)
language_function = Setting[str](
    name="TELEPHONY_LANGUAGE_FUNCTION",
    default="",
    meaning="your function of a user that returns the code of their language, for e-mails; without one, or where it "
    "returns nothing, `LANGUAGE_CODE`",
)
encryption_keys = Setting[Sequence[str]](
    name="TELEPHONY_ENCRYPTION_KEYS",
    required=True,
    meaning="Fernet keys for what is stored encrypted: the first encrypts, all decrypt",
)
recordings_work_dir = Setting[str | PathLike[str] | None](
    name="TELEPHONY_RECORDINGS_WORK_DIR",
    meaning="a folder of this machine for recordings that are not whole yet; `WholeFileStorage` has its own, "
    "other storages need this",
)
exports_dir = Setting[str | PathLike[str] | None](
    name="TELEPHONY_EXPORTS_DIR",
    meaning="a folder for Excel files that people order; the web server and the worker share it. Without one they lie "
    "beside the folder for recordings that are not whole yet",
)
spool_dir = Setting[str | PathLike[str] | None](
    name="TELEPHONY_SPOOL_DIR",
    meaning="a folder of this machine for messages that come while the database is away; each is stored when it is "
    "back. Without one they are answered 503",
)
spool_megabytes = Setting[int](
    name="TELEPHONY_SPOOL_MEGABYTES",
    default=500,
    unit="megabytes",
    meaning="how much that folder may hold, a quarter of it from addresses that could not be looked up; more is "
    "answered 503",
)
x_accel_prefix = Setting[str](
    name="TELEPHONY_X_ACCEL_PREFIX",
    default="",
    meaning="nginx's internal location of the recordings' folder, like `/stored-recordings/`: nginx sends them then",
)
disk_floor = Setting[int](
    name="TELEPHONY_DISK_FLOOR",
    default=1_000_000_000,
    unit="bytes",
    meaning="what stays free of that disk: below it no recording is fetched",
)
dials_per_minute = Setting[int](
    name="TELEPHONY_DIALS_PER_MINUTE",
    default=6,
    unit="orders",
    meaning="how often one user may call from the pages within a minute; 0: never",
)
dials_per_day = Setting[int](
    name="TELEPHONY_DIALS_PER_DAY",
    default=200,
    unit="orders",
    meaning="how often one user may call from the pages within 24 hours; 0: never",
)
keep_deliveries_days = Setting[int](
    name="TELEPHONY_KEEP_DELIVERIES_DAYS",
    default=90,
    unit="days",
    meaning="for how long raw deliveries are kept; 0: for ever",
)
keep_notices_days = Setting[int](
    name="TELEPHONY_KEEP_NOTICES_DAYS",
    default=90,
    unit="days",
    meaning="for how long messages to other systems are kept that were accepted or given up; 0: for ever",
)
keep_journals_days = Setting[int](
    name="TELEPHONY_KEEP_JOURNALS_DAYS",
    default=365,
    unit="days",
    meaning="for how long the journal of exports and API keys that have ended are kept; 0: for ever",
)
keep_audit_days = Setting[int](
    name="TELEPHONY_KEEP_AUDIT_DAYS",
    default=1095,
    unit="days",
    meaning="for how long the journals of listening and of deletions are kept; 0: for ever",
)
api_rows_per_hour = Setting[int](
    name="TELEPHONY_API_ROWS_PER_HOUR",
    default=2000,
    unit="rows",
    meaning="what one user may read of clients and calls through the API within an hour without the right to export "
    "them; more than that stands in the journal of exports",
)
api_cache = Setting[str](
    name="TELEPHONY_API_CACHE",
    default="",
    meaning="name in `CACHES` of a cache that all processes share and that counts atomically (Redis, Memcached), for "
    "`telephony.api.throttling.SharedUserRateThrottle`; without one it counts in the database",
)
ghost_talk_seconds = Setting[int](
    name="TELEPHONY_GHOST_TALK_SECONDS",
    default=10,
    unit="seconds",
    meaning="what a talk must last for a missed client to be talked with; a shorter one counts as a call back that "
    "failed",
)
statement_timeout = Setting[int](
    name="TELEPHONY_STATEMENT_TIMEOUT",
    default=15,
    unit="seconds",
    meaning="PostgreSQL ends a statement of a web process that takes longer; 0: never",
)
hook_statement_timeout = Setting[int](
    name="TELEPHONY_HOOK_STATEMENT_TIMEOUT",
    default=3,
    unit="seconds",
    meaning="the same for a PBX's message, which the PBX sends again then; 0: never",
)
listening_database = Setting[str](
    name="TELEPHONY_LISTENING_DATABASE",
    default="default",
    meaning="the name in `DATABASES` of the connection that hears of new cards (`LISTEN`): PostgreSQL itself, where a "
    "pgbouncer that pools transactions is before the others",
)
messages_per_minute = Setting[int](
    name="TELEPHONY_MESSAGES_PER_MINUTE",
    default=6000,
    unit="messages",
    meaning="how many one connection's PBX may send within a minute; more are answered 429; 0: any number",
)
megabytes_per_day = Setting[int](
    name="TELEPHONY_MEGABYTES_PER_DAY",
    default=2000,
    unit="megabytes",
    meaning="how much one connection's PBX may send within a day; more is answered 429; 0: any amount",
)
public_url = Setting[str](
    name="TELEPHONY_PUBLIC_URL",
    default="",
    meaning="the address at which PBXs and browsers reach this installation, like `https://crm.example.com`: "
    "canary calls and links in e-mails go there; empty: the first host that `CSRF_TRUSTED_ORIGINS` or `ALLOWED_HOSTS` "
    "names",
)
canary_minutes = Setting[int](
    name="TELEPHONY_CANARY_MINUTES",
    default=5,
    unit="minutes",
    meaning="between two canary calls of a connection, each of which goes the whole way of a real one and leaves "
    "nothing; 0: there are none",
)
trusted_proxies = Setting[int](
    name="TELEPHONY_TRUSTED_PROXIES",
    default=0,
    unit="proxies",
    meaning="how many proxies of yours stand before the application; whose `X-Forwarded-For` is believed",
)


_HERE = ("localhost", "127.0.0.1", "[::1]")


def mail_is_set_up() -> bool:
    """Whether Django knows a mail server, or sends mail in a way of its own."""
    return bool(settings.EMAIL_HOST) or not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend")


def site_address() -> str:
    """Where people and PBXs reach this site, as far as settings tell; empty if they name no host."""
    named = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin]
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", ".")) and host not in _HERE]
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    found = [public_url().rstrip("/"), *named, *(f"{scheme}://{host}" for host in hosts)]
    return next(filter(None, found), "")


def language_of(user: object) -> str:
    """In which e-mails to this user are written."""
    path = language_function()
    return (import_string(path)(user) if path else "") or settings.LANGUAGE_CODE


def contact_directory() -> ContactDirectory:
    """The directory that TELEPHONY_CONTACT_DIRECTORY names; each is made once."""
    return _made_directory(contact_directory_class())


@cache
def _made_directory(path: str) -> ContactDirectory:
    directory: ContactDirectory = import_string(path)()
    return directory
