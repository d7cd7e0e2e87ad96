"""Two programs change one row."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Company, Contact, Task
from crm.services.contacts import add_contact
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db
CHANGES: dict[str, Any] = {
    "name": "Vera Orlova",
    "phones": ["+79235292926", "+74952000901"],
    "company": "Orel",
    "position": "director",
    "email": "a@example.ru",
}


@pytest.fixture
def two() -> tuple[Client, Client]:
    for name in ("anna", "boris"):
        User.objects.create(username=name)
    return sign_in("anna", "Administrator"), sign_in("boris", "Administrator")


@pytest.fixture
def address() -> str:
    contact = add_contact(name="Vera", phones=["+79235292926"], company="Sokol", position="buyer", email="v@example.ru")
    return f"/api/v1/contacts/{contact.pk}/"


def patch(client: Client, address: str, values: Any, tag: str = "") -> Any:
    headers = {"If-Match": tag} if tag else {}
    return client.patch(address, values, "application/json", headers=headers)


@pytest.mark.parametrize(("first", "second"), list(permutations(CHANGES, 2)))
def test_without_a_tag_fields_that_are_not_sent_stay(
    two: tuple[Client, Client], address: str, first: str, second: str
) -> None:
    for client, field in zip(two, (first, second), strict=True):
        assert patch(client, address, {field: CHANGES[field]}).status_code == 200
    shown = two[0].get(address).json()
    assert (shown[first], shown[second]) == (CHANGES[first], CHANGES[second])


@pytest.mark.parametrize(("first", "second"), list(permutations(CHANGES, 2)))
def test_with_a_tag_the_second_is_told_the_state(
    two: tuple[Client, Client], address: str, first: str, second: str
) -> None:
    tags = [client.get(address)["ETag"] for client in two]
    changed = patch(two[0], address, {first: CHANGES[first]}, tags[0])
    assert changed.status_code == 200
    refused = patch(two[1], address, {second: CHANGES[second]}, tags[1])
    assert refused.status_code == 412
    assert refused.json()["current"] == two[1].get(address).json()
    assert refused["ETag"] == changed["ETag"] == two[1].get(address)["ETag"]
    assert patch(two[1], address, {second: CHANGES[second]}, refused["ETag"]).status_code == 200
    shown = two[0].get(address).json()
    assert (shown[first], shown[second]) == (CHANGES[first], CHANGES[second])


def test_all_of_it_is_put_or_deleted_only_in_the_known_state(two: tuple[Client, Client], address: str) -> None:
    read = two[0].get(address)
    patch(two[1], address, {"position": "director"})
    put = two[0].put(address, {**read.json(), "name": "V."}, "application/json", headers={"If-Match": read["ETag"]})
    assert put.status_code == 412
    assert two[0].delete(address, headers={"If-Match": read["ETag"]}).status_code == 412
    assert Contact.objects.get().position == "director"
    assert two[0].delete(address, headers={"If-Match": two[0].get(address)["ETag"]}).status_code == 204


def test_a_new_row_tells_its_tag_and_a_proxy_may_make_it_weak(two: tuple[Client, Client]) -> None:
    made = two[0].post("/api/v1/companies/", {"name": "Sokol"}, "application/json")
    address = f"/api/v1/companies/{made.json()['id']}/"
    assert made["ETag"] == two[1].get(address)["ETag"]
    assert patch(two[1], address, {"site": "a.example"}, f'"other", W/{made["ETag"]}').status_code == 200
    assert patch(two[1], address, {"site": "b.example"}, made["ETag"]).status_code == 412
    assert Company.objects.get().site == "a.example"


def test_a_task(two: tuple[Client, Client]) -> None:
    task = Task.objects.create(title="Call", due_at=timezone.now())
    address = f"/api/v1/tasks/{task.pk}/"
    tag = two[0].get(address)["ETag"]
    assert patch(two[1], address, {"done": True}).status_code == 200
    assert patch(two[0], address, {"title": "Write"}, tag).status_code == 412
    assert patch(two[0], address, {"title": "Write"}, "*").status_code == 200
    task.refresh_from_db()
    assert task.title == "Write"
    assert task.done_at


def test_the_schema_names_the_headers(two: tuple[Client, Client]) -> None:
    paths = two[0].get("/api/v1/schema/?format=json").json()["paths"]
    for name in ("contacts", "companies", "tasks", "notes"):
        one = paths[f"/api/v1/{name}/{{id}}/"]
        for verb in ("put", "patch", "delete"):
            assert "If-Match" in [parameter["name"] for parameter in one[verb]["parameters"]]
            assert "412" in one[verb]["responses"]
        assert "200" in one["patch"]["responses"]
        assert "Idempotency-Key" in [one["name"] for one in paths[f"/api/v1/{name}/"]["post"]["parameters"]]
