"""The addresses that Mobilon's PBX calls instead of 1C's. One straight line, as in intake/views.py."""

from __future__ import annotations

import logging
import re
import time

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Hook
from telephony.intake.any_host import takes_any_host
from telephony.intake.requests import Unreadable, read_body, received_hook
from telephony.soap import faults, services
from telephony.soap.exchange import Notice, Question, caller
from telephony.soap.faults import Refusal
from telephony.soap.login import JUDGED_WRONG, read_login
from telephony.vendors.mobilon.decoding import MAX_BYTES
from telephony.vendors.mobilon.envelope import SoapRequest, read_request
from telephony.vendors.mobilon.mending import SOAP_11
from telephony.vendors.mobilon.soap import OPERATIONS, SAY_NAME

_OF_1C = re.compile(r"\.1cws(?=/?$)", re.IGNORECASE)
log = logging.getLogger(__name__)

LOOKUP_SECONDS = 0.6
"""How long SayName may look for a name: what is left of 0.8 s is for everything else."""


@takes_any_host
@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def service(request: HttpRequest, path: str) -> HttpResponse:
    """Answer one SOAP request, or `?wsdl`.

    Refusals are SOAP Faults: 401 for wrong credentials (429 after many), 413 for a body over 64 KiB, 400 for what is no
    SOAP request, 405 for another method, 503 if the message could not be stored; else 500 (SOAP 1.1) or 400 (1.2).
    """
    if request.method == "GET" and any(name.lower() in ("wsdl", "singlewsdl") for name in request.GET):
        address = _OF_1C.sub("", request.path)  # The same answer, under whichever of the two names it was asked.
        document = services.wsdl(path, request.build_absolute_uri(address))
        return HttpResponse(document, content_type="text/xml; charset=utf-8")
    if request.method != "POST":
        text = "Send a SOAP message by POST; ?wsdl describes it."
        return _fault(Refusal(text, status=405, headers={"Allow": "GET, POST"}), SOAP_11)
    answer_by = time.monotonic() + LOOKUP_SECONDS
    head = received_hook(request, b"")
    version = faults.version_of(None, head)
    try:
        login = read_login(head)
        if JUDGED_WRONG in request.META:
            raise login.refused()
        connection = caller(login, answer_by=answer_by)  # Nobody else's body is read.
        hook, message = _read(request)
        version = faults.version_of(message, hook)
        if isinstance(message, SoapRequest) and _asks(message):
            asked = Question(request=message, hook=hook, connection=connection, answer_by=answer_by)
            answer = services.call(path, message, asked)
        else:
            answer = _take(path, message, Notice.store(hook=hook, login=login, connection=connection))
    except Refusal as refusal:
        return _fault(refusal, version)
    except Exception:
        log.exception("1C's services failed.")
        return _fault(faults.internal_error(), version)
    return HttpResponse(answer, content_type=faults.CONTENT_TYPES[version])


def _read(request: HttpRequest) -> tuple[Hook, SoapRequest | Unreadable]:
    """The request as it came, for the inbox; and what it says, or why it can't be read."""
    try:
        hook = received_hook(request, read_body(request, limit=MAX_BYTES))
    except Unreadable as error:
        return received_hook(request, error.body), error
    try:
        return hook, read_request(hook.body, hook.content_type)
    except MalformedHook as error:
        return hook, Unreadable(400, str(error))


def _asks(message: SoapRequest) -> bool:
    return message.operation == SAY_NAME and message.parameter("number") is not None


def _take(path: str, message: SoapRequest | Unreadable, notice: Notice) -> bytes:
    if isinstance(message, Unreadable):
        raise notice.unreadable(str(message), status=message.status)
    if message.operation not in OPERATIONS:
        notice.answer()  # Raises the refusal that says which there are.
    return services.call(path, message, notice)


def _fault(refusal: Refusal, version: str) -> HttpResponse:
    return HttpResponse(
        faults.render(refusal, version),
        content_type=faults.CONTENT_TYPES[version],
        status=faults.status_of(refusal, version),
        headers=refusal.headers,
    )
