"""What can be said of an employee on one page."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.models import Profile
from config.people import rights
from telephony.admin.extensions import ExtensionForm, save_extensions
from telephony.editing.forms import EditedForm
from telephony.models import Connection, Extension, Team

NO_ROLE, AS_NOW = "", "keep"


class EmployeeForm(EditedForm):
    """Name, login, role, teams and language. Offers only what `giver` may give; himself no other role."""

    role = forms.ChoiceField(label=_("Role"), required=False, widget=forms.RadioSelect)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser says")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "username", "email", "is_active"]
        labels = {"username": _("Login"), "is_active": _("May sign in")}
        help_texts = {"username": _("Latin letters and digits, without blanks, like anna.orlova."), "is_active": ""}

    def __init__(self, *args: Any, giver: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver, self.is_self = giver, giver.pk == self.instance.pk
        self._held = list(self.instance.groups.order_by("pk")) if self.instance.pk else []
        self._offer_roles()
        if not self.instance.pk or self.is_self:
            # A new one may sign in as soon as there is a password; nobody locks himself out.
            del self.fields["is_active"]
        teams: Any = self.fields["teams"]
        teams.queryset = teams_to_give(giver)
        if not teams.queryset.exists():
            del self.fields["teams"]
        elif self.instance.pk:
            self.initial["teams"] = list(self.instance.teams.values_list("pk", flat=True))
        profile = Profile.objects.filter(user=self.instance.pk).first() if self.instance.pk else None
        self.initial["language"] = profile.language if profile else ""

    def _offer_roles(self) -> None:
        if self.is_self:
            del self.fields["role"]
            return
        role: Any = self.fields["role"]
        groups = rights.groups_to_give(self.giver)
        role.choices = [(str(group.pk), rights.role_words(group.name)) for group in groups]
        if self.instance.pk:
            role.choices = [*role.choices, (NO_ROLE, _("No role: can't sign in"))]
        else:
            role.required = True
        if len(self._held) > 1:
            now = ", ".join(rights.role_words(group.name) for group in self._held)
            role.choices = [(AS_NOW, now), *role.choices]
            self.initial["role"] = AS_NOW
        else:
            self.initial["role"] = str(self._held[0].pk) if self._held else NO_ROLE

    def role_notes(self) -> dict[str, Any]:
        """What each role means, by its choice."""
        groups = {str(group.pk): group.name for group in Group.objects.filter(name__in=rights.ROLES)}
        return {pk: rights.ROLES[name][1] for pk, name in groups.items()}

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        is_new = not self.instance.pk
        user: User = super().save(commit=False)
        if is_new:
            user.set_unusable_password()
        user.save()
        role = self.cleaned_data.get("role", AS_NOW)
        if role != AS_NOW:
            user.groups.set([int(role)] if role else [])
        if "teams" in self.fields:
            others = user.teams.exclude(pk__in=teams_to_give(self.giver).values("pk"))
            user.teams.set([*self.cleaned_data["teams"], *others])
        Profile.objects.update_or_create(user=user, defaults={"language": self.cleaned_data["language"]})
        return user


def teams_to_give(giver: Any) -> Any:
    """A team shows its calls to its leaders: who does not see all calls gives only the own teams."""
    if giver.has_perm("telephony.see_all_calls"):
        return Team.objects.all()
    return Team.objects.filter(members=giver.pk)


class PhoneForm(ExtensionForm):
    """A phone at one PBX, which is chosen already."""

    class Meta(ExtensionForm.Meta):
        fields = ["connection", "number", "key"]
        widgets = {"connection": forms.HiddenInput}

    def __init__(self, *args: Any, connections: dict[int, Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The form's own word, not its place: a PBX may have come since the page was shown.
        said = self.data.get(self.add_prefix("connection"), "") if self.is_bound else self.initial.get("connection")
        known = {str(pk): connection for pk, connection in connections.items()}
        self.connection = self.instance.connection if self.instance.pk else known.get(str(said))
        vendor = self.connection.vendor_object if self.connection else None
        addresses = vendor.settings_form.base_fields.values() if vendor else ()
        if not any(getattr(field, "takes_keys", False) for field in addresses) and not self.instance.key:
            del self.fields["key"]
        del self.fields["leg"]

    @property
    def connection_name(self) -> str:
        """For the template, where `phone.connection` is the field of that name."""
        return self.connection.name if self.connection else ""

    @property
    def changed_data(self) -> list[str]:
        """That a PBX is offered here says nothing."""
        return [name for name in super().changed_data if name != "connection"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("number") and not cleaned.get("key") and not cleaned.get("DELETE"):
            raise forms.ValidationError(_("Give the internal number, or tick that the phone is not theirs any more."))
        return cleaned


def phones(request: HttpRequest, user: User) -> BaseInlineFormSet | None:
    """The employee's phones, and a place for one at each PBX where there is none; None for who may not give phones."""
    giver: Any = request.user
    if not giver.has_perms(["telephony.add_extension", "telephony.change_extension", "telephony.delete_extension"]):
        return None
    connections = {row.pk: row for row in Connection.objects.filter(enabled=True).order_by("name", "pk")}
    taken = set(Extension.objects.filter(user=user.pk).values_list("connection", flat=True)) if user.pk else set()
    free = [pk for pk in connections if pk not in taken]
    factory = inlineformset_factory(User, Extension, form=PhoneForm, extra=len(free), can_delete_extra=False)
    made: Any = factory(
        request.POST if request.method == "POST" else None,
        instance=user,
        prefix="phones",
        initial=[{"connection": pk} for pk in free],
        form_kwargs={"connections": connections},
    )
    return cast(BaseInlineFormSet, made)


def save_phones(formset: BaseInlineFormSet | None) -> None:
    if formset is not None:
        save_extensions(formset)
