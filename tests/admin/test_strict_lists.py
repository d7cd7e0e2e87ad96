"""Lists of the admin take what their pages offer; every other look-up is refused in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from crm.models import Contact
from telephony.admin.base import ListedElsewhere, TelephonyAdmin
from telephony.admin.lists import is_indexed
from telephony.domain.searching import LONGEST_TERM, MOST_WORDS
from telephony.models import Connection, Delivery, Notice, Recording
from telephony.ui.markup import calls_url, list_url
from tests.admin.world import make_world

pytestmark = pytest.mark.django_db
ADMINS = sorted(
    (each for each in admin.site._registry.values() if not isinstance(each, ListedElsewhere)),
    key=lambda each: each.opts.label,
)


@pytest.fixture(params=ADMINS, ids=lambda each: each.opts.label_lower)
def each_admin(request: pytest.FixtureRequest) -> ModelAdmin:
    return request.param


def list_of(each: ModelAdmin) -> str:
    return list_url(each.model)


def own_parameters_of(each: ModelAdmin, user: User) -> Iterator[str]:
    """What the filters themselves say that they read."""
    request = RequestFactory().get(list_of(each))
    request.user = user
    for spec in each.get_changelist_instance(request).get_filters(request)[0]:
        yield from spec.expected_parameters()


def test_every_admin_is_strict(each_admin: ModelAdmin) -> None:
    assert isinstance(each_admin, TelephonyAdmin), "make it a TelephonyAdmin: its list takes every look-up else"


def test_every_column_of_every_list_is_refused_with_costly_lookups(owner: Client, each_admin: ModelAdmin) -> None:
    lookups = ("regex", "iregex", "icontains", "startswith", "gt", "in")
    request = RequestFactory().get("/")
    for field in each_admin.opts.get_fields():
        assert not any(each_admin.lookup_allowed(f"{field.name}__{lookup}", "a", request) for lookup in lookups)
    answer = owner.get(list_of(each_admin), {"id__regex": "(a+)+$"})
    assert answer.status_code == 400
    assert "Open the list" in answer.text


def test_a_refused_lookup_is_told_in_the_readers_language(owner: Client) -> None:
    answer = owner.get(list_url(Recording, call__external_id__regex="a"), headers={"Accept-Language": "ru"})
    assert answer.status_code == 400
    assert "Открыть список" in answer.text


def test_filters_of_every_list_are_taken(owner: Client, each_admin: ModelAdmin) -> None:
    for name in own_parameters_of(each_admin, User.objects.get(username="owner")):
        value = "2026-11-28" if name.endswith(("_from", "_to")) else "1"
        assert owner.get(list_of(each_admin), {name: value}).status_code in (200, 302), name


@pytest.mark.parametrize(
    "address",
    [
        lambda: calls_url(contact=1),
        lambda: calls_url(outcome="missed", period="today"),
        lambda: list_url(Notice, subscription__id__exact=1),
        lambda: reverse("admin:telephony_delivery_changelist") + "?state__exact=failed&connection__id__exact=1",
        lambda: reverse("admin:telephony_listening_changelist") + "?recording__id__exact=1",
    ],
)
def test_links_of_pages_to_lists_are_taken(owner: Client, address: object) -> None:
    assert owner.get(address()).status_code == 200  # type: ignore[operator]


def test_lists_are_sorted_by_indexed_columns_only(owner: Client, each_admin: ModelAdmin) -> None:
    request = RequestFactory().get(list_of(each_admin))
    request.user = User.objects.get(username="owner")
    shown = each_admin.get_changelist_instance(request).list_display
    unsorted = [str(part) for part in each_admin.get_changelist_instance(request).queryset.query.order_by]
    for number, column in enumerate(shown):
        request = RequestFactory().get(list_of(each_admin), {"o": f"-{number}"})
        request.user = User.objects.get(username="owner")
        changelist = each_admin.get_changelist_instance(request)
        asked = [str(part).removeprefix("-") for part in changelist.queryset.query.order_by[:1]]
        if column in each_admin.get_sortable_by(request):
            assert is_indexed(each_admin.model, asked[0]), column
        else:
            assert f"-{column}" not in unsorted
            assert asked in ([], ["pk"], ["id"], [part.removeprefix("-") for part in unsorted[:1]]), column


def test_lists_that_long_tables_have_are_still_sorted_by_time(owner: Client) -> None:
    make_world(calls=2)
    page = owner.get(list_url(Delivery)).text
    assert "?o=" in page
    assert owner.get(list_url(Delivery) + "?o=1").status_code == 200


def test_an_index_that_holds_some_rows_only_sorts_nothing() -> None:
    class Sample(models.Model):  # noqa: DJ008  (no row of it is ever shown)
        some = models.IntegerField()
        first = models.IntegerField()
        second = models.IntegerField()

        class Meta:
            app_label = "telephony"
            managed = False
            indexes = (
                models.Index(fields=["some"], condition=models.Q(some=1), name="of_some"),
                models.Index(fields=["-first", "second"], name="of_all"),
            )

    try:
        assert [is_indexed(Sample, name) for name in ("id", "first", "second", "some", "none")] == [
            *(True, True, False, False, False),
        ]
    finally:
        from django.apps import apps

        del apps.all_models["telephony"]["sample"]
        apps.clear_cache()


@pytest.mark.parametrize("term", ["x" * (LONGEST_TERM + 1), "a " * (MOST_WORDS + 1)])
def test_what_is_too_long_to_look_for_is_said(owner: Client, term: str) -> None:
    for model in (Recording, User):
        assert "Shorten what you look for" in owner.get(list_url(model), {"q": term}).text


def test_completing_finds_nothing_for_what_is_too_long(owner: Client) -> None:
    Contact.objects.create(name="Анна")
    asked = {"app_label": "crm", "model_name": "company", "field_name": "responsible"}
    found = owner.get(reverse("admin:autocomplete"), {**asked, "term": "owner"})
    assert len(found.json()["results"]) == 1
    found = owner.get(reverse("admin:autocomplete"), {**asked, "term": "o" * (LONGEST_TERM + 1)})
    assert found.json()["results"] == []


def test_connections_are_listed_by_name(owner: Client) -> None:
    for name in ("b", "a"):
        Connection.objects.create(name=name, vendor="demo")
    page = owner.get(list_url(Connection)).text
    assert page.index(">a<") < page.index(">b<")
