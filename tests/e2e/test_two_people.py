"""Two browsers edit one contact: every change is there in the end, or somebody was asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import run
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.office import Office
from tests.rounds import rounds

pytestmark = pytest.mark.proof
CHANGES = {"name": "Olga Orlova", "position": "Director", "email": "o@example.ru", "company_name": "Orel"}
FIELDS = list(CHANGES)
PAIRS = [(field, FIELDS[(at + further) % len(FIELDS)]) for further in (1, 2, 3) for at, field in enumerate(FIELDS)]
"""In all orders; in the first four each field is once what is saved first, and once what is saved after it."""


@pytest.fixture
def two(office: Office, browser_page: PageFactory) -> list[Page]:
    return [browser_page(office.server, "anna"), browser_page(office.server, "boris", screen=PHONE, locale="ru-RU")]


def new_contact(office: Office) -> str:
    return run(office.server, "from crm.models import Contact; print(Contact.objects.create(name='Olga').pk)")


def open_form(page: Page, key: str) -> None:
    page.goto(f"/crm/contacts/{key}/")
    page.locator(f"[hx-get$='/contacts/{key}/edit/']").first.click()
    expect(page.locator("#crm-about [name=position]")).to_be_visible()


def save(page: Page) -> None:
    page.locator("#crm-about .tel-button-primary").click()


def test_fields_in_all_orders(office: Office, two: list[Page]) -> None:
    for fields in PAIRS[: rounds(4, full=12)]:
        key = new_contact(office)
        for page in two:
            open_form(page, key)
        for page, field in zip(two, fields, strict=True):
            page.locator(f"#crm-about [name={field}]").fill(CHANGES[field])
            save(page)
            expect(page.locator("#crm-about form")).to_have_count(0)
        told = two[1].locator("#crm-about .tel-meanwhile")
        expect(told).to_contain_text(CHANGES[fields[0]])
        open_form(two[0], key)
        for field in fields:
            expect(two[0].locator(f"#crm-about [name={field}]")).to_have_value(CHANGES[field])


def test_the_same_field_is_asked_about(office: Office, two: list[Page]) -> None:
    key = new_contact(office)
    for page in two:
        open_form(page, key)
    for page, position in zip(two, ("Director", "Owner"), strict=True):
        page.locator("#crm-about [name=position]").fill(position)
    two[0].locator("#crm-about [name=email]").fill("o@example.ru")
    save(two[0])
    expect(two[0].locator("#crm-about form")).to_have_count(0)
    save(two[1])
    question = two[1].locator("#crm-about .tel-meanwhile")
    expect(question).to_contain_text("Director")
    expect(two[1].locator("#crm-about [name=email]")).to_have_value("o@example.ru")
    assert two[1].evaluate("document.documentElement.scrollWidth <= innerWidth")
    question.locator("label", has_text="Owner").click()
    save(two[1])
    expect(two[1].locator("#crm-about form")).to_have_count(0)
    told = run(
        office.server, f"from crm.models import Contact; c = Contact.objects.get(pk={key}); print(c.position, c.email)"
    )
    assert told == "Owner o@example.ru"
