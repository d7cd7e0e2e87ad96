"""1C's three published services as Spyne applications: dispatch and WSDL.

Spyne gives an application one namespace and reads strictly; the PBX's requests come in several, on any of the paths.
So the request is handed to Spyne as an element of the application's own, and answered in the request's namespace.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape  # nosec B406

from lxml import etree

from telephony.soap import answers
from telephony.soap.exchange import Notice, Question
from telephony.soap.faults import Refusal, internal_error
from telephony.soap.library import Application, MethodContext, ServerBase, Service, Soap11, Unicode, Wsdl11, rpc
from telephony.vendors.mobilon.envelope import SoapRequest
from telephony.vendors.mobilon.soap import OPERATIONS, SAY_NAME

SERVICES = {
    "ImportTasks": ("http://test", "number"),
    "VATS": ("http://VATS", "Number"),
    "VATScalls": ("http://VATSCalls", "Number"),
}
"""Each path's namespace and name of SayName's parameter, for its WSDL. Requests may come in any."""
log = logging.getLogger(__name__)
_ADDRESS = "http://address.invalid/"

# Spyne writes a stack trace for every fault, also for what a client did wrong.
logging.getLogger("spyne").setLevel(logging.CRITICAL)


class _Protocol(Soap11):  # type: ignore[misc]
    """Takes the request as `envelope.read_request` read it, instead of reading it again less carefully."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        ctx.in_document = None

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        request: SoapRequest = ctx.udc.request
        namespace, number = SERVICES[self.app.name]
        ctx.in_body_doc = etree.Element(f"{{{namespace}}}{request.operation}")
        for name in OPERATIONS[request.operation]:
            value = request.parameter(name)
            if value is not None:
                child = number if request.operation == SAY_NAME else name
                etree.SubElement(ctx.in_body_doc, f"{{{namespace}}}{child}").text = value
        ctx.method_request_string = ctx.in_body_doc.tag

    def serialize(self, ctx: Any, message: Any) -> None:
        ctx.out_document = answers.render(ctx.udc.request, ctx.out_object[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What Spyne carries from us to the operation: the request, and who answers it."""

    request: SoapRequest
    exchange: Question | Notice


class _Server(ServerBase):  # type: ignore[misc]
    transport = "http://schemas.xmlsoap.org/soap/http"


def _answer(ctx: Any) -> str:
    try:
        answer: str = ctx.udc.exchange.answer()
    except Refusal:
        raise
    except Exception:
        # Spyne would put the exception's text into the fault.
        log.exception("1C's services: %s failed.", ctx.udc.request.operation)
        raise internal_error() from None
    return answer


_RETURNS = {"_returns": Unicode, "_out_variable_name": "return"}


def _service(number: str) -> Any:
    """The three operations; SayName's parameter is named so."""

    class Vats(Service):  # type: ignore[misc]
        @rpc(Unicode, _in_variable_names={"number": number}, **_RETURNS)  # type: ignore[untyped-decorator]
        def SayName(ctx: Any, number: str) -> str:  # noqa: N802, N805
            """Name of the contact with this number; empty for an unknown one."""
            return _answer(ctx)

        @rpc(Unicode, Unicode, _in_variable_names={"number": "NumFrom", "key": "Key"}, **_RETURNS)  # type: ignore[untyped-decorator]
        def IncomingCall(ctx: Any, number: str, key: str) -> str:  # noqa: N802, N805
            """The phone of the user with this key is rung by this number; answers 1."""
            return _answer(ctx)

        @rpc(Unicode, _in_variable_names={"data": "Data"}, **_RETURNS)  # type: ignore[untyped-decorator]
        def Event(ctx: Any, data: str) -> str:  # noqa: N802, N805
            """An event of a call, as the JSON object that the webhook has; answers 1."""
            return _answer(ctx)

    return Vats


@cache
def _server(path: str) -> Any:
    namespace, number = SERVICES[path]
    protocols = {name: _Protocol(xml_declaration=False) for name in ("in_protocol", "out_protocol")}
    return _Server(Application([_service(number)], tns=namespace, name=path, **protocols))


def call(path: str, request: SoapRequest, exchange: Question | Notice) -> bytes:
    """The answer to this request, found by the operation that it names. Raises Refusal."""
    server = _server(path)
    context = MethodContext(server, MethodContext.SERVER)
    context.udc = Call(request=request, exchange=exchange)
    context = next(iter(server.generate_contexts(context)))
    if context.in_error is None:
        server.get_in_object(context)
    if context.in_error is None:
        server.get_out_object(context)
    error = context.in_error or context.out_error
    if error is not None:
        raise error if isinstance(error, Refusal) else Refusal(str(error.faultstring))
    server.get_out_string(context)
    return b"".join(context.out_string)


@cache
def _wsdl(path: str) -> bytes:
    document = Wsdl11(_server(path).app.interface)
    document.build_interface_document(_ADDRESS)
    built: bytes = document.get_interface_document()
    return built


def wsdl(path: str, address: str) -> bytes:
    """The WSDL of this path; `address` is where its operations are called."""
    return _wsdl(path).replace(_ADDRESS.encode(), escape(address, {'"': "&quot;"}).encode())
