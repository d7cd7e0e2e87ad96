"""System checks: wrong settings are said before the first call."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from telephony import checks
from telephony.vendors.demo.vendor import Demo

DEMO = "telephony.vendors.demo.vendor.Demo"


class Twin(Demo):
    """Another vendor that took demo's slug."""


class Nameless(Demo):
    slug = ""


class Mute:
    """A directory that finds nobody, because it can't look."""


def test_our_own_settings_are_sound() -> None:
    assert checks.vendors_are_sound() == checks.directory_is_sound() == []


@pytest.mark.parametrize(
    ("paths", "ids", "text"),
    [
        (["telephony.vendors.none.Vendor"], ["telephony.E001"], "names telephony.vendors.none.Vendor, which can't"),
        ([DEMO, "no_dots"], ["telephony.E001"], "names no_dots"),
        (["telephony.vendors.demo.vendor.parse_message"], ["telephony.E002"], "is no Vendor"),
        (["telephony.domain.events.Phone"], ["telephony.E002"], "is no Vendor"),
        ([DEMO, f"{__name__}.Twin"], ["telephony.E003"], "have the same slug"),
        ([f"{__name__}.Nameless"], ["telephony.E006"], "has no slug"),
        (["telephony.gone.A", "telephony.gone.B"], ["telephony.E001"] * 2, "names telephony.gone.A"),
    ],
)
def test_each_vendor_has_to_be_one(settings: Settings, paths: list[str], ids: list[str], text: str) -> None:
    settings.TELEPHONY_VENDORS = paths
    problems = [problem for problem in run_checks() if str(problem.id).startswith("telephony.")]
    assert [problem.id for problem in problems] == ids
    assert text in problems[0].msg


@pytest.mark.parametrize(
    ("path", "number"),
    [("telephony.domain.directory.None_", "telephony.E004"), (f"{__name__}.Mute", "telephony.E005")],
)
def test_the_directory_has_to_find_contacts(settings: Settings, path: str, number: str) -> None:
    settings.TELEPHONY_CONTACT_DIRECTORY = path
    (problem,) = checks.directory_is_sound()
    assert problem.id == number
    assert f"TELEPHONY_CONTACT_DIRECTORY names {path}" in problem.msg


def test_without_a_directory_nobody_is_known(settings: Settings) -> None:
    del settings.TELEPHONY_CONTACT_DIRECTORY
    assert checks.directory_is_sound() == []
