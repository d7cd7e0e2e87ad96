"""`manage.py startvendor`: its code runs at once, and its tests fail for what is to be filled in alone."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony import vendors
from telephony.domain.fold import fold
from telephony.simulator.comparison import differences
from telephony.simulator.scenarios import EMPLOYEES, Scriptwriter
from telephony.vendors import get_vendor
from tests.simulator.test_messages import ZONE, events_of, seen
from tests.vendors.payloads import payloads_of, profile
from tests.vendors.test_abilities import compare
from tests.vendors.test_payloads import means_what_it_should
from tests.vendors.test_payloads import test_every_vendor_has_payloads_and_no_file_without_its_twin as test_twins

SLUG = "invented_pbx"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Path]:
    """The new vendor, installed."""
    out = StringIO()
    call_command("startvendor", SLUG, label="Invented PBX", folder=tmp_path, stdout=out)
    line = '"invented_pbx.vendor.InventedPbx"'
    assert line in out.getvalue()
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    settings.TELEPHONY_VENDORS = [*settings.TELEPHONY_VENDORS, line.strip('"')]
    yield tmp_path / SLUG
    for name in [name for name in sys.modules if name.split(".")[0] == SLUG]:
        del sys.modules[name]
    vendors._made.cache_clear()


def test_its_payload_fails_until_somebody_says_what_it_means(made: Path) -> None:
    vendor = get_vendor(SLUG)
    (payload,) = payloads_of(vendor)
    with pytest.raises(AssertionError, match="FILL IN"):
        means_what_it_should(vendor, payload)
    test_twins(vendor)


def test_its_parser_reads_the_example_and_its_answer_is_right(made: Path) -> None:
    vendor = get_vendor(SLUG)
    (payload,) = payloads_of(vendor)
    (event,) = vendor.parse(payload.hook, profile()).events
    assert (event.kind, event.external_id, event.extension) == ("leg_ringing", "17.1", "101")
    assert (event.client_e164, event.by_pbx_clock) == ("+79161234567", True)
    assert payload.hook.headers["content-length"] == str(len(payload.hook.body))


def test_its_simulator_plays_calls_that_its_parser_reads(made: Path) -> None:
    pbx = get_vendor(SLUG).simulator()(settings={}, time_zone=ZONE, employees=EMPLOYEES)
    writer = Scriptwriter(seed=1, scenarios=sorted(pbx.scenarios))
    for _ in range(10):
        call = writer.write(started_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
        events = events_of(pbx, call)
        assert differences(pbx.expected(call), seen(fold(events), pbx.call_id(call))) == []


def test_it_declares_what_its_simulator_does(made: Path) -> None:
    compare(SLUG)


def test_everything_that_is_left_can_be_found(made: Path) -> None:
    left = {path.name for path in made.rglob("*") if path.is_file() and "FILL IN" in path.read_text()}
    assert left == {"parsing.py", "vendor.py", "README.md", "invented_pbx-example.expected.json"}
    assert not [path for path in made.rglob("*") if path.is_file() and "$" in path.read_text()]


@pytest.mark.parametrize(("slug", "said"), [("sipuni", "already"), ("Bad-Slug", "small letter"), ("9", "small letter")])
def test_a_slug_that_can_not_be(slug: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("startvendor", slug, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    call_command("startvendor", "twice", folder=tmp_path, stdout=StringIO())
    with pytest.raises(CommandError, match="already"):
        call_command("startvendor", "twice", folder=tmp_path)


def test_its_package_is_named_by_the_packages_around_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "pbxs"
    folder.mkdir(parents=True)
    for place in (folder, folder.parent):
        (place / "__init__.py").touch()
    out = StringIO()
    call_command("startvendor", "newone", folder=folder, stdout=out)
    assert '"shop.pbxs.newone.vendor.Newone",' in out.getvalue()
    assert "from shop.pbxs.newone.parsing import" in (folder / "newone" / "vendor.py").read_text()
