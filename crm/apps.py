from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("Clients")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import after_call, erasing, exports, receivers  # noqa: F401  (connects the receivers)
        from telephony.call_log.exports import register
        from telephony.erasure import add_places

        add_places(erasing.PLACES)
        register(exports.CONTACTS)
        after_call.register_all()
