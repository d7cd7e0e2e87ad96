"""What two spellings of one number share. Extensions are no part of it, and what is no number shares nothing."""

from __future__ import annotations

from telephony.domain.numbers import pieces, public
from telephony.domain.numbers.marks import plain, unwrapped
from telephony.domain.numbers.pieces import RUN, WORD
from telephony.domain.numbers.reading import Problem, ReadNumber, is_plain, read

ANY_REGION = "RU"
"""For what needs none: only how several numbers in one text are told apart depends on it."""
MATCH_DIGITS = 10
LONGEST_KEY = 50
FEWEST_TYPED = 2
LONGEST_NATIONAL = 11
"""Ten digits and a trunk prefix or a country's code of one digit."""
_BEFORE = ("00", "810", "007", "07", "08")
"""May stand before a longer number that is no valid one, and mean the same number."""
_IN_ANOTHER_COUNTRY = ("810", "00", "011")
"""Dialled before a country's code: 8 10 44 20 7183 8750."""
_TRUNK_PREFIXES = ("80", "06", "8", "0")
"""Dialled before a number of the same country: 020 7183 8750, in Belarus 8 029, in Hungary 06."""
_OPTIONAL_PREFIX = "(0)"
_PUNCTUATION = str.maketrans("", "", " \n()-.")


def clean(raw: str) -> str:
    """The bare first number, without extension, words, addresses and marks; empty for no number.

    What has no number in it (a SIP login) stays, without blanks, brackets and dashes.
    """
    number = _first(raw)
    if number is None or number.problem is Problem.HIDDEN:
        return ""
    return number.bare if number.may_be_stored else unwrapped(plain(raw)).translate(_PUNCTUATION)


def _first(raw: str) -> ReadNumber | None:
    if is_plain(raw):
        return ReadNumber(raw=raw, bare=raw, e164=pieces.e164_of(raw, ANY_REGION) if raw.startswith("+") else "")
    numbers = read(raw, ANY_REGION)
    return next((number for number in numbers if number.e164), numbers[0] if numbers else None)


def digits(raw: str) -> str:
    """Only the ASCII digits of the first number, for comparing."""
    return "".join(sign for sign in clean(raw) if sign in "0123456789")


def dialable(text: str) -> str:
    """What a click on the number orders: in E.164 or its digits, perhaps with `;ext=101`; empty for what is none.

    Extensions and short service numbers can't be called from a page.
    """
    number = _first(text)
    if number is None or not number.may_be_stored or len(number.bare.removeprefix("+")) < public.FEWEST:
        return ""
    # Without a plus it is for the connection's country to say what is meant.
    called = number.e164 if number.e164 and number.bare.startswith("+") else number.bare
    return f"{called};ext={number.extension}" if number.extension else called


def bare(term: str) -> str:
    """The digits of a number or of a part of one (`923 529`, `tel:+7-923`, `8 495 … доб. 5`); empty for other words."""
    number = unwrapped(plain(term)).replace(_OPTIONAL_PREFIX, "")
    runs = list(RUN.finditer(number))
    if len(runs) == 1 and not WORD.search(number):
        return "".join(sign for sign in runs[0][0] if sign.isdigit())
    read_here = [found for found in read(term, ANY_REGION) if found.e164]
    return read_here[0].bare.removeprefix("+") if read_here else ""


def ways_to_begin(digits: str) -> list[str]:
    """How a number that is stored with its country's code may go on from some digit, if these were typed.

    8 923 … is +7 923 …, 020 7183 … is +44 20 7183 …. Of a whole number it is the last ten digits first.
    """
    ways = {digits[-MATCH_DIGITS:]: None}
    for prefix in (*_IN_ANOTHER_COUNTRY, *_TRUNK_PREFIXES):
        rest = digits.removeprefix(prefix)
        if rest != digits and len(rest) >= FEWEST_TYPED:
            ways[rest[-MATCH_DIGITS:]] = None
    return list(ways)


def last_digits(raw: str) -> str:
    """The last 10 digits, by which a number that is no valid E.164 is still matched; empty if there is none such.

    Of too many digits it is the number that they begin with: the last ten of 7 495 200 09 04 and an extension 7 would
    be somebody else's, 952 000 90 47.
    """
    first = _first(raw)
    number = first.bare.removeprefix("+") if first is not None and first.may_be_stored else ""
    if not MATCH_DIGITS <= len(number) <= public.LONGEST:
        return ""
    if len(number) <= LONGEST_NATIONAL or public.public("+" + number, ANY_REGION):
        return number[-MATCH_DIGITS:]
    if number[0] in "78" and public.public(number[:LONGEST_NATIONAL], ANY_REGION):
        return number[1:LONGEST_NATIONAL]
    return number[-MATCH_DIGITS:] if number.startswith(_BEFORE) else ""


def match_key(raw: str) -> str:
    """What two spellings of one number share: the last 10 digits, or the whole of another number; empty for none."""
    return last_digits(raw) or clean(raw).lower()[:LONGEST_KEY]
