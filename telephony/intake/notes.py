"""What is told of a message's oddities, in words for an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.domain.notes import Oddity

WORDS = {
    Oddity.NOT_A_TIME: gettext_lazy("Its time could not be read (%(field)s is %(value)s): the time of receipt counts."),
    Oddity.UNSURE_TIME: gettext_lazy(
        "Its time may be misread (%(field)s is %(value)s) and seems to be far from the time of receipt, which counts."
    ),
    Oddity.AHEAD: gettext_lazy("Its time lies days ahead (%(field)s is %(value)s): the time of receipt counts."),
    Oddity.OTHER_TIME: gettext_lazy("Its time is written in an unusual way (%(field)s is %(value)s), and was read."),
    Oddity.NOT_A_LENGTH: gettext_lazy("A length of time could not be read (%(field)s is %(value)s): it is left out."),
    Oddity.UNKNOWN_OUTCOME: gettext_lazy("Nobody knows this outcome of a call: %(field)s is %(value)s."),
    Oddity.TOO_LONG: gettext_lazy("A field is too long to be what it should (%(field)s is %(value)s): it is left out."),
    Oddity.NOT_UNDERSTOOD: gettext_lazy("A field could not be read (%(field)s is %(value)s): it is left out."),
}


def sentences(notes: Iterable[Mapping[str, str]]) -> list[str]:
    """A sentence for each stored note (domain.notes.Note.to_json)."""
    return [_sentence(note) for note in notes]


def _sentence(note: Mapping[str, str]) -> str:
    facts = {"field": note.get("field", ""), "value": _("“%s”") % note.get("value", "")}
    oddity = note.get("oddity", "")
    if oddity not in WORDS:  # Of another version.
        return _("Something about %(field)s was odd: %(value)s.") % facts
    return str(WORDS[Oddity(oddity)]) % facts
