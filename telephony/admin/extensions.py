"""Extensions: whose phone is which, per connection. A key opens click-to-call, so it is never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from telephony.admin.base import EditedInline, TelephonyAdmin
from telephony.admin.secret_input import SecretInput, is_removed
from telephony.connections.settings import key_of_leg, save_extension, sends_keys_to_its_own_host
from telephony.editing.forms import EditedForm, Secret
from telephony.models import Extension
from telephony.ui import presentation


class ExtensionForm(EditedForm):
    """A key left empty keeps what is stored. With `leg`, that of a call, it is the key that the PBX sent there."""

    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=100,
        help_text=_("The user's key at the PBX, where it uses keys (Mobilon). Stored encrypted, never shown again."),
    )
    leg = forms.IntegerField(label="", required=False, widget=forms.HiddenInput)

    class Meta:
        model = Extension
        fields = ["connection", "user", "number", "key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = self.instance.key
        self.initial["key"] = ""
        if "key" not in self.fields:
            return  # It may only be looked at.
        self.fields["key"].widget = SecretInput(is_set=bool(self._stored))
        if self.instance.key_is_asked:
            self.fields["key"].help_text = _(
                "The PBX's address was changed since this key was entered. It is not sent there, so nobody can call by "
                "a click with it, until it is entered again."
            )
        if self.initial.get("leg"):
            self.fields["key"].help_text = _("Left empty, it is the key by which the PBX named the phone in the call.")

    def secrets(self) -> dict[str, Secret]:
        if "key" not in self.fields:
            return {}
        entered = getattr(self, "cleaned_data", {}).get("key") or ("" if is_removed(self, "key") else None)
        return {"key": Secret(stored=self._stored, entered=entered)}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        connection = cleaned.get("connection") or getattr(self.instance, "connection", None)
        if cleaned.get("key"):
            self.instance.key_is_asked = False  # It was entered for the address that there is now.
        elif not is_removed(self, "key"):
            of_leg = key_of_leg(pk=cleaned["leg"], connection=connection) if cleaned.get("leg") else ""
            cleaned["key"] = self._stored or of_leg
            if of_leg and not self._stored:
                # Nobody entered it for an address: it goes to the PBX's own only.
                self.instance.key_is_asked = not sends_keys_to_its_own_host(connection)
        return cleaned


@admin.register(Extension)
class ExtensionAdmin(TelephonyAdmin):
    nothing_yet = _(
        "A row says whose telephone is which in a PBX. Phones that rang and are nobody's stand on their "
        "connection's page."
    )
    form = ExtensionForm
    list_display = ["user_name", "number", "key_mark", "connection"]
    list_filter = [("connection", RelatedDropdownFilter)]
    search_fields = ["number", "user__username", "user__first_name", "user__last_name", "connection__name"]
    autocomplete_fields = ["user"]
    fields = ["connection", "user", "number", "key", "leg"]

    def get_fields(self, request: HttpRequest, obj: Extension | None = None) -> Any:
        """Whoever may only look sees that there is a key, and no more."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.fields if may_write else ["connection", "user", "number", "key_mark"]

    def get_readonly_fields(self, request: HttpRequest, obj: Extension | None = None) -> Any:
        return ["key_mark"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        rows: QuerySet[Extension] = super().get_queryset(request).select_related("connection", "user")
        return rows.defer("connection__settings", "connection__hook_secret")

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        save_extension(extension=obj)

    @admin.display(description=_("user"), ordering="user__last_name")
    def user_name(self, extension: Extension) -> str:
        return presentation.person(extension.user)

    @admin.display(description=_("key"), empty_value="")
    def key_mark(self, extension: Extension) -> str:
        asked = _("%(key)s, asked for again") % {"key": extension.key_label}
        return str(asked) if extension.key_is_asked else extension.key_label


class ExtensionInline(EditedInline):
    """A user's phones, for the users' admin of a project. Its save_formset has to call `save_extensions`."""

    model = Extension
    form = ExtensionForm
    extra = 0
    hide_title = True
    fields = ["connection", "number", "key"]


def save_extensions(formset: Any) -> None:
    """Save an inline's extensions as the service does, so that earlier calls find their user."""
    for extension in formset.save(commit=False):
        save_extension(extension=extension)
    for extension in formset.deleted_objects:
        extension.delete()
