"""Real workers on PostgreSQL: several at once send each mail once, and one that is killed sends none twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.databases import ROOT
from tests.e2e.browser import run
from tests.servers import Server
from tests.summary.smtp import MailServer

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
ORDER = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from telephony.models import ReportSubscription
from telephony.summary.mail.subscribing import subscribe
user = get_user_model().objects.create(username="anna", email="anna@example.com")
user.groups.add(Group.objects.get(name="Administrator"))
for hour in range({count}):
    subscribe(user=user, period="day", hour=hour, time_zone="Europe/Moscow", language="ru", teams=[], origin="http://x")
ReportSubscription.objects.update(next_at=timezone.now() - timedelta(minutes=1))
"""
WORK = "from telephony.tasks import send_reports; send_reports()"
LATER = """
from datetime import timedelta
from django.utils import timezone
from telephony.summary.mail import sending
sending.send_due(now=timezone.now() + timedelta(minutes=3))
"""
STATES = """
from telephony.models import ReportMail
print(*ReportMail.objects.order_by("pk").values_list("state", flat=True))
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def server(postgresql_database: str, make_server: Callable[..., Server], mail: MailServer) -> Server:
    server = make_server(database_url=postgresql_database)
    server.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{mail.port}"
    return server


def worker(server: Server) -> subprocess.Popen[bytes]:
    code = [sys.executable, "-W", "ignore", "manage.py", "shell", "-v0", "-c", WORK]
    return subprocess.Popen(code, cwd=ROOT, env=server.environment)


def test_several_workers_at_once_send_each_mail_once(server: Server, mail: MailServer) -> None:
    run(server, ORDER.format(count=20))
    workers = [worker(server) for _number in range(3)]
    assert [one.wait(60) for one in workers] == [0, 0, 0]
    assert run(server, STATES).split() == ["sent"] * 20
    assert len(mail.mails) == 20 == len({str(one["Message-ID"]) for one in mail.mails})


def test_one_that_is_killed_while_the_mail_is_taken_sends_none_twice(server: Server, mail: MailServer) -> None:
    run(server, ORDER.format(count=1))
    workers: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        workers[0].kill()

    mail.on_taken = kill
    workers.append(worker(server))
    assert workers[0].wait(60) == -9
    assert (run(server, STATES), len(mail.mails)) == ("sending", 1)
    run(server, WORK)
    assert (run(server, STATES), len(mail.mails)) == ("sending", 1)
    run(server, LATER)
    assert (run(server, STATES), len(mail.mails)) == ("unclear", 1)
