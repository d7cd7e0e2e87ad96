"""Contacts, companies, tasks and notes over the API."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import permissions
from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import BaseSerializer

from crm import access
from crm.api.permissions import MayUseModel
from crm.api.serializers import CompanySerializer, ContactSerializer, NoteSerializer, TaskSerializer
from crm.models import Company, Contact, Note, Task
from crm.selectors.contacts import matching
from telephony.api.bulk import Counted
from telephony.api.once import PARAMETER, DoneOnce
from telephony.api.paging import ByCursor
from telephony.api.parameters import KnownParameters
from telephony.api.scopes import InScope, Scope
from telephony.api.versions import Versioned, versioned
from telephony.call_log.filter import IdFilter, MomentFilter, TextFilter


class Search(django_filters.FilterSet):  # type: ignore[misc]
    """`?search=`: names, companies, emails, or a number in any form, or a part of one."""

    search = TextFilter(method="by_search", help_text="Words that begin so, or a number in any form.")
    responsible = TextFilter("responsible__username", help_text="A user name.")
    tag = TextFilter("tags__name", help_text="A tag's name.")

    def by_search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return matching(rows, value)


class TaskFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Whose tasks, for whom, and by when."""

    assignee = TextFilter("assignee__username", help_text="A user name.")
    contact = IdFilter("contact_id")
    company = IdFilter("company_id")
    done = django_filters.BooleanFilter("done_at", "isnull", exclude=True)
    due_before = MomentFilter("due_at", "lt", help_text="ISO 8601.")


class NoteFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By number alone: nobody learns from a refusal which calls there are."""

    contact = IdFilter("contact_id")
    company = IdFilter("company_id")
    call = IdFilter("call_id")


@extend_schema_view(create=extend_schema(parameters=[PARAMETER]))
class _ViewSet(DoneOnce, Counted, KnownParameters, Versioned):
    permission_classes = (permissions.IsAuthenticated, InScope, MayUseModel)
    scopes: ClassVar = {"read": Scope.READ_CONTACTS, "write": Scope.WRITE_CONTACTS}
    bulk_right = "crm.export_contacts"
    pagination_class = ByCursor


@versioned(ContactSerializer)
class ContactViewSet(_ViewSet):
    """Contacts, latest first."""

    bulk_kind = "contacts"
    serializer_class = ContactSerializer
    queryset = Contact.objects.none()
    filterset_class = Search

    def get_queryset(self) -> QuerySet[Contact]:
        found = access.visible_contacts(self.request.user).select_related("company", "responsible")
        return found.prefetch_related("phones", "tags").order_by("-id")


@versioned(CompanySerializer)
class CompanyViewSet(_ViewSet):
    """Companies, latest first."""

    bulk_kind = "companies"
    serializer_class = CompanySerializer
    queryset = Company.objects.none()
    filterset_class = Search

    def get_queryset(self) -> QuerySet[Company]:
        found = access.visible_companies(self.request.user).select_related("responsible")
        return found.prefetch_related("tags").order_by("-id")


@versioned(TaskSerializer)
class TaskViewSet(_ViewSet):
    """Tasks, latest first."""

    bulk_kind = "tasks"
    scopes: ClassVar = {"read": Scope.READ_TASKS, "write": Scope.WRITE_TASKS}
    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    filterset_class = TaskFilter

    def get_queryset(self) -> QuerySet[Task]:
        return access.visible_tasks(self.request.user).select_related("assignee").order_by("-id")


@versioned(NoteSerializer)
class NoteViewSet(_ViewSet):
    """Notes, latest first. One's own can be reworded."""

    bulk_kind = "notes"
    serializer_class = NoteSerializer
    queryset = Note.objects.none()
    filterset_class = NoteFilter

    def get_queryset(self) -> QuerySet[Note]:
        return access.visible_notes(self.request.user).select_related("author").order_by("-id")

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        if not access.may_edit_note(self.request.user, self.get_object()):
            raise PermissionDenied("This note is somebody else's.")
        serializer.save()
