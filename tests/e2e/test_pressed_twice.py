"""While the database is locked for four seconds people press again, reload, go back: it is done once all the same."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PageFactory
from tests.e2e.office import Office
from tests.rounds import rounds
from tests.servers import Server

pytestmark = pytest.mark.proof
LOCKED = 4.0
"""Seconds: longer than people wait before they press again."""
COUNT = "from {module} import {model}; print({model}.objects.filter({where}).count())"
MAKE_CONTACT = "from crm.models import Contact; print(Contact.objects.create(name='Ivan').pk)"
ADMIN, DESK, COMPOSE = "[name=_save]", "form .tel-button-primary", "#crm-compose [data-submits]"


@dataclass(frozen=True, kw_only=True)
class Form:
    """A page, what is done on it before the button is pressed, and the row that comes of it."""

    path: str
    button: str
    typed: Mapping[str, str]
    model: str
    where: str
    clicked: str = ""
    ticked: str = ""
    is_part: bool = False
    """Of a page that stays."""


FORMS: dict[str, Form] = {
    "contact": Form(
        path="/crm/contacts/new/",
        button=DESK,
        typed={"name": "Olga"},
        model="crm.models.Contact",
        where="name='Olga'",
    ),
    "company": Form(
        path="/crm/companies/new/",
        button=DESK,
        typed={"name": "Sokol"},
        model="crm.models.Company",
        where="name='Sokol'",
    ),
    "note": Form(
        path="/crm/contacts/{contact}/",
        button=COMPOSE,
        typed={"text": "Wants an offer"},
        model="crm.models.Note",
        where="text='Wants an offer'",
        is_part=True,
    ),
    "task": Form(
        path="/crm/contacts/{contact}/",
        clicked="[data-shortcut=t]",
        button=COMPOSE,
        typed={"title": "Send the offer"},
        model="crm.models.Task",
        where="title='Send the offer'",
        is_part=True,
    ),
    "employee": Form(
        path="/people/employees/new/",
        button=DESK,
        typed={"first_name": "Vera", "username": "vera"},
        ticked="[name=role]",
        model="django.contrib.auth.models.User",
        where="first_name='Vera'",
    ),
    "connection": Form(
        path="/admin/telephony/connection/add/?vendor=wirecrm",
        button=ADMIN,
        typed={"name": "Branch"},
        model="telephony.models.Connection",
        where="name='Branch'",
    ),
    "API key": Form(
        path="/admin/crm/apitoken/add/",
        button=ADMIN,
        typed={"name": "Report"},
        ticked="[name=scopes]",
        model="crm.models.ApiToken",
        where="name='Report'",
    ),
}
PRESS = """(button) => {
    button.click();
    setTimeout(() => button.click(), 1500);
    return button.getAttribute("aria-busy");
}"""
"""Presses, and again after a second and a half; whether the button shows that it works."""


@pytest.fixture(scope="module")
def place(new_var_dir: Callable[[], Path]) -> Iterator[Office]:
    server = Server(var_dir=new_var_dir(), asgi=True)
    server.make_tables()
    office = Office(server)
    add_person(server, "owner", is_superuser=True)
    yield office
    server.stop()


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Nobody else writes for LOCKED seconds; what is pressed inside has to wait."""
    is_locked = threading.Event()
    holder = threading.Thread(target=_hold, args=(server, is_locked))
    holder.start()
    assert is_locked.wait(20)
    yield
    holder.join()


def _hold(server: Server, is_locked: threading.Event) -> None:
    held_file = sqlite3.connect(Path(server.environment["VAR_DIR"]) / "db.sqlite3", timeout=20, isolation_level=None)
    held_file.execute("BEGIN IMMEDIATE")
    is_locked.set()
    time.sleep(LOCKED)
    held_file.execute("ROLLBACK")
    held_file.close()


def count(office: Office, form: Form) -> int:
    module, _, name = form.model.rpartition(".")
    return int(run(office.server, COUNT.format(module=module, model=name, where=form.where)))


# Of each kind of button one or two: behind all of them is one script. Each address that writes: surface/test_done_once.
IN_THE_GATE = ("contact", "task", "employee", "API key")


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind in IN_THE_GATE or rounds(0, full=1)])
def test_pressed_again_reloaded_and_gone_back_it_is_done_once(
    place: Office, browser_page: PageFactory, kind: str
) -> None:
    form = FORMS[kind]
    page = browser_page(place.server, "owner")
    page.goto(form.path.format(contact=run(place.server, MAKE_CONTACT) if form.is_part else ""))
    if form.clicked:
        page.locator(form.clicked).click()
    for field, text in form.typed.items():
        page.locator(f"form [name={field}]:visible").first.fill(text)
    if form.ticked:
        page.locator(form.ticked).first.check()
    with locked(place.server):
        assert page.locator(form.button).first.evaluate(PRESS) == "true"
    if form.is_part:
        expect(page.locator("main, body").get_by_text(next(iter(form.typed.values()))).first).to_be_visible()
    else:
        page.wait_for_url(lambda url: not url.endswith(form.path))
    assert count(place, form) == 1
    page.reload()
    page.go_back()
    page.reload()
    page.go_forward()
    assert count(place, form) == 1


def test_a_result_is_written_once(place: Office, browser_page: PageFactory) -> None:
    page = browser_page(place.server, "anna")
    page.goto("/telephony/calls/")
    acting = place.call(("ring", 1, "anna"), ("answer", 4, "anna"), ("hang_up", 50, "anna"))
    acting.go(10)
    card = page.locator(".tel-desk-card", has_text=acting.number)
    card.locator("[name=note]").fill("Ordered two")
    with locked(place.server):
        card.locator(".tel-desk-save button:not([name])").evaluate(PRESS)
        expect(card.locator(".tel-desk-told")).to_have_text("Saving …")
    expect(card.locator(".tel-desk-told")).to_have_text("Saved.")
    result = Form(path="", button="", typed={}, model="telephony.models.CallResult", where="note='Ordered two'")
    assert count(place, result) == 1
    page.reload()
    assert count(place, result) == 1
