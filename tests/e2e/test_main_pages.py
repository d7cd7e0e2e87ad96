"""The main pages in a browser: nothing that the content security policy refuses, nothing that shuts anybody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PHONE, PageFactory
from tests.rounds import rounds
from tests.servers import Server

ROWS = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from crm.models import Company, Note, Tag, Task
from crm.services import add_contact
from telephony.models import Call, Connection, Extension, Recording, Team
owner = get_user_model().objects.get(username="owner")
office = Connection.objects.create(vendor="mobilon", name="Office", settings={"token": "t"})
Extension.objects.create(connection=office, user=owner, number="101", key="k1")
ivan = add_contact(name="Иван Иванов", phones=["+79235292926"], company="ООО Вектор", responsible=owner)
ivan.tags.add(Tag.objects.create(name="VIP", colour="green"))
now = timezone.now()
for number, status in enumerate(["answered", "no_answer", "busy", "talking"]):
    call = Call.objects.create(
        connection=office, external_id=str(number), direction="incoming", status=status, client_raw="79235292926",
        client_e164="+79235292926", client_match="9235292926", started_at=now - timedelta(minutes=number),
        ended_at=None if status == "talking" else now, contact=ivan, responsible=owner, our_number="74951234567",
    )
    state = ["stored", "waiting", "lost", "expected"][number]
    Recording.objects.create(call=call, state=state, seconds=12.5, peaks=[5, 50])
Note.objects.create(contact=ivan, author=owner, text="Просил перезвонить")
Task.objects.create(contact=ivan, title="Отправить счёт", due_at=now, assignee=owner, created_by=owner)
anna = get_user_model().objects.get(username="anna")
hers = Call.objects.create(
    connection=office, external_id="hers", direction="incoming", status="answered", client_raw="79235292926",
    client_e164="+79235292926", client_match="9235292926", started_at=now, ended_at=now, contact=ivan, responsible=anna,
)
team = Team.objects.create(name="Sales")
team.members.add(anna)
print(ivan.pk, Company.objects.get().pk, call.pk, office.pk, Recording.objects.first().pk, hers.pk, anna.pk, team.pk)
"""
NAMES = ("contact", "company", "call", "office", "recording", "hers", "anna", "team")
"""What ROWS prints the numbers of."""
pytestmark = pytest.mark.proof
PAGES = [
    "/admin/",
    "/telephony/calls/",
    "/telephony/desk/board/",
    "/telephony/desk/settings/",
    "/telephony/desk/why/",
    "/telephony/reconcile/",
    "/admin/telephony/call/{call}/change/",
    "/admin/telephony/recording/",
    "/admin/telephony/recording/{recording}/change/",
    "/admin/telephony/connection/{office}/change/",
    "/admin/telephony/delivery/",
    "/crm/contacts/",
    "/crm/contacts/{contact}/",
    "/crm/contacts/new/",
    "/crm/contacts/import/",
    "/crm/companies/",
    "/crm/companies/{company}/",
    "/crm/tasks/",
    "/people/employees/{anna}/",
    "/admin/telephony/subscription/add/",
    "/admin/telephony/callrule/add/",
    "/admin/telephony/team/{team}/change/",
    "/admin/crm/apitoken/add/",
    "/api/v1/docs/",
]
NAMES_OF_ICONS = """async () => {
    await document.fonts.ready;
    const widthOf = (icon) => {
        const text = document.createRange();
        text.selectNodeContents(icon);
        return text.getBoundingClientRect().width;
    };
    return [...document.querySelectorAll(".material-symbols-outlined")]
        .filter((icon) => widthOf(icon) > 1.6 * parseFloat(getComputedStyle(icon).fontSize))
        .map((icon) => icon.textContent);
}"""
"""Icons that are shown as the letters of their names."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    server = Server(var_dir=tmp_path_factory.mktemp("pages"), asgi=True)
    server.make_tables()
    add_person(server, "owner", is_superuser=True, first_name="Виктор", last_name="Воронов")
    add_person(server, "anna", "Operator", first_name="Анна", last_name="Орлова")
    rows = dict(zip(NAMES, run(server, ROWS).split(), strict=True))
    server.start()
    yield server, rows
    server.stop()


def faults_of(page: Page) -> list[str]:
    """Serious and critical findings of axe, each with the place where it is; of the theme's parts, too."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_without_refused_scripts_and_without_serious_faults(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, address: str
) -> None:
    server, rows = office
    page = browser_page(server, "owner")
    answer = page.goto(address.format(**rows))
    assert answer is not None
    assert answer.status == 200
    assert "content-security-policy" in answer.headers
    assert (
        "'unsafe-inline'" not in answer.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    )
    # The documentation is drf-spectacular's page.
    assert address.endswith("/docs/") or faults_of(page) == []
    assert page.evaluate(NAMES_OF_ICONS) == [], "not in the font: .ci/subset-fonts makes it anew"


@pytest.mark.parametrize("address", PAGES[:-3])
def test_nothing_sticks_out_on_a_phone(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, address: str
) -> None:
    server, rows = office
    page = browser_page(server, "owner", screen=PHONE, dark=True, locale="ru-RU")
    page.goto(address.format(**rows))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert faults_of(page) == []


@pytest.mark.parametrize("screen", [(1440, 900), PHONE], ids=["wide", "phone"])
def test_an_operators_pages_of_a_call_a_contact_and_a_company_are_without_serious_faults(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, screen: tuple[int, int]
) -> None:
    server, rows = office
    page = browser_page(server, "anna", screen=screen, dark=screen == PHONE, locale="ru-RU")
    for address in ("/admin/telephony/call/{hers}/change/", "/crm/contacts/{contact}/", "/crm/companies/{company}/"):
        answer = page.goto(address.format(**rows))
        assert answer is not None
        assert answer.status == 200, address
        assert faults_of(page) == [], address
        links = page.evaluate("[...document.querySelectorAll('main a[href^=\"/\"]')].map((link) => link.href)")
        refused = [link for link in links if page.request.get(link).status == 403]
        assert refused == [], address


MENU = "[...document.querySelectorAll('#nav-sidebar a[href]')].map((link) => link.pathname)"


LOOKS = [("owner", True), ("anna", False), ("owner", False), ("anna", True)]


@pytest.mark.parametrize(("username", "dark"), LOOKS[: rounds(2, full=4)])
def test_every_page_of_the_side_bar_is_without_serious_faults_and_opens(
    office: tuple[Server, dict[str, str]], browser_page: PageFactory, username: str, dark: bool
) -> None:
    """Also: nobody is offered an entry that ends in 403."""
    server, _ = office
    page = browser_page(server, username, dark=dark, locale="ru-RU")
    page.goto("/admin/")
    addresses = page.evaluate(MENU)
    assert len(addresses) > 10
    faults = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        if not address.endswith("/docs/"):
            faults[address] = faults_of(page)
    assert {address: found for address, found in faults.items() if found} == {}
