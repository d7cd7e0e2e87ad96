"""A call as each PBX tells it: from a script to the messages, in the order in which they are sent."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from telephony.domain.events import CallStatus, Direction
from tests.properties.messages import SETTINGS, Message, by_form, by_get, by_json, by_multipart
from tests.properties.script import Script

SIPUNI_STATUS = {
    CallStatus.ANSWERED: "ANSWER",
    CallStatus.NO_ANSWER: "NOANSWER",
    CallStatus.BUSY: "BUSY",
    CallStatus.CANCELLED: "CANCEL",
    CallStatus.FAILED: "CONGESTION",
}
WIRECRM_DISPOSITION = {
    CallStatus.ANSWERED: "answered",
    CallStatus.NO_ANSWER: "no answer",
    CallStatus.BUSY: "busy",
    CallStatus.CANCELLED: "cancel",
    CallStatus.FAILED: "failed",
}
XVB_STATUS = {
    CallStatus.ANSWERED: "Success",
    CallStatus.NO_ANSWER: "missed",
    CallStatus.BUSY: "busy",
    CallStatus.CANCELLED: "cancel",
    CallStatus.FAILED: "notavailable",
}
MOBILON_STATUS = {
    CallStatus.ANSWERED: "ANSWER",
    CallStatus.NO_ANSWER: None,
    CallStatus.BUSY: "BUSY",
    CallStatus.CANCELLED: "CANCEL",
    CallStatus.FAILED: "FAILED",
}
MOBILON_DIRECTION = {
    Direction.INCOMING: "incoming",
    Direction.OUTGOING: "external",
    Direction.INTERNAL: "internal",
}
MOSCOW = ZoneInfo("Europe/Moscow")


def sipuni(call: Script) -> list[Message]:
    """event=1 of the trunk (or of the caller), of each ring, 3, 4 of an attended transfer, 2."""
    outside, caller = (call.client, 1), (f"012345{call.caller}", 2)
    source = outside if call.direction is Direction.INCOMING else caller

    def tell(event: int, after: int, target: tuple[str, int], **more: object) -> Message:
        fields = {"event": event, "call_id": call.call_id, "src_num": source[0], "src_type": source[1]}
        fields |= {"dst_num": target[0], "dst_type": target[1], "timestamp": int(call.at(after).timestamp())}
        return by_get("sipuni", call.arrives(after), {**fields, **more})

    def phone(extension: str) -> tuple[str, int]:
        return f"012345{extension}", 2

    times = {
        "call_start_timestamp": int(call.started_at.timestamp()),
        "call_answer_timestamp": int(call.at(call.answered_after).timestamp()) if call.answered_after else 0,
        "status": SIPUNI_STATUS[call.status],
    }
    told = []
    if call.direction is Direction.INCOMING:
        told.append(tell(1, 0, (call.our_number, 1), roistat="12345"))
    elif call.direction is Direction.OUTGOING:
        told.append(tell(1, 0, outside))
    told += [tell(1, after, phone(extension)) for extension, after in call.rings]
    callee = outside if call.direction is Direction.OUTGOING else phone(call.answered_by or call.rings[-1][0])
    if call.answered_after is not None:
        told.append(tell(3, call.answered_after, callee))
    if call.transfer:
        callee = phone(call.transfer.extension)
        told.append(tell(1, call.transfer.rang_after, callee))
        told.append(tell(3, call.transfer.answered_after, callee))
        told.append(tell(4, call.transfer.left_after, callee, **times))
    ended = {"call_record_link": call.link if call.recorded else None, "roistatgoogleid": "GA1.2.3"}
    told.append(tell(2, call.ended_after, callee, **times, **ended))
    return told


def mobilon(call: Script) -> list[Message]:
    """JSON: START, PREANSWER of each ring, IVR (which tells nothing), ANSWER, HANGUP, END."""
    outgoing, internal = call.direction is Direction.OUTGOING, call.direction is Direction.INTERNAL
    source = call.client if call.direction is Direction.INCOMING else call.caller
    target = call.client if outgoing else call.rings[0][0] if internal else call.our_number
    own_key = f"key-{call.caller}" if outgoing else None

    def tell(state: str, after: int, to: str, userkey: str | None, **more: object) -> Message:
        fields: dict[str, object] = {
            "uuid": call.call_id,
            "state": state,
            "direction": MOBILON_DIRECTION[call.direction],
        }
        fields |= {"from": source, "to": to, "time": int(call.at(after).timestamp()), "userkey": userkey or own_key}
        return by_json("mobilon", call.arrives(after), {**fields, **more})

    told = [tell("START", 0, target, None, utmString="utm_source=yandex")]
    told += [tell("PREANSWER", after, extension, f"key-{extension}") for extension, after in call.rings]
    if call.direction is Direction.INCOMING:
        told.append(tell("IVR", 1, call.our_number, None))
    answered = call.answered_after is not None
    if call.answered_after is not None:
        to, key = (target, None) if outgoing else (call.answered_by, f"key-{call.answered_by}")
        told.append(tell("ANSWER", call.answered_after, to, key))
    named = answered and call.end_names_employee and call.direction is Direction.INCOMING
    key = f"key-{call.answered_by}" if named else None
    ended = {"duration": str(call.talk_seconds), "recordUrl": call.link if call.recorded else None}
    told.append(tell("HANGUP", call.ended_after, target, key, callstatus=MOBILON_STATUS[call.status], **ended))
    told.append(tell("END", call.ended_after + int(call.tells_answer), target, None))
    return told


def wirecrm(call: Script) -> list[Message]:
    """NOTIFY_START, _INTERNAL of each ring, _ANSWER of some PBXs, _END, _RECORD; or NOTIFY_OUT_START and _OUT_END."""
    incoming = call.direction is Direction.INCOMING
    parties = {"caller_id": call.client, "called_did": call.our_number}
    if not incoming:
        parties = {"caller_id": call.our_number, "destination": call.client}

    def tell(event: str, after: int, **more: object) -> Message:
        local_start = call.started_at.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M:%S")
        fields = {"event": event, "call_start": local_start, "pbx_call_id": call.call_id, **parties}
        return by_multipart("wirecrm", call.arrives(after), {**fields, **more})

    told = [tell("NOTIFY_START", 0) if incoming else tell("NOTIFY_OUT_START", 0, internal=call.caller)]
    told += [tell("NOTIFY_INTERNAL", after, internal=extension) for extension, after in call.rings]
    if incoming and call.answered_after is not None and call.tells_answer:
        told.append(tell("NOTIFY_ANSWER", call.answered_after, internal=call.answered_by))
    named = call.caller or (call.answered_by if call.end_names_employee else "") or None
    ended = {"duration": call.talk_seconds, "disposition": WIRECRM_DISPOSITION[call.status], "internal": named}
    told.append(tell("NOTIFY_END" if incoming else "NOTIFY_OUT_END", call.ended_after, **ended))
    if call.recorded:
        record = {"event": "NOTIFY_RECORD", "pbx_call_id": call.call_id, "record_link": call.link}
        told.append(by_form("wirecrm", call.arrives(call.ended_after) + timedelta(seconds=3), record))
    return told


def xvb(call: Script, *, anonymous_end: bool = False) -> list[Message]:
    """contact, INCOMING or OUTGOING, ANSWERED of a queue, COMPLETED; the end may lack callid, ext and type."""
    incoming = call.direction is Direction.INCOMING
    code, kind = SETTINGS["xvb"]["access_code"], "in" if incoming else "out"
    call_facts = {"callid": call.call_id, "type": kind}

    def tell(event: str, after: int, **more: object) -> Message:
        fields = {"cmd": "event", "access_code": code, "event": event, "phone": call.client}
        return by_form("xvb", call.arrives(after), {**fields, **more})

    told = []
    if incoming:
        told.append(by_form("xvb", call.arrives(0), {"cmd": "contact", "access_code": code, "phone": call.client}))
        told.append(tell("INCOMING", 0, **call_facts, ext="", line_number=call.our_number))
    else:
        told.append(tell("OUTGOING", 0, **call_facts, ext=call.caller))
    if incoming and call.answered_after is not None and call.tells_answer:
        told.append(tell("ANSWERED", call.answered_after, **call_facts, ext=call.answered_by))
    named = call.caller or (call.answered_by if call.end_names_employee else "")
    end_facts: dict[str, object] = {"status": XVB_STATUS[call.status], "duration": call.talk_seconds}
    end_facts["record_link"] = call.link if call.recorded else None
    if not anonymous_end:
        end_facts |= {**call_facts, "ext": named}
    told.append(tell("COMPLETED", call.ended_after, **end_facts))
    return told
