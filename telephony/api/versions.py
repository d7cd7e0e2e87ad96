"""Two programs that change one row: `ETag` names the state that was read, `If-Match` changes that state alone.

Without `If-Match` fields that are not sent stay as anybody else left them; the row is locked meanwhile.
"""

from __future__ import annotations

import json
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from telephony.editing.locking import lock

HEADER = "If-Match"
PARAMETER = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    description="The `ETag` of the row as you read it. If it is another one by now, nothing is done: 412, with the row "
    "as it is now under `current`, and its `ETag`.",
)
_REFUSED = {
    HTTPStatus.PRECONDITION_FAILED.value: OpenApiResponse(
        description="Somebody else changed it: `detail`, and the row as it is now under `current`."
    )
}


def versioned(serializer: type[Any]) -> Any:
    """Decorator of a view set: the schema names the header and the refusal."""
    change = extend_schema(parameters=[PARAMETER], responses={HTTPStatus.OK.value: serializer, **_REFUSED})
    delete = extend_schema(parameters=[PARAMETER], responses={HTTPStatus.NO_CONTENT.value: None, **_REFUSED})
    return extend_schema_view(update=change, partial_update=change, destroy=delete)


class Versioned(ModelViewSet[Any]):
    """A view set whose rows are changed one after the other, each in the state that the program knows."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return self._refusal(request) or super().update(request, *args, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return self._refusal(request) or super().destroy(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        data = getattr(response, "data", None)
        if isinstance(data, dict) and "id" in data and response.status_code < HTTPStatus.BAD_REQUEST:
            response.headers["ETag"] = _tag(data)
        return super().finalize_response(request, response, *args, **kwargs)

    def _refusal(self, request: Request) -> Response | None:
        """Lock the row; an answer if it is not as the program knows it."""
        pk, rows = str(self.kwargs["pk"]), vars(type(self))["queryset"]
        if pk.isdecimal() and len(pk) < 19:
            lock(rows.model, int(pk))
        known = request.headers.get(HEADER)
        if known is None or known.strip() == "*":
            return None
        current = self.get_serializer(self.get_object()).data
        tag = _tag(current)
        if tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
            return None
        told = {"detail": "Somebody else changed it since you read it. Nothing was done.", "current": current}
        return Response(told, status=HTTPStatus.PRECONDITION_FAILED, headers={"ETag": tag})


def _tag(data: Any) -> str:
    from rest_framework.renderers import JSONRenderer  # Reads the settings.

    told = json.dumps(json.loads(JSONRenderer().render(data)), sort_keys=True)
    return f'"{sha256(told.encode()).hexdigest()[:32]}"'
