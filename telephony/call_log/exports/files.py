"""The folder of exports: the web server and the worker share it. Nobody but its owner reads what is in it."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from telephony import conf
from telephony.models import Export
from telephony.recordings import storage

KEPT_FOR = timedelta(days=1)


def folder() -> Path:
    """Made if it is not there: for this system user alone."""
    set_up = conf.exports_dir()
    if set_up is None:
        work = storage.work_dir()
        set_up = work.with_name(f"{work.name}-exports")
    place = Path(set_up)
    storage.make_folder(place)
    return place


def has_room() -> bool:
    return shutil.disk_usage(folder()).free >= conf.disk_floor()


def sweep(*, now: datetime | None = None) -> int:
    """Delete exports that are a day old, and all files that belong to none; returns how many exports went."""
    old = Export.objects.filter(created_at__lt=(now or timezone.now()) - KEPT_FOR)
    count = old.delete()[0]
    remove_strays()
    return count


def remove_strays() -> None:
    """Delete files of exports that are gone, and what a writer left that was killed.

    A file is named by the lease under which it is written, which stands in the database before the file is made:
    so the folder is read first.
    """
    names = [path.name for path in folder().iterdir()]
    rows = Export.objects.exclude(lease="", file="").values_list("lease", "file")
    known = {name for row in rows for name in row}
    for name in names:
        if name not in known and Path(name).stem not in known:
            with suppress(FileNotFoundError):  # Another worker sweeps as well.
                (folder() / name).unlink()
