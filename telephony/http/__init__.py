"""All outgoing HTTP and FTP: the one door through which anything leaves this machine.

A vendor only says what to ask (`Request`) and reads what came back (`Response`); the services bring both
through this door. So a vendor's client stays pure, and no request can go around the guard.

`talks` holds whole conversations; `sending` follows redirects and decides what each hop may know; `addresses` reads
links so strictly that curl is given only what was checked; `transfer` lets curl do one hop; `gate` judges each socket
before it is connected, by `networks`; `receiver` reads no more than allowed; `outcomes` and `failures` say what went
wrong.

The one thing here that looks the other way is `remote_address`: who sent us a request, behind our own proxies.
"""

from __future__ import annotations

from telephony.http.addresses import is_same_host
from telephony.http.failures import Failure, RequestFailed, failure_text
from telephony.http.sending import send
from telephony.http.talks import Pause, Talk, Turn, hold
from telephony.http.values import Check, Limits, Policy, Request, Response, Sink

__all__ = [
    "Check",
    "Failure",
    "Limits",
    "Pause",
    "Policy",
    "Request",
    "RequestFailed",
    "Response",
    "Sink",
    "Talk",
    "Turn",
    "failure_text",
    "hold",
    "is_same_host",
    "send",
]
