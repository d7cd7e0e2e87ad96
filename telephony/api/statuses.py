"""Who is there for calls, as the board shows it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, permissions, serializers, viewsets

from telephony.api.paging import ByCursor
from telephony.api.parameters import KnownParameters
from telephony.api.scopes import InScope, Scope
from telephony.api.seeing import SeesCalls
from telephony.cards.board import people_seen
from telephony.cards.status import State, Status, status_of
from telephony.models import DeskSettings


class StatusSerializer(serializers.Serializer[Any]):
    """One employee's status. `state` says nothing of calls: who is available may be talking."""

    user = serializers.CharField(source="username", read_only=True)
    state = serializers.SerializerMethodField(help_text="What the user chose, or `after_call`, which comes by itself.")
    reason = serializers.SerializerMethodField(help_text="Of a break: lunch, rest, meeting, training, other; or empty.")
    since = serializers.SerializerMethodField(help_text="When it was chosen, as far as it is known.")
    until = serializers.SerializerMethodField(help_text="When it ends by itself; null: never.")

    def get_state(self, user: Any) -> State:
        return _status(user).state

    def get_reason(self, user: Any) -> str:
        return _status(user).reason

    def get_since(self, user: Any) -> str | None:
        since = _status(user).since
        return since.isoformat() if since else None

    def get_until(self, user: Any) -> str | None:
        until = _status(user).until
        return until.isoformat() if until else None


def _status(user: Any) -> Status:
    row: DeskSettings | None = getattr(user, "desk_settings", None)
    return status_of(row, timezone.now())


class StatusViewSet(mixins.ListModelMixin, KnownParameters, viewsets.GenericViewSet[Any]):
    """Everybody with a phone whose calls you may see: available, after a call, on a break, or not to be disturbed."""

    permission_classes = (permissions.IsAuthenticated, InScope, SeesCalls)
    scopes: ClassVar = {"read": Scope.READ_CALLS}
    serializer_class = StatusSerializer
    pagination_class = ByCursor
    queryset = DeskSettings.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        return people_seen(self.request.user).order_by("-pk")
