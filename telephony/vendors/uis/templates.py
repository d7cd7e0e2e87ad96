"""The bodies of UIS' eight notifications, for pasting into its cabinet. Source: the official templates (README.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from telephony.vendors.steps import ADDRESS, Step

# Source: the variables that every notification has, in the document of Call API v4.0.
COMMON = (
    *("call_session_id", "contact_phone_number", "virtual_phone_number", "external_id"),
    *("notification_time", "notification_mnemonic"),
)
# Source: the particular fields of each notification, by its name in the cabinet.
NOTIFICATIONS = {
    "incoming": ("Входящий звонок на виртуальный номер", ("scenario_name", "communication_number")),
    "ringing": (
        "Ожидание ответа",
        ("employee_id", "employee_full_name", "extension_phone_number", "direction", "call_source", "leg_id"),
    ),
    "outgoing": ("Исходящий звонок", ("employee_id", "employee_full_name", "employee_phone_number")),
    "talk_started": (
        "Начало разговора",
        ("employee_id", "employee_full_name", "direction", "call_source", "leg_ids"),
    ),
    "talk_ended": (
        "Окончание разговора",
        ("employee_id", "employee_full_name", "direction", "call_source", "talk_time_duration", "leg_ids"),
    ),
    "ended": (
        "Завершение звонка",
        (
            *("employee_id", "employee_full_name", "direction", "call_source", "talk_time_duration"),
            *("total_time_duration", "wait_time_duration", "is_lost", "tag_names"),
        ),
    ),
    "lost": ("Потерянный звонок", ("employee_ids", "wait_time_duration", "scenario_name")),
    "recorded": ("Записанный разговор", ("employee_id", "file_link", "file_duration")),
}


def body_of(constant: str) -> str:
    """The template: each variable bare, for UIS writes the quotes of texts itself."""
    names = (*COMMON, *NOTIFICATIONS[constant][1])
    return "{" + ",".join([f'"event":"{constant}"', *(f'"{name}":{{{{{name}}}}}' for name in names)]) + "}"


STEPS = (
    Step(
        _(
            "In the cabinet, under notifications, add each of the eight notifications below: method POST, JSON, and "
            "this address."
        ),
        ADDRESS,
    ),
    *(Step(f"«{title}»:", body_of(constant)) for constant, (title, _fields) in NOTIFICATIONS.items()),
    Step(
        _(
            "To have callers connected with whoever is responsible for them, put “interactive processing” with this "
            "address into the scenario. The answer 1 means: nobody is, so go on."
        ),
        f"{ADDRESS}interactive",
    ),
    Step(
        _(
            "To call from here and to have calls and employees listed, make a key for the API under its rules, let our "
            "server's address use it, and enter it here."
        ),
    ),
)
