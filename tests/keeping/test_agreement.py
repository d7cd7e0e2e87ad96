"""`manage.py recordings`: files that are gone are fetched again, files of nobody are named, and deleted if asked."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony.models import DiscardedFile, Recording
from telephony.recordings.keeping.discarding import remove_discarded
from tests.recordings.world import make_connection, make_recording, stored_files

pytestmark = pytest.mark.django_db


LINK = "https://pbx.example.ru/1.mp3"


def stored(place: Path, name: str, *, link: str = LINK, content: bytes = b"sound") -> Recording:
    """A recording whose file lies there."""
    recording = make_recording(make_connection(), link=link, state="stored", next_try_at=None, file=name, size=5)
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_bytes(content)
    return recording


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("recordings", *arguments, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_what_agrees_is_left_alone(own_storage: Path) -> None:
    stored(own_storage, "1/2026/11/1-abc.mp3")
    Recording.objects.update(playable="1/2026/11/1-abc.play.mp3")
    for name in ("1/2026/11/1-abc.play.mp3", ".work/lease/half.part", ".ready-17"):
        (own_storage / name).parent.mkdir(parents=True, exist_ok=True)
        (own_storage / name).write_bytes(b"sound")
    assert run("--check") == {"missing": [], "of_nobody": []}


def test_a_storage_that_has_no_folder_yet_has_no_files(own_storage: Path) -> None:
    assert not own_storage.exists()
    assert run("--check") == {"missing": [], "of_nobody": []}


@pytest.mark.parametrize(("link", "state"), [(LINK, "expected"), ("", "lost")])
@pytest.mark.parametrize("left", [None, b"sou"])
def test_a_file_that_is_gone_or_cut_short(own_storage: Path, left: bytes | None, link: str, state: str) -> None:
    recording = stored(own_storage, "1/2026/11/1-abc.mp3", link=link, content=left or b"")
    if left is None:
        (own_storage / "1/2026/11/1-abc.mp3").unlink()
    with pytest.raises(CommandError, match="recordings --mend"):
        run("--check")
    assert [one["recording"] for one in run("--mend")["missing"]] == [recording.pk]
    recording.refresh_from_db()
    assert (recording.state, recording.file.name) == (state, "")


def test_files_of_nobody_stay_until_somebody_asks(own_storage: Path) -> None:
    stored(own_storage, "1/2026/11/1-abc.mp3")
    (own_storage / "1/2026/11/9-later.mp3").write_bytes(b"later")
    assert run("--mend")["of_nobody"] == ["1/2026/11/9-later.mp3"]
    assert not DiscardedFile.objects.exists()
    run("--mend", "--discard")
    assert run("--mend")["of_nobody"] == []
    remove_discarded()
    assert stored_files() == ["1/2026/11/1-abc.mp3"]


def test_discard_alone_is_refused() -> None:
    with pytest.raises(CommandError, match="only with --mend"):
        run("--check", "--discard")
