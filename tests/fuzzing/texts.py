"""Numbers, times, byte ranges and XML."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telephony.domain import fields, numbers
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook, Outcome
from telephony.domain.numbers.public import is_valid
from telephony.recordings.listening.ranges import UnsatisfiableRange, byte_range
from telephony.soap import faults
from telephony.vendors.mobilon.envelope import read_request
from telephony.vendors.mobilon.soap import parse_request, say_name
from tests.fuzzing.hooks import check_events
from tests.fuzzing.targets import Target, check_stored
from tests.numbers.spellings import ADDRESSES, AROUND, BETWEEN, EXTENSIONS
from tests.soap.attacks import attacks
from tests.soap.messages import KEY, NUMBER, envelope
from tests.vendors.payloads import profile

NOW = datetime(2024, 1, 29, 10, 46, 30, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
REGIONS = ("RU", "US", "DE", "")
TIMES = (
    *(b"1706522400", b"1706522400123", b"2024-01-29 13:46:30", b"2024-01-29T10:46:30.5+03:00", b"29.01.2024 13:46"),
    *(b"Mon, 29 Jan 2024 10:46:30 GMT", b"20240129T104630Z", b"01:02:03", b"62", b"1e9", b"-1", b"NaN", b"00:00"),
)
SPELLED = tuple(
    form.format(number).encode()
    for form in (*AROUND, *ADDRESSES, *("{}" + one.replace("{}", "12") for one in EXTENSIONS))
    for number in ("8 (916) 123-45-67", "+442071838750", BETWEEN[0].join(("495 123-45-67", "66-45-67")))
)
RANGES = (b"bytes=0-", b"bytes=0-99", b"bytes=-5", b"bytes=5-2", b"bytes=0-1,3-4", b"bytes=999999999999999999999-")


def targets() -> dict[str, Target]:
    return {
        "numbers": Target(read=read_number, seeds=lambda: SPELLED, most_bytes=200),
        "times": Target(read=read_time, seeds=lambda: TIMES, most_bytes=200),
        "ranges": Target(read=read_range, seeds=lambda: RANGES, most_bytes=200),
        "xml": Target(read=read_xml, seeds=seeds_of_xml),
    }


def read_number(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    for region in REGIONS:
        numbers.read(text, region)
        numbers.normalise(text, region)
        check_stored(numbers.to_e164(text, region))
    for reads in (numbers.clean, numbers.digits, numbers.dialable, numbers.bare, numbers.last_digits):
        reads(text)
    numbers.is_hidden(text)
    numbers.ways_to_begin(numbers.digits(text))
    numbers.match_key(text)
    numbers.called(text, "RU", prefix="9", countries=("RU",))
    if found := numbers.to_e164(text, "RU"):
        numbers.shown(found)
        numbers.as_dialled(found, "RU")
        # 8 and ten digits is a number of Russia whichever they are; from abroad it is known by its range.
        if is_valid(found) and numbers.to_e164(found, "US") != found:
            raise AssertionError(f"A number in E.164 is read otherwise in another country: {text!r}")


def read_time(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    params = fields.Params({"a": text}, received_at=NOW)
    with suppress(MalformedHook):
        moment = fields.local_time(params, "a", MOSCOW)
        if moment is not None and moment.tzinfo is None:
            raise AssertionError("A time without a zone")
    fields.moment(params, "a", MOSCOW, per_second=1000)
    fields.seconds(params, "a")
    fields.outcome(params, "a")


def read_range(raw: bytes) -> None:
    for size in (0, 1, 1000):
        try:
            found = byte_range(raw.decode("latin-1"), size)
        except UnsatisfiableRange:
            continue
        if found is not None and not 0 <= found.first <= found.last < size:
            raise AssertionError(f"{found} of {size} bytes")


def seeds_of_xml() -> list[bytes]:
    said = [envelope("SayName", number=NUMBER), envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)]
    evil = [attack.body for attack in attacks("/nothing", "127.0.0.1:1").values() if len(attack.body) < 4000]
    return [*(text.encode() for text in said), *evil]


def read_xml(raw: bytes) -> None:
    """A SOAP message as 1C's services read it."""
    for content_type in ("text/xml; charset=utf-8", "application/soap+xml", ""):
        hook = Hook(method="POST", body=raw, headers={"content-type": content_type}, received_at=NOW)
        try:
            request = read_request(raw, content_type)
            parsed = parse_request(request, hook, profile())
        except MalformedHook as error:
            check_stored(str(error))
            continue
        check_events(parsed.events)
        check_stored("".join(request.parameters.values()))
        say_name(request, profile(), Outcome())
        faults.version_of(request, hook)
