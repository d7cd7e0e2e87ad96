"""What curl's errors mean."""

from __future__ import annotations

from typing import Any

import pycurl

from telephony.http.failures import Failure
from telephony.http.gate import Gate

_FAILURES = {
    pycurl.E_COULDNT_RESOLVE_HOST: Failure.DNS,
    pycurl.E_COULDNT_CONNECT: Failure.CONNECT,
    pycurl.E_SSL_CONNECT_ERROR: Failure.TLS,
    pycurl.E_SSL_CACERT: Failure.TLS,
    pycurl.E_SSL_CACERT_BADFILE: Failure.TLS,
    pycurl.E_PARTIAL_FILE: Failure.CUT,
    pycurl.E_GOT_NOTHING: Failure.CUT,
    pycurl.E_SEND_ERROR: Failure.CUT,
    pycurl.E_RECV_ERROR: Failure.CUT,
    pycurl.E_FILESIZE_EXCEEDED: Failure.TOO_LARGE,
}
_FTP_REFUSALS = {
    pycurl.E_FTP_ACCESS_DENIED,
    pycurl.E_FTP_COULDNT_RETR_FILE,
    pycurl.E_LOGIN_DENIED,
    pycurl.E_REMOTE_FILE_NOT_FOUND,
}
_LIKE_HTTP = {530: 401, 550: 404}


def failure_of(code: int, message: str, gate: Gate) -> Failure:
    """Curl's CURLE_... and its text, at the stage that the gate has seen."""
    if code != pycurl.E_OPERATION_TIMEOUTED:
        return _FAILURES.get(code, Failure.PROTOCOL)
    if not gate.has_address:
        return Failure.DNS
    if not gate.is_through:
        return Failure.CONNECT
    return Failure.SLOW if "too slow" in message else Failure.TIMEOUT


def ftp_status(code: int, handle: Any) -> int:
    """The HTTP status that says the same as an FTP server's refusal; 0: it is none."""
    if code not in _FTP_REFUSALS:
        return 0
    return _LIKE_HTTP.get(handle.getinfo(pycurl.RESPONSE_CODE), 503)
