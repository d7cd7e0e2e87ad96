from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelephonyConfig(AppConfig):
    name = "telephony"
    verbose_name = _("Telephony")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from telephony import checks  # noqa: F401  (registers the system checks)
        from telephony.call_log.exports import calls, register
        from telephony.missed.contacts import follow_deleted_contacts
        from telephony.missed.people import follow_people
        from telephony.reports.following import follow_deleted
        from telephony.reports.rejudging import follow_hours
        from telephony.this_process import begin

        register(calls.CALLS)
        follow_deleted_contacts()
        follow_people()
        follow_deleted()
        follow_hours()
        begin()
