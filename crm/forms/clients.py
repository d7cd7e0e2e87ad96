"""Forms of contacts and companies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.models import Company, Contact, ContactPhone
from crm.services.contacts import save_contact
from telephony.ui.presentation import person


class PersonField(forms.ModelChoiceField):
    """A user by full name; those who left are not offered."""

    def __init__(self, **options: Any) -> None:
        people = get_user_model().objects.filter(is_active=True).order_by("last_name", "first_name", "username")
        super().__init__(people, required=False, **options)

    def label_from_instance(self, obj: Any) -> str:
        return person(obj)


class ContactForm(forms.ModelForm):
    """A contact with its numbers (`phones`, several inputs of one name) and its company by name."""

    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    responsible = PersonField(label=_("Responsible"), empty_label=_("nobody"))

    class Meta:
        model = Contact
        fields = ["name", "position", "email", "responsible", "source", "tags"]
        labels = {"name": _("Name"), "position": _("Position"), "email": _("Email")}
        labels |= {"source": _("Source"), "tags": _("Tags")}
        help_texts = dict.fromkeys(("name", "position", "email", "source", "tags"), "")
        widgets = {
            "tags": forms.CheckboxSelectMultiple,
            "source": forms.TextInput(attrs={"placeholder": _("a call, the site, a fair")}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}
        self.fields["company_name"].widget.attrs |= {"list": "crm-company-options", "autocomplete": "off"}
        if self.instance.company_id and not self.is_bound:
            self.initial["company_name"] = self.instance.company.name
        self.phone_errors: list[str] = []

    @property
    def phones(self) -> list[str]:
        """The numbers as typed, blanks left out."""
        if self.is_bound:
            return [number.strip() for number in self.data.getlist("phones") if number.strip()]  # type: ignore[attr-defined]
        return self.initial.get("phones") or [phone.raw for phone in _phones_of(self.instance)]

    def save_all(self, user: Any) -> Contact | None:
        """Save everything, or put what is wrong beside its field and return None."""
        contact, is_new = self.instance, self.instance.pk is None
        if is_new:
            contact.created_by = user
        try:
            return save_contact(
                contact=contact,
                phones=self.phones,
                company=self.cleaned_data["company_name"],
                tags=self.cleaned_data["tags"],
                user=user,
            )
        except ValidationError as error:
            if is_new:  # It was saved for a moment.
                contact.pk = None
            for name, messages in error.message_dict.items():
                if name == "phones":
                    self.phone_errors = messages
                else:
                    self.add_error("company_name" if name == "company" else name, messages)
            return None


def _phones_of(contact: Contact) -> list[ContactPhone]:
    return list(contact.phones.all()) if contact.pk else []


class CompanyForm(forms.ModelForm):
    """A company."""

    responsible = PersonField(label=_("Responsible"), empty_label=_("nobody"))

    class Meta:
        model = Company
        fields = ["name", "site", "email", "responsible", "tags"]
        labels = {"name": _("Name"), "site": _("Site"), "email": _("Email"), "tags": _("Tags")}
        help_texts = dict.fromkeys(("name", "site", "email", "tags"), "")
        widgets = {
            "tags": forms.CheckboxSelectMultiple,
            "site": forms.TextInput(attrs={"placeholder": "example.ru"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {"autofocus": True, "autocomplete": "off"}


def region() -> str:
    """Country of numbers that people type without a country code."""
    return str(settings.CRM_PHONE_REGION)
