"""The addresses of the admin's pages."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse

from crm.models import Company, Contact
from telephony.assistant.progress import STEPS
from telephony.models import Call, CallRule, Connection, Delivery, Extension, MissedItem, Recording
from telephony.vendors import installed

LISTS = [
    "admin:telephony_recording_changelist",
    "admin:telephony_listening_changelist",
    "admin:telephony_team_changelist",
    "admin:telephony_schedule_changelist",
    "admin:telephony_calendar_changelist",
    "admin:telephony_callrule_changelist",
    "admin:telephony_connection_changelist",
    "admin:telephony_extension_changelist",
    "admin:telephony_delivery_changelist",
    "admin:telephony_dial_changelist",
    "admin:telephony_exported_changelist",
    "admin:auditlog_logentry_changelist",
    "admin:telephony_missedrule_changelist",
    "admin:crm_apitoken_changelist",
    "admin:crm_tag_changelist",
    "admin:auth_user_changelist",
    "admin:auth_group_changelist",
]
FORMS = [
    "admin:telephony_connection_add",
    "admin:telephony_extension_add",
    "admin:telephony_team_add",
    "admin:telephony_schedule_add",
    "admin:telephony_calendar_add",
    "admin:telephony_missedrule_add",
    "admin:telephony_callrule_add",
    "admin:crm_apitoken_add",
    "admin:crm_contact_add",
    "admin:crm_company_add",
    "admin:crm_tag_add",
    "admin:auth_user_add",
    "admin:auth_group_add",
]
OTHERS = ["admin:index", "admin:password_change"]
DESK = [
    "telephony:calls",
    "telephony:reports",
    "telephony:report_missed",
    "telephony:report_lost",
    "telephony:health",
    "telephony:exports",
    "telephony:for_you",
    "telephony:wallboard",
    "telephony:missed",
    "telephony:report_mails",
    "telephony:connect",
    "crm:contacts",
    "crm:contact-new",
    "crm:import-new",
    "crm:companies",
    "crm:company-new",
    "crm:tasks",
]
MODELS: list[type[Model]] = [Call, CallRule, Recording, Connection, Extension, Delivery, Contact, Company, User]


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def every_page() -> list[str]:
    """Every list, form, history, and the page of every row that there is."""
    addresses = [reverse(name) for name in (*OTHERS, *LISTS, *FORMS, *DESK)]
    addresses += [f"{reverse('admin:telephony_connection_add')}?vendor={vendor}" for vendor in installed()]
    addresses += [reverse("telephony:connect_new", args=[vendor]) for vendor in installed()]
    for model in MODELS:
        for row in model._default_manager.all():
            addresses += [page_of(row), page_of(row).replace("/change/", "/history/")]
    for item in MissedItem.objects.all():
        addresses.append(reverse("telephony:missed_item", args=[item.pk]))
    addresses.append(f"{reverse('telephony:missed')}?whose=all&show=everything&period=30")
    for client in (*Contact.objects.all(), *Company.objects.all()):
        addresses.append(client.get_absolute_url())
    for connection in Connection.objects.all():
        addresses.append(reverse("admin:telephony_connection_rotate", args=[connection.pk]))
        addresses += [reverse(f"telephony:connect_{step}", args=[connection.pk]) for step in ("check", *dict(STEPS))]
    return addresses
