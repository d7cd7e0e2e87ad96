"""Secrets of every kind, planted and used for a day in small, are found nowhere but where they are needed."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from telephony.simulator.server import ApiServer
from tests.e2e.browser import add_person, log_in, run
from tests.e2e.canaries import PLANTED, Hunt, spellings, user_key
from tests.e2e.canary_world import PHONES, LoudServer, World, odd_messages
from tests.e2e.crawler import Crawler
from tests.e2e.day import PREPARE, live_a_day, look_around, look_at_what_is_kept
from tests.e2e.house import HOUSE, house
from tests.load.judged import Query, querying
from tests.load.workers import wait_for
from tests.servers import free_port

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

PAGES = (
    "/admin/",
    "/telephony/desk/",
    "/telephony/calls/",
    "/crm/contacts/",
    "/telephony/reconcile/",
    "/api/v1/calls/",
)
SETTLED = """
SELECT count(*) = 0 FROM telephony_recording
WHERE state IN ('expected', 'fetching') OR (state = 'waiting' AND attempts = 0)
"""
LOOPBACK = ("127.0.0.0/8",)
ADD_PHONES = """
from django.contrib.auth import get_user_model
from telephony.models import Connection, Extension
boss = get_user_model().objects.get(username="boss")
Extension.objects.bulk_create(
    Extension(connection=connection, user=boss, number=number, key=f"CnryUserKeyOf{{number}}")
    for connection in Connection.objects.all() for number in {numbers}
)
"""
COUNT_DELIVERIES_WITH = """
from telephony.models import Delivery
print(sum({secret!r}.encode() in row.body + row.query for row in Delivery.objects.all()))
"""


@pytest.fixture
def world(postgresql_database: str, tmp_path: Path) -> Iterator[World]:
    """Everything runs, with every log at DEBUG: the server's as JSON, the worker's as text."""
    server = LoudServer(var_dir=tmp_path / "var", threads=2)
    server.environment |= {"DJANGO_SETTINGS_MODULE": "tests.e2e.loud", "TELEPHONY_DISK_FLOOR_MB": "0"}
    server.log = tmp_path / "server.log"
    with house(postgresql_database, tmp_path) as around, ApiServer({}, slow_seconds=0.2) as api:
        server.environment |= around.environment
        world = World(server, api, tmp_path, around)
        server.environment["LOG_FORMAT"] = "json"
        try:
            server.start()
            yield world
        finally:
            server.stop()
            world.worker.stop()


def set_up(world: World) -> None:
    """Four PBXs that work; and of each kind one whose API refuses the secret, is not there, or may not be asked."""
    add_person(world.server, "boss", is_superuser=True, email="boss@example.ru")
    world.house.key = run(world.server, PREPARE.format(house=HOUSE, url=world.house.hooks.url))
    for vendor in PLANTED:
        world.serve(vendor, world.connect(vendor, vendor, api_url=f"{world.api.url}/{vendor}"))
    nobody = f"http://127.0.0.1:{free_port()}"
    for vendor, trouble, api_url, networks in (
        *(("mobilon", "down", nobody, LOOPBACK), ("mobilon", "misled", f"{world.api.url}/nothing", LOOPBACK)),
        *(("mobilon", "forbidden", world.api.url, ()), ("wirecrm", "forbidden", world.api.url, ())),
        *(("sipuni", "down", nobody, LOOPBACK), ("xvb", "misled", f"{world.api.url}/nothing", LOOPBACK)),
    ):
        world.connect(vendor, f"{vendor}-{trouble}", api_url=api_url, networks=networks)
    run(world.server, ADD_PHONES.format(numbers=PHONES))


def use_commands(world: World) -> None:
    for command in (
        *(("calls", "--json"), ("calls",), ("replay", "--all", "--dry-run"), ("replay", "--failed"), ("reencrypt",)),
        *(("extension", "list"), ("erase_number", "79231234567", "--dry-run"), ("check", "--deploy")),
    ):
        world.manage(*command)
    for name, row in world.connections.items():
        if name.startswith("mobilon"):
            world.manage("pull_calls", str(row["id"]))
    for vendor, planted in PLANTED.items():
        wrong = [f"{key}={value}" for key, value in planted.items()]
        world.manage("connection", "set", str(world.connections[vendor]["id"]), "--set", *wrong, f"x={wrong}")
    sipuni = str(world.connections["sipuni"]["id"])
    world.manage("simulate", "calls", "--connection", sipuni, "--count", "1", "--base-url", world.server.url)
    world.manage("dumpdata", "telephony", "--indent", "1")


def order_calls(world: World, crawler: Crawler) -> list[dict[str, Any]]:
    """The boss clicks on a number, with each phone of each connection."""
    choices = json.loads(crawler.get("/telephony/dial/choices/?phone=%2B79201119613"))
    answers = []
    for phone in choices["phones"]:
        order = {"phone": "+79201119613", "key": secrets.token_hex(8), "extension": phone["id"]}
        headers = {"Content-Type": "application/json", "X-CSRFToken": choices["csrf"]}
        answers.append(json.loads(crawler.ask("POST", "/telephony/dial/", json.dumps(order), **headers)))
    return answers


def save_wrong_forms(world: World, crawler: Crawler) -> None:
    """Forms that come back with errors, and what they were filled with."""
    for name in PLANTED:
        address = f"/admin/telephony/connection/{world.connections[name]['id']}/change/"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', crawler.get(address))
        assert token is not None
        filled = {f"pbx_{key}": value for key, value in PLANTED[name].items()}
        fields = {"csrfmiddlewaretoken": token[1], "name": "", "internal_networks": "no network", **filled}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        page = crawler.ask("POST", address, urlencode(fields), **kind)
        assert "no network is no network" in page


def own_pages(world: World) -> dict[str, str]:
    """Whose address may stand in which page: where people copy it from."""
    pages = ("/admin/telephony/connection/{}/change/", "/telephony/connect/{}/address/")
    return {page.format(row["id"]): name for name, row in world.connections.items() for page in pages}


def test_a_connections_secrets_are_found_nowhere(world: World, postgresql_database: str) -> None:
    set_up(world)
    hooks = {f"address of {name}": row["hook_path"].split("/")[-2] for name, row in world.connections.items()}
    planted = (
        HOUSE
        | {"an API key": world.house.key}
        | {f"{key} of {name}": value for name, keys in PLANTED.items() for key, value in keys.items()}
    )
    keys = {f"user key of {number}": user_key(number) for number in PHONES}
    hunt = Hunt({**planted, **hooks, **keys})
    own_page = own_pages(world)

    def take(address: str, content: bytes) -> None:
        # Where an address is copied from it has to stand.
        name = own_page.get(address.partition("?")[0], "")
        hunt.look(f"the page {address}", content, allowed=[f"address of {name}"])

    cookie = log_in(world.server, "boss")
    crawler = Crawler(world.server.url, f"{cookie['name']}={cookie['value']}; csrftoken={'c' * 32}", take)
    query = querying(world.server)
    world.worker.start()
    world.play(24)
    statuses = odd_messages(world)
    assert {statuses[name] for name in ("json", "link 0", "broken time", "1C")} == {200}
    assert (statuses["wrong code"], statuses["another PBX's address"]) == (403, 404)
    use_commands(world)
    orders = use_pages(world, crawler)
    live_a_day(world, crawler)
    wait_for(lambda: is_settled(world, query), seconds=180, what="The recordings are not settled.")
    crawler.crawl(PAGES)
    crawler.close()
    look_around(hunt, world)
    world.worker.stop()
    world.server.stop()
    they_were_really_used(world, orders, query)
    look_at_what_was_said(hunt, world, list(hooks))
    look_at_what_is_kept(hunt, world, postgresql_database)
    assert crawler.statuses[200] > 100


def look_at_what_was_said(hunt: Hunt, world: World, hooks: list[str]) -> None:
    """The commands' output and the logs."""
    for command, printed in world.printed:
        hunt.look(f"manage.py {command}", printed, allowed=hooks if command.startswith("connection") else [])
    hunt.look("the server's log", world.server.log.read_bytes())
    hunt.look("the worker's log", world.worker.log())


def is_settled(world: World, query: Query) -> bool:
    world.worker.keep_running()
    return bool(query(SETTLED)[0][0])


def use_pages(world: World, crawler: Crawler) -> list[dict[str, Any]]:
    save_wrong_forms(world, crawler)
    return order_calls(world, crawler)


def they_were_really_used(world: World, orders: list[dict[str, Any]], query: Query) -> None:
    """Else nothing could have leaked: PBXs took orders and gave recordings for these secrets, and sent them."""
    outcomes = {order.get("state") or order.get("outcome") for order in orders}
    assert len(orders) > 16, orders
    assert len(outcomes) > 1, orders
    stored = dict(
        query(
            "SELECT connection.vendor, count(*) FROM telephony_recording recording"
            " JOIN telephony_call call ON call.id = recording.call_id"
            " JOIN telephony_connection connection ON connection.id = call.connection_id"
            " WHERE recording.state = 'stored' GROUP BY 1"
        )
    )
    assert set(stored) == set(PLANTED), stored
    assert query("SELECT count(*) FROM telephony_recording WHERE state NOT IN ('stored', 'expired')")[0][0] > 3
    for name in ("sipuni", "wirecrm", "mobilon"):
        secret = next(iter(PLANTED[name].values()))
        assert int(run(world.server, COUNT_DELIVERIES_WITH.format(secret=secret))) > 0, name


def test_every_spelling_would_be_found() -> None:
    """Else the test above would prove nothing."""
    for secret in ("CnryMobilonToken+7/z", "short-CnryX"):
        for spelling in spellings(secret):
            hunt = Hunt({"it": secret})
            hunt.look("here", b"before " + spelling + b" after")
            assert len(hunt.found) == 1, spelling
            hunt.look("there", b"nothing", allowed=["it"])
            assert len(hunt.found) == 1


def test_it_would_be_found_in_a_database_and_in_a_file(postgresql_database: str, tmp_path: Path) -> None:
    with psycopg.connect(postgresql_database) as connection:
        connection.execute("CREATE TABLE a (text text, raw bytea, more jsonb, list text[])")
        for column, value in (("text", "x it/ y"), ("raw", b"it/"), ("more", '{"k": ["it/"]}'), ("list", ["it/"])):
            connection.execute(f"INSERT INTO a ({column}) VALUES (%s)", [value])  # type: ignore[arg-type]
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "one").write_text("it/")
    (tmp_path / "two").write_text("aXQv it%2F")
    hunt = Hunt({"secret": "it/"})
    assert hunt.look_into_database(postgresql_database)["a"] == 4
    assert len({found for found in hunt.found if "the table a" in found}) >= 3
    assert len(hunt.found) >= 4
    assert hunt.look_into_folder(tmp_path, leave_out=["keys"]) == 1
    assert "the file two" in hunt.found[-1]
