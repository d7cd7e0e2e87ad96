"""django-allauth's pages stand in the admin's shell, under our titles."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

TITLES = {
    "mfa_index": _("Sign-in and security"),
    "mfa_activate_totp": _("Add an app"),
    "mfa_deactivate_totp": _("Remove the app"),
    "mfa_view_recovery_codes": _("Recovery codes"),
    "mfa_generate_recovery_codes": _("New recovery codes"),
    "mfa_list_webauthn": _("Passkeys"),
    "mfa_add_webauthn": _("Add a passkey"),
    "mfa_edit_webauthn": _("Name of the passkey"),
    "mfa_remove_webauthn": _("Remove the passkey"),
    "mfa_authenticate": _("Second factor"),
    "mfa_reauthenticate": _("Is it you?"),
    "mfa_reauthenticate_webauthn": _("Is it you?"),
    "account_reauthenticate": _("Is it you?"),
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a page needs, for these pages only: others say it themselves."""
    match = request.resolver_match
    title = TITLES.get(match.url_name or "") if match is not None else None
    return {**admin.site.each_context(request), "title": title} if title else {}
