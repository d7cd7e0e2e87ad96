"""The address behind the call buttons: JSON in, JSON out, for the session's user (static/telephony/dial.js)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from telephony.dialing.orders import cancel_unless_sent, dial
from telephony.dialing.phones import phones_of
from telephony.dialing.words import PROBLEMS, told
from telephony.domain.exceptions import CallBusy, DialFailed, DialProblem, KeyReused
from telephony.domain.fields import storable
from telephony.models import Dial, Extension
from telephony.ui.markup import change_url, list_url
from telephony.vendors import installed

LONGEST_NUMBER = 200
BIGGEST_KEY = 2**63
_CLICK = re.compile(r"[\w-]{8,64}", re.ASCII)
_OF_EXTENSIONS = frozenset(
    {DialProblem.NO_PHONE, DialProblem.CANT_DIAL, DialProblem.WRONG_KEY, DialProblem.NO_SUBSCRIBER}
)
_OF_CONNECTION = frozenset(
    {
        DialProblem.NOT_SET_UP,
        DialProblem.WRONG_TOKEN,
        DialProblem.WRONG_ADDRESS,
        DialProblem.UNREADABLE,
        DialProblem.COUNTRY,
    }
)


@require_POST
def order(request: HttpRequest) -> JsonResponse:
    """POST `{"phone", "key", "extension"?}` orders a call, and doesn't wait for the PBX: `result` tells what became of
    it. With `"withdraw": true` it orders nothing, not even if the order itself arrives later, and tells at once what
    became of that click.

    200 with `result_of` whatever became of it so far; 400 for a request that makes no sense, 401 and 403 for one who
    may not call, 409 for a key that belongs to another number, 503 if the user's other orders hold it up.
    """
    refusal = _refused(request)
    if refusal is not None:
        return refusal
    try:
        wanted = _read(request.body)
    except ValueError:
        return _error(400, gettext("The page sent something that is no order to call. Reload it."))
    try:
        done = wanted(request.user)
    except KeyReused:
        return _error(409, gettext("This click has been used for another number. Reload the page."))
    except CallBusy:
        return _error(503, gettext("Your other calls are still being ordered. Wait a moment, then try again."))
    return JsonResponse(result_of(done, request.user))


@require_GET
def result(request: HttpRequest, pk: int) -> JsonResponse:
    """GET: what became of one's own order so far, as `result_of`; 404 for anybody else's."""
    refusal = _refused(request)
    if refusal is not None:
        return refusal
    found = Dial.objects.select_related("connection").filter(pk=pk, user=request.user.pk).first()
    if found is None:
        return _error(404, gettext("There is no such order to call. Reload the page, then try again."))
    return JsonResponse(result_of(found, request.user))


@require_GET
def choices(request: HttpRequest) -> JsonResponse:
    """GET `?phone=`: the user's phones that can ring, `[{"id", "name", "connection"}]`, the preferred one first.

    With what the page's script needs besides: `words` and `csrf`.
    """
    refusal = _refused(request)
    if refusal is not None:
        return refusal
    try:
        phones = phones_of(user=request.user, number=request.GET.get("phone", "")[:LONGEST_NUMBER])
    except DialFailed as none:
        return JsonResponse({**_set_up(request), "phones": [], "text": str(PROBLEMS[none.code])})
    return JsonResponse({**_set_up(request), "phones": [_phone(extension) for extension in phones]})


def result_of(order: Dial, user: Any) -> dict[str, Any]:
    """What became of an order so far (`ordered`: the PBX is being told): state, words, their tone, whether another
    click may help, and where to mend it."""
    words = told(order)
    return {
        "id": order.pk,
        "state": order.outcome,
        "code": order.problem,
        "text": words.text,
        "tone": words.tone,
        "try_again": words.try_again,
        "link": _where_to_mend(order, user),
    }


def _where_to_mend(order: Dial, user: Any) -> dict[str, str] | None:
    if order.error_code in _OF_EXTENSIONS and user.has_perm("telephony.view_extension"):
        return {"url": list_url(Extension), "text": gettext("Open the extensions")}
    if order.error_code in _OF_CONNECTION and user.has_perm("telephony.change_connection"):
        return {"url": change_url(order.connection), "text": gettext("Open the connection's settings")}
    return None


def _refused(request: HttpRequest) -> JsonResponse | None:
    if not request.user.is_authenticated:
        return _error(401, gettext("You are logged out. Log in again, then call."))
    if not request.user.has_perm("telephony.dial"):
        return _error(403, gettext("You have no right to call from here. Ask your administrator for it."))
    return None


def _read(body: bytes) -> Callable[[Any], Dial]:
    """What is to be done, for a user. Raises ValueError."""
    try:
        sent = json.loads(body)
    except RecursionError:
        raise ValueError("Nested too deeply.") from None
    if not isinstance(sent, dict):
        raise ValueError("No object.")
    number, key, extension = sent.get("phone"), sent.get("key"), sent.get("extension")
    if not isinstance(number, str) or not 0 < len(number.strip()) <= LONGEST_NUMBER or storable(number) != number:
        raise ValueError("phone")
    if not isinstance(key, str) or not _CLICK.fullmatch(key):
        raise ValueError("key")
    if extension is not None and (type(extension) is not int or not 0 < extension < BIGGEST_KEY):
        raise ValueError("extension")
    if sent.get("withdraw") is True:
        return lambda user: cancel_unless_sent(user=user, number=number, key=key)
    return lambda user: dial(user=user, number=number, key=key, extension_id=extension)


def _set_up(request: HttpRequest) -> dict[str, Any]:
    """What the page's script needs besides: words for when no answer comes, and the token for its order."""
    return {
        "csrf": get_token(request),
        "words": {
            "calling": gettext("The PBX is being told to call."),
            "no_answer": str(PROBLEMS[DialProblem.NO_ANSWER]),
            "not_known": gettext(
                "The server doesn't answer, but your phone may still ring: look at it before you try again."
            ),
            "reload": gettext("This page is out of date, so nobody was called. Reload it, then try again."),
            "choose": gettext("Choose the phone to call from"),
            "close": gettext("Close"),
            "this_device": gettext("Call with this device"),
            "results": gettext("Calls"),
        },
    }


def _phone(extension: Extension) -> dict[str, Any]:
    vendor = installed()[extension.connection.vendor].label
    name = extension.connection.name
    return {
        "id": extension.pk,
        "name": extension.number or gettext("my phone"),
        "connection": name if vendor.lower() in name.lower() else f"{name} ({vendor})",
    }


def _error(status: int, text: str) -> JsonResponse:
    return JsonResponse({"text": text, "tone": "bad"}, status=status)
