"""Files that nothing points at any more, until they are gone from the storage."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from telephony.models.recording import Recording


class DiscardedFile(models.Model):
    """One stored file of a recording that is to be deleted.

    The row is made in the transaction that takes the file from its recording, and goes when the file has gone:
    so whatever is killed in between, no file is left that nobody knows of.
    """

    name = models.CharField(_("file"), max_length=200, unique=True, help_text=_("Its name in the storage."))
    created_at = models.DateTimeField(_("discarded"), auto_now_add=True, help_text=_("When it lost its recording."))

    class Meta:
        verbose_name = _("discarded file")
        verbose_name_plural = _("discarded files")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


def discard_files(recording: Recording, *, using: str | None = None) -> None:
    """Note this recording's files for deletion. Needs the transaction that takes them from the row."""
    names = [file.name for file in (recording.file, recording.playable) if file.name]
    rows = DiscardedFile.objects.using(using)
    rows.bulk_create([DiscardedFile(name=name) for name in names], ignore_conflicts=True)


@receiver(pre_delete, sender=Recording)
def _discard_files_of_deleted(instance: Recording, using: str, **_: Any) -> None:
    """However a recording's row goes, with its call or connection perhaps: its files go, too."""
    discard_files(instance, using=using)
