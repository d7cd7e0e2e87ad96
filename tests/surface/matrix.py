"""Address × verb × role: what each of them is answered, in one word, as `decisions.txt` has it.

`yes`: it is shown, done, or refused for what was sent alone (an empty form); `login`: sign in first; `no`: not with
these rights; `none`: as if it were not there; `on`: sent on to another address, which decides; `-`: this address has no
such verb. The columns are ROLES. Pages know GET and POST; Django takes any other verb for a GET.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client

from tests.rounds import rounds
from tests.surface.addresses import every_address, filled
from tests.surface.matrix_world import make_world, model_of

DECISIONS = Path(__file__).with_name("decisions.txt")
ROLES = ("stranger", "nobody", "operator", "others", "supervisor", "administrator", "key")
"""Not signed in; signed in without a role; an operator, with a row that is hers, and (`others`) with one of somebody
whose things she must not see; her supervisor; an administrator; an administrator's API key that may read calls."""
PEOPLE = {
    "nobody": "nobody",
    "operator": "anna",
    "others": "anna",
    "supervisor": "boris",
    "administrator": "carla",
}
_PAGE_VERBS, _API_VERBS = ("GET", "POST"), ("GET", "POST", "PUT", "PATCH", "DELETE")
_TO_LOGIN = re.compile(r"^/(admin/login|account/login)/")
Answers = dict[tuple[str, str], tuple[str, ...]]
"""By address and verb, a word for each role."""


def verbs_of(address: str) -> tuple[str, ...]:
    return _API_VERBS if address.startswith("api/") else _PAGE_VERBS


def decided() -> Answers:
    """What decisions.txt says."""
    rows = [line.split() for line in DECISIONS.read_text().splitlines() if line and not line.startswith("#")]
    return {(address.removeprefix("/"), verb): tuple(words) for verb, address, *words in rows}


def write(answers: Answers) -> None:
    """decisions.txt anew. Whoever does so reads the difference before committing it."""
    lines = ["# verb, address, and what each of these is answered (tests/surface/matrix.py says what the words mean):"]
    lines.append(f"# {'':4} {'':64} {' '.join(f'{role:13}' for role in ROLES)}".rstrip())
    for (address, verb), words in sorted(answers.items()):
        if set(words) != {"-"}:
            lines.append(f"{verb:6} /{address:63} {' '.join(f'{word:13}' for word in words)}".rstrip())
    DECISIONS.write_text("\n".join(lines) + "\n")


class Matrix:
    """Asks, and takes back whatever a request wrote. Needs a test's transaction."""

    def __init__(self) -> None:
        self._pairs, key = make_world()
        self._clients: Mapping[str, Callable[[], Client]] = {
            "stranger": Client,
            "key": lambda: Client(headers={"authorization": f"Bearer {key}"}),
            **{role: lambda name=name: _signed_in(name) for role, name in PEOPLE.items()},  # type: ignore[misc]
        }

    def answers(self, role: str, addresses: list[str] | None = None) -> dict[tuple[str, str], str]:
        """By address and verb, the word of this role."""
        client = self._clients[role]()
        cookies = client.cookies.output(header="")
        found = {}
        for address in addresses or every_address():
            for verb in verbs_of(address):
                found[address, verb] = self._ask(client, role, address, verb)
                # Signed out, perhaps: its session is there again.
                client.cookies = SimpleCookie(cookies)
        return found

    def _ask(self, client: Client, role: str, address: str, verb: str) -> str:
        cache.clear()
        before = transaction.savepoint()
        try:
            with _unseen() if verb == "POST" and not rounds(0, full=1) else nullcontext():
                answer = client.generic(verb, self._path(address, role), content_type=_type_of(address))
            return _word(address, answer)
        finally:
            transaction.savepoint_rollback(before)

    def _path(self, address: str, role: str) -> str:
        model = model_of(address)
        if model is None:
            return filled(address)
        row = self._pairs[model][role == "others"]
        return filled(address, {"pk": row.pk, "object_id": row.pk})


@contextmanager
def _unseen() -> Iterator[None]:
    """The admin's pages are decided upon and made up, but not turned into HTML: a GET of the same address was."""
    with patch.object(SimpleTemplateResponse, "rendered_content", ""):
        yield


def _signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _type_of(address: str) -> str:
    return "application/json" if address.startswith("api/") else "application/x-www-form-urlencoded"


def _word(address: str, answer: Any) -> str:
    status, to = answer.status_code, answer.headers.get("Location", "")
    getattr(answer, "close", bool)()
    if status == 401 or (status in (301, 302) and _TO_LOGIN.match(to)):
        return "login"
    if "<" in address and (to == "/admin/" or to.endswith("/change/")) and address.startswith("admin/"):
        return "none" if to == "/admin/" else "on"  # The admin sends home who asks for what is not there.
    if status in (301, 302) and answer.request["REQUEST_METHOD"] == "GET":
        return "on"
    known = {403: "no", 404: "none", 405: "-"}.get(status)
    if known:
        return known
    # Streams are served by another server than tests have, and there is no worker.
    away = address in ("telephony/live/", "readyz") and status == 503
    assert status < 500 or away or address.startswith("telephony/ws/"), (address, status)
    assert status != 429, address
    return "yes"


def rows() -> Iterator[tuple[str, str]]:
    """Address and verb of all that is to be decided."""
    for address in every_address():
        for verb in verbs_of(address):
            yield address, verb
