"""What the admin's modules share."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from telephony.admin.lists import StrictChangeList, is_indexed, ordering_of, own_parameters
from telephony.admin.theme import InfinitePaginator, ModelAdmin, TabularInline
from telephony.domain.searching import is_searchable
from telephony.editing.forms import EditedForm, show_taken
from telephony.editing.locking import lock
from telephony.models.validators import validate_moment
from telephony.ui import presentation

ROWS_PER_PAGE = 50
"""A row of a changelist is heavy; more than this takes a noticeable moment to render."""

STYLES = "telephony/admin.css"
SCRIPTS = "telephony/admin.js"


class TelephonyAdmin(ModelAdmin):
    """An admin with this app's own styles and script."""

    list_per_page = ROWS_PER_PAGE
    list_filter_submit = True
    show_facets = ShowFacets.NEVER
    change_form_before_template = "telephony/editing/admin.html"
    nothing_yet: str | Promise = ""
    """What makes a row appear in the list, for who sees it empty."""
    linked_lookups: Sequence[str] = ()
    """Lookups, beside those of the filters, that links of other pages use."""

    @property
    def media(self) -> forms.Media:
        media: forms.Media = super().media
        return media + forms.Media(css={"all": [STYLES]}, js=[SCRIPTS])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StrictChangeList]:
        return StrictChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page's own filters and the links to it ask for."""
        return lookup in {*self.linked_lookups, *own_parameters(self.model, self.get_list_filter(request))}

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Columns that an index has in order: sorting by another one reads the whole table."""
        shown = self.get_list_display(request)
        return [str(name) for name in shown if is_indexed(self.model, ordering_of(self, name))]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, DateTimeField) and field is not None:
            field.validators.append(validate_moment)
        if hasattr(getattr(db_field, "related_model", None), "get_full_name") and field is not None:
            field.label_from_instance = presentation.person
        return field

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Django takes an empty `_to_field` for a field's name, and fails. A row that is to be changed is locked."""
        if request.method == "POST" and object_id.isdecimal() and len(object_id) < 19:
            lock(self.model, int(object_id))
        return super().get_object(request, object_id, from_field or None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Whoever changes a row overwrites nothing that somebody else changed meanwhile."""
        form = super().get_form(request, obj, change, **kwargs)
        asks_for_names = kwargs.get("fields", ()) is None
        if obj is None or asks_for_names or not self.has_change_permission(request, obj):
            return form
        return form if issubclass(form, EditedForm) else type(form.__name__, (EditedForm, form), {})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        forms_of_rows = [form, *(of_row for formset in formsets for of_row in formset.forms)]
        show_taken(request, forms_of_rows)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except (DisallowedModelAdminLookup, DisallowedModelAdminToField):
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("This list can't be asked that"),
                "opts": self.opts,
                "list_url": request.path,
            }
            refusal = HTTPStatus.BAD_REQUEST
            return TemplateResponse(request, "telephony/admin/refused_lookup.html", context, status=refusal)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that `found` finds; none for what is too long to look for."""
        if not is_searchable(search_term):
            return queryset.none(), False
        term = search_term.strip()
        return self.found(request, queryset, term) if term else (queryset, False)

    def found(self, request: HttpRequest, queryset: QuerySet[Any], term: str) -> tuple[QuerySet[Any], bool]:
        """The rows that have the term, which is not empty, and whether some may come twice."""
        return super().get_search_results(request, queryset, term)


class ListedElsewhere(TelephonyAdmin):
    """Rows whose one list is a page of their own: the admin has only the pages of single rows, and leads there."""

    one_list = ""
    """The name of that page's address."""
    search_name = "q"
    """What that page calls its search."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        typed = request.GET.get("q", "")
        query = f"?{urlencode({self.search_name: typed})}" if typed else ""
        return HttpResponseRedirect(reverse(self.one_list) + query)


class EditedInline(TabularInline):
    """Rows of another row's page, each of which somebody else may change meanwhile."""

    form = EditedForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), *(["seen"] if self.has_change_permission(request, obj) else [])]


class LongPaginator(InfinitePaginator):
    """Of rows that nobody counts: a page asks for one row more than it has, so it knows whether there is another."""

    has_more = False
    """After the page that was asked for last."""

    def page(self, number: Any) -> Any:
        first = (self.validate_number(number) - 1) * self.per_page
        rows = list(self.object_list[first : first + self.per_page + 1])
        self.has_more = len(rows) > self.per_page
        return Page(rows[: self.per_page], number, self)


class ReadOnlyAdmin(TelephonyAdmin):
    """Rows that only the application itself writes. Its lists are long, so nothing counts them."""

    paginator = LongPaginator
    show_full_result_count = False
    list_disable_select_all = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Without the button of a history that nobody can have made."""
        page: HttpResponse = super().render_change_form(request, {**context, "show_history": False}, *args, **kwargs)
        return page


class PlayingAdmin(ReadOnlyAdmin):
    """Rows with players of recordings on their pages."""

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(css={"all": ["telephony/player.css"]}, js=["telephony/player.js"])
