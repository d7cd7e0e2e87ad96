"""Address books imported in a browser, from the file to the contacts and back, as a person does it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PHONE, PageFactory
from tests.e2e.main_pages import faults_of
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
BOOKS = Path(__file__).parents[1] / "crm" / "imports" / "books"
WORK = "from crm.imports.running import run_due; run_due()"
NAMES = (
    "import json; from crm.models import Contact; print(json.dumps([c.name for c in Contact.objects.order_by('pk')]))"
)
ODD = """Отчёт по клиентам;;;
ФИО;Телефон;Почта;Ответственный
Иван Петров;8 495 200-12-01;ivan@example.com;Кто-то
Анна Сидорова;8 495 200-12-01;не почта;Кто-то
Глеб Орлов;7,91612E+10;;
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(var_dir=tmp_path_factory.mktemp("imports"), asgi=True)
    made.make_tables()
    add_person(made, "anna", "Administrator", first_name="Анна", last_name="Орлова")
    made.start()
    yield made
    made.stop()


def choose(page: Page, server: Server, path: Path) -> None:
    page.goto("/crm/contacts/import/")
    page.set_input_files("input[type=file]", path)
    press(page.get_by_role("button", name="Read the file"))
    read(page, server)


def press(button: Locator) -> None:
    """And wait for the page that answers: the one before has much that is looked for, too."""
    with button.page.expect_navigation():
        button.click()


def read(page: Page, server: Server) -> None:
    """A worker reads the file; the page shows by itself what is in it."""
    page.wait_for_selector("#crm-import")
    run(server, WORK)
    page.wait_for_selector("form.crm-import")


def start(page: Page, server: Server) -> None:
    press(page.locator("button[name=start]"))
    run(server, WORK)
    expect(page.get_by_text("Done.")).to_be_visible()


def names(server: Server) -> list[str]:
    return list(json.loads(run(server, NAMES)))


def books() -> list[Path]:
    """The first of each kind of file, or all: what comes of each of them is tested without a browser, too."""
    paths = sorted(path for path in BOOKS.iterdir() if path.suffix != ".json")
    firsts = {path.suffix: path for path in reversed(paths)}
    return [path for path in paths if path in firsts.values() or rounds(0, full=1)]


def test_every_address_book_comes_with_two_presses_of_a_button(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "anna")
    expected = names(server)
    for path in books():
        choose(page, server, path)
        press(page.locator("button[name=start]"))
        expected += [
            contact["name"] for contact in json.loads(path.with_name(f"{path.name}.json").read_text())["contacts"]
        ]
    run(server, WORK)
    expect(page.get_by_text("Done.")).to_be_visible()
    assert names(server) == expected


def test_questions_people_heads_and_taking_back(server: Server, browser_page: PageFactory, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(ODD, encoding="cp1251")
    page, before = browser_page(server, "anna"), names(server)
    choose(page, server, path)
    assert faults_of(page) == []
    page.get_by_text("How the file was read").click()
    page.get_by_label("Line 1 names the columns").check()
    press(page.get_by_role("button", name="Read it like this"))
    read(page, server)
    expect(page.get_by_text("line 1 names the columns")).to_be_visible()
    page.get_by_text("How the file was read").click()
    page.get_by_label("Line 2 names the columns").check()
    press(page.get_by_role("button", name="Read it like this"))
    read(page, server)
    expect(page.get_by_text("Excel has shortened the number")).to_be_visible()
    page.locator("select[name=person-0]").select_option(label="Анна Орлова")
    page.get_by_role("group", name="Анна Сидорова").get_by_label("the same person").check()
    press(page.get_by_role("button", name="Check again"))
    expect(page.get_by_role("group", name="Анна Сидорова").get_by_label("the same person")).to_be_checked()
    start(page, server)
    assert names(server) == [*before, "Иван Петров"]
    assert faults_of(page) == []
    page.get_by_text("Take this import back").click()
    press(page.get_by_role("button", name="Yes, take"))
    run(server, WORK)
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert names(server) == before


def test_nothing_sticks_out_on_a_phone_in_russian(server: Server, browser_page: PageFactory, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(ODD)
    page = browser_page(server, "anna", screen=PHONE, dark=True, locale="ru-RU")
    page.goto("/crm/contacts/import/")
    page.set_input_files("input[type=file]", path)
    press(page.get_by_role("button", name="Прочитать файл"))
    read(page, server)
    page.evaluate("document.querySelectorAll('details').forEach(found => found.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert faults_of(page) == []
