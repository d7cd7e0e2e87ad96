"""config/deploy/README.md says of each table how it grows and how long its rows are kept: a new one belongs there."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings

from config.celery import app as celery
from tests.servers import ROOT

TEXT = (ROOT / "config/deploy/README.md").read_text().partition("\n## How much it becomes\n")[2].partition("\n## ")[0]
NAME = re.compile(r"`(\w+)`")
TASK = re.compile(r"`(\w+\.\w+)`")
ROWS = [line.strip("| \n").split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]
MEASURED = 9
"""Of the rows, those that the benchmark gave: the first."""
STEADY = NAME.findall(TEXT.partition("\nNot with time")[2])


def growing() -> list[str]:
    return [name for row in ROWS for name in NAME.findall(row[0])]


def test_each_table_is_named_once() -> None:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    named = [*growing(), *STEADY]
    assert len(named) == len(set(named))
    assert set(named) == tables, "Add a row: how much it grows, how long it is kept, and what deletes it."


def test_what_decides_is_a_setting_or_a_time() -> None:
    for row in ROWS:
        kept = row[4].strip()
        assert kept, row[0]
        assert all(hasattr(settings, name) for name in NAME.findall(kept)), kept


def test_what_deletes_is_a_scheduled_task() -> None:
    scheduled = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    for row in ROWS:
        kept, deleted_by = row[4], row[5].strip(" |") if len(row) > 5 else ""
        stays = kept.startswith(("for ever", "until somebody"))
        assert set(TASK.findall(deleted_by)) <= scheduled, deleted_by
        assert stays or deleted_by, f"{row[0]} is kept {kept}, and nothing deletes it"


@pytest.mark.parametrize("line", [line for line in TEXT.splitlines() if re.match(r"\| 1[0,]* \|", line)])
def test_the_sizes_agree_with_one_another(line: str) -> None:
    """Forty calls a day of each employee, and what is stored a day is the sum of the tables that were measured."""
    people, calls, megabytes = (cell.strip().replace(",", "").split()[0] for cell in line.strip("| ").split(" | ")[:3])
    assert int(calls) == 40 * int(people)
    measured = sum(
        int(row[2].split(", ")[0].replace(",", "")) * int(row[3].replace(",", "")) for row in ROWS[:MEASURED]
    )
    assert float(megabytes) == pytest.approx(measured / 10 * int(people) / 1e6, rel=0.15)
