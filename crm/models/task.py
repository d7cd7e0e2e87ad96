"""Tasks: what somebody has to do, and by when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.company import Company
from crm.models.contact import Contact
from telephony.models import Call


class Task(models.Model):
    """Something to be done for a contact or a company, or for nobody in particular."""

    class Kind(models.TextChoices):
        TASK = "task", _("task")
        CALL_BACK = "call_back", _("call back")

    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.TASK, help_text=_("A call to make, or anything else.")
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What is to be done, in a few words."))
    text = models.TextField(_("details"), max_length=10_000, blank=True, help_text=_("Whatever helps to do it."))
    due_at = models.DateTimeField(_("due"), help_text=_("By when it is to be done."))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("assignee"),
        help_text=_("Who is to do it; empty if that person is gone."),
    )
    contact = models.ForeignKey(
        Contact,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("contact"),
        help_text=_("For whom."),
    )
    company = models.ForeignKey(
        Company,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("company"),
        help_text=_("For which company."),
    )
    call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("call"),
        help_text=_("The call that it follows from."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
        help_text=_("Who wanted it done."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was set."))
    done_at = models.DateTimeField(
        _("done"), null=True, blank=True, help_text=_("When it was done; empty while it is open.")
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("done by"),
        help_text=_("Who ticked it off."),
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["assignee", "due_at", "id"], condition=models.Q(done_at__isnull=True), name="task_open_of_user"
            ),
            models.Index(fields=["due_at", "id"], condition=models.Q(done_at__isnull=True), name="task_open"),
            models.Index(
                fields=["-done_at", "-id"], condition=models.Q(done_at__isnull=False), name="task_done_lately"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def hides_call(self) -> bool:
        """Whether the row was read for somebody who may not see its call (crm.access.visible_tasks)."""
        return bool(getattr(self, "call_is_hidden", False))

    @property
    def number(self) -> str:
        """The number to call: of the call that it follows from, or the contact's first; empty if there is none."""
        if self.call is not None and self.call.client_e164 and not self.hides_call:
            return self.call.client_e164
        return next((str(phone) for phone in self.contact.phones.all()), "") if self.contact is not None else ""
