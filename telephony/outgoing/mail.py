"""Hands an e-mail to the mail server, at most once.

A mail server can't be asked whether it took a mail. So whoever sends one writes down that it is being handed over
before it is, with `begin`; who finds that written after a worker's death does not send it again. Until then, and after
the server has said no, every attempt may be made again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import get_connection
from django.core.mail.message import EmailMessage

from telephony.jobs import lend_database

LONGEST_ANSWER = 200
FOR_GOOD = 500
"""A server's code from here on is its last word."""


class Outcome(Enum):
    SENT = "sent"
    NO_SERVER = "no_server"
    """It may be tried again; nothing was handed over."""
    NOT_NOW = "not_now"
    """Refused for the moment: it may be tried again."""
    REFUSED = "refused"
    """For good."""
    UNCLEAR = "unclear"
    """The connection broke, or the worker died, while the mail was on its way."""
    INTERNAL = "internal"
    """Something went wrong here before it was handed over: it may be tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    outcome: Outcome
    answer: str = ""
    """What the server said."""


def hand_over(message: EmailMessage, *, begin: Callable[[], None]) -> Handed:
    """Raises what `begin` raises: then nothing was sent."""
    lend_database()
    server = get_connection()
    try:
        _greet(server)
    except (OSError, SMTPException) as error:
        return Handed(outcome=Outcome.NO_SERVER, answer=_answer(error))
    try:
        begin()
        lend_database()
        server.send_messages([message])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        outcome = Outcome.REFUSED if _code(error) >= FOR_GOOD else Outcome.NOT_NOW
        return Handed(outcome=outcome, answer=_answer(error))
    except (OSError, SMTPException) as error:
        return Handed(outcome=Outcome.UNCLEAR, answer=_answer(error))
    finally:
        with suppress(OSError, SMTPException):
            server.close()
    return Handed(outcome=Outcome.SENT)


def _greet(server: Any) -> None:
    """As far as can be done without a mail: what fails here may be tried again."""
    server.open()
    if (line := getattr(server, "connection", None)) is not None:
        line.ehlo_or_helo_if_needed()


def _code(error: SMTPResponseException | SMTPRecipientsRefused) -> int:
    if isinstance(error, SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=0)
    return error.smtp_code


def _answer(error: Exception) -> str:
    """What the server said, as text."""
    if isinstance(error, SMTPRecipientsRefused):
        answers: list[tuple[int, str | bytes]] = [(code, words) for code, words in error.recipients.values()]
    elif isinstance(error, SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return str(error)[:LONGEST_ANSWER]
    texts = [
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}" for code, words in answers
    ]
    return "; ".join(texts)[:LONGEST_ANSWER]
