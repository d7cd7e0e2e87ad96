"""Contacts, companies, tasks and notes over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import permissions, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import BaseSerializer

from crm import access
from crm.api.permissions import MayUseModel
from crm.api.serializers import CompanySerializer, ContactSerializer, NoteSerializer, TaskSerializer
from crm.models import Company, Contact, Note, Task
from crm.selectors.contacts import matching
from telephony.api.paging import ByCursor
from telephony.call_filter import IdFilter, MomentFilter


class Search(django_filters.FilterSet):  # type: ignore[misc]
    """`?search=`: names, companies, emails, or a number in any form, or a part of one."""

    search = django_filters.CharFilter(method="by_search", help_text="Words that begin so, or a number in any form.")
    responsible = django_filters.CharFilter("responsible__username", help_text="A user name.")
    tag = django_filters.CharFilter("tags__name", help_text="A tag's name.")

    def by_search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return matching(rows, value)


class TaskFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Whose tasks, for whom, and by when."""

    assignee = django_filters.CharFilter("assignee__username", help_text="A user name.")
    contact = IdFilter("contact_id")
    company = IdFilter("company_id")
    done = django_filters.BooleanFilter("done_at", "isnull", exclude=True)
    due_before = MomentFilter("due_at", "lt", help_text="ISO 8601.")


class _ViewSet(viewsets.ModelViewSet[Any]):
    permission_classes = (permissions.IsAuthenticated, MayUseModel)
    pagination_class = ByCursor


class ContactViewSet(_ViewSet):
    """Contacts, latest first."""

    serializer_class = ContactSerializer
    queryset = Contact.objects.none()
    filterset_class = Search

    def get_queryset(self) -> QuerySet[Contact]:
        found = access.visible_contacts(self.request.user).select_related("company", "responsible")
        return found.prefetch_related("phones", "tags").order_by("-id")


class CompanyViewSet(_ViewSet):
    """Companies, latest first."""

    serializer_class = CompanySerializer
    queryset = Company.objects.none()
    filterset_class = Search

    def get_queryset(self) -> QuerySet[Company]:
        found = access.visible_companies(self.request.user).select_related("responsible")
        return found.prefetch_related("tags").order_by("-id")


class TaskViewSet(_ViewSet):
    """Tasks, latest first."""

    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    filterset_class = TaskFilter

    def get_queryset(self) -> QuerySet[Task]:
        return access.visible_tasks(self.request.user).select_related("assignee").order_by("-id")


class NoteViewSet(_ViewSet):
    """Notes, latest first. One's own can be reworded."""

    serializer_class = NoteSerializer
    queryset = Note.objects.none()
    filterset_fields = ("contact", "company", "call")

    def get_queryset(self) -> QuerySet[Note]:
        return access.visible_notes(self.request.user).select_related("author").order_by("-id")

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        if not access.may_edit_note(self.request.user, self.get_object()):
            raise PermissionDenied("This note is somebody else's.")
        serializer.save()
