"""The words in which PBXs say how a call, or one phone's part in it, ended: one table for all of them.

PBXs of one family write the same word in many ways, and a script between a PBX and us in still others. So a word
means the same whoever sends it; only what a word that nobody knows means is each vendor's own.
"""

from __future__ import annotations

import re

from telephony.domain.events import CallStatus

_SPELLINGS = {
    # Source: DIALSTATUS of Asterisk's Dial(), dispositions of its call records, "ANSWERED" of Mobilon's lists,
    # "Success" of XVB-PBX.
    CallStatus.ANSWERED: "answer answered success successful отвечен отвечено отвечена успешно успешный",
    # Source: DIALSTATUS; "no answer" of WireCRM's and Zadarma's dispositions; SIP 408 and 480; Q.850 causes 18 and 19.
    CallStatus.NO_ANSWER: "noanswer notanswered unanswered missed noresponse nouserresponse timeout ringtimeout "
    "requesttimeout неотвечен неотвечено неотвечена нетответа безответа пропущен пропущено пропущенный",
    # Source: DIALSTATUS; SIP 486, 600 and 603, Q.850 causes 17 and 21: a person, or the phone, does not want the call.
    CallStatus.BUSY: "busy userbusy busyhere busyeverywhere declined decline rejected reject callrejected refused "
    "занят занято занята отклонен отклонено",
    # Source: DIALSTATUS; SIP 487; FreeSWITCH's ORIGINATOR_CANCEL; queues' ABANDON: whoever called gave up.
    CallStatus.CANCELLED: "cancel canceled cancelled callcanceled callcancelled originatorcancel abandon abandoned "
    "requestterminated отменен отменено отмена сброшен",
    # Source: DIALSTATUS and Asterisk's call records; Zadarma's dispositions ("call failed", "no money", "unallocated
    # number", "no limit", "line limit"); XVB-PBX's family (NotAvailable, NotAllowed, NotFound);
    # Q.850 causes 1, 34 and 38.
    CallStatus.FAILED: "failed callfailed fail failure error congestion chanunavail dontcall torture invalidargs "
    "unavailable notavailable notallowed notfound forbidden nomoney nomoneynolimit unallocatednumber nolimit "
    "nodaylimit linelimit normalcircuitcongestion networkoutoforder ошибка недоступен",
}
WORDS = {word: status for status, words in _SPELLINGS.items() for word in words.split()}
"""By the word's letters in small, without what stands between them."""
_BETWEEN = re.compile(r"[\W_]+")


def read(text: str) -> CallStatus | None:
    """The outcome that this word names, in whatever case and with whatever between its parts; None for no such word."""
    return WORDS.get(_BETWEEN.sub("", text.casefold().replace("ё", "е")))
