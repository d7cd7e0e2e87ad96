"""Addresses of the walk, under telephony/connect/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from telephony.assistant import calling, views

_inside = admin.site.admin_view
urlpatterns = [
    path("", _inside(views.choose), name="connect"),
    path("new/<slug:vendor>/", _inside(views.new), name="connect_new"),
    path("<int:pk>/address/", _inside(views.address), name="connect_address"),
    path("<int:pk>/wait/", _inside(views.wait), name="connect_wait"),
    path("<int:pk>/phones/", _inside(views.phones), name="connect_phones"),
    path("<int:pk>/test/", _inside(calling.test), name="connect_test"),
    path("<int:pk>/check/", _inside(views.check), name="connect_check"),
    path("<int:pk>/done/", _inside(views.done), name="connect_done"),
]
