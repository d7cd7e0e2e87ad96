"""Answers of every PBX's API: to orders, to questions for calls, employees, addresses and recordings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

from django import forms

from telephony.domain.exceptions import TelephonyError
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import from_json, to_json
from telephony.http import Pause, Response, Talk
from telephony.vendors import installed
from telephony.vendors.base import Vendor
from telephony.vendors.settings import WebAddressField
from tests.fuzzing.targets import SEPARATOR, Target, check_stored
from tests.vendors.dialling import ORDER, profile_of
from tests.vendors.payloads import folder_of

DAY = date(2024, 1, 29)
MOST_STEPS = 4
"""Of one talk: the rest of its pages are alike."""
ANY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + body
    for body in (
        b'{"success": true, "status": "1", "data": [{"key": "k", "key_id": "i", "id": 1}], "access_token": "t"}',
        b'{"status": "success", "result": {"data": [{"id": 1, "call_session_id": 2}], "metadata": {}}, "items": []}',
        b'{"error": "No such number", "code": 400}',
        b"<html>A page</html>",
    )
)
ANY_ANSWERS = tuple(ANY)


def targets() -> dict[str, Target]:
    return {
        f"answers-{slug}": Target(read=partial(read, vendor), seeds=partial(seeds, vendor))
        for slug, vendor in installed().items()
    }


def seeds(vendor: Vendor) -> Iterator[bytes]:
    """Each answer alone, and after one that lets us in."""
    folder = folder_of(vendor.slug) / "answers"
    answers = [path.read_bytes() for path in sorted(folder.glob("*.answer"))]
    yield from (*answers, *ANY_ANSWERS)
    yield from (ANY_ANSWERS[0] + SEPARATOR + one for one in answers)


def response_of(raw: bytes) -> Response:
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    told = line.split(" ")[1:2]
    status = int(told[0]) if told and told[0].isascii() and told[0].isdigit() and len(told[0]) == 3 else 200
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    return Response(status=status, headers=headers, body=body, size=len(body))


def read(vendor: Vendor, raw: bytes) -> None:
    """Each talk ends, or with an error of our own that says why not."""
    answers = [response_of(part) for part in raw.split(SEPARATOR)]
    for talk in talks_of(vendor, settings_of(vendor)):
        found = None
        with suppress(StopIteration):
            try:
                found = held(talk, answers)
            except TelephonyError as error:
                check_stored(str(error))
        check_found(found)


def settings_of(vendor: Vendor) -> ConnectionProfile:
    """A connection whose settings are all filled in."""
    return profile_of(**{name: _filled(field) for name, field in vendor.settings_form.base_fields.items()})


def _filled(field: forms.Field) -> Any:
    if isinstance(field, WebAddressField):
        return field.initial or "https://pbx.example/api"
    if isinstance(field, forms.ChoiceField):
        return field.initial or next(iter(field.choices))[0]
    return True if isinstance(field, forms.BooleanField) else field.initial or "12345"


def talks_of(vendor: Vendor, known: ConnectionProfile) -> Iterable[Talk[Any]]:
    if vendor.can_dial and not vendor.fetches_errands:
        yield vendor.dial(known, ORDER)
    if (info := vendor.call_info) is not None and info.is_set_up(known):
        yield info.day(known, DAY)
        if info.tells_one_call:
            yield info.call(known, "1706522400.1")
    if (office := vendor.office) is not None and office.is_set_up(known):
        if office.lists_employees:
            yield office.employees(known)
        if office.tells_registration:
            yield office.registration(known, "101")
        if office.sets_address:
            yield office.address(known, own_path="/telephony/hooks/x/y/")
            yield office.set_address(known, "https://crm.example/telephony/hooks/x/y/")
    if vendor.tells_recordings:
        yield vendor.recording(known, link="", reference="1706522400.1")


def held(talk: Talk[Any], answers: list[Response]) -> Any:
    """What it found; None where it asks for more than `MOST_STEPS` answers."""
    try:
        step, given = next(talk), 0
        while given < MOST_STEPS:
            waits = isinstance(step, Pause)
            answer: Any = None if waits else answers[min(given, len(answers) - 1)]
            given += 1
            step = talk.send(answer)
    except StopIteration as end:
        return end.value
    talk.close()
    return None


def check_found(found: Any) -> None:
    """A call of a list can be stored and read again."""
    for call in getattr(found, "calls", ()):
        stored = to_json(call)
        for value in stored.values():
            check_stored(value if isinstance(value, str) else "")
        if from_json(stored) != call:
            raise AssertionError("A listed call that is stored comes back as another one.")
        call.events(external_id="1", listed_at=call.started_at)
