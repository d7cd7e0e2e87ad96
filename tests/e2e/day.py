"""A day in small, in which whatever needs a secret of the installation's own is done once, and goes wrong once."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psycopg
import redis

from tests.config.test_sentry import FAULT, SECRET
from tests.e2e.canary_world import World
from tests.e2e.crawler import Crawler
from tests.e2e.house import HOUSE, command_lines, everything_in, files_in
from tests.load.workers import wait_for

if TYPE_CHECKING:
    from tests.e2e.canaries import Hunt

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PREPARE = """
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user_model
from crm.services.api_keys import make_key, scopes_for
from telephony.models import Subscription
house = {house!r}
boss = get_user_model().objects.get(username="boss")
boss.set_password(house["the boss's password"])
boss.save()
TOTP.activate(boss, house["the boss's second factor"])
Subscription.objects.create(name="Shop", url={url!r}, secret=house["the key of a webhook"],
                            internal_networks=["127.0.0.0/8"])
print(make_key(user=boss, name="shop", scopes=scopes_for(boss))[1])
"""
# Django keeps it there while the page is open. Who reads that table has the sessions themselves.
IN_SESSIONS = {"django_session": ["a link to set a password"]}
LINK = re.compile(r"https?://[^/\s]+(/people/password/[^/\s]+/([^/\s]+)/)")


def live_a_day(world: World, crawler: Crawler) -> None:
    """While the worker runs."""
    forget_a_password(world, crawler)
    sign_in_badly(world, crawler)
    ask_the_api(world, crawler)
    crawler.ask("POST", "/telephony/exports/", _form(kind="calls", query=""), **FORM)
    world.manage("shell", "-c", FAULT)
    lose_the_broker_and_the_database(world, crawler)
    wait_for(lambda: len(world.house.hooks.got) > 2, seconds=60, what="No webhook was sent.")


def forget_a_password(world: World, crawler: Crawler) -> None:
    """The mail server refuses the login at first; then the link comes, is used once, and spoilt once."""
    mail = world.house.mail
    crawler.ask("POST", "/people/password/forgotten/", _form(login="boss"), **FORM)
    wait_for(lambda: bool(world.house.greeted), seconds=60, what="No mail was tried.")
    mail.answers["AUTH"] = "235 ok"
    world.manage("shell", "-c", "from django.contrib.admin.models import LogEntry; LogEntry.objects.all().delete()")
    crawler.ask("POST", "/people/password/forgotten/", _form(login="boss"), **FORM)
    wait_for(lambda: bool(mail.mails), seconds=60, what="No mail came.")
    found = LINK.search(mail.mails[-1].get_content())
    assert found is not None, mail.mails[-1].get_content()
    world.house.link = found[2]
    for address in (found[1], found[1] + "more/", found[1].replace(found[2], found[2] + "x")):
        world.post(address, "", method="GET")


def sign_in_badly(world: World, crawler: Crawler) -> None:
    right = HOUSE["the boss's password"]
    for username, password in (("boss", right), ("boss", right + "x"), ("nobody", right)):
        crawler.ask("POST", "/admin/login/", _form(username=username, password=password), **FORM)
    # In the wrong field: the answer shows it to whoever typed it, and nothing else may.
    form = _form(username=right, password="boss")
    assert world.post("/admin/login/", form, Cookie=f"csrftoken={'c' * 32}") == 200


def ask_the_api(world: World, crawler: Crawler) -> None:
    """With the key where it belongs, where it does not, and with a wrong one."""
    key, figures = world.house.key, HOUSE["the token of the figures"]
    for authorization in (f"Bearer {key}", f"Bearer {key}x", f"Token {key}", key):
        for path in ("/api/v1/calls/", "/api/v1/contacts/0/", "/api/v1/nothing/", f"/api/v1/calls/?token={key}"):
            crawler.ask("GET", path, Authorization=authorization)
        wrong = '{"name": 1, "phones": "' + key + '"}'
        crawler.ask("POST", "/api/v1/contacts/", wrong, Authorization=authorization, **{"Content-Type": "text/x"})
    for path in ("/metrics", "/metrics/", f"/readyz?token={figures}"):
        for authorization in (f"Bearer {figures}", f"Bearer {figures}x"):
            crawler.ask("GET", path, Authorization=authorization)


def lose_the_broker_and_the_database(world: World, crawler: Crawler) -> None:
    """Their passwords are no longer right for some seconds: whoever fails then tells why."""
    store, password = world.house.redis, HOUSE["the password of Redis"]
    store.config_set("requirepass", "another")
    other = redis.Redis(port=store.connection_pool.connection_kwargs["port"], password="another")
    other.client_kill_filter(_type="normal", skipme=True)
    with psycopg.connect(world.house.database, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {world.house.role} NOLOGIN")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [world.house.role]
        )
        for path in ("/admin/", "/telephony/calls/", "/readyz", "/api/v1/calls/"):
            crawler.ask("GET", path)
        crawler.ask("POST", "/people/password/forgotten/", _form(login="boss"), **FORM)
        world.post(world.connections["sipuni"]["hook_path"], "event=1&call_id=away")
        world.manage("health")
        time.sleep(3)
        connection.execute(f"ALTER ROLE {world.house.role} LOGIN")
    other.config_set("requirepass", password)
    other.close()
    # The pool pauses for a second or two between two attempts.
    wait_for(lambda: world.post("/admin/login/", "", method="GET") == 200, seconds=30, what="No page came back.")
    world.manage("health", "--json")


def look_around(hunt: Hunt, world: World) -> None:
    """Outside of the product: what it sent to others, what lies in Redis, and how its processes were started."""
    around = world.house
    hunt.want("a link to set a password", around.link)
    for headers, body in around.hooks.got:
        hunt.look("a webhook", repr(headers).encode() + body)
    for number, error in enumerate(around.errors):
        hunt.look(f"error {number} at Sentry", error, allowed=["the key of Sentry"])
    for mail in around.mail.mails:
        hunt.look("a mail", mail.as_bytes(), allowed=["a link to set a password"])
    hunt.look("Redis", everything_in(around.redis))
    hunt.look("the command lines of all processes", command_lines())
    assert SECRET not in "".join(around.errors)
    assert around.errors, "No error went to Sentry."


def look_at_what_is_kept(hunt: Hunt, world: World, database: str) -> None:
    tables = hunt.look_into_database(database, IN_SESSIONS)
    files = hunt.look_into_folder(Path(world.server.environment["VAR_DIR"]), leave_out=["keys"])
    recordings = files_in(world.house.bucket)
    for name, content in recordings.items():
        hunt.look(f"the recording {name}", content)
    assert not hunt.found, "\n".join(hunt.found)
    # It looked at something.
    assert tables["telephony_delivery"] > 60
    assert tables["telephony_recording"] > 15
    assert files > 0, "No exported file."
    assert len(recordings) > 10
    assert "SELECT" in world.worker.log()
    assert hunt.bytes_read > 5_000_000


def _form(**fields: str) -> str:
    return urlencode({**fields, "csrfmiddlewaretoken": "c" * 32})
