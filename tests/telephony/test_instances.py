"""Instances made without Django's own way are the same as those made with it, for every model of telephony."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db.models import Model
from django.db.models.signals import post_init

from telephony.database.instances import copied, loader, new_row
from telephony.database.reading import Prepared
from telephony.models import Call, CallFact, CallLeg, Connection, Recording, Team

MODELS = list(apps.get_app_config("telephony").get_models())


def _values(row: Model) -> dict[str, Any]:
    return {one.attname: row.__dict__[one.attname] for one in row._meta.concrete_fields}


@time_machine.travel("2026-11-30T10:00:00Z", tick=False)
def test_a_new_row_has_the_defaults_that_django_gives() -> None:
    for model in MODELS:
        by_chance = {
            one.attname
            for one in model._meta.concrete_fields
            if one.has_default() and callable(one.default) and one.get_default() != one.get_default()
        }
        made, usual = new_row(model), model()
        assert (made._state.adding, made._state.db) == (True, None)
        for name, value in _values(usual).items():
            told = made.__dict__[name]
            assert type(told) is type(value), (model, name)
            assert told == value or name in by_chance or "DatabaseDefault" in type(value).__name__, (model, name)


def test_two_new_rows_share_nothing_that_can_be_changed() -> None:
    one, other = new_row(Call), new_row(Call)
    one.tracking["utm_source"] = "letter"
    assert (one.tracking, other.tracking) == ({"utm_source": "letter"}, {})


def test_a_row_may_be_told_another_row_or_its_key() -> None:
    call, connection = Call(pk=7), Connection(pk=3, name="Office")
    assert new_row(CallLeg, call_id=7).call_id == 7
    leg = new_row(CallLeg, call=call, position=2)
    assert (leg.call_id, leg.call is call, leg.position) == (7, True, 2)
    assert new_row(Call, connection=connection).connection.name == "Office"
    assert new_row(CallFact, call=call).pk == 7, "whose key is another row's"


def test_a_column_that_the_model_does_not_have_is_an_error() -> None:
    with pytest.raises(TypeError, match="Call has no column sttaus"):
        new_row(Call, sttaus="ringing")


def test_what_was_loaded_is_as_from_db_makes_it() -> None:
    for model in MODELS:
        usual = model()
        names = [one.attname for one in model._meta.concrete_fields]
        values = [usual.__dict__[name] for name in names]
        loaded, by_django = loader(model)(names, values), model.from_db("default", names, values)
        assert _values(loaded) == _values(by_django), model
        assert (loaded._state.adding, loaded._state.db) == (False, "default")


def test_columns_that_were_not_loaded_are_asked_for_when_they_are_wanted() -> None:
    call = loader(Call)(["id", "status"], [5, "ringing"])
    assert call.get_deferred_fields() == {one.attname for one in Call._meta.concrete_fields} - {"id", "status"}


def test_a_file_is_a_file_of_its_storage() -> None:
    assert new_row(Recording, file="a/b.mp3").file.name == loader(Recording)(["id", "file"], [1, "a/b.mp3"]).file.name


def test_who_listens_to_a_model_hears_of_each_instance() -> None:
    heard: list[str] = []

    def listen(instance: Team, **_: Any) -> None:
        heard.append(instance.name)

    names, values = zip(*_values(Team(name="Service")).items(), strict=True)
    post_init.connect(listen, sender=Team)
    try:
        new_row(Team, name="Sales")
        loader(Team)(names, values)
    finally:
        post_init.disconnect(listen, sender=Team)
    new_row(Team, name="Purchase")
    assert heard == ["Sales", "Service"]


@pytest.mark.django_db
def test_a_kind_of_query_for_which_there_is_no_plan_says_so() -> None:
    with pytest.raises(TypeError, match="No plan is made for ValuesIterable"):
        Prepared(lambda: Team.objects.values("name")).rows()


def test_what_is_set_in_a_copy_is_not_seen_in_the_row() -> None:
    call, other = Call(pk=7), Call(pk=8)
    leg = new_row(CallLeg, call=call, position=2)
    again = copied(leg)
    assert (_values(again), again.call is call) == (_values(leg), True)
    again.position, again.call, again._state.adding = 3, other, False
    assert (leg.position, leg.call is call, leg._state.adding) == (2, True, True)
