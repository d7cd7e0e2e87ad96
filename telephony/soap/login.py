"""HTTP Basic: which connection's PBX is it that calls?"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.db import Error as DatabaseError
from django.http import HttpRequest

from telephony.domain.hooks import Hook
from telephony.intake.requests import received_hook
from telephony.models import Connection
from telephony.soap import logins
from telephony.soap.deadline import TooLate, within
from telephony.soap.faults import Refusal

JUDGED_WRONG = "telephony.login_is_wrong"
"""In a request's META (no header can put it there): its login was judged, and its body is not read."""
JUDGED_WITHIN = 0.1
"""Seconds: SayName's answer waits for this, too."""


class WrongLogin(Refusal):
    """Nobody, or nobody known, sent the request."""

    def __init__(self) -> None:
        challenge = {"WWW-Authenticate": 'Basic realm="1C", charset="UTF-8"'}
        super().__init__("User name or password is wrong or missing.", status=401, headers=challenge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """User name and password as the PBX sent them."""

    user: str
    password: str
    remote_address: str

    def connection(self) -> Connection:
        """The connection with these credentials. Raises WrongLogin."""
        found = logins.find_connection(user=self.user, password=self.password, remote_address=self.remote_address)
        logins.remember(user=self.user, password=self.password, found=found)
        if found is None:
            raise WrongLogin
        return found

    def remembered(self) -> Connection | None:
        """Whose it was when this process last asked: for a message that is kept while the database is away."""
        return logins.recall(user=self.user, password=self.password)

    def refused(self) -> Refusal:
        """Counts this login as wrong, and returns what to answer: 401, or 429 to a sender of too many."""
        try:
            too_many = logins.note_failure(user=self.user, remote_address=self.remote_address)
        except DatabaseError:
            too_many = False
        if not too_many:
            return WrongLogin()
        retry = {"Retry-After": str(int(logins.WINDOW.total_seconds()))}
        return Refusal("Too many wrong logins from this address.", status=429, headers=retry)


def read_login(hook: Hook) -> Login:
    """What the request says. Raises WrongLogin if it says nothing, which is no wrong guess and is not counted."""
    scheme, _, encoded = hook.headers.get("authorization", "").strip().partition(" ")
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        raise WrongLogin from None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("windows-1251", "replace")
    user, separator, password = text.partition(":")
    if scheme.lower() != "basic" or not separator or "\x00" in text:
        raise WrongLogin
    return Login(user=user, password=password, remote_address=hook.remote_address)


def is_wrong(request: HttpRequest) -> bool:
    """Whether the headers alone say that nobody known sends this: for a server that reads bodies by itself.

    Nothing is counted yet. False, too, where the database does not tell in time: the body is read then, within its
    limits, and the login judged with it.
    """
    try:
        within(JUDGED_WITHIN, read_login(received_hook(request, b"")).connection)
    except WrongLogin:
        return True
    except (TooLate, DatabaseError):
        pass
    return False
