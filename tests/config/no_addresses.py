"""The addresses of a project that has none."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
