"""Rules after a call, to be read by who may see them in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import permissions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.views import APIView

from telephony.after_call.words import sentence
from telephony.api.paging import ByCursor
from telephony.api.parameters import KnownParameters
from telephony.api.scopes import InScope, Scope
from telephony.models import CallRule


class SeesRules(permissions.BasePermission):
    """The user may see the rules in the admin."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.has_perm("telephony.view_callrule"))


class RuleSerializer(serializers.ModelSerializer[CallRule]):
    """One rule: when a call ended so, then do this."""

    words = serializers.SerializerMethodField(help_text="The rule as a sentence, in the request's language.")
    line = serializers.SlugRelatedField[Any]("number", read_only=True, allow_null=True)
    person = serializers.SlugRelatedField[Any]("username", read_only=True, allow_null=True)
    tell = serializers.SlugRelatedField[Any]("username", read_only=True, many=True)

    class Meta:
        model = CallRule
        fields = (
            *("id", "enabled", "enabled_at", "words", "ending", "who", "hours", "connection", "line"),
            *("add_contact", "contact_source", "tag", "task_title", "task_minutes", "assignee", "person"),
            *("tell", "tell_by_email", "tell_systems"),
        )
        read_only_fields = fields

    def get_words(self, rule: CallRule) -> str:
        return sentence(rule)


class RuleViewSet(KnownParameters, viewsets.ReadOnlyModelViewSet[CallRule]):
    """Rules after a call, newest first. They are changed on their pages, where one sees what they would have done."""

    permission_classes = (permissions.IsAuthenticated, InScope, SeesRules)
    scopes: ClassVar = {"read": Scope.READ_CALLS}
    serializer_class = RuleSerializer
    pagination_class = ByCursor
    queryset = CallRule.objects.none()

    def get_queryset(self) -> QuerySet[CallRule]:
        rows = CallRule.objects.select_related("line", "connection", "person").prefetch_related("tell")
        return rows.order_by("-id")
