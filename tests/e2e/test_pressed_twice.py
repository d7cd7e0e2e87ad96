"""While the database is locked for four seconds people press again, reload, go back: it is done once all the same."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.browser import add_person, run
from tests.e2e.conftest import PageFactory
from tests.e2e.office import Office
from tests.servers import Server

pytestmark = pytest.mark.proof
LOCKED = 4.0
"""Seconds: longer than people wait before they press again."""
COUNT = "from {module} import {model}; print({model}.objects.filter({where}).count())"
FORMS: dict[str, tuple[str, dict[str, str], str, str]] = {
    "contact": ("/crm/contacts/new/", {"name": "Olga"}, "crm.models.Contact", "name='Olga'"),
    "company": ("/crm/companies/new/", {"name": "Sokol"}, "crm.models.Company", "name='Sokol'"),
}
"""Page, what is typed, and the row that it makes."""
PRESS = """(selector) => {
    const button = document.querySelector(selector);
    button.click();
    setTimeout(() => button.click(), 1500);
    return button.getAttribute("aria-busy");
}"""
"""Presses, and again after a second and a half; whether the button shows that it works."""
MAIN_FORM = "form:has(input[name=csrfmiddlewaretoken]):has([name={field}])"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Office]:
    server = Server(var_dir=tmp_path / "var", asgi=True)
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


def count(office: Office, model: str, where: str) -> int:
    module, _, name = model.rpartition(".")
    return int(run(office.server, COUNT.format(module=module, model=name, where=where)))


@pytest.mark.parametrize("kind", FORMS)
def test_pages(place: Office, browser_page: PageFactory, kind: str) -> None:
    path, typed, model, where = FORMS[kind]
    page = browser_page(place.server, "owner")
    page.goto(path)
    form = page.locator(MAIN_FORM.format(field=next(iter(typed)))).first
    for field, text in typed.items():
        form.locator(f"[name={field}]").fill(text)
    button = "button.tel-button-primary"
    with locked(place.server):
        form_id = form.evaluate("form => form.id ||= 'tried'")
        shows_work = page.evaluate(PRESS, f"{button}[form={form_id}], #{form_id} {button}")
        assert shows_work == "true"
    page.wait_for_url(lambda url: path.partition("?")[0] not in url)
    assert count(place, model, where) == 1
    page.reload()
    page.go_back()
    page.reload()
    page.go_forward()
    assert count(place, model, where) == 1
