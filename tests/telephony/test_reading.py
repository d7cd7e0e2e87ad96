"""A query that was put into SQL once answers as the ORM's own would, whatever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import environ
import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import NotSupportedError, connections
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from telephony.database import cursors, reading, together, writing
from telephony.database.reading import Filled, Given, GivenTime, OneOf, Prepared, Same
from telephony.database.together import Answers, Question
from telephony.database.writing import Writes
from telephony.models import DeskSettings, Subscription, Team

pytestmark = pytest.mark.django_db
NAMES = ["Sales", "It's “quoted”, {with} 100% of \\ it", "", "NULL"]


@pytest.fixture
def on_sqlite() -> str:
    if connections["default"].vendor != "sqlite":
        pytest.skip("The tests' own database is another one.")
    return "default"


@pytest.fixture
def on_postgresql(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Prepared queries go to a PostgreSQL database in place of the tests' own."""
    options = {
        **connections["default"].settings_dict,
        **environ.Env.db_url_config(postgresql_database),
        "OPTIONS": {"prepare_threshold": 1},
    }
    monkeypatch.setitem(connections.settings, "postgresql", options)
    connections["postgresql"] = connection = connections.create_connection("postgresql")
    monkeypatch.setattr(reading, "connection", connection)
    monkeypatch.setattr(together, "connection", connection)
    monkeypatch.setattr(writing, "connection", connection)
    monkeypatch.setattr(cursors, "DEFAULT_DB_ALIAS", "postgresql")
    with django_db_blocker.unblock():
        yield "postgresql"
        connection.close()
    del connections["postgresql"]


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def teams(database: str) -> list[Team]:
    Team.objects.using(database).bulk_create(
        Team(name=name, after_call_seconds=place) for place, name in enumerate(NAMES)
    )
    return list(Team.objects.using(database).order_by("after_call_seconds"))


def test_each_question_finds_the_rows_with_its_own_value(teams: list[Team]) -> None:
    named = Prepared(lambda: Team.objects.filter(name=Given("name")))
    assert [named.rows(name=team.name) for team in teams] == [[team] for team in teams]
    assert named.first(name="Nobody") is None


def test_a_row_has_all_its_columns_and_what_was_joined(database: str) -> None:
    # No signals: who listens to them asks the tests' own database.
    [user] = get_user_model().objects.using(database).bulk_create([get_user_model()(username="anna")])
    [wishes] = DeskSettings.objects.using(database).bulk_create([DeskSettings(user=user, seen_at=timezone.now())])
    found = Prepared(lambda: DeskSettings.objects.filter(user_id=Given("user")).select_related("user")).first(
        user=user.pk
    )
    assert found is not None
    assert found._state.fields_cache["user"].username == "anna"
    columns = [one.attname for one in DeskSettings._meta.concrete_fields]
    assert [getattr(found, name) for name in columns] == [getattr(wishes, name) for name in columns]


def test_a_list_of_texts_may_hold_any_text_and_as_many_as_it_likes(teams: list[Team]) -> None:
    named = Prepared(lambda: Team.objects.filter(OneOf("name", "names")).order_by("pk").values_list("name", flat=True))
    assert named.rows(names=NAMES) == NAMES
    assert named.rows(names=NAMES[1:2]) == NAMES[1:2]
    assert named.rows(names=[]) == []


def test_what_no_index_is_looked_up_for_finds_the_same_rows(teams: list[Team]) -> None:
    of_place = Prepared(lambda: Team.objects.filter(Same("after_call_seconds", "place"), name=Given("name")))
    assert of_place.rows(place=0, name=NAMES[0]) == [teams[0]]
    assert of_place.rows(place=1, name=NAMES[0]) == []


def test_an_empty_text_is_not_filled(teams: list[Team]) -> None:
    filled = Prepared(lambda: Team.objects.filter(Filled("name")).order_by("pk").values_list("name", flat=True))
    assert filled.rows() == [name for name in NAMES if name]


def test_a_moment_is_compared_as_the_column_keeps_it(database: str) -> None:
    [user] = get_user_model().objects.using(database).bulk_create([get_user_model()(username="anna")])
    seen_at = datetime(2026, 3, 3, 12, 0, 0, 500_000, tzinfo=UTC)
    DeskSettings.objects.using(database).bulk_create([DeskSettings(user=user, seen_at=seen_at)])
    since = Prepared(lambda: DeskSettings.objects.filter(seen_at__gte=GivenTime("since")))
    nearly = timedelta(microseconds=1)
    moscow = timezone.get_fixed_timezone(180)
    assert [len(since.rows(since=one)) for one in (seen_at - nearly, seen_at, seen_at + nearly)] == [1, 1, 0]
    assert len(since.rows(since=seen_at.astimezone(moscow))) == 1, "whatever zone it is told in"


def test_the_query_is_built_once_and_sent_each_time(teams: list[Team], database: str) -> None:
    built = []

    def build() -> object:
        built.append(1)
        return Team.objects.filter(name=Given("name"))

    named = Prepared(build)  # type: ignore[arg-type]
    with CaptureQueriesContext(reading.connection) as sent:
        found = [named.rows(name=name) for name in NAMES]
    assert [len(rows) for rows in found] == [1] * len(NAMES)
    assert (len(built), len(sent)) == (1, len(NAMES))


@pytest.mark.postgresql
def test_what_a_connection_keeps_of_a_changed_table_is_forgotten(on_postgresql: str, postgresql_database: str) -> None:
    """As when a migration runs while processes of before still work: one fails, which is tried again, and no more."""
    names = Prepared(lambda: Team.objects.values_list("name", flat=True))
    assert [names.rows() for _ in range(3)] == [[]] * 3
    with psycopg.connect(postgresql_database) as other:
        other.execute("ALTER TABLE telephony_team ALTER name TYPE varchar(333)")
    with pytest.raises(NotSupportedError):
        names.rows()
    connections[on_postgresql].close_if_unusable_or_obsolete()
    assert names.rows() == []


@pytest.mark.postgresql
def test_more_values_than_the_protocol_can_count_are_sent_all_the_same(on_postgresql: str) -> None:
    many = Prepared(lambda: Team.objects.filter(pk__in=range(70_000)).values_list("pk", flat=True))
    assert many.rows() == []


def test_questions_asked_together_have_the_answers_that_each_has_alone(teams: list[Team], database: str) -> None:
    [user] = get_user_model().objects.using(database).bulk_create([get_user_model()(username="anna")])
    DeskSettings.objects.using(database).bulk_create([DeskSettings(user=user, seen_at=timezone.now())])
    Subscription.objects.using(database).bulk_create(
        [Subscription(name=name, url="https://x.example/", topics=["call.ended", name]) for name in NAMES]
    )
    questions = [
        Question(Prepared(lambda: Team.objects.filter(name=Given("name"))), {"name": NAMES[1]}),
        Question(Prepared(lambda: Team.objects.filter(name=Given("name"))), {"name": "Nobody"}),
        Question(Prepared(lambda: DeskSettings.objects.select_related("user"))),
        Question(Prepared(lambda: Subscription.objects.order_by("-pk"))),
        Question(
            Prepared(lambda: Team.objects.filter(OneOf("name", "names")).values_list("name")),
            {"names": ("NULL",)},
        ),
    ]
    with CaptureQueriesContext(reading.connection) as sent:
        answers = Answers(questions)
        found = [answers.of(one) for one in questions]
    assert len(sent) == (1 if database == "postgresql" else len(questions))
    alone = [one.query.rows(**one.values) for one in questions]
    assert [[_values(row) for row in rows] for rows in found] == [[_values(row) for row in rows] for rows in alone]
    assert [len(rows) for rows in found] == [1, 0, 1, len(NAMES), 1]
    assert found[2][0]._state.fields_cache["user"].username == "anna"


def test_what_was_not_asked_together_is_asked_when_it_is_wanted(teams: list[Team], database: str) -> None:
    named = Prepared(lambda: Team.objects.filter(name=Given("name")))
    answers = Answers([Question(named, {"name": NAMES[0]})])
    with CaptureQueriesContext(reading.connection) as sent:
        assert [answers.rows(named, name=name) for name in (NAMES[0], NAMES[1])] == [[teams[0]], [teams[1]]]
    assert len(sent) == (1 if database == "postgresql" else 2)


@pytest.mark.parametrize(("name", "is_new"), [(NAMES[0], False), ("Nobody", True)])
def test_what_only_a_new_row_needs_is_asked_if_it_is_new(
    teams: list[Team], database: str, name: str, is_new: bool
) -> None:
    named = Prepared(lambda: Team.objects.filter(name=Given("name")))
    first, second = Question(named, {"name": name}, key_of=Team), Question(named, {"name": NAMES[1]})
    answers = Answers([first], of_new=[second])
    assert answers.know([first, second]) is (is_new and database == "postgresql")
    assert (answers.key_for(Team) is not None) is (is_new and database == "postgresql")
    assert (answers.of(first), answers.of(second)) == ([] if is_new else [teams[0]], [teams[1]])


def test_what_is_asked_with_a_change_is_as_it_was_before(teams: list[Team], database: str) -> None:
    named = Prepared(lambda: Team.objects.filter(name=Given("name")))
    questions = [Question(named, {"name": name}) for name in (NAMES[0], "Nobody", NAMES[1])]
    writes = Writes()
    writes.update(Team, {"id": teams[0].pk}, {"name": "Renamed"})
    answers = writes.write(asks=questions)
    assert answers.know(questions) is (database == "postgresql")
    if database == "postgresql":
        assert [answers.of(one) for one in questions] == [[teams[0]], [], [teams[1]]]
    assert [team.pk for team in named.rows(name="Renamed")] == [teams[0].pk]
    assert not Writes().write(asks=questions).know(questions)


def test_a_key_given_beforehand_is_nobody_elses(teams: list[Team], database: str) -> None:
    named = Prepared(lambda: Team.objects.filter(name=Given("name")))
    assert Answers([Question(named, {"name": NAMES[0]}, key_of=Team)]).key_for(Team) is None
    given = Answers([Question(named, {"name": "Nobody"}, key_of=Team)]).key_for(Team)
    if database == "default":
        assert given is None
        return
    assert given is not None
    [later] = Team.objects.using(database).bulk_create([Team(name="Later")])
    assert given not in {team.pk for team in (*teams, later)}


def _values(row: object) -> object:
    if not isinstance(row, Model):
        return row
    return [getattr(row, one.attname) for one in row._meta.concrete_fields]
