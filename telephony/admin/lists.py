"""What a list of the admin may be asked: what stands on its page, and nothing else.

Django lets everybody who may see a list filter it by every column of the model with every lookup, `__regex` too, and
sort it by every column that it shows. On a long table each of these can keep the database busy for minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, UniqueConstraint

from telephony.admin.theme import ChangeList, RangeDateFilter
from telephony.call_log.filter import check_searchable


class SearchForm(forms.Form):
    """What was typed into a list's search box; the list says what is wrong with it, and shows all rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR] = forms.CharField(required=False, strip=False, validators=[check_searchable])


class StrictChangeList(ChangeList):
    """Sorts by sortable columns only: Django hides the others' links, and still obeys `?o=`."""

    search_form_class = SearchForm

    def get_ordering_field(self, field_name: Any) -> Any:
        if self.sortable_by is not None and field_name not in self.sortable_by:
            return None
        return super().get_ordering_field(field_name)


def own_parameters(model: type[Model], list_filter: Any) -> Iterator[str]:
    """The parameters of a list's filters, each an item of `list_filter`."""
    for item in list_filter:
        if hasattr(item, "parameter_name"):
            yield item.parameter_name
            continue
        path, kind = item if isinstance(item, tuple | list) else (item, None)
        if kind is not None and issubclass(kind, RangeDateFilter):
            yield from (f"{path}_from", f"{path}_to")
            continue
        field: Any = get_fields_from_path(model, path)[-1]
        target = field.target_field.name if field.is_relation else ""
        yield f"{path}__{target}__exact" if target else f"{path}__exact"
        yield f"{path}__isnull"


def is_indexed(model: type[Model], name: str) -> bool:
    """Whether an index of the whole table begins with this column; never so for another table's, or a computed one."""
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    if not field.concrete or field.is_relation:  # Rows of another table are sorted by that table's own order.
        return False
    if field.primary_key or field.unique or field.db_index:
        return True
    whole = [index for index in model._meta.indexes if index.condition is None]
    firsts = [index.fields[0] for index in whole if index.fields]
    unique: list[Any] = [each for each in model._meta.constraints if isinstance(each, UniqueConstraint)]
    firsts += [each.fields[0] for each in unique if each.fields and each.condition is None]
    return name in {first.removeprefix("-") for first in firsts}


def ordering_of(admin: Any, column: Any) -> str:
    """The model's column that a column of the list is sorted by; empty for none."""
    try:
        return str(admin.opts.get_field(column).name)
    except FieldDoesNotExist:
        shown = getattr(admin, column, None) or getattr(admin.model, column, None)
        return str(getattr(shown, "admin_order_field", None) or "")
