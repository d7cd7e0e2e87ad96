"""What holds for every vendor's orders to call."""

from __future__ import annotations

import re

import pytest

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.numbers import as_dialled, shown
from telephony.vendors import installed
from telephony.vendors.dialing import clean, refused
from tests.vendors.dialling import ORDER, answer_to, profile_of, request_of

SLUGS = ["sipuni", "wirecrm", "xvb", "mobilon"]


def test_who_can_not_dial_says_so() -> None:
    unable = {slug: vendor for slug, vendor in installed().items() if not vendor.can_dial}
    assert {"demo", "push"} <= set(unable)
    for slug, vendor in unable.items():
        with pytest.raises(NotImplementedError, match=re.escape(vendor.label)):
            vendor.dial_request(profile_of(), ORDER)
        with pytest.raises(NotImplementedError, match=re.escape(vendor.label)):
            answer_to(slug, "")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_may_have_reached_the_pbx(slug: str, status: int) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to(slug, "Bad gateway", status=status)
    assert failure.value.code == DialProblem.NO_ANSWER
    assert not failure.value.permanent


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("SIP-номер не зарегистрирован", DialProblem.NOT_REGISTERED),
        ("Abonent is offline", DialProblem.NOT_REGISTERED),
        ("Неверный ключ", DialProblem.WRONG_KEY),
        ("Wrong hash", DialProblem.WRONG_TOKEN),
        ("Доступ запрещён", DialProblem.WRONG_TOKEN),
        ("Number is not assigned", DialProblem.BAD_NUMBER),
        ("Нет абонента", DialProblem.NO_SUBSCRIBER),
        ("Пополните счёт", DialProblem.REFUSED),
        ("", DialProblem.REFUSED),
    ],
)
def test_a_refusal_in_words(said: str, code: DialProblem) -> None:
    assert refused(said).code == code


def test_words_are_shown_in_one_line_and_shortened() -> None:
    assert clean("  a\r\n\x00b\u202e\tc ") == "a b c"
    assert len(clean("слово " * 100)) <= 200


def test_what_is_wrong_for_good_and_what_passes() -> None:
    assert DialFailed(DialProblem.WRONG_TOKEN).permanent
    assert not DialFailed(DialProblem.NOT_REGISTERED).permanent


def test_settings_stand_in_no_address() -> None:
    for slug in SLUGS:
        settings = {name: f"https://canary.example.ru/{name}" for name in ("dial_url", "cloud_url", "api_url")}
        request = request_of(
            slug, user="012345", secret="canary-1", dial_token="canary-2", token="canary-3", **settings
        )
        assert "canary-" not in request.url + str(request.query) + str(request.headers)


@pytest.mark.parametrize(
    ("e164", "region", "dialled"),
    [
        ("+79050000000", "RU", "89050000000"),
        ("+79050000000", "US", "01179050000000"),
        ("+375291234567", "RU", "810375291234567"),
        ("+71234567890", "RU", "81234567890"),
    ],
)
def test_as_dialled(e164: str, region: str, dialled: str) -> None:
    assert as_dialled(e164, region) == dialled


def test_as_shown() -> None:
    assert shown("+79235292926") == "+7 923 529-29-26"
