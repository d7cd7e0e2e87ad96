"""What Telphin tells of its phones when it tells something else than expected."""

from __future__ import annotations

import pytest

from telephony.http import Response
from telephony.vendors import get_vendor
from telephony.vendors.listing import AskFailed, AskProblem
from telephony.vendors.telphin.office import MOST_PAGES, PAGE
from tests.vendors.dialling import profile_of
from tests.vendors.talks import answer, held
from tests.vendors.test_telphin import GIVEN, SETTINGS

WHOLE_PAGE = answer([{"id": number, "name": f"1234*{number}", "label": "", "type": "phone"} for number in range(PAGE)])


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (answer({"message": "Forbidden"}, status=403), AskProblem.REFUSED),
        (answer("no list of anything"), AskProblem.UNREADABLE),
    ],
)
def test_what_is_no_list_is_told_in_words(told: Response, problem: AskProblem) -> None:
    with pytest.raises(AskFailed) as failure:
        held(get_vendor("telphin").office.employees(profile_of(**SETTINGS)), GIVEN, told)
    assert failure.value.code == problem


def test_phones_are_asked_for_page_by_page_and_not_for_ever() -> None:
    office = get_vendor("telphin").office
    _, found = held(office.employees(profile_of(**SETTINGS)), GIVEN, WHOLE_PAGE, answer([]))
    assert len(found) == PAGE
    _, found = held(office.employees(profile_of(**SETTINGS)), GIVEN, *[WHOLE_PAGE] * MOST_PAGES)
    assert len(found) == PAGE * MOST_PAGES
