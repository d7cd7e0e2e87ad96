"""A program that lost the answer sends its POST again with the same `Idempotency-Key`: it is done once."""

from __future__ import annotations

import json
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony.once.claims import KEY, Asked, Done, OtherRequest, Told, UnderWay, do_once

HEADER = "Idempotency-Key"
WAIT = 0.2
"""Seconds: a program comes again, and keeps no thread waiting meanwhile."""
PARAMETER = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    description="Your own word for this request, 8 to 64 of A-Z a-z 0-9 _ -. Repeated within a day, nothing is done a "
    "second time and the first answer comes again; with another body: 422; while the first is under way: 409.",
)


class KeyOfAnother(APIException):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request. Take a new one."


class StillUnderWay(APIException):
    status_code = HTTPStatus.CONFLICT
    default_detail = "The request with this Idempotency-Key is still under way. Send it again later."
    wait = 1
    """Seconds; Django REST framework makes `Retry-After` of it."""


class DoneOnce(APIView):
    """For views of the API whose POST writes: done once for each key, after rights and limits were asked."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None:
            return
        if not KEY.fullmatch(key):
            raise ValidationError({HEADER: ["8 to 64 of A-Z a-z 0-9 _ -."]})
        handler: Any = vars(self)["post"]  # A view set's own, set for this request.

        def once(request: Request, *args: Any, **kwargs: Any) -> Response:
            return _done(request, key, lambda: handler(request, *args, **kwargs))

        vars(self)["post"] = once


def _done(request: Request, key: str, do: Any) -> Response:
    address = f"POST {request.get_full_path()}"
    body = sha256(json.dumps(request.data, sort_keys=True, default=str).encode()).hexdigest()
    asked = Asked(user=request.user, key=f"api:{key}", address=address, body_hash=body)
    try:
        done: Done[Response] = do_once(asked=asked, wait=WAIT, do=do, tell=_told)
    except OtherRequest:
        raise KeyOfAnother from None
    except UnderWay:
        raise StillUnderWay from None
    if done.earlier is None:
        return done.fresh or Response()
    headers = {"Location": done.earlier.location} if done.earlier.location else None
    return Response(json.loads(done.earlier.body), status=done.earlier.status, headers=headers)


def _told(response: Response) -> Told:
    return Told(
        keeps=response.status_code < HTTPStatus.BAD_REQUEST,
        undo=response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR,
        status=response.status_code,
        location=response.headers.get("Location", ""),
        body=_json(response.data),
    )


def _json(data: Any) -> str:
    from rest_framework.renderers import JSONRenderer  # Reads the settings.

    return bytes(JSONRenderer().render(data)).decode() or "null"
