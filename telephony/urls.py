"""Addresses of the telephony app."""

from __future__ import annotations

from django.urls import re_path

from telephony import views
from telephony.soap import views as soap

app_name = "telephony"

urlpatterns = [
    # With or without the slash at the end: a PBX that is redirected would lose its POST.
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)/$", views.hook, name="hook"),
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)$", views.hook),
    # What a PBX that is set up for 1C calls.
    re_path(r"^ws/(?P<path>VATS|ImportTasks|VATScalls)/?$", soap.service, name="soap"),
]
