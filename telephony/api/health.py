"""Health: what is wrong with each connection and the installation. For those who set connections up."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from telephony.api.scopes import InScope, Scope
from telephony.health.report import all_health
from telephony.health.rights import MAY_SEE


class FindingSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="Stable.")
    text = serializers.CharField(help_text="A sentence that says what to do.")
    url = serializers.CharField(help_text="The page where it is mended; may be empty.")


class HealthSerializer(serializers.Serializer[Any]):
    """Of one connection, or of the installation (`connection` is null); the installation has no figures."""

    connection = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    ok = serializers.BooleanField()
    findings = FindingSerializer(many=True)
    last_message_at = serializers.CharField(required=False, allow_null=True)
    messages_last_hour = serializers.IntegerField(required=False)
    messages_usual = serializers.FloatField(required=False, allow_null=True, help_text="In such an hour of the week.")
    calls_last_hour = serializers.IntegerField(required=False)
    calls_usual = serializers.FloatField(required=False, allow_null=True, help_text="In such an hour of the week.")
    clock_behind_seconds = serializers.FloatField(required=False, allow_null=True)
    answer_p50_seconds = serializers.FloatField(required=False, allow_null=True)
    answer_p95_seconds = serializers.FloatField(required=False, allow_null=True)
    answer_p99_seconds = serializers.FloatField(required=False, allow_null=True)


class SetsUp(permissions.BasePermission):
    """Those who may change connections."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user.has_perm(MAY_SEE))


class HealthViewSet(ViewSet):
    permission_classes = (permissions.IsAuthenticated, InScope, SetsUp)
    scopes: ClassVar = {"read": Scope.READ_CALLS}

    @extend_schema(summary="What is wrong, by connection; the installation last", responses=HealthSerializer(many=True))
    def list(self, request: Request) -> Response:
        return Response([one.as_json() for one in all_health()])
