"""The smallest contact model that another CRM could have."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=20, db_index=True, help_text="In E.164.")
    keeper = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        swappable = "TELEPHONY_CONTACT_MODEL"
        app_label = "standalone"

    def __str__(self) -> str:
        return self.name
