"""Passkeys in a browser with a virtual authenticator, and the pages of people and sign-in as a person sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.e2e.browser import add_person, run, shot
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.main_pages import faults_of
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
PASSWORD = "correct horse battery"
SET_PASSWORD = f"""
from django.contrib.auth.models import User
user = User.objects.get(username="anna")
user.set_password({PASSWORD!r})
user.save()
print(user.pk)
"""
WIDE = (1440, 900)
OWN = ("/account/second-factor/", "/account/sessions/", "/account/reauthenticate/")
PEOPLE = ("/people/employees/", "/people/employees/new/", "/people/employees/{anna}/", "/people/sign-ins/")


@pytest.fixture(scope="module")
def site(new_var_dir: Callable[[], Path]) -> Iterator[tuple[Server, str]]:
    server = Server(var_dir=new_var_dir(), asgi=True)
    server.make_tables()
    add_person(server, "owner", is_superuser=True, first_name="Виктор", last_name="Воронов")
    add_person(server, "anna", "Operator", first_name="Анна", last_name="Орлова")
    anna = run(server, SET_PASSWORD)
    server.start()
    yield server, anna
    server.stop()


def _fill_in_password(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.fill("#id_username", "anna")
    page.fill("#id_password", PASSWORD)
    page.click("#login-form button[type=submit]")


def _forget(page: Page) -> None:
    """Nothing of the page before is still asked for: its answer would bring cookies that the next form doesn't know."""
    page.goto("about:blank")
    page.context.clear_cookies()


def _signed_in(page: Page) -> None:
    try:
        page.wait_for_url("**/admin/")
    except PlaywrightTimeout:
        pytest.fail(f"{page.url}: {page.locator('body').inner_text()[:1000]}")


def test_a_passkey_is_added_asked_for_after_the_password_and_opens_by_itself(
    site: tuple[Server, str], browser_page: PageFactory
) -> None:
    server, _anna = site
    name = server.url.replace("127.0.0.1", "localhost")  # A passkey belongs to a name, not to an address.
    page = browser_page(server, fresh=True)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    _fill_in_password(page, name)
    page.wait_for_url("**/admin/")
    page.goto(f"{name}/account/second-factor/webauthn/add/")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit].people-wide")
    page.wait_for_selector("#mfa_webauthn_add")
    shot(page, "passkey-add")
    assert faults_of(page) == []
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator(".people-codes li")).to_have_count(10)

    _forget(page)
    _fill_in_password(page, name)
    page.wait_for_url("**/second-factor/authenticate/")
    shot(page, "second-factor")
    assert faults_of(page) == []
    page.click("#mfa_webauthn_authenticate")
    _signed_in(page)

    _forget(page)
    page.goto(f"{name}/admin/login/")
    page.click("#passkey_login")
    _signed_in(page)
    page.goto(f"{name}/account/sessions/")
    expect(page.locator(".people-locks li")).to_have_count(3)


LOOKS = [(WIDE, "en-US"), (PHONE, "ru-RU"), (WIDE, "ru-RU"), (PHONE, "en-US")]


@pytest.mark.parametrize(("screen", "language"), LOOKS[: rounds(2, full=4)])
def test_pages_fit_and_shut_nobody_out(
    site: tuple[Server, str], browser_page: PageFactory, screen: tuple[int, int], language: str
) -> None:
    server, anna = site
    page = browser_page(server, "owner", screen=screen, locale=language)
    stranger = browser_page(server, screen=screen, locale=language)
    for window, addresses in ((stranger, ("/admin/login/", "/people/password/x/y/")), (page, (*OWN, *PEOPLE))):
        for address in addresses:
            answer = window.goto(address.format(anna=anna))
            assert answer is not None
            assert answer.status == 200, address
            name = address.format(anna="anna").strip("/").replace("/", "-")
            shot(window, f"{name}-{language[:2]}-{screen[0]}")
            assert window.evaluate("document.documentElement.scrollWidth") <= screen[0], address
            assert faults_of(window) == [], address
