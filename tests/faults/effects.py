"""What an installation does in the world, counted where it arrives: webhooks, mails, tasks, orders to a PBX."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count

from tests.dialing.playing import Playing, playing_for
from tests.e2e.browser import run
from tests.faults.installation import Installation
from tests.load.clicks import Page
from tests.load.judged import querying
from tests.notices.receiver import Receiver
from tests.summary.smtp import MailServer

PHONES = [("anna", "sipuni", "101"), ("boris", "sipuni", "102"), ("clara", "sipuni", "105"), ("anna", "wirecrm", "201")]
SET_UP = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from telephony.models import CallRule, Subscription
users = get_user_model().objects
users.update(is_superuser=True)
users.filter(username="anna").update(email="anna@example.com")
topics, networks = ["call.started", "call.ended"], ["127.0.0.0/8"]
Subscription.objects.create(name="Warehouse", url={url!r}, topics=topics, internal_networks=networks)
anna = users.get(username="anna")
rule = CallRule.objects.create(
    enabled=True, enabled_at=timezone.now() - timedelta(days=1), ending="answered", task_title="Ask how it went",
    assignee="fixed", person=anna, tell_by_email=True,
)
rule.tell.add(anna)
"""
UNDER_WAY = """
    SELECT 'messages', count(*) FROM telephony_delivery WHERE state = 'received'
    UNION ALL SELECT 'webhooks', count(*) FROM telephony_notice WHERE state IN ('waiting', 'sending')
    UNION ALL SELECT 'rules', count(*) FROM telephony_rulerun WHERE state = 'waiting'
    UNION ALL SELECT 'mails', count(*) FROM telephony_rulemessage WHERE mail = 'waiting'
"""
DOUBLED = {
    "webhooks": "SELECT call_id FROM telephony_notice GROUP BY call_id, topic HAVING count(*) > 1",
    "tasks": "SELECT run_id FROM telephony_ruleeffect WHERE kind = 'task' AND result = 'made' "
    "GROUP BY run_id HAVING count(*) > 1",
    "cards": "SELECT call_id FROM telephony_card GROUP BY call_id, user_id HAVING count(*) > 1",
}
NOT_TOLD = """
    SELECT (SELECT count(*) FROM crm_task)
        - (SELECT count(*) FROM telephony_ruleeffect WHERE kind = 'task' AND result = 'made')
"""
"""Tasks of which the rules don't know, or the other way round; in one statement, because rules may still be at work."""
CLICK_EVERY = 1.0


@dataclass(kw_only=True)
class Effects:
    """`clicked`: numbers that somebody ordered a call to, each pressed again until there was an answer."""

    at: Installation
    receiver: Receiver
    mail: MailServer
    playing: Playing
    clicked: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Of Sipuni's connection."""
        return self.playing.targets["sipuni"].url.removeprefix(self.at.server.url)

    def under_way(self) -> dict[str, int]:
        """What is to be done still, by its kind."""
        return {kind: number for kind, number in querying(self.at.server)(UNDER_WAY) if number}

    def done(self) -> dict[str, int]:
        query, ids = querying(self.at.server), [headers["webhook-id"] for headers, _ in self.receiver.got]
        return {
            "webhooks": len(set(ids)),
            "webhooks sent again under the same id": len(ids) - len(set(ids)),
            "mails": len(self._mails()),
            "tasks": query("SELECT count(*) FROM crm_task")[0][0],
            "cards": query("SELECT count(*) FROM telephony_card")[0][0],
            "orders": len(self.playing.orders),
        }

    def doubled(self) -> dict[str, int]:
        """What was done twice. A webhook that comes again under its id is the receiver's to drop: that is promised."""
        query = querying(self.at.server)
        found = {kind: len(query(sql)) for kind, sql in DOUBLED.items()}
        found["tasks"] += abs(query(NOT_TOLD)[0][0])
        found["mails"] = _more_than_once(self._mails())
        found["orders"] = _more_than_once([order.number for _, order in self.playing.orders])
        return found

    def lost(self) -> dict[str, int]:
        """What never came, though the database says that it was done."""
        query = querying(self.at.server)
        told = {row for (row,) in query("SELECT message_id FROM telephony_notice WHERE state = 'delivered'")}
        sent = query("SELECT count(*) FROM telephony_rulemessage WHERE mail = 'sent'")[0][0]
        got = {headers["webhook-id"] for headers, _ in self.receiver.got}
        return {"webhooks": len(told - got), "mails": max(sent - len(self._mails()), 0)}

    def _mails(self) -> list[str]:
        names = (str(one["Message-ID"]) for one in self.mail.mails)
        return [name for name in names if name.startswith("<rule-")]


def _more_than_once(values: list[str]) -> int:
    return sum(number - 1 for number in Counter(values).values())


@contextmanager
def counted(at: Installation) -> Iterator[Effects]:
    """Before the installation starts: everything that it will do is counted."""
    mail = MailServer()
    at.server.environment |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "TELEPHONY_DIALS_PER_MINUTE": "1000"}
    at.server.environment |= {"TELEPHONY_DIALS_PER_DAY": "10000", "SITE_ADDRESS": at.server.url}
    try:
        with Receiver() as receiver, playing_for(at.server) as playing:
            playing.is_telling = False
            playing.set_up(PHONES)
            run(at.server, SET_UP.format(url=receiver.url))
            yield Effects(at=at, receiver=receiver, mail=mail, playing=playing)
    finally:
        mail.close()


@contextmanager
def clicking(effects: Effects) -> Iterator[None]:
    """Somebody orders a call each second, and presses again, as their page does, while there is no answer."""
    page, over = Page(effects.at.server, "anna"), threading.Event()

    def click() -> None:
        for number in count():
            phone = f"+7916{number:07}"
            while not over.wait(CLICK_EVERY):
                try:
                    page.order(f"click-{number:08}", phone=phone)
                    effects.clicked.append(phone)
                    break
                except (OSError, HTTPException, json.JSONDecodeError, AssertionError):
                    continue
            if over.is_set():
                return

    thread = threading.Thread(target=click)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
