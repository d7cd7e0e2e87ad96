"""People of a running server, and the browser that they sit at."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.servers import Server
from tests.services import missing

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The best first: Chromium without a window of its own takes a third of the CPU."""

ADD_PERSON = """
import json
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
wanted = json.loads({wanted!r})
person, made = get_user_model().objects.get_or_create(username=wanted["username"], defaults=wanted["fields"])
person.groups.add(*[Group.objects.get(name=name) for name in wanted["groups"]])
print(person.pk)
"""
LOG_IN = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
person = get_user_model().objects.get(username={username!r})
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.create()
print(settings.SESSION_COOKIE_NAME, session.session_key)
"""


def chromium_path() -> str:
    """Where Chromium is; without one the test is skipped, or fails where REQUIRE_SERVICES=1."""
    places = (shutil.which(name) or shutil.which(f"/usr/bin/{name}") for name in NAMES)
    return next(filter(None, places), None) or missing("Chromium")


def add_person(server: Server, username: str, *groups: str, **fields: Any) -> int:
    """A user of the server who may open its pages; `groups` like "Operator". Returns the primary key."""
    wanted = json.dumps({"username": username, "groups": groups, "fields": {"is_staff": True, **fields}})
    return int(run(server, ADD_PERSON.format(wanted=wanted)))


def log_in(server: Server, username: str) -> dict[str, str]:
    """The cookie of a new session of this user, without a form or a second factor."""
    name, value = run(server, LOG_IN.format(username=username)).split()
    return {"name": name, "value": value, "url": server.url}


def run(server: Server, code: str) -> str:
    """What this code prints in the server's project and database."""
    return server.manage("shell", "-v0", "-c", code).stdout.strip()


def shot(page: Page, name: str) -> None:
    """A picture for a person to look at, where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
