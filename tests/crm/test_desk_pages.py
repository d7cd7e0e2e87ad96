"""Contacts and companies as staff work with them: lists, pages, forms in place, quick search."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Company, Contact, Note, Tag, Task
from crm.selectors.filters import PAGE
from crm.services import add_contact
from tests.crm.desk import HTMX, NUMBER, browser, call_of, member, vasya

pytestmark = pytest.mark.django_db

LIST, COMPANIES = "/crm/contacts/", "/crm/companies/"


@pytest.fixture
def anna() -> User:
    return member("Administrator", "anna", first_name="Анна", last_name="Орлова")


@pytest.fixture
def client(anna: User) -> Client:
    return browser(anna)


def names(client: Client, address: str = LIST, **query: Any) -> list[str]:
    return [row.name for row in client.get(address, query, headers=HTMX).context["rows"]]


class TestList:
    def test_an_empty_one_says_what_to_do(self, client: Client) -> None:
        assert "Add the first contact" in client.get(LIST).text
        assert "Add the first company" in client.get(COMPANIES).text

    def test_it_is_narrowed_by_words_tag_and_who_is_responsible(self, client: Client, anna: User) -> None:
        boris, vip = member("Operator", "boris"), Tag.objects.create(name="VIP", colour="red")
        add_contact(name="Вася", phones=[NUMBER], responsible=anna, tags=[vip])
        add_contact(name="Петя", phones=[], responsible=boris, tags=[vip])
        add_contact(name="Яков", phones=[])
        assert names(client) == ["Вася", "Петя", "Яков"]
        assert names(client, tag=vip.pk) == ["Вася", "Петя"]
        assert names(client, responsible="me") == ["Вася"]
        assert names(client, responsible=boris.pk, tag=vip.pk) == ["Петя"]
        assert names(client, responsible="none") == ["Яков"]
        assert names(client, q="8 (923) 529", tag=vip.pk, responsible="me") == ["Вася"]
        assert names(client, tag="x", responsible="'; --", after="x", after_name="x") == ["Вася", "Петя", "Яков"]
        assert "Вася" in client.get(LIST, {"tag": vip.pk}).text

    def test_who_is_not_found_can_be_added(self, client: Client) -> None:
        vasya()
        assert "/crm/contacts/new/?phone=8+999" in client.get(LIST, {"q": "8 999"}).text
        html = client.get(LIST, {"q": "Зоя"}).text
        assert "Nobody is found for “Зоя”" in html
        link = html.partition('href="/crm/contacts/new/?name=')[2].partition('"')[0]
        assert 'value="Зоя"' in client.get(f"/crm/contacts/new/?name={link}").text

    @pytest.mark.parametrize("address", [LIST, COMPANIES])
    def test_it_goes_on_page_by_page_without_gaps(self, client: Client, address: str) -> None:
        model: Any = Contact if address == LIST else Company
        rows = [model(name=f"ООО {number // 3 if address == LIST else number:03}") for number in range(2 * PAGE + 5)]
        for row in rows:
            row.save()
        seen, query = [], ""
        while True:
            context = client.get(f"{address}?{query}", headers=HTMX).context
            seen += [row.pk for row in context["rows"]]
            if not (query := context["next"]):
                break
        assert sorted(seen) == sorted(row.pk for row in rows)
        assert len(seen) == len(set(seen))

    def test_companies_show_how_many_work_there(self, client: Client, anna: User) -> None:
        vasya(company="Рога")
        company = Company.objects.get()
        company.responsible = anna
        company.save()
        response = client.get(COMPANIES, {"q": "рог", "responsible": "me"}, headers=HTMX)
        assert [row.contact_count for row in response.context["rows"]] == [1]
        assert "No company is found" in client.get(COMPANIES, {"q": "копыта"}, headers=HTMX).text


class TestContact:
    def test_it_is_added_on_a_page_of_its_own(self, client: Client, anna: User) -> None:
        assert f'value="{NUMBER}"' in client.get("/crm/contacts/new/", {"phone": NUMBER}).text
        assert "This field is required." in client.post("/crm/contacts/new/", {"name": ""}).text
        vip = Tag.objects.create(name="VIP")
        fields = {"name": "Вася", "phones": ["", "8 923 529-29-26"], "tags": [vip.pk], "responsible": anna.pk}
        response = client.post("/crm/contacts/new/", {**fields, "company_name": "Рога", "source": "сайт"})
        contact = Contact.objects.get()
        assert response.headers["Location"] == contact.get_absolute_url() == f"/crm/contacts/{contact.pk}/"
        assert (contact.source, contact.responsible, contact.created_by) == ("сайт", anna, anna)
        assert contact.company is not None
        assert contact.company.created_by == anna
        assert [tag.name for tag in contact.tags.all()] == ["VIP"]

    def test_it_is_changed_in_its_place(self, client: Client) -> None:
        contact = vasya(company="Рога")
        address = reverse("crm:contact-edit", args=[contact.pk])
        assert 'value="Рога"' in client.get(address).text
        wrong = client.post(address, {"name": "Вася", "phones": ["нет"], "email": "v@example.ru"})
        assert "There is no digit in this number." in wrong.text
        assert 'value="нет"' in wrong.text
        kept = contact.phones.get()
        fields = {"name": "Василий", "phones": [NUMBER, "101"], "company_name": "", "position": "директор"}
        response = client.post(address, fields)
        assert json.loads(response.headers["HX-Trigger"]) == {"crm-saved": {"contact": contact.pk}}
        assert "Василий" in response.text
        contact = Contact.objects.get()
        assert (contact.company, contact.position, contact.created_by) == (None, "директор", None)
        assert [str(phone) for phone in contact.phones.all()] == [NUMBER, "101"]
        assert contact.phones.first() == kept
        client.post(address, {"name": "Василий", "phones": ["101"]})
        assert [str(phone) for phone in contact.phones.all()] == ["101"]

    def test_others_with_the_same_number_are_pointed_out(self, client: Client) -> None:
        contact, other = vasya(), add_contact(name="Петя", phones=[NUMBER], company="Рога")
        add_contact(name="Яков", phones=["009235292926"])
        html = client.get(contact.get_absolute_url()).text
        assert "Others have the same number:" in html
        assert reverse("crm:merge-preview", args=[contact.pk, other.pk]) in html
        assert "Яков" not in html
        hint = client.get(reverse("crm:number-owners"), {"phones": ["8 923 529 29 26", ""], "contact": contact.pk})
        assert hint.context["owners"] == [other]
        assert client.get(reverse("crm:number-owners"), {"phones": "нет"}).context["owners"] == []

    def test_one_that_has_nothing_yet_says_so(self, client: Client) -> None:
        html = client.get(Contact.objects.create(name="# 1").get_absolute_url()).text
        assert "No number yet" in html
        assert "Nothing yet." in html

    def test_there_is_none(self, client: Client) -> None:
        for page in ("contact", "contact-about", "contact-edit", "contact-timeline", "contact-tasks", "merge"):
            assert client.get(reverse(f"crm:{page}", args=[1])).status_code == 404


def test_a_company_is_added_and_changed(client: Client, anna: User) -> None:
    assert 'value="Рога"' in client.get("/crm/companies/new/", {"name": "Рога"}).text
    assert "This field is required." in client.post("/crm/companies/new/", {"name": ""}).text
    wrong = client.post("/crm/companies/new/", {"name": "Рога", "site": "javascript:alert(1)"})
    assert "Enter a valid URL." in wrong.text
    client.post("/crm/companies/new/", {"name": "Рога", "site": "example.ru"})
    company = Company.objects.get()
    assert (company.created_by, company.site_url) == (anna, "https://example.ru")
    address = reverse("crm:company-edit", args=[company.pk])
    assert 'value="example.ru"' in client.get(address).text
    assert "already exists" in client.post(address, {"name": Company.objects.create(name="Копыта").name}).text
    assert "Рога и Копыта" in client.post(address, {"name": "Рога и Копыта"}).text
    options = client.get(reverse("crm:company-options"), {"company_name": "коп"})
    assert sorted(options.context["names"]) == ["Копыта", "Рога и Копыта"]
    assert list(client.get(reverse("crm:company-options")).context["names"]) == []


def test_tags_are_kept_in_the_admin(client: Client) -> None:
    add = reverse("admin:crm_tag_add")
    assert client.post(add, {"name": "VIP", "colour": "red"}).status_code == 302
    vasya(tags=[Tag.objects.get()])
    html = client.get(reverse("admin:crm_tag_changelist")).text
    assert '<span class="crm-tag crm-tag-red">VIP</span>' in html
    assert "This field is required." in client.post(add, {"name": "", "colour": "red"}).text


class TestQuickSearch:
    def test_names_companies_and_numbers_with_buttons_to_call(self, client: Client) -> None:
        vasya(company="Рога и Копыта")
        response = client.get(reverse("crm:quick-search"), {"q": "рога"})
        assert [row.name for row in response.context["contacts"]] == ["Вася Пупкин"]
        assert [row.name for row in response.context["companies"]] == ["Рога и Копыта"]
        assert f'data-dial="{NUMBER}"' in response.text
        assert client.get(reverse("crm:quick-search")).text.strip() == ""
        assert "Nothing is found" in client.get(reverse("crm:quick-search"), {"q": "зоя"}).text

    def test_a_number_that_is_nobodys_can_be_called_and_added(self, client: Client) -> None:
        html = client.get(reverse("crm:quick-search"), {"q": "8 (923) 529-29-26"}).text
        assert f'data-dial="{NUMBER}"' in html
        assert f"{reverse('crm:contact-new')}?phone=%2B79235292926" in html

    def test_it_is_on_every_page_for_those_who_see_contacts(self, client: Client) -> None:
        for address in (reverse("admin:index"), reverse("admin:telephony_connection_changelist"), LIST):
            assert "data-finder" in client.get(address).text
        assert "data-finder" not in browser(member("")).get(reverse("admin:index")).text
        assert "data-finder" not in Client().get(reverse("admin:login")).text


def test_pages_take_as_many_queries_for_much_as_for_little(client: Client, anna: User) -> None:
    contact, counts = vasya(company="Рога"), []
    add_contact(name="Петя", phones=[NUMBER], company="Рога")
    assert contact.company is not None
    addresses = [LIST, COMPANIES, contact.get_absolute_url(), contact.company.get_absolute_url(), "/crm/tasks/"]
    addresses += [f"{reverse('crm:quick-search')}?q=а"]
    tags = [Tag.objects.create(name=str(number)) for number in range(3)]
    for size in (2, 12):
        for number in range(size):
            other = add_contact(
                name=f"Анна {size}{number}", phones=[f"+7923{size}{number:06}"], company=f"ООО {size}{number}"
            )
            call = call_of(contact, user=anna, recorded=True)
            Note.objects.create(contact=contact, text="x", author=member("Operator", f"{size}-{number}"), call=call)
            for done in (None, call.started_at):
                Task.objects.create(contact=contact, title="x", due_at=call.started_at, assignee=anna, done_at=done)
                Task.objects.create(contact=other, title="x", due_at=call.started_at, assignee=anna, done_at=done)
            other.tags.set(tags)
        counts.append([_queries(client, address) for address in addresses])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 30, dict(zip(addresses, counts[1], strict=True))


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(database) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
