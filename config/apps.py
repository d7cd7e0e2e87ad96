"""The project itself as an app: it carries the translations of what others left untranslated."""

from __future__ import annotations

from django.apps import AppConfig, apps

_LISTS_LEFT_OUT = ("account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession")


class ConfigConfig(AppConfig):
    name = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib import admin
        from django.db.backends.signals import connection_created

        from config import deploy_checks  # noqa: F401  (registers the checks)
        from config.changes import asking, kept  # noqa: F401  (asking connects a receiver)
        from config.erasing import PLACES
        from config.people import language, staff  # noqa: F401  (connects the receivers)
        from config.private_database import make_private
        from telephony.erasure import add_places

        connection_created.connect(make_private)
        # Our own pages show second factors and sessions; these lists would take every look-up.
        admin.site.unregister([apps.get_model(name) for name in _LISTS_LEFT_OUT])
        add_places(PLACES)
        kept.register()
