"""Addresses of the telephony app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from telephony.after_call import views as after_call
from telephony.assistant import urls as assistant
from telephony.call_log import views as calls
from telephony.call_log.exports import views as exports
from telephony.canary import views as canary
from telephony.cards import stream, urls, written
from telephony.database.reach import in_time
from telephony.database.timeouts import quick_statements
from telephony.dialing import views as dialing
from telephony.health import views as health
from telephony.intake import views
from telephony.missed import urls as missed
from telephony.reconcile import views as reconcile
from telephony.recordings.listening import views as listening
from telephony.reports import urls as reports
from telephony.soap import exchange
from telephony.soap import views as soap
from telephony.summary import wallboard
from telephony.summary.mail import views as mail

app_name = "telephony"
hook = in_time(views.STORED_WITHIN)(quick_statements(views.hook))
service = in_time(exchange.STORED_WITHIN)(quick_statements(soap.service))
recording = quick_statements(views.recording)

urlpatterns = [
    # With or without the slash at the end: a PBX that is redirected would lose its POST.
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)/$", hook, name="hook"),
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)$", hook),
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)/recordings/(?P<number>\d{1,18})$", recording),
    # Some PBXs append a path of their own to the address.
    re_path(r"^hooks/(?P<vendor>[-\w]+)/(?P<secret>[-\w]+)/(?P<tail>[-\w./]{1,200}?)/?$", hook),
    re_path(r"^calls/$", calls.log, name="calls"),
    re_path(r"^calls/found/$", calls.found, name="calls-found"),
    re_path(r"^calls/export\.csv$", calls.export, name="calls-export"),
    path("calls/<int:pk>/result/", admin.site.admin_view(written.written), name="call_result"),
    path("for-you/", after_call.for_you, name="for_you"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>.xlsx", exports.file, name="export-file"),
    re_path(r"^calls/filters/$", calls.save, name="calls-save"),
    re_path(r"^calls/filters/(?P<pk>\d{1,18})/delete$", calls.forget, name="calls-forget"),
    re_path(r"^dial/$", dialing.order, name="dial"),
    re_path(r"^dial/(?P<pk>\d{1,18})/$", dialing.result, name="dial-result"),
    re_path(r"^dial/choices/$", dialing.choices, name="dial-choices"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/audio$", listening.recording_audio, name="recording-audio"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/fetch$", listening.fetch_recording, name="recording-fetch"),
    re_path(r"^recordings/(?P<pk>\d{1,18})/player$", listening.recording_player, name="recording-player"),
    path("reconcile/", reconcile.index, name="reconcile"),
    path("reconcile/<int:pk>/", reconcile.day, name="reconcile_day"),
    path("reconcile/<int:pk>/pull/", reconcile.pull, name="reconcile_pull"),
    path("reconcile/<int:pk>/import/", reconcile.start_import, name="reconcile_import"),
    path("reports/mail/", admin.site.admin_view(mail.reports), name="report_mails"),
    path("reports/mail/<int:pk>/", admin.site.admin_view(mail.change), name="report_mail"),
    path("reports/mail/<int:pk>/send/", admin.site.admin_view(mail.send_now), name="report_mail_now"),
    path("reports/mail/<int:pk>/cancel/", admin.site.admin_view(mail.cancel), name="report_mail_cancel"),
    path("health/", health.health, name="health"),
    path("health/<int:pk>/", health.connection, name="connection_health"),
    path("wallboard/", admin.site.admin_view(wallboard.wallboard), name="wallboard"),
    path("wallboard/rows/", wallboard.rows, name="wallboard_rows"),
    path("live/", stream.live, name="live"),
    path("canary/<str:token>/", canary.live, name="canary_live"),
    path("connect/", include(assistant.urlpatterns)),
    path("desk/", include(urls.urlpatterns)),
    path("missed/", include(missed.urlpatterns)),
    path("reports/", include(reports.urlpatterns)),
    # What a PBX that is set up for 1C calls.
    re_path(r"^ws/(?P<path>VATS|ImportTasks|VATScalls)/?$", service, name="soap"),
    re_path(r"^ws/(?P<path>VATS|ImportTasks|VATScalls)\.1[cC][wW][sS]/?$", service),
]
