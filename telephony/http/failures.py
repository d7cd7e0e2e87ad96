"""Why a request brought no answer: a code to store, and words for people."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from telephony.domain.exceptions import TelephonyError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Failure(StrEnum):
    """Why there is no answer."""

    BAD_ADDRESS = "bad_address"
    SCHEME = "scheme"
    FORBIDDEN_ADDRESS = "forbidden_address"
    FORBIDDEN_HOST = "forbidden_host"
    SECRET_ELSEWHERE = "secret_elsewhere"  # noqa: S105
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    SLOW = "slow"
    CUT = "cut"
    PROTOCOL = "protocol"


_WORDS = {
    Failure.BAD_ADDRESS: _("The address is not a plain web address. Check the link, or the address in the settings."),
    Failure.SCHEME: _("Only http and https addresses are fetched, and ftp where the connection allows it."),
    Failure.FORBIDDEN_ADDRESS: _(
        "It leads into an internal network. If that is right, add the network to the connection's internal networks."
    ),
    Failure.FORBIDDEN_HOST: _("This host is not among the connection's hosts of recordings."),
    Failure.SECRET_ELSEWHERE: _(
        "The connection's token would have gone to another host than the one in its settings, so nothing was sent."
    ),
    Failure.REDIRECTS: _("It redirects too often."),
    Failure.TOO_LARGE: _("The answer is larger than the connection allows."),
    Failure.DNS: _("The host's name was not found. Check the name, and whether this server can resolve names."),
    Failure.CONNECT: _("No connection could be made: the host is down, or a firewall is in between."),
    Failure.TLS: _("No trustworthy encrypted connection could be made. Check the host's certificate."),
    Failure.TIMEOUT: _("The answer did not come in time."),
    Failure.SLOW: _("The answer came too slowly."),
    Failure.CUT: _("The connection was cut before the whole answer had come."),
    Failure.PROTOCOL: _("The answer breaks the rules of its protocol."),
}
_PERMANENT = {
    Failure.BAD_ADDRESS,
    Failure.SCHEME,
    Failure.FORBIDDEN_ADDRESS,
    Failure.FORBIDDEN_HOST,
    Failure.SECRET_ELSEWHERE,
    Failure.TOO_LARGE,
}


def failure_text(failure: Failure | str) -> _StrPromise:
    """One or two sentences for people, in the reader's language. Raises ValueError for an unknown code."""
    return _WORDS[Failure(failure)]


class RequestFailed(TelephonyError):
    """No whole answer came. `text` is for people, in their language, and holds no secret, nor the address's query."""

    def __init__(self, failure: Failure, text: str, *, permanent: bool, may_have_arrived: bool) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text
        self.permanent = permanent
        """The same request will fail the same way until a setting is changed."""
        self.may_have_arrived = may_have_arrived
        """The request, or a part of it, may have reached the other side."""


def failed(failure: Failure, *, host: str = "", detail: str = "", may_have_arrived: bool = False) -> RequestFailed:
    """The exception with its usual words. Of an address only the host may be named."""
    text = f"{host}: {failure_text(failure)}" if host else str(failure_text(failure))
    text = f"{text} ({detail})" if detail else text
    return RequestFailed(failure, text, permanent=failure in _PERMANENT, may_have_arrived=may_have_arrived)
