"""Who may ask for anything about calls."""

from __future__ import annotations

from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.views import APIView

from telephony.calls import access


class SeesCalls(permissions.BasePermission):
    """The user has a right to see calls, be it only their own."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return access.seeing(request.user) is not access.Scope.NOTHING
