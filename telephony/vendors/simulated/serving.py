"""What the APIs of all these PBXs do alike, on the PBX's side: take an order or refuse it, hand out a recording."""

from __future__ import annotations

import hmac
from enum import StrEnum

from telephony.vendors.simulated.pbx import ApiAnswer, AudioFormat, Fault, Order, RecordingFile, SimulatedPbx
from telephony.vendors.simulated.script import ScriptedCall

CONTENT_TYPES = {
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.WAV: "audio/x-wav",
    AudioFormat.G722: "application/octet-stream",
}


class Refusal(StrEnum):
    """Why an order is not taken; how that is said is the PBX's own."""

    NOBODY = "nobody"
    """There is no such employee."""
    NOT_REGISTERED = "not_registered"
    BAD_NUMBER = "bad_number"
    UNREADABLE = "unreadable"
    """Nothing is wrong with it, and the answer can't be read."""


def order_of(pbx: SimulatedPbx, phone: str, number: str, *, order_id: str = "") -> Order | Refusal:
    """The order to connect this employee's phone (or key) with that number, whose digits are all that it may hold."""
    employee, fault = pbx.employee(phone), Fault.of(phone)
    if fault is Fault.NOT_REGISTERED:
        return Refusal.NOT_REGISTERED
    if fault is Fault.UNREADABLE:
        return Refusal.UNREADABLE
    if employee is None:
        return Refusal.NOBODY
    if not number.removeprefix("+").isdigit():
        return Refusal.BAD_NUMBER
    return Order(employee=employee, number=number, order_id=order_id)


def is_secret(sent: object, expected: object) -> bool:
    return hmac.compare_digest(str(sent).encode(), str(expected).encode())


def sound(recording_id: str, seconds: int, kind: AudioFormat = AudioFormat.MP3) -> ApiAnswer:
    """A file of so many seconds."""
    file = RecordingFile(recording_id=recording_id, seconds=seconds, audio_format=kind)
    return ApiAnswer(content_type=CONTENT_TYPES[kind], recording=file)


def file_name(recording_id: str, call: ScriptedCall, kind: AudioFormat = AudioFormat.MP3) -> str:
    """A name that tells the length."""
    return f"{recording_id}-{call.talk_seconds}.{kind}"


def file(name: str, missing: ApiAnswer | None = None) -> ApiAnswer:
    """The file of a `file_name`, or with a slash for the hyphen."""
    stem, _, suffix = name.replace("/", "-").rpartition(".")
    recording_id, _, seconds = stem.rpartition("-")
    if not recording_id or not seconds.isdigit() or suffix not in CONTENT_TYPES:
        return missing or ApiAnswer.not_found()
    return sound(recording_id, int(seconds), AudioFormat(suffix))
