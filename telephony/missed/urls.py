"""Addresses under `missed/`."""

from __future__ import annotations

from django.urls import path

from telephony.missed import views

urlpatterns = [
    path("", views.missed, name="missed"),
    path("badge/", views.badge, name="missed_badge"),
    path("<int:pk>/", views.item, name="missed_item"),
    path("<int:pk>/<slug:what>/", views.decide, name="missed_decide"),
]
