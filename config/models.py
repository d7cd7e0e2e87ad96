"""What the project knows of employees beside Django's user, and the rights of its own pages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _


class Employee(User):  # type: ignore[django-manager-missing]
    """A user, as those who look after employees see one: rights to do so are this model's."""

    class Meta:
        proxy = True
        default_permissions = ()
        permissions = [
            ("manage_employees", _("Can add employees and give them roles")),
            ("view_sign_ins", _("Can see who signed in, and let in who is locked out")),
        ]
        verbose_name = _("employee")
        verbose_name_plural = _("employees")


class Profile(models.Model):
    """What was chosen for an employee. Without a row the defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="profile",
        verbose_name=_("user"),
        help_text=_("Whose."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Of the pages; empty: as the browser says."),
    )

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.user)
