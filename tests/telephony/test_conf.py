"""Every setting is read in conf.py alone, and README's table says of each what conf.py says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

import telephony
from telephony import conf
from telephony.domain.directory import ContactCard, EmptyDirectory
from telephony.vendors import installed

TELEPHONY = Path(telephony.__file__).parent
SETTINGS = [value for value in vars(conf).values() if isinstance(value, conf.Setting)]
ROW = re.compile(r"^ *\| `(?P<name>TELEPHONY_\w+)` \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def default_in_words(setting: conf.Setting[Any]) -> str:
    if setting.required:
        return "required"
    if isinstance(setting.default, int):
        return f"{setting.default:,} {setting.unit}"
    return f"`{setting.default}`" if setting.default else "none"


def test_readme_lists_each_setting_with_its_default_its_unit_and_its_meaning() -> None:
    rows = {
        row["name"]: (row["default"], row["meaning"]) for row in ROW.finditer((TELEPHONY / "README.md").read_text())
    }
    assert rows == {one.name: (default_in_words(one), one.meaning) for one in SETTINGS}


def test_nothing_else_reads_a_setting() -> None:
    reads = re.compile(r"settings\.TELEPHONY_|settings, *\"TELEPHONY_")
    paths = [path for path in TELEPHONY.rglob("*.py") if "migrations" not in path.parts]
    assert len(paths) > 200
    assert [path.name for path in paths if reads.search(path.read_text())] == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_without_a_value_there_is_the_default_or_a_sentence(settings: Settings, setting: conf.Setting[Any]) -> None:
    if hasattr(settings, setting.name):
        delattr(settings, setting.name)
    if setting.required:
        with pytest.raises(ImproperlyConfigured, match=f"Set {setting.name}: "):
            setting()
    else:
        assert setting() == setting.default


def test_a_value_is_read_when_it_is_asked_for(settings: Settings) -> None:
    settings.TELEPHONY_DISK_FLOOR = 7
    assert conf.disk_floor() == 7
    settings.TELEPHONY_VENDORS = ["telephony.vendors.demo.vendor.Demo"]
    assert list(installed()) == ["demo"]
    settings.TELEPHONY_CONTACT_DIRECTORY = f"{__name__}.Nobody"
    assert isinstance(conf.contact_directory(), Nobody)
    assert conf.contact_directory() is conf.contact_directory()


class Nobody(EmptyDirectory):
    def find(self, phone: Any) -> list[ContactCard]:
        return []
