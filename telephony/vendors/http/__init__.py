"""All outgoing HTTP and FTP: the one door through which anything leaves this machine.

A vendor only says what to ask (`Request`) and reads what came back (`Response`); the services bring both
through this door. So a vendor's client stays pure, and no request can go around the guard.

`sending` follows redirects and decides what each hop may know; `addresses` reads links so strictly that curl is given
only what was checked; `transfer` lets curl do one hop; `gate` judges each socket before it is connected, by
`networks`; `receiver` reads no more than allowed; `outcomes` and `failures` say what went wrong.
"""

from __future__ import annotations

from telephony.vendors.http.failures import Failure, RequestFailed, words
from telephony.vendors.http.sending import send
from telephony.vendors.http.values import Limits, Policy, Request, Response, Sink

__all__ = ["Failure", "Limits", "Policy", "Request", "RequestFailed", "Response", "Sink", "send", "words"]
