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


SLOW = """
import json
from threading import Event, Thread
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from telephony.models import Team
from telephony.once import middleware
middleware.WAIT = 0.3
user = User.objects.create_superuser("owner")
began, go_on, answers = Event(), Event(), {}
save = Team.save
def slow_save(self, *args, **kwargs):
    save(self, *args, **kwargs)
    began.set()
    go_on.wait(20)
def press(name):
    client = Client(headers={"accept": "text/html", "host": "localhost"})
    client.force_login(user)
    form = {"once_key": "key-of-the-form", "name": "Sales", "_save": "Save"}
    answers[name] = client.post("/admin/telephony/team/add/", form)
    connection.close()
Team.save = slow_save
first = Thread(target=press, args=["first"])
first.start()
began.wait(20)
press("meanwhile")
go_on.set()
first.join()
press("afterwards")
told = answers["meanwhile"]
print(json.dumps([[answers[name].status_code for name in ("first", "meanwhile", "afterwards")], told["Retry-After"],
                  "is still being done" in told.content.decode(), Team.objects.count()]))
"""
KILLED = """
import os
from django.contrib.auth.models import User
from django.test import Client
from telephony.models import Team
user, _ = User.objects.get_or_create(username="owner", is_superuser=True, is_staff=True)
save = Team.save
def end_after_saving(self, *args, **kwargs):
    save(self, *args, **kwargs)
    os.kill(os.getpid(), 9)
if not {survives}:
    Team.save = end_after_saving
client = Client(headers={{"accept": "text/html", "host": "localhost"}})
client.force_login(user)
form = {{"once_key": "key-of-the-form", "name": "Sales", "_save": "Save"}}
print(client.post("/admin/telephony/team/add/", form).status_code, Team.objects.count())
"""


def test_who_presses_while_the_first_is_at_work_is_told_so(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    server = make_server(database_url=postgresql_database)
    told = json.loads(server.manage("shell", "--command", SLOW).stdout.splitlines()[-1])
    assert told == [[302, 409, 302], "5", True, 1]


def test_a_process_that_is_killed_in_the_middle_leaves_neither_row_nor_key(
    make_server: Callable[..., Server], postgresql_database: str
) -> None:
    server = make_server(database_url=postgresql_database)
    killed = server.manage("shell", "--command", KILLED.format(survives=False), check=False)
    assert killed.returncode
    assert "302" not in killed.stdout
    assert server.manage("shell", "--command", KILLED.format(survives=True)).stdout.split()[-2:] == ["302", "1"]
