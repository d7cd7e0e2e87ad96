"""Messages of each PBX that signs: what has the right signature is taken, and everything else is not.

A wrong signature is kept, refused, until the secret is mended; a missing one leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from django.test import Client

from telephony.connections.settings import change_connection
from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.models import Call, Connection, Delivery
from telephony.vendors import get_vendor, installed
from tests.telephony.factories import ConnectionFactory
from tests.vendors.payloads import Payload, profile

WRONG = "an0ther-secret-than-this-one"


@dataclass(frozen=True, kw_only=True)
class Signing:
    """A PBX that signs, and two of its messages."""

    slug: str
    message: str
    """A payload that begins a call."""
    other: str
    """A payload whose signature is another one."""
    secret: str
    """The setting with which it signs."""
    field: str = ""
    """The field of a form with the signature, where it stands in no header."""

    def hook(self, name: str = "") -> Hook:
        return Payload(self.slug, name or self.message).hook

    @property
    def settings(self) -> dict[str, str]:
        return dict(Payload(self.slug, self.message).expected["settings"])

    def with_signature(self, hook: Hook, of: Hook | None) -> Hook:
        """This message with that one's signature, or without any."""
        if self.field:
            form = form_of(hook)
            signed = {} if of is None else {self.field: form_of(of)[self.field]}
            kept = {name: value for name, value in form.items() if name != self.field}
            return replace(hook, body=urlencode(kept | signed).encode())
        names = get_vendor(self.slug).signature_headers
        headers = {name: value for name, value in hook.headers.items() if name not in names}
        return replace(hook, headers=headers | {name: of.headers[name] for name in names if of is not None})


def form_of(hook: Hook) -> dict[str, str]:
    return dict(parse_qsl(hook.body.decode(), keep_blank_values=True))


SIGNING = [
    Signing(slug="zadarma", message="zadarma-start", other="zadarma-record", secret="secret"),
    Signing(slug="mango", message="mango-ivr-appeared", other="mango-ring-101", secret="api_salt", field="sign"),
]
each = pytest.mark.parametrize("pbx", [one for one in SIGNING if one.slug in installed()], ids=lambda pbx: pbx.slug)


def judged(pbx: Signing, hook: Hook, **settings: str) -> HookRejected | None:
    try:
        get_vendor(pbx.slug).authenticate(hook, profile(**{**pbx.settings, **settings}))
    except HookRejected as refusal:
        return refusal
    return None


def test_each_pbx_that_signs_by_a_header_is_tried_here() -> None:
    signing = {slug for slug, vendor in installed().items() if vendor.signature_headers}
    # What Asterisk's agent signs has a time, so it is tried by itself (test_signed_asterisk.py).
    assert signing - {"asterisk"} <= {pbx.slug for pbx in SIGNING}


@each
def test_its_own_messages_are_taken(pbx: Signing) -> None:
    assert judged(pbx, pbx.hook()) is None
    assert judged(pbx, pbx.hook(pbx.other)) is None


@each
def test_without_a_signature_it_is_refused_and_forgotten(pbx: Signing) -> None:
    refusal = judged(pbx, pbx.with_signature(pbx.hook(), None))
    assert refusal is not None
    assert not refusal.is_kept
    assert refusal.reply is not None
    assert refusal.reply.status == 401


def test_mango_s_message_without_a_key_or_a_text_is_refused() -> None:
    mango = SIGNING[1]
    for name in ("vpbx_api_key", "json"):
        form = {key: value for key, value in form_of(mango.hook()).items() if key != name}
        refusal = judged(mango, replace(mango.hook(), body=urlencode(form).encode()))
        assert refusal is not None
        assert refusal.is_kept


REFUSED: list[tuple[str, Callable[[Signing], HookRejected | None]]] = [
    ("made with another secret", lambda pbx: judged(pbx, pbx.hook(), **{pbx.secret: WRONG})),
    ("before the secret is entered", lambda pbx: judged(pbx, pbx.hook(), **{pbx.secret: ""})),
    ("of another message", lambda pbx: judged(pbx, pbx.with_signature(pbx.hook(), pbx.hook(pbx.other)))),
]


@each
@pytest.mark.parametrize("what", REFUSED, ids=lambda what: what[0])
def test_a_wrong_signature_is_refused_and_kept(
    pbx: Signing, what: tuple[str, Callable[[Signing], HookRejected | None]]
) -> None:
    refusal = what[1](pbx)
    assert refusal is not None
    assert refusal.is_kept
    assert refusal.reply is not None
    assert refusal.reply.status == 401
    told = str(refusal) + refusal.reply.body.decode()
    assert not any(secret in told for secret in (*pbx.settings.values(), WRONG))


@each
@pytest.mark.parametrize("what", ["", "x" * 500, "é☎", "="])
def test_rubbish_for_a_signature_is_refused_and_breaks_nothing(pbx: Signing, what: str) -> None:
    hook = pbx.hook()
    rubbish = replace(hook, headers=dict.fromkeys(get_vendor(pbx.slug).signature_headers, what))
    if pbx.field:
        rubbish = replace(hook, body=urlencode({**form_of(hook), pbx.field: what}).encode())
    assert judged(pbx, pbx.with_signature(hook, rubbish)) is not None


@each
def test_the_body_that_is_signed_can_not_be_changed(pbx: Signing) -> None:
    hook = pbx.hook()
    assert b"79161234567" in hook.body
    assert judged(pbx, replace(hook, body=hook.body.replace(b"79161234567", b"79160000000"))) is not None


@each
def test_a_message_that_is_sent_again_a_month_later_is_the_same_event(pbx: Signing) -> None:
    """No signature here has a time, so a copy proves as well as the message did; and it changes nothing."""
    hook = pbx.hook()
    late = replace(hook, received_at=hook.received_at + timedelta(days=30))
    assert judged(pbx, late) is None
    vendor, known = get_vendor(pbx.slug), profile(**pbx.settings)
    prints = [[event.fingerprint for event in vendor.parse(one, known).events] for one in (hook, late)]
    assert prints[0] == prints[1] != []


def connect(pbx: Signing, **settings: str) -> Connection:
    connection: Connection = ConnectionFactory.create(vendor=pbx.slug, settings={**pbx.settings, **settings})
    return connection


def send(connection: Connection, hook: Hook, *, spelled: Callable[[str], str] = str) -> int:
    sent = {spelled(name): value for name, value in hook.headers.items() if name in own_headers(connection)}
    address = f"{connection.hook_path}{hook.tail}"
    return int(Client().post(address, hook.body, content_type=hook.content_type, headers=sent).status_code)


def own_headers(connection: Connection) -> Iterable[str]:
    return connection.vendor_object.signature_headers


@each
@pytest.mark.django_db
@pytest.mark.parametrize("spelled", [str.lower, str.upper, str.title])
def test_the_header_may_come_in_another_case(pbx: Signing, spelled: Callable[[str], str]) -> None:
    assert send(connect(pbx), pbx.hook(), spelled=spelled) == 200
    assert Call.objects.count() == 1


@each
@pytest.mark.django_db
@pytest.mark.parametrize("entered", ["", WRONG])
def test_no_call_is_lost_by_a_secret_that_is_missing_or_mistyped(pbx: Signing, entered: str) -> None:
    connection = connect(pbx, **{pbx.secret: entered})
    assert send(connection, pbx.hook()) == 401
    assert Delivery.objects.get().state == Delivery.State.REFUSED
    assert not Call.objects.exists()
    change_connection(connection=Connection.objects.get(pk=connection.pk), settings=pbx.settings)
    inbox.process_due()
    assert Delivery.objects.get().state == Delivery.State.APPLIED
    assert Call.objects.count() == 1


@each
@pytest.mark.django_db
def test_what_is_not_signed_leaves_no_message(pbx: Signing) -> None:
    connection = connect(pbx)
    assert send(connection, pbx.with_signature(pbx.hook(), None)) == 401
    assert not Delivery.objects.exists()
    connection.refresh_from_db()
    assert connection.rejected_count == 1
