"""API keys in the admin: everybody makes and ends their own; a key is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from crm.models import ApiToken
from telephony.admin.base import TelephonyAdmin
from telephony.markup import badge, when
from telephony.presentation import person

LONGEST_DAYS = 3650


class ApiTokenForm(forms.ModelForm):
    days = forms.IntegerField(
        label=_("Valid for, days"),
        initial=365,
        min_value=1,
        max_value=LONGEST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Then it ends by itself."),
    )

    class Meta:
        model = ApiToken
        fields = ["name"]


@admin.register(ApiToken)
class ApiTokenAdmin(TelephonyAdmin):
    form = ApiTokenForm
    fields = ["name", "days"]
    list_display = ["name", "owner", "beginning", "created_on", "ends"]
    list_filter_submit = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """Everybody's for who may manage users, else one's own."""
        found: QuerySet[ApiToken] = super().get_queryset(request).select_related("user")
        return found if request.user.has_perm("auth.change_user") else found.filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    has_add_permission = has_module_permission

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is made and ended, never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is None or obj.user_id == request.user.pk
        return self.has_module_permission(request) and (is_own or request.user.has_perm("auth.change_user"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        expiry = timedelta(days=form.cleaned_data["days"])
        made, key = ApiToken.objects.create(user=request.user, name=obj.name, expiry=expiry)
        obj.pk, obj.user = made.pk, made.user
        text = gettext("Your new key, shown only this once: copy it now.")
        messages.success(request, format_html('{}<br><code class="tel-code">{}</code>', text, key))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The log names a row by its text and key; that of a secret's hash helps nobody."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:crm_apitoken_changelist"))

    @admin.display(description=_("user"))
    def owner(self, token: ApiToken) -> str:
        return person(token.user)

    @admin.display(description=_("begins with"))
    def beginning(self, token: ApiToken) -> str:
        return f"{token.token_key[:6]}…"

    @admin.display(description=_("created"), ordering="created")
    def created_on(self, token: ApiToken) -> str:
        return when(token.created)

    @admin.display(description=_("valid until"), ordering="expiry")
    def ends(self, token: ApiToken) -> str | SafeString:
        over = token.expiry is not None and token.expiry < timezone.now()
        return badge(_("ended"), "bad", when(token.expiry)) if over else when(token.expiry)
