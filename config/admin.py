"""Users and groups, in the admin's own looks and with the user's phones."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from config import api_keys  # noqa: F401  (registers itself)
from config.changes import admin as changes  # noqa: F401  (registers itself)
from config.people import rights
from config.signin.login import LoginForm, login
from telephony.admin.base import TelephonyAdmin
from telephony.admin.extensions import ExtensionInline, save_extensions
from telephony.admin.search import any_case
from telephony.models import Extension

admin.site.login_form = LoginForm
admin.site.login = login  # type: ignore[method-assign, assignment]


class PeopleByName(AutocompleteJsonView):
    """What a field for an employee finds is called by the full name; the login tells two of one name apart."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        found: dict[str, str] = super().serialize_result(obj, to_field_name)
        if isinstance(obj, User) and obj.get_full_name():
            found["text"] = f"{obj.get_full_name()} ({obj.get_username()})"
        return found


admin.site.autocomplete_view = PeopleByName.as_view(admin_site=admin.site)  # type: ignore[method-assign, assignment]
admin.site.unregister(User)
admin.site.unregister(Group)


class GroupsFilter(RelatedFieldListFilter):
    """By group; those that every company begins with have names in the reader's language."""

    OWN_NAMES = (gettext_noop("Operator"), gettext_noop("Supervisor"), gettext_noop("Administrator"))

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        choices = super().field_choices(field, request, model_admin)
        return [(pk, gettext(str(name))) for pk, name in choices]


def _picks_people(request: HttpRequest) -> bool:
    """Whether names are looked up for a field of a row that the asker may add or change: a team's members, say."""
    if request.resolver_match is None or request.resolver_match.view_name != "admin:autocomplete":
        return False
    try:
        source = apps.get_model(request.GET["app_label"], request.GET["model_name"])
        page = admin.site.get_model_admin(source)
    except (KeyError, ValueError, LookupError, NotRegistered):
        return False
    return page.has_change_permission(request) or page.has_add_permission(request)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, TelephonyAdmin):  # type: ignore[misc]
    nothing_yet = gettext_lazy("A row appears with each employee who is added.")
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [ExtensionInline]
    list_filter = ["is_active", "is_superuser", ("groups", GroupsFilter)]
    RAW_RIGHTS = frozenset({"is_staff", "is_superuser", "user_permissions"})
    """What only superusers see and give; “staff status” comes with a role (config/people/staff.py)."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in self.RAW_RIGHTS]})
            for title, options in fieldsets
        ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only groups whose rights the giver has."""
        if db_field.name == "groups":
            kwargs["queryset"] = rights.groups_to_give(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or rights.may_manage(request.user, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or _picks_people(request)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A user who is just being added has no phones yet."""
        return super().get_inlines(request, obj) if obj is not None else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Extension:
            save_extensions(formset)
        else:
            super().save_formset(request, form, formset, change)

    def found(self, request: HttpRequest, queryset: QuerySet[User], term: str) -> tuple[QuerySet[User], bool]:
        for word in term.split():
            names = any_case("first_name__icontains", word) | any_case("last_name__icontains", word)
            queryset = queryset.filter(names | any_case("username__icontains", word))
        return queryset, False


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, TelephonyAdmin):
    nothing_yet = gettext_lazy("A group is a set of rights. Those of the roles are made by migrations.")
    list_display = ["title"]

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Only rights that the giver has."""
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "permissions" and not request.user.is_superuser:
            field.queryset = field.queryset.filter(pk__in=rights.permissions_to_give(request.user).values("pk"))
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or rights.may_give_group(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or rights.may_give_group(request.user, obj))

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def title(self, group: Group) -> str:
        return gettext(group.name)
