"""Why the PBX did not tell, in sentences that say what to do next."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.http import failure_text
from telephony.vendors.listing import AskProblem

NOT_THERE = "not_there"
GOING_ON = "going_on"

_WORDS: dict[str, str | Promise] = {
    AskProblem.NOT_SET_UP: gettext_lazy(
        "The PBX can't be asked: something is missing in the connection's settings, like the account's token."
    ),
    AskProblem.REFUSED: gettext_lazy("The PBX refused. Check the account's token in the connection's settings."),
    AskProblem.PAGE: gettext_lazy(
        "A web page came instead of a list of calls. Check the API address and the name of the day list in the "
        "connection's settings."
    ),
    AskProblem.STATUS: gettext_lazy(
        "The PBX answered with an error. It is tried again by itself; if it stays, check the API address in the "
        "connection's settings."
    ),
    AskProblem.UNREADABLE: gettext_lazy(
        "What the PBX sent can't be read as a list of calls. Check the name of the day list in the connection's "
        "settings."
    ),
    NOT_THERE: gettext_lazy("The PBX does not list this call yet."),
    GOING_ON: gettext_lazy("At the PBX the call is still going on."),
}


def reason_text(code: str, detail: str = "") -> str:
    """Empty for no code; with what the PBX itself said, if it said something."""
    if not code:
        return ""
    sentence = str(_WORDS[code] if code in _WORDS else failure_text(code))
    if code == AskProblem.REFUSED and detail:
        return _("%(sentence)s It said: “%(detail)s”") % {"sentence": sentence, "detail": detail}
    return f"{sentence} ({detail})" if detail else sentence
