"""API keys in the admin: everybody makes and ends their own; a key is shown once. Administrators see and end all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminIntegerFieldWidget

from crm.models import ApiToken
from crm.services import api_keys
from telephony.admin.base import TelephonyAdmin
from telephony.api.scopes import Scope
from telephony.ui.markup import badge, when
from telephony.ui.presentation import person

SCOPES = {
    Scope.READ_CALLS: _("read calls, recordings' facts and extensions"),
    Scope.LISTEN: _("fetch the sound of recordings"),
    Scope.DIAL: _("order calls"),
    Scope.READ_CONTACTS: _("read contacts, companies and notes"),
    Scope.WRITE_CONTACTS: _("write contacts, companies and notes"),
    Scope.READ_TASKS: _("read tasks"),
    Scope.WRITE_TASKS: _("write tasks"),
    Scope.EXPORT: _("read in bulk: as much as may be exported"),
}


class ApiTokenForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("What it is for"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("It can do this and nothing else, as long as you may do it yourself."),
    )
    days = forms.IntegerField(
        label=_("Valid for, days"),
        initial=api_keys.LONGEST_DAYS,
        min_value=1,
        max_value=api_keys.LONGEST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Then it ends by itself; before that with your password, your account or your rights."),
    )
    user: Any = None
    """Who makes it; set by `form_for`."""

    class Meta:
        model = ApiToken
        fields = ["name", "scopes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scopes" in self.fields:
            choices: Any = self.fields["scopes"]
            choices.choices = [(str(scope), SCOPES[scope]) for scope in api_keys.scopes_for(self.user)]


@admin.register(ApiToken)
class ApiTokenAdmin(TelephonyAdmin):
    nothing_yet = _("A key lets another program read and write over the API, with the rights of one person.")
    list_display = ["name", "owner", "may", "beginning", "created_on", "last_used", "state"]
    list_filter_submit = False
    actions = ["end_selected"]
    _shown = ["name", "owner", "may", "beginning", "created_on", "last_used", "state"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = type("OwnApiTokenForm", (ApiTokenForm,), {"user": request.user})
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", "scopes", "days"] if obj is None else self._shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [] if obj is None else self._shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Everybody's for who has the right to view API keys, else one's own."""
        found: QuerySet[ApiToken] = super().get_queryset(request).select_related("user")
        return found if request.user.has_perm("crm.view_apitoken") else found.filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    has_add_permission = has_module_permission

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is made and ended, never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The row of a key that ended is its journal."""
        return False

    def has_end_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    @admin.action(description=_("End these keys"), permissions=["end"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """One's own; everybody's with the right to delete API keys."""
        if not request.user.has_perm("crm.delete_apitoken"):
            queryset = queryset.filter(user=request.user.pk)
        keys = [key for key in queryset if not key.is_over]
        for key in keys:
            api_keys.end_key(key=key, why=ApiToken.Ended.REVOKED, by=request.user.get_username())
        text = ngettext("%(count)d key was ended.", "%(count)d keys were ended.", len(keys))
        messages.success(request, text % {"count": len(keys)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in ("scopes", "days")}
        made, key = api_keys.make_key(user=request.user, name=obj.name, **given)
        obj.pk, obj.user = made.pk, made.user
        text = gettext("Your new key, shown only this once: copy it now.")
        messages.success(request, format_html('{}<br><code class="tel-code">{}</code>', text, key))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Its row is its journal. The admin's own would name the row by its hash, which helps nobody."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:crm_apitoken_changelist"))

    @admin.display(description=_("user"))
    def owner(self, key: ApiToken) -> str:
        return person(key.user)

    @admin.display(description=_("may"))
    def may(self, key: ApiToken) -> str:
        if key.scopes is None:
            return gettext("all that its owner may")
        return ", ".join(str(SCOPES[scope]) for scope in Scope if scope in key.scopes)

    @admin.display(description=_("begins with"))
    def beginning(self, key: ApiToken) -> str:
        return f"{key.token_key[:6]}…"

    @admin.display(description=pgettext_lazy("an API key", "created"), ordering="created")
    def created_on(self, key: ApiToken) -> str:
        return when(key.created)

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, key: ApiToken) -> str:
        return (
            f"{when(key.last_used_at)} {key.last_used_from}".strip()
            if key.last_used_at
            else pgettext("a visit", "never")
        )

    @admin.display(description=_("valid until"), ordering="expiry")
    def state(self, key: ApiToken) -> str | SafeString:
        if key.ended_at is not None:
            return badge(key.get_ended_why_display(), "bad", f"{when(key.ended_at)} {key.ended_by}".strip())
        return badge(pgettext_lazy("an API key", "ended"), "bad", when(key.expiry)) if key.is_over else when(key.expiry)
