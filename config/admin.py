"""Users and groups, in the admin's own looks and with the user's phones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config import api_keys  # noqa: F401  (registers itself)
from telephony.admin.base import TelephonyAdmin
from telephony.admin.extensions import ExtensionInline, save_extensions
from telephony.admin.search import any_case
from telephony.models import Extension

admin.site.unregister(User)
admin.site.unregister(Group)


class GroupsFilter(RelatedFieldListFilter):
    """By group; those that every company begins with have names in the reader's language."""

    OWN_NAMES = (gettext_noop("Operator"), gettext_noop("Supervisor"), gettext_noop("Administrator"))

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        choices = super().field_choices(field, request, model_admin)
        return [(pk, gettext(str(name))) for pk, name in choices]


@admin.register(User)
class UserAdmin(DjangoUserAdmin, TelephonyAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [ExtensionInline]
    list_filter = ["is_active", "is_superuser", ("groups", GroupsFilter)]

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
    list_display = ["title"]

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def title(self, group: Group) -> str:
        return gettext(group.name)
