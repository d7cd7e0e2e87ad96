"""Calls, recordings and extensions. What a user sees here is what they see on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, permissions, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from telephony.api.bulk import Counted
from telephony.api.paging import ByCursor, CallsByCursor
from telephony.api.parameters import KnownParameters
from telephony.api.scopes import InScope, Scope
from telephony.api.seeing import SeesCalls
from telephony.api.serializers import CallSerializer, DialSerializer, ExtensionSerializer, RecordingSerializer
from telephony.call_log.filter import CallFilter, IdFilter
from telephony.calls import access
from telephony.domain.events import OPEN
from telephony.domain.exceptions import CallBusy, KeyReused
from telephony.models import Call, Dial, Extension, Recording
from telephony.recordings.listening.views import recording_audio
from telephony.ui.said import with_results

KEY = re.compile(r"[\w-]{8,64}", re.ASCII)


class CallViewSet(Counted, KnownParameters, viewsets.ReadOnlyModelViewSet[Call]):
    """Calls, newest first: all, the own team's or one's own, as the user's rights reach."""

    permission_classes = (permissions.IsAuthenticated, InScope, SeesCalls)
    scopes: ClassVar = {"read": Scope.READ_CALLS}
    bulk_kind = "calls"
    serializer_class = CallSerializer
    pagination_class = CallsByCursor
    filterset_class = CallFilter
    queryset = Call.objects.none()

    def get_queryset(self) -> QuerySet[Call]:
        found = access.visible_calls(self.request.user).select_related("contact", "responsible", "fact")
        recordings = Prefetch("recordings", Recording.objects.only("call_id"))
        return found.prefetch_related("legs__user", recordings, with_results()).order_by("-started_at", "-id")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "audible": self._audible}

    def _audible(self, calls: Iterable[Call]) -> set[int]:
        """Of the calls' recordings those that the user may listen to."""
        found = {recording.pk for call in calls for recording in call.recordings.all()}
        if not found or access.listening(self.request.user) >= access.seeing(self.request.user):
            return found
        recordings = Recording.objects.filter(pk__in=found)
        return set(access.audible_recordings(self.request.user, recordings).values_list("pk", flat=True))

    @extend_schema(summary="The calls that ring or go on right now on your phones")
    @action(detail=False, pagination_class=None, filterset_class=None)
    def live(self, request: Request) -> Response:
        """Your own calls that are ringing or talking, oldest first."""
        mine = self.get_queryset().filter(legs__user=request.user.pk, status__in=OPEN)
        calls = mine.distinct().order_by("started_at", "id")
        return Response(self.get_serializer(calls, many=True).data)


class RecordingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By the call's number alone: nobody learns from a refusal which calls there are."""

    state = django_filters.ChoiceFilter(choices=Recording.State.choices)
    call = IdFilter("call_id")


class RecordingViewSet(Counted, KnownParameters, viewsets.ReadOnlyModelViewSet[Recording]):
    """Recordings that the user may listen to, newest first."""

    permission_classes = (permissions.IsAuthenticated, InScope, SeesCalls)
    scopes: ClassVar = {"read": Scope.READ_CALLS, "audio": Scope.LISTEN}
    bulk_kind = "recordings"
    serializer_class = RecordingSerializer
    pagination_class = ByCursor
    queryset = Recording.objects.none()
    filterset_class = RecordingFilter

    def get_queryset(self) -> QuerySet[Recording]:
        return access.audible_recordings(self.request.user).order_by("-id")

    @extend_schema(
        summary="The sound",
        parameters=[OpenApiParameter("download", enum=["1", "original"], description="As a file to save.")],
        responses={(200, "audio/*"): OpenApiTypes.BINARY, (206, "audio/*"): OpenApiTypes.BINARY},
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    def audio(self, request: Request, pk: str) -> Any:
        """The recording itself, or the part of it that `Range` asks for. Each request stands in the journal."""
        if not pk.isdecimal() or len(pk) > 18:
            raise NotFound
        # The page's own view: it journals before the first byte, whoever asks.
        plain = request._request
        plain.user = request.user
        return recording_audio(plain, int(pk))


class MayDial(permissions.BasePermission):
    """The user has the right to call from the pages."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm("telephony.dial"))


class DialViewSet(mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Dial]):
    """Orders to call, as the call buttons give them."""

    permission_classes = (permissions.IsAuthenticated, InScope, MayDial)
    scopes: ClassVar = {"read": Scope.DIAL, "write": Scope.DIAL}
    serializer_class = DialSerializer
    queryset = Dial.objects.none()

    def get_queryset(self) -> QuerySet[Dial]:
        return Dial.objects.filter(user=self.request.user.pk)

    def get_serializer_context(self) -> dict[str, Any]:
        key = self.request.headers.get("Idempotency-Key", "") if self.request else ""
        return {**super().get_serializer_context(), "key": key}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                required=True,
                description="Your own word for this order, 8 to 64 of A-Z a-z 0-9 _ -: repeated, it never calls twice.",
            )
        ],
        responses={202: DialSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Order a call. The answer comes at once; ask at its `Location` what became of the order, while its `state` is
        `ordered`: for 20 seconds at most. Nothing is tried a second time."""
        if not KEY.fullmatch(request.headers.get("Idempotency-Key", "")):
            raise ValidationError({"Idempotency-Key": ["Send this header: 8 to 64 of A-Z a-z 0-9 _ -."]})
        try:
            taken = super().create(request, *args, **kwargs)
        except KeyReused as error:
            raise ValidationError({"Idempotency-Key": [str(error)]}) from None
        except CallBusy:
            return Response({"detail": "Your other orders are still on their way."}, status=503)
        address = self.reverse_action("detail", args=[taken.data["id"]])
        return Response(taken.data, status=202, headers={"Location": address})


class ExtensionViewSet(mixins.ListModelMixin, KnownParameters):
    """Whose phone is which: one's own, or with the right to view extensions everybody's."""

    permission_classes = (permissions.IsAuthenticated, InScope)
    scopes: ClassVar = {"read": Scope.READ_CALLS}
    serializer_class = ExtensionSerializer
    pagination_class = ByCursor
    queryset = Extension.objects.none()

    def get_queryset(self) -> QuerySet[Extension]:
        found = Extension.objects.select_related("user")
        if not self.request.user.has_perm("telephony.view_extension"):
            found = found.filter(user=self.request.user.pk)
        return found.order_by("-id")
