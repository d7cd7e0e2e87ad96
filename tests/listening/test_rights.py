"""Who sees which calls and hears which recordings: every role, every kind of call, every way to get at it."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from telephony.calls import access
from telephony.models import Call, Listening, Team
from tests.listening.world import make_call, make_person, store

pytestmark = pytest.mark.django_db

LIST = reverse("telephony:calls")
ROW = re.compile(r"/admin/telephony/call/(\d+)/change/")
RECORDINGS = reverse("admin:telephony_recording_changelist")

ROLES: dict[str, dict[str, Any]] = {
    "nobody in particular": {},
    "operator": {"groups": ["Operator"], "teams": ["Sales"]},
    "operator without a team": {"groups": ["Operator"]},
    "supervisor": {"groups": ["Supervisor"], "teams": ["Sales"]},
    "supervisor without a team": {"groups": ["Supervisor"]},
    "supervisor of two teams": {"groups": ["Supervisor"], "teams": ["Sales", "Support"]},
    "administrator": {"groups": ["Administrator"]},
    "superuser": {"is_superuser": True},
    "inactive administrator": {"groups": ["Administrator"], "is_active": False},
    "inactive superuser": {"is_superuser": True, "is_active": False},
    "hears own, sees none": {"rights": ("view_call", "view_recording", "listen_own", "download_recording")},
    "hears all, sees own": {"rights": ("view_call", "see_own_calls", "listen_all", "download_recording")},
    "sees all, hears own": {"rights": ("view_call", "see_all_calls", "listen_own")},
    "sees all, hears none": {"rights": ("view_call", "see_all_calls", "download_recording")},
    "sees own, hears team's": {"rights": ("view_call", "see_own_calls", "listen_team"), "teams": ["Sales"]},
}
NOTHING, SEES, HEARS, SAVES = "", "sees", "sees hears", "sees hears saves"
OWN = ("rang on own phone", "is responsible", "kept")
GONE = ("lost", "expired", "on its way")
MATES, OTHERS, NOBODYS = ("team-mate's", "team-mate is responsible"), ("other team's", "stranger's"), ("nobody's",)
CALLS = (*OWN, *GONE, *MATES, *OTHERS, *NOBODYS)


def row(own: str, gone: str, mates: str, other_team: str, others: str) -> dict[str, str]:
    return {
        **dict.fromkeys(OWN, own),
        **dict.fromkeys(GONE, gone),
        **dict.fromkeys(MATES, mates),
        "other team's": other_team,
        "stranger's": others,
        "nobody's": others,
    }


MATRIX = {
    "anonymous": row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "nobody in particular": row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "operator": row(HEARS, SEES, NOTHING, NOTHING, NOTHING),
    "operator without a team": row(HEARS, SEES, NOTHING, NOTHING, NOTHING),
    "supervisor": row(SAVES, SEES, SAVES, NOTHING, NOTHING),
    "supervisor without a team": row(SAVES, SEES, NOTHING, NOTHING, NOTHING),
    "supervisor of two teams": row(SAVES, SEES, SAVES, SAVES, NOTHING),
    "administrator": row(SAVES, SEES, SAVES, SAVES, SAVES),
    "superuser": row(SAVES, SEES, SAVES, SAVES, SAVES),
    "inactive administrator": row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "inactive superuser": row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "hears own, sees none": row(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "hears all, sees own": row(SAVES, SEES, NOTHING, NOTHING, NOTHING),
    "sees all, hears own": row(HEARS, SEES, SEES, SEES, SEES),
    "sees all, hears none": row(SEES, SEES, SEES, SEES, SEES),
    "sees own, hears team's": row(HEARS, SEES, NOTHING, NOTHING, NOTHING),
}


class World:
    """One person of the role, colleagues and strangers, and a call of every kind."""

    def __init__(self, role: str) -> None:
        self.client = Client()
        wanted = dict(ROLES.get(role, {}))
        groups, teams = wanted.pop("groups", []), wanted.pop("teams", [])
        self.person = make_person("person", *groups, **wanted)
        self.role = role
        mate, other, stranger = (make_person(name, "Operator") for name in ("mate", "other", "stranger"))
        sales, support = Team.objects.create(name="Sales"), Team.objects.create(name="Support")
        sales.members.add(mate)
        support.members.add(other)
        self.person.teams.add(*Team.objects.filter(name__in=teams))
        if role != "anonymous":
            self.client.force_login(self.person)
        people = {"team-mate's": mate, "other team's": other, "stranger's": stranger, "nobody's": None}
        self.calls: dict[str, Call] = {}
        for kind in CALLS:
            if "responsible" in kind:
                call = make_call(responsible=mate if kind in MATES else self.person)
            else:
                call = make_call(leg_of=people.get(kind, self.person))
            self.calls[kind] = call
            store(call, b"the sound of " + kind.encode(), **self._state(kind))

    @staticmethod
    def _state(kind: str) -> dict[str, Any]:
        states = {"lost": "lost", "expired": "expired", "on its way": "waiting"}
        return {"held": kind == "kept"} if kind not in states else {"state": states[kind], "file": ""}

    def does(self, kind: str) -> str:
        """What this person can do with the call, tried out; in the words of the matrix."""
        call = self.calls[kind]
        done = [name for name in ("sees", "hears", "saves") if getattr(self, name)(call, kind)]
        return " ".join(done)

    def sees(self, call: Call, kind: str) -> bool:
        page = self.client.get(reverse("admin:telephony_call_change", args=[call.pk]))
        found = call.pk in self.listed
        assert (page.status_code == 200) == found, "the page and the list must not disagree"
        assert b"canary-link" not in page.content
        assert (b"data-src" in page.content) == (self.hears(call, kind) and found)
        return found

    @cached_property
    def listed(self) -> set[int]:
        """The calls in this person's list."""
        answer = self.client.get(LIST)
        return {int(pk) for pk in ROW.findall(answer.text)} if answer.status_code == 200 else set()

    @cache  # noqa: B019  (a world lives as long as its test)
    def hears(self, call: Call, kind: str) -> bool:
        return self._gets(call, kind, "")

    def saves(self, call: Call, kind: str) -> bool:
        return self._gets(call, kind, "?download=1")

    def _gets(self, call: Call, kind: str, query: str) -> bool:
        url = reverse("telephony:recording-audio", args=[call.recordings.get().pk])
        before = Listening.objects.count()
        answer = self.client.get(url + query)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        got = answer.status_code == 200
        assert (body == b"the sound of " + kind.encode()) == got
        assert Listening.objects.count() == before + got
        if not got:
            assert b"the sound" not in body
            assert answer.status_code in ((401,) if self.is_unknown else (403, 404))
        return got

    @property
    def is_unknown(self) -> bool:
        return self.role == "anonymous" or not self.person.is_active


@pytest.mark.parametrize("role", MATRIX)
def test_each_cell_of_a_role(role: str) -> None:
    world = World(role)
    assert {kind: world.does(kind) for kind in CALLS} == MATRIX[role]


def test_the_matrix_is_whole() -> None:
    assert set(MATRIX) == {"anonymous", *ROLES}
    assert all(tuple(cells) == CALLS for cells in MATRIX.values())


@pytest.mark.parametrize("role", ["operator", "anonymous", "sees all, hears own"])
def test_what_may_not_be_heard_answers_as_what_does_not_exist(role: str) -> None:
    world = World(role)
    hidden = reverse("telephony:recording-audio", args=[world.calls["stranger's"].recordings.get().pk])
    missing = reverse("telephony:recording-audio", args=[999_999])
    for query in ("", "?download=1", "?play=" + "a" * 32):
        answers = [world.client.get(url + query) for url in (hidden, missing)]
        assert answers[0].content == answers[1].content
        assert answers[0].status_code == answers[1].status_code == (401 if world.is_unknown else 404)


def test_a_stranger_to_the_call_is_not_told_that_there_is_a_player() -> None:
    world = World("operator")
    pk = world.calls["stranger's"].recordings.get().pk
    assert world.client.get(reverse("telephony:recording-player", args=[pk])).status_code == 404
    assert world.client.post(reverse("telephony:recording-fetch", args=[pk])).status_code == 404


def test_the_list_of_recordings_has_those_of_visible_calls() -> None:
    world = World("supervisor")
    shown = {row.call_id for row in world.client.get(RECORDINGS).context["cl"].result_list}
    hidden = {world.calls[kind].pk for kind in (*OTHERS, *NOBODYS)}
    assert shown == {call.pk for call in world.calls.values()} - hidden
    for kind in ("rang on own phone", "stranger's"):
        url = reverse("admin:telephony_recording_change", args=[world.calls[kind].recordings.get().pk])
        assert (world.client.get(url).status_code == 200) == (kind != "stranger's")


def test_the_journal_shows_listenings_of_visible_calls() -> None:
    world = World("supervisor")
    for kind in ("team-mate's", "stranger's"):
        recording = world.calls[kind].recordings.get()
        Listening.objects.create(recording=recording, call=recording.call, username="x", kind="played")
    journal = reverse("admin:telephony_listening_changelist")
    shown = [row.call for row in world.client.get(journal).context["cl"].result_list]
    assert shown == [world.calls["team-mate's"]]
    boss = Client()
    boss.force_login(make_person("boss", "Administrator"))
    assert len(boss.get(journal).context["cl"].result_list) == 2
    operator = Client()
    operator.force_login(make_person("anna", "Operator"))
    assert operator.get(journal).status_code == 403


def test_the_first_page_counts_only_visible_calls() -> None:
    world = World("operator")
    Call.objects.update(status="talking", ended_at=None)
    shown = world.client.get(reverse("admin:index")).context["dashboard"]
    assert shown["today"].talking == len(shown["rows"]) == len((*OWN, *GONE))
    assert {row.url for row in shown["rows"]} == {
        reverse("admin:telephony_call_change", args=[world.calls[kind].pk]) for kind in (*OWN, *GONE)
    }


@pytest.mark.parametrize("role", ROLES)
def test_nobody_hears_more_than_they_see(role: str) -> None:
    world = World(role)
    heard = set(access.audible_recordings(world.person).values_list("call", flat=True))
    assert heard <= set(access.visible_calls(world.person).values_list("pk", flat=True))
    assert access.listening(AnonymousUser()) is access.seeing(AnonymousUser()) is access.Scope.NOTHING
