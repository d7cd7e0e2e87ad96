"""Numbers and phones as typed on the command line."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from telephony.simulator.targets import Casting, clients_from, employees_from, of_address
from telephony.vendors.simulated import Employee


def test_clients_come_from_a_list_or_a_file_without_repeats(tmp_path: Path) -> None:
    numbers = ["+79235292926", "+74957770011"]
    assert clients_from("8 (923) 529-29-26, 84957770011,89235292926", "RU") == numbers
    file = tmp_path / "clients.txt"
    file.write_text("+79235292926\n\n 8 495 777-00-11\n", encoding="utf-8")
    assert clients_from(str(file), "RU") == numbers


def test_employees_have_numbers_keys_or_both() -> None:
    assert employees_from(["101", "102"], []) == [Employee(extension="101"), Employee(extension="102")]
    assert employees_from(["101"], ["abc"]) == [Employee(extension="101", key="abc")]
    assert employees_from([], ["abc"]) == [Employee(extension="abc", key="abc")]


@pytest.mark.parametrize(
    ("variant", "typed", "usable"), [("template", ([], ["abc"]), True), ("json", ([], ["abc"]), False)]
)
def test_only_phones_that_the_form_can_name_take_part(
    variant: str, typed: tuple[list[str], list[str]], usable: bool
) -> None:
    casting = Casting(employees=employees_from(*typed), variant=variant)
    arguments = {"url": "http://127.0.0.1/", "settings": {}, "time_zone": ZoneInfo("Europe/Moscow")}
    if usable:
        of_address("mobilon", casting=casting, **arguments)  # type: ignore[arg-type]
        return
    with pytest.raises(ValueError, match="internal number"):
        of_address("mobilon", casting=casting, **arguments)  # type: ignore[arg-type]
