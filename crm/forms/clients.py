"""Forms of contacts and companies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Company, Contact
from crm.services.contacts import save_contact
from telephony.editing.forms import EditedForm
from telephony.ui.presentation import person


class PersonField(forms.ModelChoiceField):
    """A user by full name; those who left are not offered."""

    def __init__(self, **options: Any) -> None:
        people = get_user_model().objects.filter(is_active=True).order_by("last_name", "first_name", "username")
        super().__init__(people, required=False, **options)

    def label_from_instance(self, obj: Any) -> str:
        return person(obj)


class _Inputs(forms.TextInput):
    """Several inputs of one name, which the template draws."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        found: list[str] = data.getlist(name)
        return found


class NumbersField(forms.Field):
    """Numbers as they were typed, without blanks."""

    widget = _Inputs
    holds_several = True

    def clean(self, value: Any) -> list[str]:
        return [number.strip() for number in value if number.strip()]


class ContactForm(EditedForm):
    """A contact with its numbers (`phones`, several inputs of one name) and its company by name."""

    phones = NumbersField(label=_("Numbers"), required=False)
    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    responsible = PersonField(label=_("Responsible"), empty_label=_("nobody"))

    class Meta:
        model = Contact
        fields = ["name", "position", "email", "responsible", "source", "tags"]
        labels = {
            "name": pgettext_lazy("of a contact", "Name"),
            "position": pgettext_lazy("of a contact", "Position"),
            "email": pgettext_lazy("of a contact", "Email"),
        }
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
        if self.instance.pk:
            self.initial["company_name"] = self.instance.company.name if self.instance.company else ""
            self.initial["phones"] = [phone.raw for phone in self.instance.phones.all()]

    @property
    def numbers(self) -> list[str]:
        """The numbers to show, as typed."""
        shown = self["phones"].value() or ()
        return [number.strip() for number in shown if number.strip()]

    def save_all(self, user: Any) -> Contact | None:
        """Save everything, or put what is wrong beside its field and return None."""
        contact, is_new = self.instance, self.instance.pk is None
        if is_new:
            contact.created_by = user
        try:
            return save_contact(
                contact=contact,
                phones=self.cleaned_data["phones"],
                company=self.cleaned_data["company_name"],
                tags=self.cleaned_data["tags"],
                user=user,
            )
        except ValidationError as error:
            if is_new:  # It was saved for a moment.
                contact.pk = None
            for name, messages in error.message_dict.items():
                self.add_error("company_name" if name == "company" else name, messages)
            return None


class CompanyForm(EditedForm):
    """A company."""

    responsible = PersonField(label=_("Responsible"), empty_label=_("nobody"))

    class Meta:
        model = Company
        fields = ["name", "site", "email", "responsible", "tags"]
        labels = {
            "name": pgettext_lazy("of a thing", "Name"),
            "site": _("Site"),
            "email": pgettext_lazy("of a contact", "Email"),
            "tags": _("Tags"),
        }
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
