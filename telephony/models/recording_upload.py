"""A recording that its PBX sends by itself, on the way to being stored."""

from __future__ import annotations

from django.db import models

from telephony.models.recording import Recording, recordings_storage


class RecordingUpload(models.Model):
    """Asked for, and perhaps here already: then a worker takes the file as if it had fetched it."""

    recording = models.OneToOneField(
        Recording, models.CASCADE, primary_key=True, related_name="upload", help_text="Which recording."
    )
    asked_at = models.DateTimeField(help_text="When the PBX was last asked to send it.")
    file = models.FileField(
        max_length=200,
        blank=True,
        storage=recordings_storage,
        help_text="What it sent, as it came; empty: nothing yet.",
    )

    def __str__(self) -> str:
        return f"#{self.pk}"
