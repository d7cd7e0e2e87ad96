"""Addresses under `reports/`."""

from __future__ import annotations

from django.urls import path, re_path

from telephony.reports import views

urlpatterns = [
    path("", views.reports, name="reports"),
    path("lost/", views.lost, name="report_lost"),
    path("missed/", views.missed, name="report_missed"),
    re_path(r"^(?P<table>[a-z]{1,20})\.(?P<suffix>csv|xlsx)$", views.export, name="report_export"),
]
