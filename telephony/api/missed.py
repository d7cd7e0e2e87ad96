"""Missed clients: who waits to be called back, and what may be decided about that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, permissions, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from telephony.api.bulk import Counted
from telephony.api.once import PARAMETER, DoneOnce
from telephony.api.paging import ByCursor
from telephony.api.parameters import KnownParameters
from telephony.api.scopes import InScope, Scope
from telephony.api.seeing import SeesCalls
from telephony.call_log.filter import MomentFilter
from telephony.calls import access
from telephony.missed import deciding, selectors
from telephony.missed.deciding import Refused
from telephony.models import MissedItem, MissedReason
from telephony.models.missed import WAITING


class MissedSerializer(serializers.ModelSerializer[MissedItem]):
    """One client who waits, or waited, for a call back."""

    contact_name = serializers.SerializerMethodField(help_text="Name of the contact; null for an unknown number.")
    assignee = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)
    team = serializers.SlugRelatedField[Any]("name", read_only=True, allow_null=True)
    closed_by = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)

    class Meta:
        model = MissedItem
        fields = (
            *("id", "client_e164", "client_raw", "contact", "contact_name", "connection", "our_number"),
            *("attempts", "first_at", "last_at", "longest_wait", "last_wait", "gave_up_in", "callbacks"),
            *("last_callback_at", "due_at", "assignee", "team", "state", "snoozed_until"),
            *("closed_at", "closed_by", "closed_reason", "closing_call", "first_call", "last_call"),
        )
        read_only_fields = fields

    def get_contact_name(self, item: MissedItem) -> str | None:
        return str(item.contact) if item.contact else None


class ClosingSerializer(serializers.Serializer[Any]):
    """Why nobody has to call back."""

    reason = serializers.ChoiceField([(one, MissedReason(one).label) for one in deciding.REASONS])
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=deciding.LONGEST_NOTE)


class MissedFilter(django_filters.FilterSet):  # type: ignore[misc]
    waiting = django_filters.BooleanFilter(method="by_waiting", help_text="Not over yet.")
    state = django_filters.ChoiceFilter(choices=MissedItem._meta.get_field("state").choices)
    mine = django_filters.BooleanFilter(method="by_mine", help_text="Yours to call back.")
    missed_after = MomentFilter("last_at", "gte", help_text="ISO 8601; the last attempt, that moment included.")
    missed_before = MomentFilter("first_at", "lt", help_text="ISO 8601; the first attempt, that moment excluded.")

    def by_waiting(self, items: QuerySet[MissedItem], name: str, value: bool) -> QuerySet[MissedItem]:
        is_open = Q(state__in=WAITING)
        return items.filter(is_open if value else ~is_open)

    def by_mine(self, items: QuerySet[MissedItem], name: str, value: bool) -> QuerySet[MissedItem]:
        mine = selectors.of(self.request.user, "mine").values("pk")
        return items.filter(pk__in=mine) if value else items.exclude(pk__in=mine)


class MissedViewSet(DoneOnce, Counted, mixins.ListModelMixin, mixins.RetrieveModelMixin, KnownParameters):
    """Missed clients, newest first: those whom your rights reach."""

    permission_classes = (permissions.IsAuthenticated, InScope, SeesCalls)
    scopes: ClassVar = {"read": Scope.READ_CALLS, "write": Scope.WRITE_TASKS}
    bulk_kind = "missed"
    serializer_class = MissedSerializer
    pagination_class = ByCursor
    filterset_class = MissedFilter
    queryset = MissedItem.objects.none()

    def get_queryset(self) -> QuerySet[MissedItem]:
        return selectors.with_details(access.visible_missed(self.request.user)).order_by("-id")

    @extend_schema(summary="You call back", parameters=[PARAMETER], request=None, responses=MissedSerializer)
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def take(self, request: Request, pk: str) -> Response:
        """Say that you call this client back; refused if somebody else said so before."""
        item = self.get_object()
        return self._decided(lambda: deciding.take(item=item, user=request.user))

    @extend_schema(
        summary="Nobody has to call back", parameters=[PARAMETER], request=ClosingSerializer, responses=MissedSerializer
    )
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def close(self, request: Request, pk: str) -> Response:
        """Close it without a talk. The client's next missed call opens a new one, unless the reason is `spam`."""
        item = self.get_object()  # Before what was sent is judged: of what one may not see nothing is said.
        why = ClosingSerializer(data=request.data)
        why.is_valid(raise_exception=True)
        return self._decided(lambda: deciding.close(item=item, user=request.user, **why.validated_data))

    def _decided(self, decide: Callable[[], MissedItem]) -> Response:
        try:
            item = decide()
        except Refused as refused:
            raise ValidationError({refused.field or "detail": [str(refused)]}) from None
        return Response(self.get_serializer(selectors.with_details(MissedItem.objects.all()).get(pk=item.pk)).data)
