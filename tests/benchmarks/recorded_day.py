"""A day of all simulated PBXs, played into an empty database; prints its rows.

    .venv/bin/python -m tests.benchmarks.recorded_day record DAY.json
    .venv/bin/python -m tests.benchmarks.recorded_day play DAY.json > rows.txt     (with a DATABASE_URL of its own)

Played in two checkouts, the rows tell whether a change of the code changed what is written.
"""

from __future__ import annotations

import base64
import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import models, transaction
from django.test import Client

from telephony import models as tables
from telephony.simulator.plan import Disturbances, plan
from telephony.simulator.scenarios import MIX, Scriptwriter
from telephony.vendors import installed
from tests.benchmarks import webhook_data
from tests.benchmarks.webhook_messages import PEOPLE
from tests.soap.messages import PASSWORD, USER

BEGIN = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
CALLS = 12
"""Of each PBX."""
MINUTES_BETWEEN = 5
DISTURBED = Disturbances(duplicates=0.1, reorder=0.1, delay=2.0, lose=0.03)
CLIENTS = [f"+7916{number:07}" for number in range(0, 1100, 11)]
"""Every tenth or so is nobody's; callers come again."""
SHOWN = (
    *(tables.Call, tables.CallLeg, tables.CallEvent, tables.Card, tables.LiveEvent, tables.Recording, tables.CallFact),
    *(
        tables.MissedItem,
        tables.MissedRang,
        tables.Notice,
        tables.RuleRun,
        tables.CallQuery,
        tables.Delivery,
        tables.Connection,
    ),
    *(tables.DeskSettings, tables.Dial, tables.StaleDay),
)
LEFT_OUT = {
    *("arrival_key", "key_hash", "settings", "message_id", "hook_secret", "hook_secret_sha256", "soap_password_hash"),
    *("created_at", "updated_at"),
}
"""Another one each time, or in each installation."""


def record(path: Path) -> None:
    """Write down what the PBXs send, and when."""
    source = random.Random(1)
    sent = []
    for vendor in sorted(name for name in installed() if webhook_data._has_simulator(name)):
        pbx = installed()[vendor].simulator()(
            settings=_settings(vendor), time_zone=ZoneInfo("Europe/Moscow"), employees=PEOPLE
        )
        scenarios = [one for one in MIX if one in pbx.scenarios]
        writer = Scriptwriter(seed=vendor, scenarios=scenarios, employees=PEOPLE, clients=CLIENTS)
        for number in range(CALLS):
            begun = BEGIN + timedelta(minutes=MINUTES_BETWEEN * number, seconds=source.uniform(0, 60))
            with time_machine.travel(begun, tick=False):
                messages = pbx.messages(writer.write(started_at=begun))
            for one in plan(messages, speed=1, disturbances=DISTURBED, source=source):
                if not one.is_lost:
                    sent.append(_as_json(vendor, begun.timestamp() + one.after, one.message))
    path.write_text(json.dumps(sorted(sent, key=lambda one: one["at"])))


def play(path: Path) -> None:
    """Post it, each message at its time, and print the rows."""
    with time_machine.travel(BEGIN - timedelta(hours=1), tick=False):
        hooks = _office()
    client = Client()
    for one in json.loads(path.read_text()):
        with time_machine.travel(datetime.fromtimestamp(one["at"], UTC), tick=False):
            address = hooks[one["vendor"]] + one["tail"] + (f"?{one['query']}" if one["query"] else "")
            headers = dict(one["headers"])
            kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
            client.generic(
                one["method"], address, data=base64.b64decode(one["body"]), content_type=kind, headers=headers
            )
    for table in SHOWN:
        for row in sorted(_row(one) for one in table._default_manager.all()):
            print(table.__name__, row)


def _settings(vendor: str) -> dict[str, Any]:
    settings = dict(installed()[vendor].simulator().example_settings)
    settings |= {"soap_user": USER, "soap_password": PASSWORD}
    form = installed()[vendor].settings_form()
    return {name: value for name, value in settings.items() if name in form.fields}


def _office() -> dict[str, str]:
    """Five phones at each PBX, contacts, rules, working hours and somebody who is told of calls."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        users = webhook_data._make_people()
        webhook_data._make_contacts(users)
        hooks = {
            vendor: webhook_data._add(vendor, users)["path"]
            for vendor in sorted(installed())
            if webhook_data._has_simulator(vendor)
        }
        tables.Subscription.objects.create(name="CRM", url="https://crm.example/", enabled=True)
        team = tables.Team.objects.create(name="Sales", after_call_seconds=30)
        team.members.set(get_user_model().objects.filter(pk__in=[user.pk for user in users[:3]]))
        tables.CallRule.objects.create(enabled=True, enabled_at=BEGIN, ending="missed")
        tables.DeskSettings.objects.create(user=users[0], seen_at=BEGIN)
    return hooks


def _as_json(vendor: str, at: float, message: Any) -> dict[str, Any]:
    return {
        "vendor": vendor, "at": at, "method": message.method, "tail": message.tail, "query": message.query,
        "headers": dict(message.headers), "body": base64.b64encode(message.body).decode(),
    }  # fmt: skip


def _row(row: models.Model) -> str:
    hidden = LEFT_OUT if isinstance(row, tables.Call) else LEFT_OUT | {"id"}
    values = {one.attname: one.value_from_object(row) for one in row._meta.concrete_fields if one.attname not in hidden}
    return " ".join(f"{name}={_in_order(value)!r}" for name, value in values.items())


def _in_order(value: Any) -> Any:
    """PostgreSQL keeps the names of an object in an order of its own."""
    if isinstance(value, dict):
        return {name: _in_order(inner) for name, inner in sorted(value.items())}
    return [_in_order(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    {"record": record, "play": play}[sys.argv[1]](Path(sys.argv[2]))
