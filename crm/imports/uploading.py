"""Takes a file, or the wish to have it read in another way. A worker reads it (waiting.py)."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.imports.reading import Options, UnreadableTable, refuse_early
from crm.models import ContactImport, ContactImportFile


@transaction.atomic
def upload(*, user: Any, name: str, content: bytes) -> ContactImport:
    """Keep the file for a worker. Raises UnreadableTable for what can be seen to be no table at once."""
    refuse_early(content)
    digest = hashlib.sha256(content).hexdigest()
    imported = ContactImport.objects.create(
        user=user,
        name=name[:200],
        language=get_language() or "en",
        digest=digest,
        state=ContactImport.State.READING,
        columns=[],
        fields=[],
    )
    ContactImportFile.objects.create(imported=imported, content=content)
    return imported


@transaction.atomic
def read_again(*, imported: ContactImport, options: Options, head: int | None) -> None:
    """Have the file read in this way; meanings and answers are proposed anew. Raises UnreadableTable."""
    locked = ContactImport.objects.select_for_update().get(pk=imported.pk)
    has_file = ContactImportFile.objects.filter(imported=locked).exists()
    if not has_file or locked.state != ContactImport.State.PREVIEW:
        raise UnreadableTable(_("The file is no longer kept: choose it once more."))
    locked.reading["asked"] = {"options": asdict(options), "head": head}
    locked.state, locked.error, locked.attempts = ContactImport.State.READING, "", 0
    locked.save(update_fields=["reading", "state", "error", "attempts"])
