"""The input of a stored secret, on every form that has one."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm

from telephony.admin.theme import PasswordInput


class SecretInput(PasswordInput):
    """A password's input that never shows the value, but whether there is one, and lets it be removed."""

    template_name = "telephony/admin/secret_input.html"

    def __init__(self, *, is_set: bool) -> None:
        super().__init__({"autocomplete": "new-password"})
        self.is_set = is_set

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return {**context, "is_set": self.is_set, "remove_name": remove_name(name)}


def is_removed(form: BaseForm, name: str) -> bool:
    """Whether the box is ticked that removes this field's stored secret."""
    return bool(form.data.get(remove_name(form.add_prefix(name))))


def remove_name(name: str) -> str:
    """Name of the checkbox that removes a stored secret."""
    return f"{name}-remove"
