"""An Excel file from the call log in a browser: ordered, watched, fetched."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e.browser import add_person, run, shot
from tests.e2e.conftest import PHONE, PageFactory
from tests.servers import Server

pytestmark = pytest.mark.proof
MAKE = """
from django.utils import timezone
from telephony.models import Call, Connection
office = Connection.objects.create(vendor="sipuni", name="Office")
Call.objects.bulk_create(
    Call(connection=office, external_id=str(number), direction="incoming", status="answered" if number % 2 else "busy",
        started_at=timezone.now())
    for number in range(40)
)
"""
CLAIM = """
from telephony.call_log.exports.writing import QUEUE
QUEUE.renew(QUEUE.claim(), rows_done=14, rows_total=20)
"""
WORK = """
from django.utils import timezone
from telephony.models import Export
from telephony.call_log.exports import write_due
Export.objects.update(next_try_at=timezone.now())
write_due()
"""


@pytest.fixture(scope="module")
def server(new_var_dir: Callable[[], Path]) -> Iterator[Server]:
    made = Server(var_dir=new_var_dir(), asgi=True)
    made.make_tables()
    add_person(made, "anna", "Administrator", first_name="Анна", last_name="Орлова")
    run(made, MAKE)
    made.start()
    yield made
    made.stop()


def test_an_excel_file_is_ordered_watched_and_fetched(server: Server, browser_page: PageFactory) -> None:
    page = browser_page(server, "anna", locale="ru-RU")
    page.goto("/telephony/calls/")
    page.select_option("select[name=outcome]", "busy")
    page.wait_for_url("**/telephony/calls/?outcome=busy")
    page.locator("summary", has_text="Выгрузить").click()
    shot(page, "exports-menu")
    page.get_by_role("button", name="Excel").click()
    expect(page.get_by_text("ждёт обработчика")).to_be_visible()
    expect(page.get_by_text("Итог: занято")).to_be_visible()
    run(server, CLAIM)
    expect(page.get_by_text("14 из 20 строк")).to_be_visible()
    expect(page.locator("progress")).to_have_attribute("value", "70")
    shot(page, "exports-working")
    run(server, WORK)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Скачать").click()
    assert fetched.value.suggested_filename.startswith("calls-")
    rows = list(load_workbook(io.BytesIO(fetched.value.path().read_bytes())).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert {row[-1] for row in rows[1:]} == {str(number) for number in range(0, 40, 2)}
    shot(page, "exports-ready")
    phone = browser_page(server, "anna", locale="ru-RU", screen=PHONE)
    phone.goto("/telephony/exports/")
    expect(phone.get_by_role("link", name="Скачать")).to_be_visible()
    shot(phone, "exports-phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
