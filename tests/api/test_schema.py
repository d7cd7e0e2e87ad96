"""The schema describes what is there, and no request that it allows or forbids makes the server fail."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from crm.models import Company, Contact, Note, Task
from telephony.models import Call
from tests.api.conftest import sign_in
from tests.rounds import rounds

pytestmark = pytest.mark.django_db

EXAMPLES = rounds(2, full=15)
"""Requests of each kind to each address."""
PATHS = {"calls", "recordings", "extensions", "contacts", "companies", "tasks", "notes"}


@pytest.fixture
def administrator(company: dict[str, Call]) -> Client:
    """With a row of every kind, so that more than empty lists is tried."""
    contact = Contact.objects.create(name="Иван", company=Company.objects.create(name="Вектор"))
    contact.phones.create(raw="89235292926")
    Note.objects.create(text="Перезвонит", contact=contact)
    Task.objects.create(title="Позвонить", due_at=timezone.now(), contact=contact)
    return sign_in("anna", "Administrator")


@pytest.fixture
def described(administrator: Client) -> Any:
    key = administrator.defaults["HTTP_AUTHORIZATION"]
    return schemathesis.openapi.from_wsgi(
        "/api/v1/schema/?format=json", get_wsgi_application(), headers={"Authorization": key}
    )


@pytest.mark.proof
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_makes_the_server_fail(described: Any, administrator: Client, mode: GenerationMode) -> None:
    headers = {"Authorization": administrator.defaults["HTTP_AUTHORIZATION"]}
    tried = set()
    for found in described.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def run(case: Any) -> None:
            cache.clear()  # The limit of requests a minute is not what is tried here.
            answer = case.call(headers=headers)
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code}\n{answer.text[:2000]}"
            tried.add(case.path)

        try:
            run()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # Nothing about it can be wrong.
    assert len(tried) >= len(PATHS)


def test_the_schema_names_every_part_of_the_api(administrator: Client) -> None:
    paths = administrator.get("/api/v1/schema/?format=json").json()["paths"]
    assert {path.split("/")[3] for path in paths} >= PATHS


def test_schema_and_documentation_are_for_those_who_signed_in(administrator: Client, client: Client) -> None:
    for path in ("schema", "docs"):
        assert administrator.get(f"/api/v1/{path}/").status_code == 200
        assert client.get(f"/api/v1/{path}/").status_code == 401


def test_the_documentation_needs_no_script_in_the_page_and_nothing_from_elsewhere(administrator: Client) -> None:
    page = administrator.get("/api/v1/docs/").content.decode()
    assert "<script>" not in page
    assert "//cdn" not in page
