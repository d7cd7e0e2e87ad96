"""What became of an order to call, in words that say what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony import http
from telephony.domain.exceptions import PASSING, DialProblem
from telephony.domain.numbers import read, shown
from telephony.models import Dial

PROBLEMS: dict[str, str | Promise] = {
    DialProblem.NO_PHONE: _("No phone of yours is known here, so none can ring. Ask your administrator to add it."),
    DialProblem.CANT_DIAL: _(
        "Your phone can't be rung from here: its PBX takes no orders to call, its connection is switched off, "
        "or the number or key that the PBX knows it by is missing. Tell your administrator."
    ),
    DialProblem.NO_NUMBER: _("This is no telephone number that can be called from here."),
    DialProblem.COUNTRY: _(
        "Calls to this country are not allowed: %(text)s. If you need them, ask your administrator."
    ),
    DialProblem.COSTLY: _("Calls to this number cost extra, so they can't be made from here."),
    DialProblem.PER_MINUTE: _("You have called %(text)s times within a minute. Wait a little, then try again."),
    DialProblem.PER_DAY: _("You have called %(text)s times today, which is the limit. Ask your administrator."),
    DialProblem.NOT_SET_UP: _(
        "Calling isn't set up for this PBX yet: an address, a key or a token is missing in its settings. "
        "Tell your administrator."
    ),
    DialProblem.WITHDRAWN: _(
        "The order did not reach the server in time, so nobody was called. Check your connection, then try again."
    ),
    DialProblem.NOT_REGISTERED: _("Your phone isn't connected to the PBX. Switch it on, then try again."),
    DialProblem.WRONG_TOKEN: _(
        "The PBX doesn't accept the key or token in our settings, so nobody can call. Tell your administrator."
    ),
    DialProblem.WRONG_KEY: _("The PBX doesn't know your phone's key. Tell your administrator."),
    DialProblem.NO_SUBSCRIBER: _("At the PBX, no telephone belongs to you. Tell your administrator."),
    DialProblem.BAD_NUMBER: _("The PBX can't call this number. Check it."),
    DialProblem.BAD_PARAMETERS: _(
        "Either the number that you call or your own internal number is not right for the PBX. "
        "Check the first; if it is right, tell your administrator."
    ),
    DialProblem.OWN_PHONE_SILENT: _(
        "Your own phone rang first, and nobody picked it up, so the client was not called. Try again, and pick it up."
    ),
    DialProblem.OWN_PHONE_BUSY: _(
        "Your own phone is busy, switched off or unknown to the PBX, so nobody was called. Look at it, then try again."
    ),
    DialProblem.PBX_ERROR: _("The PBX has an error of its own. Try again in a minute."),
    DialProblem.REFUSED: _("The PBX refused to call."),
    DialProblem.UNREADABLE: _(
        "Nothing at the address in our settings answers as the PBX should, so nobody was called. "
        "Tell your administrator."
    ),
    DialProblem.WRONG_ADDRESS: _(
        "The PBX's address in our settings can't be used, so nobody was called. Tell your administrator: %(reason)s"
    ),
    DialProblem.UNREACHABLE: _("The PBX can't be reached, so nobody was called. Try again in a minute. (%(reason)s)"),
    DialProblem.NOT_SENT: _(
        "The PBX could not be told in time, so nobody was called: it is slow to answer other orders, or our server was "
        "restarted. Try again in a minute."
    ),
    DialProblem.NO_ANSWER: _("The PBX didn't answer, but your phone may still ring: look at it before you try again."),
}
"""`%(text)s` is the order's `error_text`, `%(reason)s` what it means as a `Failure` of the way to the PBX.

Where both are missing, it holds the PBX's own words, which are told after ours.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The result of an order for whoever clicked."""

    text: str
    tone: str
    """good, bad, warn or empty, as for badges."""
    try_again: bool
    """Another click may help, without anybody changing anything first."""


def told(dial: Dial) -> Told:
    """In the language of whoever reads it now."""
    outcome = dial.outcome
    if outcome in (Dial.State.SENT, Dial.State.BOUND):
        # A number that was erased since can't be told any more.
        number = shown(dial.phone_e164) if dial.phone_e164 else "…"
        words = gettext("Your phone rings. Pick it up, and %(number)s is called.") % {"number": number}
        if extension := _extension(dial):
            words += " " + gettext("Then dial the extension: %(extension)s.") % {"extension": extension}
        return Told(text=words, tone="good", try_again=False)
    if outcome == Dial.State.ORDERED:
        return Told(text=gettext("The PBX is being told to call."), tone="", try_again=False)
    code = dial.problem or DialProblem.NO_ANSWER
    tone = "warn" if outcome == Dial.State.UNKNOWN else "bad"
    return Told(text=problem_in_words(code, dial.error_text), tone=tone, try_again=code in PASSING)


def problem_in_words(code: str, text: str) -> str:
    """`text` is the order's `error_text`."""
    words = str(PROBLEMS.get(code, PROBLEMS[DialProblem.REFUSED]))
    if "%(text)s" in words or "%(reason)s" in words:
        return words % {"text": text, "reason": _reason(text)}
    return words + " " + gettext("Its words: “%(text)s”.") % {"text": text.rstrip(".")} if text else words


def _extension(dial: Dial) -> str:
    """No PBX here takes it with the order: it is for the caller to dial."""
    return next((number.extension for number in read(dial.phone_raw, "RU") if number.extension), "")


def _reason(failure: str) -> str:
    try:
        return str(http.failure_text(failure))
    except ValueError:
        return failure
