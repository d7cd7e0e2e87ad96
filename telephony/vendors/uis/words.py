"""The words of UIS' notifications. Source: Call API v4.0 and the official templates (README.md, "Sources")."""

from __future__ import annotations

import re

from telephony.domain.events import Direction
from telephony.vendors.templated import Template

INTERACTIVE = "interactive"
# Source: the variables of notifications in the official templates of Planfix, and in the document of Call API v4.0.
TEMPLATE = Template(
    (
        *("event", "notification_name", "notification_mnemonic", "notification_time", "notification_timestamp"),
        *("call_session_id", "virtual_phone_number", "contact_phone_number", "contact_id", "contact_full_name"),
        *("calling_phone_number", "called_phone_number", "communication_number", "scenario_name", "start_time"),
        *("employee_id", "employee_ids", "employee_full_name", "employee_phone_number", "extension_phone_number"),
        *("last_talked_employee_id", "direction", "call_source", "external_id", "leg_id", "leg_ids", "is_lost"),
        *("talk_time_duration", "total_time_duration", "wait_time_duration", "finish_reason", "is_transfer"),
        *("file_link", "file_duration", "tag_ids", "tag_names", "utm_source", "utm_medium", "utm_campaign"),
        *("utm_content", "utm_term", "cdr_id", "numa", "numb", "input_result"),
    )
)
# Source: the constants of our own templates (templates.py); the names of notifications in the cabinet; the old events
# of Novofon; mnemonics of public clients (UNCERTAIN). Letters and digits only.
_SPELLINGS = {
    "incoming": "incoming входящийзвонокнавиртуальныйномер входящийзвонок incallsession",
    "ringing": "ringing ожиданиеответа исходящееплечо входящееплечо waiting callwaiting outcallleg incallleg",
    "outgoing": "outgoing исходящийзвонок outcallsession",
    "talk_started": "talkstarted началоразговора callconnected",
    "talk_ended": "talkended окончаниеразговора calldisconnected",
    "ended": "ended end завершениезвонка callend callsessionfinished",
    "lost": "lost потерянныйзвонок пропущенныйзвонок lostcall lostcallsession",
    "recorded": "recorded записанныйразговор recordcall recordedcall",
}
NOTIFICATIONS = {word: name for name, words in _SPELLINGS.items() for word in words.split()}
# Source: `direction` of all notifications, in the document of Call API v4.0.
DIRECTIONS = {
    **dict.fromkeys(("in", "incoming"), Direction.INCOMING),
    **dict.fromkeys(("out", "outgoing"), Direction.OUTGOING),
    **dict.fromkeys(("internal", "inner"), Direction.INTERNAL),
}
# Source: what the notifications of these names are about, in the same document.
USUAL = dict.fromkeys(("incoming", "lost"), Direction.INCOMING) | {"outgoing": Direction.OUTGOING}
# Source: is_lost, a logical value, in the same document; how templates print it: public clients.
TRUTH = {**dict.fromkeys(("true", "1", "yes"), True), **dict.fromkeys(("false", "0", "no"), False)}
# Source: variables of call tracking, in the same document.
TRACKING = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
# Source: the particular fields of each notification, in the official templates (README.md, "Fields").
SHAPES = {
    "file_link": "recorded",
    "total_time_duration": "ended",
    "talk_time_duration": "talk_ended",
    "employee_ids": "lost",
    "leg_ids": "talk_started",
    "leg_id": "ringing",
}
"""What a message is whose template names it in no way that we know."""
LEGS = ("leg_id", "leg_ids")
LONGEST_EXTENSION = 8
_BETWEEN = re.compile(r"[\W_]+")


def name_of(word: str) -> str:
    """Our name of the notification that is called so; empty for a word that says nothing."""
    return NOTIFICATIONS.get(_BETWEEN.sub("", word.casefold()), "")
