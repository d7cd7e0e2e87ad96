"""What cannot be given is told in words, in the person's language, with a way back; a script gets a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import urls

FAULTS = {
    400: SuspiciousOperation("odd"),
    403: PermissionDenied(),
    404: Http404(),
    413: RequestDataTooBig("much"),
    500: ZeroDivisionError("secret"),
}


def fail(request: HttpRequest, code: int) -> HttpResponse:
    raise FAULTS[code]


urlpatterns = [path("fail/<int:code>/", fail), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
BROWSER = {"accept": "text/html,application/xhtml+xml", "host": "localhost"}
TITLES = {
    400: ("This request can&#x27;t be read", "Запрос не удалось прочитать"),
    403: ("You may not open this", "Эта страница вам недоступна"),
    404: ("There is no such page", "Такой страницы нет"),
    413: ("This is too much at once", "Слишком много за один раз"),
    500: ("Something went wrong on our side", "У нас что-то сломалось"),
}


@pytest.fixture
def browser() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_fault_is_told_in_words_without_the_database(browser: Client, code: int, language: str) -> None:
    """No test database is opened here: a query would fail."""
    answer = browser.get(f"/fail/{code}/", headers={**BROWSER, "accept-language": language})
    assert answer.status_code == code
    assert f"<h1>{TITLES[code][language == 'ru']}</h1>" in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert 'href="/admin/"' in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert "secret" not in answer.text


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"accept": "text/html", "hx-request": "true"}, {}])
def test_a_script_gets_one_sentence(browser: Client, code: int, headers: dict[str, str]) -> None:
    answer = browser.get(f"/fail/{code}/", headers={**headers, "accept-language": "en", "host": "localhost"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (code, "text/plain; charset=utf-8")
    assert TITLES[code][0].replace("&#x27;", "'") in answer.text
    assert "<" not in answer.text


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost/crm/contacts/?q=a&b=1", "/crm/contacts/?q=a&amp;b=1"),
        ("http://localhost/fail/404/", None),
        ("https://other.example/crm/", None),
        ("http://localhost//other.example/", None),
        ("", None),
    ],
)
def test_back_leads_to_our_own_page_only(browser: Client, referer: str, back: str | None) -> None:
    answer = browser.get("/fail/404/", headers={**BROWSER, "accept-language": "en", "referer": referer})
    assert ("Go back" in answer.text) is (back is not None)
    assert back is None or f'href="{back}"' in answer.text
    assert "other.example" not in answer.text


def test_an_old_page_says_that_it_is_old() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"username": "a"}, headers={**BROWSER, "accept-language": "ru"})
    assert answer.status_code == 403
    assert "Страница была открыта слишком долго" in answer.text


@pytest.mark.django_db
def test_an_operator_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(get_user_model().objects.create(username="anna", is_staff=True))
    answer = client.get("/people/sign-ins/", headers={**BROWSER, "accept-language": "ru"})
    assert answer.status_code == 403
    assert "попросите администратора" in answer.text
