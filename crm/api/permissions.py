"""Rights over the API: those of the pages."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from crm import access

_ACTIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class MayUseModel(BasePermission):
    """The right to view, add, change or delete rows of the view's model, as the method asks."""

    def has_permission(self, request: Request, view: Any) -> bool:
        action = "view" if request.method in SAFE_METHODS else _ACTIONS.get(request.method or "", "")
        model = view.queryset.model
        return bool(action) and access.may(request.user, "view", model) and access.may(request.user, action, model)
