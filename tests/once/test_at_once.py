"""The same form from several browsers' lines at once, on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.servers import Server

pytestmark = [pytest.mark.postgresql, pytest.mark.proof]

PRESSES = """
import json
from threading import Barrier, Thread
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from telephony.models import OnceAnswer, Team
user = User.objects.create_superuser("owner")
rounds = []
for number in range(10):
    answers, barrier = [], Barrier(6)
    def press():
        client = Client(headers={"accept": "text/html", "host": "localhost"})
        client.force_login(user)
        barrier.wait()
        form = {"once_key": f"key-of-{number}", "name": f"Team {number}", "_save": "Save"}
        answers.append(client.post("/admin/telephony/team/add/", form))
        connection.close()
    threads = [Thread(target=press) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    led = {(answer.status_code, answer["Location"]) for answer in answers}
    rounds.append([len(answers), len(led), Team.objects.filter(name=f"Team {number}").count()])
print(json.dumps(rounds))
"""


def test_pressed_six_times_at_once_done_once(make_server: Callable[..., Server], postgresql_database: str) -> None:
    server = make_server(database_url=postgresql_database)
    rounds = json.loads(server.manage("shell", "--command", PRESSES).stdout.splitlines()[-1])
    assert rounds == [[6, 1, 1]] * 10
