"""A number is called as it is written: with words, marks, quotes or an extension around it."""

from __future__ import annotations

import pytest

from telephony.models import Dial
from tests.dialing.pbx import Pbx
from tests.dialing.test_address import browser_of, post
from tests.numbers.http_cases import DIALLED, lines

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "number"), [(line, number) for name, number in DIALLED.items() for line in lines(name)]
)
def test_a_click_calls_what_is_written(pbx: Pbx, written: str, number: str) -> None:
    phone = pbx.phone("sipuni")
    status, told = post(browser_of(phone.user), phone=written)
    assert (status, told["state"]) == (200, "sent")
    assert Dial.objects.get().phone_e164 == number


def test_an_extension_is_said_for_the_caller_to_dial(pbx: Pbx) -> None:
    phone = pbx.phone("sipuni")
    _status, told = post(browser_of(phone.user), phone="+79162002909;ext=5")
    assert told["text"].endswith("+7 916 200-29-09 is called. Then dial the extension: 5.")
