"""A file that is made to use up time or memory is refused in words, by a process that can be spared."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from crm.imports import isolated, running, waiting
from crm.models import ContactImport, ContactImportFile
from telephony.jobs import Stopped
from tests.crm.imports.bombs import BOMBS, LARGE, row, sheet
from tests.crm.imports.pages import run, uploaded
from tests.rounds import rounds

pytestmark = [pytest.mark.django_db, pytest.mark.isolated]
GOOD = "Имя;Телефон\nИван;89162000001\n"
SECONDS = 60


def largest_child() -> int:
    """The most memory that any process of ours has ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.mark.proof
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_words_and_costs_little(client: Client, name: str) -> None:
    content, before = BOMBS[name](), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = largest_child()
    begun = time.monotonic()
    imported = uploaded(client, content, "bomb")
    assert time.monotonic() - begun < SECONDS
    assert imported.state == "unreadable", imported.state
    assert imported.error
    assert escape(imported.error) in client.get(imported.get_absolute_url()).content.decode()
    assert not ContactImportFile.objects.exists()
    assert not imported.rows.exists()
    # Those of other tests count, too, and of each child the moment when it still was a copy of this process.
    assert largest_child() <= max(1_100_000_000, others, before * 1024)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 400_000_000


@pytest.mark.proof
@pytest.mark.parametrize("name", LARGE)
def test_what_is_odd_and_large_and_somebodys_is_read(client: Client, name: str) -> None:
    begun = time.monotonic()
    imported = uploaded(client, LARGE[name](), "large")
    assert (imported.state, imported.error) == ("preview", "")
    assert imported.report["good"] == 1
    assert time.monotonic() - begun < SECONDS


def test_a_good_file_is_read_in_the_other_process_as_in_this_one(client: Client) -> None:
    client.cookies["django_language"] = "ru"
    imported = uploaded(client, "Иван;8 (916) 200-00-01\nАнна;89162000002\n")
    assert (imported.state, imported.columns) == ("preview", ["Столбец 1", "Столбец 2"])
    assert run(client, imported).state == "done"


def test_a_small_workbook_of_a_huge_row_is_refused_at_once(client: Client) -> None:
    content = sheet('<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>')
    assert len(content) < 10_000
    imported = uploaded(client, content)
    assert imported.error == "The file has more than 50000 rows: split it."


@pytest.mark.parametrize("limit", ["CPU_SECONDS = 1", "MEMORY = 150_000_000"])
def test_the_limits_hold(client: Client, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The reader with smaller limits, and a file that goes beyond them."""
    code = f"import sys\nfrom crm.imports import reader\nreader.{limit}\nreader.main(sys.argv[1])"
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> object:
        return real([sys.executable, "-P", "-c", code, command[-1]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(isolated.subprocess, "Popen", start)
    large = "Имя;Заметка\n".encode() + b"Ivan;x\n" * 49_000 + b"y" * 10_000_000
    imported = uploaded(
        client, sheet("".join(row(number, "x" * 400) for number in range(1, 49_000))) if "CPU" in limit else large
    )
    assert imported.state == "unreadable"
    assert ("too long" if "CPU" in limit else "too much memory") in imported.error, imported.error


def test_a_reader_that_hangs_is_ended(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", "import time; time.sleep(60)"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(isolated.subprocess, "Popen", start)
    monkeypatch.setattr(isolated, "SECONDS", 1)
    begun = time.monotonic()
    assert "too long" in uploaded(client, GOOD).error
    assert time.monotonic() - begun < 20


def test_a_worker_that_is_to_end_gives_the_file_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise Stopped

    monkeypatch.setattr(isolated, "check", stop)
    imported = uploaded(client, GOOD)
    assert (imported.state, imported.attempts, imported.reading_until) == ("reading", 0, None)
    monkeypatch.undo()
    running.run_due()
    imported.refresh_from_db()
    assert imported.state == "preview"


def test_a_file_that_ends_its_workers_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(isolated, "run", die)
    begun: list[Callable[[], object]] = [lambda: uploaded(client, GOOD), *[running.run_due] * 3]
    for step in begun[: waiting.MOST_ATTEMPTS]:
        with pytest.raises(SystemExit):
            step()
        assert running.run_due() == 0  # Its lease still holds.
        ContactImport.objects.update(reading_until=None)
    running.run_due()
    imported = ContactImport.objects.get()
    assert (imported.state, "again and again" in imported.error) == ("unreadable", True)


def test_an_import_that_is_stopped_while_it_is_read_stays_stopped(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = isolated.run

    def stop_meanwhile(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        client.post(f"{ContactImport.objects.get().get_absolute_url()}stop/")

    monkeypatch.setattr(isolated, "run", stop_meanwhile)
    imported = uploaded(client, GOOD)
    assert (imported.state, imported.rows.count()) == ("cancelled", 0)


@pytest.mark.proof
def test_the_largest_good_lists_are_read(client: Client) -> None:
    """As many rows as are allowed, of as many columns as Outlook writes."""
    count = rounds(2_000, full=49_000)
    rows = "".join(f"Иван {n};8916{n:07};{';' * 85}примечание {n}\n" for n in range(count))
    imported = uploaded(client, f"Имя;Телефон;{';' * 85}Заметка\n{rows}")
    assert (imported.state, imported.error, imported.rows.count()) == ("preview", "", count)
