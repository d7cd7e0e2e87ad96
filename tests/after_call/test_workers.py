"""Real workers on PostgreSQL that are killed while they send a rule's mail: it goes out at most once, and never gets
lost without a word."""

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
TOLD = """
from django.contrib.auth.models import User
from django.utils import timezone
from telephony.models import Call, CallRule, RuleMessage, RuleRun
from tests.telephony.factories import ConnectionFactory
boss = User.objects.create(username="boss", is_superuser=True, is_staff=True, email="boss@example.org")
rule, now = CallRule.objects.create(enabled=True, ending="missed", tell_by_email=True), timezone.now()
call = Call.objects.create(
    connection=ConnectionFactory.create(), external_id="1", direction="incoming", status="busy", started_at=now
)
ran = RuleRun.objects.create(rule=rule, call=call, ending="missed", created_at=now, state="done")
RuleMessage.objects.create(run=ran, user=boss, at=now, mail="waiting", next_try_at=now)
"""
WORK = "from telephony.tasks import apply_rules; apply_rules()"
LEASE_IS_OVER = """
from django.utils import timezone
from telephony.models import RuleMessage
RuleMessage.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now())
"""
STATE = """
from telephony.models import RuleMessage
print(RuleMessage.objects.get().get_mail_display())
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
    run(server, TOLD)
    return server


@pytest.fixture
def killed(server: Server, mail: MailServer) -> Callable[[], None]:
    """Has a worker send what is due, and kills it when the mail server says so."""
    workers: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        workers[0].kill()
        workers[0].wait(60)

    def begin() -> None:
        code = [sys.executable, "-W", "ignore", "manage.py", "shell", "-v0", "-c", WORK]
        workers.append(subprocess.Popen(code, cwd=ROOT, env=server.environment))
        assert workers[0].wait(60) == -9

    mail.on_greeted = mail.on_taken = kill
    return begin


def test_killed_while_the_mail_is_taken_it_is_not_sent_again_and_says_so(
    server: Server, mail: MailServer, killed: Callable[[], None]
) -> None:
    mail.on_greeted = lambda: None
    killed()
    assert (run(server, STATE), len(mail.mails)) == ("e-mail waits", 1)
    run(server, WORK)
    assert (run(server, STATE), len(mail.mails)) == ("e-mail waits", 1)
    for _attempt in range(2):
        run(server, LEASE_IS_OVER + WORK)
        assert (run(server, STATE), len(mail.mails)) == ("e-mail perhaps sent", 1)


def test_killed_before_anything_was_handed_over_another_sends_it(
    server: Server, mail: MailServer, killed: Callable[[], None]
) -> None:
    killed()
    assert (run(server, STATE), len(mail.mails)) == ("e-mail waits", 0)
    mail.on_greeted = mail.on_taken = lambda: None
    run(server, LEASE_IS_OVER + WORK)
    assert (run(server, STATE), len(mail.mails)) == ("e-mail sent", 1)
    run(server, LEASE_IS_OVER + WORK)
    assert len(mail.mails) == 1
