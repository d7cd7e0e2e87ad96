"""Addresses of the API: the two apps' own, its schema and its documentation."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("", include("telephony.api.urls")),
    path("", include("crm.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view has no script in the page itself, which the content security policy would stop.
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
