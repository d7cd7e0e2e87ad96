"""A session that ends in the middle of work: the person signs in on the same page, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import add_person, log_in, run
from tests.e2e.conftest import PageFactory
from tests.servers import Server

pytestmark = pytest.mark.proof
PASSWORD = "correct horse battery"
SET_UP = f"""
from django.contrib.auth.models import User
from crm.models import Contact
user = User.objects.get(username="anna")
user.set_password({PASSWORD!r})
user.save()
print(Contact.objects.create(name="Olga").pk)
"""
END_ALL = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"


@pytest.fixture(scope="module")
def site(new_var_dir: Callable[[], Path]) -> Iterator[tuple[Server, str]]:
    server = Server(var_dir=new_var_dir(), asgi=True)
    server.make_tables()
    add_person(server, "anna", "Operator", first_name="Анна", last_name="Орлова")
    add_person(server, "boris", "Operator")
    contact = run(server, SET_UP)
    server.start()
    yield server, contact
    server.stop()


def sign_in_again(page: Page, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Sign in").click()


def test_a_page_that_is_sent_waits_for_the_password_and_is_then_saved(
    site: tuple[Server, str], browser_page: PageFactory
) -> None:
    server, _ = site
    page = browser_page(server, "anna")
    page.goto("/crm/contacts/new/")
    page.locator("#content [name=name]").fill("Vera Novikova")
    run(server, END_ALL)
    page.evaluate("document.querySelector('#content [name=name]').form.requestSubmit()")
    sign_in_again(page, "not this one")
    expect(page.locator("#people-again [role=alert]")).to_contain_text("Login or password is wrong")
    expect(page.locator("#content [name=name]")).to_have_value("Vera Novikova")
    sign_in_again(page)
    expect(page.locator("h1")).to_contain_text("Vera Novikova")


def test_a_piece_of_a_page_is_sent_again_by_itself(site: tuple[Server, str], browser_page: PageFactory) -> None:
    server, contact = site
    page = browser_page(server, "anna")
    page.goto(f"/crm/contacts/{contact}/")
    page.locator(f"[hx-get$='/contacts/{contact}/edit/']").first.click()
    page.locator("#crm-about [name=position]").fill("Director")
    run(server, END_ALL)
    page.evaluate("document.querySelector('#crm-about form').requestSubmit()")
    sign_in_again(page)
    expect(page.locator("#crm-about form")).to_have_count(0)
    expect(page.locator("#crm-about")).to_contain_text("Director")
    expect(page.get_by_text("Check the connection")).not_to_be_visible()
    expect(page.locator("#login-form")).to_have_count(0)


def test_filters_of_a_list_bring_the_dialog_and_no_login_page(
    site: tuple[Server, str], browser_page: PageFactory
) -> None:
    server, _ = site
    page = browser_page(server, "anna")
    page.goto("/crm/contacts/")
    run(server, END_ALL)
    page.locator("#content [name=q]").fill("Olg")
    sign_in_again(page)
    expect(page.locator("#people-again")).not_to_be_visible()
    expect(page.locator("#login-form")).to_have_count(0)


def test_who_signs_in_elsewhere_comes_back_by_itself_and_nobody_else_sees_the_page(
    site: tuple[Server, str], browser_page: PageFactory
) -> None:
    server, _ = site
    page = browser_page(server, "anna")
    page.goto("/crm/contacts/new/")
    page.locator("#content [name=name]").fill("Boris must not send this")
    run(server, END_ALL)
    page.evaluate("window.dispatchEvent(new Event('tel-desk-refresh'))")
    dialog = page.locator("#people-again")
    expect(dialog).to_be_visible()
    page.context.add_cookies([log_in(server, "anna")])  # type: ignore[list-item]
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(dialog).not_to_be_visible()
    page.context.add_cookies([log_in(server, "boris")])  # type: ignore[list-item]
    with page.expect_navigation():
        page.evaluate("document.querySelector('#content [name=name]').form.requestSubmit()")
    expect(page.locator("#people-again")).to_have_attribute("data-user", run(server, BORIS))


BORIS = "from django.contrib.auth.models import User; print(User.objects.get(username='boris').pk)"


def test_the_login_page_has_the_focus(site: tuple[Server, str], browser_page: PageFactory) -> None:
    """The page is hidden until its scripts ran: by itself a hidden field takes none."""
    page = browser_page(site[0])
    page.goto("/admin/login/")
    expect(page.locator("#id_username")).to_be_focused()


def test_the_login_page_works_without_scripts(site: tuple[Server, str], browser_page: PageFactory) -> None:
    server, _ = site
    page = browser_page(server, java_script_enabled=False)
    page.goto("/admin/login/")
    expect(page.locator("#id_username")).to_be_focused()
    page.get_by_role("button", name="Русский").click()
    page.get_by_label("Логин").fill("anna")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page).to_have_url(f"{server.url}/admin/")
