"""The words of UIS' notifications. Source: Call API v4.0 and the official templates (README.md, "Sources")."""

from __future__ import annotations

import re

from telephony.domain.events import Direction

INTERACTIVE = "interactive"
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
LONGEST_EXTENSION = 8
_BETWEEN = re.compile(r"[\W_]+")


def name_of(word: str) -> str:
    """Our name of the notification that is called so; empty for a word that says nothing."""
    return NOTIFICATIONS.get(_BETWEEN.sub("", word.casefold()), "")
