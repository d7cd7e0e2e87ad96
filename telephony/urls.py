"""Addresses of the telephony app."""

from __future__ import annotations

from django.urls import include, path, re_path

from telephony import views
from telephony.desk import calls, desk_urls, dialing, listening, reconcile, stream
from telephony.soap import views as soap

app_name = "telephony"

urlpatterns = [
    # With or without the slash at the end: a PBX that is redirected would lose its POST.
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)/$", views.hook, name="hook"),
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)$", views.hook),
    re_path(r"^calls/$", calls.log, name="calls"),
    re_path(r"^calls/export\.(?P<form>csv|xlsx)$", calls.export, name="calls-export"),
    re_path(r"^calls/filters/$", calls.save, name="calls-save"),
    re_path(r"^calls/filters/(?P<pk>\d{1,18})/delete$", calls.forget, name="calls-forget"),
    re_path(r"^dial/$", dialing.order, name="dial"),
    re_path(r"^dial/choices/$", dialing.choices, name="dial-choices"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/audio$", listening.recording_audio, name="recording-audio"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/fetch$", listening.fetch_recording, name="recording-fetch"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/player$", listening.recording_player, name="recording-player"),
    path("reconcile/", reconcile.index, name="reconcile"),
    path("reconcile/<int:pk>/", reconcile.day, name="reconcile_day"),
    path("reconcile/<int:pk>/pull/", reconcile.pull, name="reconcile_pull"),
    path("reconcile/<int:pk>/import/", reconcile.bring, name="reconcile_import"),
    path("live/", stream.live, name="live"),
    path("desk/", include(desk_urls.urlpatterns)),
    # What a PBX that is set up for 1C calls.
    re_path(r"^ws/(?P<path>VATS|ImportTasks|VATScalls)/?$", soap.service, name="soap"),
]
