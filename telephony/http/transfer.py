"""One request and its answer by curl. Redirects are answers here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pycurl

from telephony.http.addresses import Address
from telephony.http.certificates import bundle
from telephony.http.failures import Failure, failed
from telephony.http.gate import Gate
from telephony.http.outcomes import failure_of, ftp_status
from telephony.http.receiver import Receiver
from telephony.http.values import Check, Limits, Policy, Response, Sink

# CURLOPT_QUICK_EXIT, which pycurl has no name for: else closing waits for a name server that does not answer.
_QUICK_EXIT = 322
_PROTOCOLS = {"http": pycurl.PROTO_HTTP, "https": pycurl.PROTO_HTTPS, "ftp": pycurl.PROTO_FTP}
_FIXED = (
    (pycurl.NOSIGNAL, 1),
    (_QUICK_EXIT, 1),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.REDIR_PROTOCOLS, 0),
    # What the environment and the user's home say is not for a server.
    (pycurl.PROXY, ""),
    (pycurl.NOPROXY, "*"),
    (pycurl.NETRC, pycurl.NETRC_IGNORED),
    (pycurl.SSL_VERIFYPEER, 1),
    (pycurl.SSL_VERIFYHOST, 2),
    (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
    (pycurl.HTTP09_ALLOWED, 0),
    # A data connection goes where the control connection goes, whatever the server says.
    (pycurl.FTP_SKIP_PASV_IP, 1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """What goes to one address."""

    address: Address
    method: str
    headers: Sequence[bytes] = field(repr=False)
    body: bytes = field(repr=False)
    follow: bool
    """A redirect's body is not read."""


def new_handle() -> Any:
    """A curl that knows nothing of this machine's proxies, passwords and cookies."""
    handle = pycurl.Curl()
    for option, value in _FIXED:
        handle.setopt(option, value)
    handle.setopt(pycurl.CAINFO, bundle())
    return handle


def perform(
    hop: Hop, *, policy: Policy, limits: Limits, seconds: float, sink: Sink | None, check: Check | None = None
) -> tuple[Response, str]:
    """The answer, and where it redirects to ("" if nowhere). Raises `RequestFailed`, and what sink and check raise."""
    gate = Gate(policy)
    receiver = Receiver(
        longest=limits.longest,
        sink=sink,
        follow=hop.follow,
        greeted=gate.greet if hop.address.scheme == "ftp" else None,
    )
    handle = new_handle()
    try:
        _bound(handle, limits, seconds)
        _ask(handle, hop, limits.longest)
        handle.setopt(pycurl.OPENSOCKETFUNCTION, gate.open)
        handle.setopt(pycurl.PREREQFUNCTION, gate.before_request)
        handle.setopt(pycurl.HEADERFUNCTION, receiver.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, receiver.take_body)
        if check is not None:
            handle.setopt(pycurl.XFERINFOFUNCTION, lambda *_: receiver.goes_on(check))
            handle.setopt(pycurl.NOPROGRESS, 0)
        code, message = _run(handle)
        if code == pycurl.E_OK and not receiver.has_head:
            code = pycurl.E_RECV_ERROR
        if code != pycurl.E_OK:
            return _judged(code, message, hop=hop, handle=handle, gate=gate, receiver=receiver), receiver.redirect
        return receiver.response(), receiver.redirect
    finally:
        handle.close()


def _run(handle: Any) -> tuple[int, str]:
    """Curl's code and text; never an exception, which would stay chained to ours."""
    try:
        handle.perform()
    except pycurl.error as error:
        return int(error.args[0]), str(handle.errstr())
    return pycurl.E_OK, ""


def _bound(handle: Any, limits: Limits, seconds: float) -> None:
    handle.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(min(limits.connect_seconds, seconds) * 1000)))
    handle.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))
    handle.setopt(pycurl.LOW_SPEED_LIMIT, limits.slowest)
    handle.setopt(pycurl.LOW_SPEED_TIME, limits.slow_seconds)


def _ask(handle: Any, hop: Hop, longest: int) -> None:
    address = hop.address
    handle.setopt(pycurl.PROTOCOLS, _PROTOCOLS[address.scheme])
    handle.setopt(pycurl.URL, address.url)
    if address.scheme == "ftp":
        handle.setopt(pycurl.MAXFILESIZE_LARGE, longest)
        if address.user:
            handle.setopt(pycurl.USERNAME, address.user)
            handle.setopt(pycurl.PASSWORD, address.password)
        return
    handle.setopt(pycurl.HTTPHEADER, list(hop.headers))
    if hop.method != "GET":
        handle.setopt(pycurl.POSTFIELDS, hop.body)
        handle.setopt(pycurl.CUSTOMREQUEST, hop.method)


def _judged(code: int, message: str, *, hop: Hop, handle: Any, gate: Gate, receiver: Receiver) -> Response:
    """The answer, if curl's error was no trouble. Raises `RequestFailed`."""
    if receiver.error:
        raise receiver.error
    if receiver.has_enough:
        return receiver.response()
    failure = receiver.failure or (Failure.FORBIDDEN_ADDRESS if gate.refused_last else None)
    if failure is None and (status := ftp_status(code, handle)):
        return receiver.response(status=status)
    failure = failure or failure_of(code, message, gate)
    raise failed(
        failure,
        host=hop.address.host,
        detail=message if failure is Failure.TLS else "",
        may_have_arrived=gate.is_through,
    )
