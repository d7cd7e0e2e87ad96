"""Sends everything that is evil to every address, and tells which answers were faults of ours.

Run inside a project's process: `python manage.py shell -c "from tests.surface.sweep import main; main(full=False)"`.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Company, Contact, Note, Task
from telephony.admin.lists import own_parameters
from telephony.api.throttling import SharedUserRateThrottle
from telephony.models import Connection
from tests.databases import ROOT
from tests.surface.addresses import arguments_of, every_address, filled
from tests.surface.evil import BODIES, PIECES, VALUES, json_of

QUICK_STEP = 89
"""A prime that is less than what is sent to any address."""
SLOW = 2.0
"""Seconds of a whole answer: nothing here is worth more."""
_READERS = frozenset({"get", "getlist", "number_in", "row_in", "text_in", "moment_in"})
_LIST = ("q", "p", "o", "all", "e", "_popup", "_to_field", "_facets", "_changelist_filters")


def main(*, full: bool, only: str = "", step: int = QUICK_STEP) -> None:
    """Try addresses that begin with `only`; unless `full`, each with every `step`th request, each with others.

    Prints a JSON list of what failed: address, verb, what was sent, how it was answered."""
    SharedUserRateThrottle.allow_request = lambda *_: True  # type: ignore[method-assign]
    person = make_rows()
    found: list[list[Any]] = []
    for place, address in enumerate(every_address()):
        if not address.startswith(only):
            continue
        person.force_login(User.objects.get(username="owner"))
        for verb, path, write in islice(
            requests_to(address, full=full), 0 if full else place % step, None, 1 if full else step
        ):
            sent = write()
            begun = time.process_time()
            answer = send(person, verb, path, sent)
            seconds = time.process_time() - begun
            if (answer.status_code >= 500 and not is_meant(address, answer.status_code)) or seconds > SLOW:
                what = answer.__dict__.get("exc_info") or ("", "")
                reason = f"{getattr(what[0], '__name__', '')} {str(what[1])[:150]}"
                found.append([address, verb, path[:120], str(sent)[:60], answer.status_code, f"{seconds:.1f}", reason])
            getattr(answer, "close", bool)()
    print("FOUND", json.dumps(found))  # noqa: T201  (what the test reads)


def is_meant(address: str, status: int) -> bool:
    """A stream is not for WSGI, there is no worker, and a SOAP fault of version 1.1 is a 500 by its definition."""
    away = address in ("telephony/live/", "readyz") and status == 503
    return away or (address.startswith("telephony/ws/") and status == 500)


def make_rows() -> Client:
    from tests.admin.world import make_world

    make_world(calls=2)
    Connection.objects.create(name="Evil", vendor="demo", hook_secret="evil-secret-of-a-hook")
    owner = User.objects.create_superuser("owner", "", "x")
    company = Company.objects.create(name="Company")
    for name in ("One", "Two"):
        contact = Contact.objects.create(name=name, company=company, responsible=owner)
    Task.objects.create(title="Call", contact=contact, assignee=owner, created_by=owner, due_at=timezone.now())
    Note.objects.create(text="Said", contact=contact, author=owner)
    return Client(raise_request_exception=False, HTTP_HOST="localhost")


def send(client: Client, verb: str, path: str, sent: Any) -> Any:
    if "sessionid" not in client.cookies or not client.cookies["sessionid"].value:
        client.force_login(User.objects.get(username="owner"))
    if isinstance(sent, str):
        return (
            client.generic(verb, path, QUERY_STRING=sent) if verb == "GET" else client.generic(verb, path, sent, FORM)
        )
    kind, body = sent
    return client.generic(verb, path, body, kind)


FORM = "application/x-www-form-urlencoded"
Request = tuple[str, str, Callable[[], str | tuple[str, bytes]]]


def requests_to(address: str, *, full: bool) -> Iterator[Request]:
    """Verb, path, and what goes with it: a query or a form as text, or a body with its type.

    That is written when it is asked for: all of it, for all addresses, is gigabytes.
    """
    path = filled(address, {"secret": _secret()})
    names = parameters_of(address)
    groups = [[name] for name in names] if full or address.startswith("api/") else [names]
    for value in VALUES.values():
        for group in groups:
            yield "GET", path, partial(_query, group, value)
        yield "POST", path, partial(_query, names, value)
        if address.startswith("api/") or "/dial/" in address or "hooks" in address:
            yield "POST", path, partial(_json, names, value)
            yield "PATCH", path, partial(_json, names, value)
    for name in BODIES:
        yield "POST", path, partial(BODIES.__getitem__, name)
        if full:
            yield "GET", path, partial(BODIES.__getitem__, name)
            yield "PUT", path, partial(BODIES.__getitem__, name)
    for argument in arguments_of(address):
        for piece in PIECES.values():
            yield "GET", filled(address, {argument: _quoted(piece)}), str
            if full:
                yield "POST", filled(address, {argument: _quoted(piece)}), str


def parameters_of(address: str) -> list[str]:
    """Names that something behind the address may read."""
    if address.startswith("api/"):
        return _api_names()
    if address.startswith("admin/"):
        model = next((model for model in admin.site._registry if address.startswith(_path_of(model))), None)
        if model is None:
            return [*_LIST, "app_label", "model_name", "field_name", "term", "next", "s"]
        own = list(own_parameters(model, admin.site._registry[model].list_filter))
        return [*own, *_LIST, *(field.name for field in model._meta.fields), *_names_in("telephony/admin")]
    return sorted({*_names_in("telephony"), *_names_in("crm")})


def _path_of(model: Any) -> str:
    return f"admin/{model._meta.app_label}/{model._meta.model_name}/"


def _secret() -> str:
    return Connection.objects.get(name="Evil").hook_secret


_memory: dict[str, list[str]] = {}


def _names_in(folder: str) -> list[str]:
    """Constant names with which the code of a folder reads a request."""
    if folder not in _memory:
        trees = (ast.parse(path.read_text()) for path in (ROOT / folder).rglob("*.py") if _is_read(path.parts))
        calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
        _memory[folder] = sorted({name for call in calls for name in _constants(call)})
    return _memory[folder]


def _is_read(parts: tuple[str, ...]) -> bool:
    return not {"migrations", "simulator", "vendors", "management", "http"} & set(parts)


def _constants(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    for part in call.args[:2] if name in _READERS else []:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
            yield part.value


def _api_names() -> list[str]:
    from crm.api import serializers as of_crm
    from crm.api import views as crm_views
    from telephony.api import serializers, views
    from telephony.api.parameters import known_parameters

    if "api" not in _memory:
        names: set[str] = set()
        for module in (views, crm_views):
            for each in vars(module).values():
                if isinstance(each, type) and hasattr(each, "queryset") and each.queryset is not None:
                    names |= set(known_parameters(each(request=None, format_kwarg=None)))
        for module in (serializers, of_crm):
            for each in vars(module).values():
                names |= set(getattr(each, "_declared_fields", {}))
                names |= {name for name in getattr(getattr(each, "Meta", None), "fields", ()) if isinstance(name, str)}
        _memory["api"] = sorted(names)
    return _memory["api"]


def _json(names: list[str], value: str) -> tuple[str, bytes]:
    return "application/json", json_of(names, value)


def _query(names: list[str], value: str) -> str:
    return "&".join(f"{name}={_quoted(value)}" for name in names)[:200_000]


def _quoted(value: str) -> str:
    """Percent-encoded, but for the bytes that stand there as such."""
    return value if value.startswith("%") else quote(value, safe="")
