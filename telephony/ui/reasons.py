"""Why a message could not be read, for people: the reasons are kept as they were found, in English."""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_WORDS = {
    r"(?P<field>[\w.-]+): missing or empty\.": _("%(field)s is missing or empty."),
    r"(?P<one>[\w.-]+) and (?P<other>[\w.-]+): both missing or empty\.": _(
        "%(one)s and %(other)s are both missing or empty."
    ),
    r"(?P<field>[\w.-]+): expected at most (?P<longest>\d+) characters, got (?P<length>\d+)\.": _(
        "%(field)s: %(length)s characters, and at most %(longest)s are taken."
    ),
    r"(?P<field>[\w.-]+): expected a time like (?P<like>.+), got (?P<got>.*)\.": _(
        "%(field)s should be a time like %(like)s, and is %(got)s."
    ),
    r"(?P<field>[\w.-]+): no unix time in seconds\.": _("%(field)s should be a unix time in seconds."),
    r"(?P<field>[\w.-]+): no (?:object|JSON)\.": _("%(field)s should hold JSON."),
    r"The body is empty\.": _("The body is empty."),
    r"The body is no JSON\.": _("The body is no JSON."),
    r"The body is no JSON: (?P<detail>.*)": _("The body is no JSON: %(detail)s"),
    r"The body is larger than (?P<most>\d+) KiB\.": _("The body is larger than %(most)s KiB."),
    r"The JSON body is no object with fields\.": _("The JSON body is no object with fields."),
    r"The JSON body is a list of (?P<count>\d+): send each message in a request of its own\.": _(
        "The JSON body is a list of %(count)s: send each message in a request of its own."
    ),
    r"The multipart body can't be read: no field between its boundaries\.": _("The multipart body has no fields."),
    r"The body is no well-formed XML: (?P<detail>.*)": _("The body is no well-formed XML: %(detail)s"),
    r"The encoding (?P<named>'.*') is not read here; .*": _(
        "The encoding %(named)s is not read here: UTF-8, UTF-16 and windows-1251 are."
    ),
}
"""Of the reasons that telephony/domain/fields and telephony/vendors give, those that a wrong setting brings about."""


def in_words(reason: str) -> str:
    """In the reader's language; one that is not known here stays as it is."""
    for pattern, words in _WORDS.items():
        if found := re.fullmatch(pattern, reason):
            return gettext(words) % found.groupdict()
    return reason
