"""The theme's classes under the types of the Django classes that they extend: django-unfold has no types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.admin import FieldListFilter as RangeDateFilter
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin import SimpleListFilter as DropdownFilter
    from django.contrib.admin.views.main import ChangeList
    from django.core.paginator import Paginator as InfinitePaginator
    from django.forms import CheckboxInput as SwitchInput
    from django.forms import PasswordInput, Select, TextInput
    from django.forms import Select as SearchableSelect
    from django.forms import SelectMultiple as SearchableSelectMultiple
else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
    from unfold.paginator import InfinitePaginator
    from unfold.views import ChangeList
    from unfold.widgets import UnfoldAdminPasswordWidget as PasswordInput
    from unfold.widgets import UnfoldAdminSelect2MultipleWidget as SearchableSelectMultiple
    from unfold.widgets import UnfoldAdminSelect2Widget as SearchableSelect
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanSwitchWidget as SwitchInput

__all__ = [
    "ChangeList",
    "DropdownFilter",
    "InfinitePaginator",
    "ModelAdmin",
    "PasswordInput",
    "RangeDateFilter",
    "SearchableSelect",
    "SearchableSelectMultiple",
    "Select",
    "SwitchInput",
    "TabularInline",
    "TextInput",
]
