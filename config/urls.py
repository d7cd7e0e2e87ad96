"""Addresses of the project."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config.operations.metrics import metrics
from config.operations.probes import healthz, readyz

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path("account/", include("config.account_urls")),
    path("people/", include("config.people_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("telephony/", include("telephony.urls")),
    path("crm/", include("crm.urls")),
    path("api/v1/", include("config.api_urls")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.page_not_found"
handler500 = "config.error_pages.server_error"
