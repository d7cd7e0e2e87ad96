"""Whether a PBX is set up as this connection needs it: asked each night and on a button, said in words, mended.

Only of PBXs whose API tells it (`Vendor.office`); what each can be asked, it declares itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from telephony.http import Limits, RequestFailed, Talk
from telephony.jobs import Run
from telephony.models import Connection, PbxCheck
from telephony.talks import hold
from telephony.vendors import installed
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Office, is_own

T = TypeVar("T")
LIMITS = Limits(total_seconds=8)
EVERY = timedelta(hours=22)
WHILE_IT_DIFFERS = timedelta(minutes=50)
MOST_PHONES = 20
"""Of which it is asked whether they are connected: each is a question of its own."""

ADDRESS_NONE, ADDRESS_OTHER, SWITCHES_OFF = "address_none", "address_other", "switches_off"
NOT_LISTED, NOBODYS, NOT_CONNECTED = "not_listed", "nobodys", "not_connected"
MENDED_THERE = frozenset({ADDRESS_NONE, ADDRESS_OTHER, SWITCHES_OFF})
"""What one button sets right: the PBX is told our address, with all messages on."""


KEEP_CALLS_AWAY = MENDED_THERE | {NOT_LISTED}
"""What Health tells by itself. That a phone is not connected, or is nobody's here, may be as people want it."""


def can_ask(connection: Connection) -> bool:
    """Whether its kind of PBX tells anything of its set-up, and the settings hold what asking takes."""
    office = connection.vendor_object.office
    return office is not None and office.is_set_up(connection.profile())


def check(*, connection: Connection) -> PbxCheck:
    """Ask now. What can't be asked, or is not answered, is an `error` in words."""
    office = connection.vendor_object.office
    findings: list[tuple[str, str]] = []
    error = ""
    if office is not None and can_ask(connection):
        try:
            findings = [*_address(office, connection), *_people(office, connection), *_phones(office, connection)]
        except (RequestFailed, AskFailed) as failed:
            error = connection.without_secrets(failed.text) or gettext("It gave no answer that can be read.")
    values = {"checked_at": timezone.now(), "findings": findings, "error": error}
    return PbxCheck.objects.update_or_create(connection=connection, defaults=values)[0]


def check_due(*, run: Run) -> None:
    """Ask those whose last answer is about a day old; those of which something is to be mended each hour."""
    asked = [slug for slug, vendor in installed().items() if vendor.office is not None]
    now = timezone.now()
    old = Q(check_of_pbx=None) | Q(check_of_pbx__checked_at__lt=now - EVERY)
    old |= Q(check_of_pbx__checked_at__lt=now - WHILE_IT_DIFFERS) & ~Q(
        check_of_pbx__findings=[], check_of_pbx__error=""
    )
    for connection in Connection.objects.filter(old, enabled=True, vendor__in=asked).order_by("pk"):
        if not run.goes_on():
            return
        if can_ask(connection):
            check(connection=connection)


def mend(*, connection: Connection, url: str) -> str:
    """Have the PBX send all messages to this address, and ask it again; returns why not, in words."""
    office = connection.vendor_object.office
    if office is None or not office.sets_address or not can_ask(connection):
        return gettext("This PBX can't be told from here: it is set up in its own pages.")
    try:
        _held(connection, office.set_address(connection.talk_profile(), url))
    except (RequestFailed, AskFailed) as failed:
        return connection.without_secrets(failed.text) or gettext("It gave no answer that can be read.")
    check(connection=connection)
    return ""


def in_words(check: PbxCheck) -> list[tuple[str, bool]]:
    """A sentence for each difference, and whether the button mends it."""
    return [(sentence(code, what), code in MENDED_THERE) for code, what in check.findings]


def sentence(code: str, what: str) -> str:
    words = {
        ADDRESS_NONE: gettext("The PBX has no address to send its messages to."),
        ADDRESS_OTHER: gettext("The PBX sends its messages to another address (%(what)s), not to this connection's."),
        SWITCHES_OFF: gettext("The PBX does not send some of the messages that are read here: %(what)s."),
        NOT_LISTED: gettext("These phones have owners here, and the PBX does not know them: %(what)s."),
        NOBODYS: gettext("The PBX knows these phones, and nobody here owns them: %(what)s."),
        NOT_CONNECTED: gettext("These phones are not connected with the PBX now, so they can't ring: %(what)s."),
    }
    return words[code] % {"what": what}


def _address(office: Office, connection: Connection) -> Iterable[tuple[str, str]]:
    if not office.sets_address:
        return
    found = _held(connection, office.address(connection.talk_profile(), own_path=connection.hook_path))
    if not found.url:
        yield ADDRESS_NONE, ""
    elif not is_own(found.url, connection.hook_path):
        # Only its host: the rest may hold a secret.
        yield ADDRESS_OTHER, urlsplit(found.url).netloc[:100] or "?"
    if off := [name for name, is_on in found.switches.items() if not is_on]:
        yield SWITCHES_OFF, ", ".join(off)


def _people(office: Office, connection: Connection) -> Iterable[tuple[str, str]]:
    if not office.lists_employees:
        return
    employees = _held(connection, office.employees(connection.talk_profile()))
    listed = {employee.extension for employee in employees} - {""}
    owned = set(connection.extensions.values_list("number", flat=True)) - {""}
    if listed and (missing := sorted(owned - listed)):
        yield NOT_LISTED, ", ".join(missing)
    if nobodys := sorted(listed - owned):
        yield NOBODYS, ", ".join(nobodys[:MOST_PHONES])


def _phones(office: Office, connection: Connection) -> Iterable[tuple[str, str]]:
    if not office.tells_registration:
        return
    numbers = connection.extensions.exclude(number="").order_by("number").values_list("number", flat=True)
    away = []
    for number in numbers[:MOST_PHONES]:
        try:
            is_connected = _held(connection, office.registration(connection.talk_profile(), number))
        except AskFailed:
            continue  # It does not know this phone: that is said already.
        if is_connected is False:
            away.append(number)
    if away:
        yield NOT_CONNECTED, ", ".join(away)


def _held(connection: Connection, talk: Talk[T]) -> T:
    return hold(talk, connection=connection, limits=LIMITS)
