"""The admin's site: it makes the list of all models, for which most pages ask, for those alone that show it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import sites
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.apps import BasicAppConfig
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):  # type: ignore[misc]
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """The list of Django's site, made when somebody looks at it."""
        return SimpleLazyObject(lambda: super(Site, self).get_app_list(request, app_label))


class UnfoldConfig(BasicAppConfig):  # type: ignore[misc]
    """Unfold, with this site in the place of its own."""

    default = False

    def ready(self) -> None:
        admin.site = sites.site = Site()
