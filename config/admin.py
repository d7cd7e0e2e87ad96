"""Users and groups, in the admin's own looks and with the user's phones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from telephony.admin.base import TelephonyAdmin
from telephony.admin.extensions import ExtensionInline, save_extensions
from telephony.admin.search import any_case
from telephony.models import Extension

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, TelephonyAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [ExtensionInline]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A user who is just being added has no phones yet."""
        return super().get_inlines(request, obj) if obj is not None else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Extension:
            save_extensions(formset)
        else:
            super().save_formset(request, form, formset, change)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        for term in search_term.split():
            names = any_case("first_name__icontains", term) | any_case("last_name__icontains", term)
            queryset = queryset.filter(names | any_case("username__icontains", term))
        return queryset, False


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, TelephonyAdmin):
    pass
