"""Addresses of the CRM's part of the API."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from crm.api import views

router = SimpleRouter()
router.register("contacts", views.ContactViewSet, basename="contact")
router.register("companies", views.CompanyViewSet, basename="company")
router.register("tasks", views.TaskViewSet, basename="task")
router.register("notes", views.NoteViewSet, basename="note")

urlpatterns = router.urls
