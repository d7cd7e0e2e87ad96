"""Who may do what: every address of the URL list, every verb, every role, as `decisions.txt` says.

A new address, or another right, fails here. Look at what changed, decide whether it is meant, and write the table anew:
`WRITE_DECISIONS=1 .venv/bin/python -m pytest -n0 -m "" tests/surface/test_matrix.py -k written`.
"""

from __future__ import annotations

import os

import pytest

from tests.surface.addresses import every_address
from tests.surface.matrix import ROLES, Matrix, decided, write
from tests.surface.matrix_world import model_of

HOW = "Decide who may do this, and write tests/surface/decisions.txt anew: test_matrix.py says how."


def test_every_address_is_decided() -> None:
    addresses = {address for address, _ in decided()}
    assert sorted(set(every_address()) - addresses) == [], HOW
    assert sorted(addresses - set(every_address())) == [], "These are gone: take them out of decisions.txt."


def test_strangers_reach_only_what_is_meant_for_everybody() -> None:
    """The table itself is judged: nobody opens an address to the world by writing it anew."""
    assert {address for (address, _), words in decided().items() if words[0] == "yes"} == STRANGERS


STRANGERS = {
    "account/again/",
    "",
    "account/logout/",
    "admin/login/",
    "admin/logout/",
    "healthz",
    "i18n/setlang/",
    "people/password/<uidb64>/<token>/",
    "people/password/set/",
    "readyz",
    "telephony/desk/",
}
"""Signing in and out, the language, a password set by a link; two addresses that lead on to others; probes."""


@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_answered_as_decided(role: str) -> None:
    place = ROLES.index(role)
    wanted = {row: words[place] for row, words in decided().items()}
    # Without a row in it, an address is the same for `operator` and `others`.
    found = Matrix().answers(role, [one for one in every_address() if role != "others" or model_of(one)])
    differs = {row: (wanted.get(row, "-"), word) for row, word in found.items() if word != wanted.get(row, "-")}
    assert differs == {}, f"(decided, found). {HOW}"


@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.skipif(
    "WRITE_DECISIONS" not in os.environ, reason="writes decisions.txt; only where WRITE_DECISIONS is set"
)
def test_the_table_is_written_anew() -> None:
    matrix = Matrix()
    found = [matrix.answers(role) for role in ROLES]
    write({row: tuple(answers[row] for answers in found) for row in found[0]})
