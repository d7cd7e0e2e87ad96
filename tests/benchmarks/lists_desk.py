"""What is around the calls of lists_data.py: deliveries and events of the latest, notes and tasks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from crm.models import Note, Task
from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, to_json
from telephony.models import CallEvent as StoredEvent
from telephony.models import Connection, Delivery
from tests.benchmarks.lists_sql import Filler

YEARS = 3


def make_deliveries(filler: Filler, calls: int) -> None:
    """One of each call; events of the latest calls only, as just the pages of calls need them."""
    pk = Connection.objects.order_by("pk")[0].pk
    state = "CASE WHEN n %% 10000 = 0 THEN 'failed' ELSE 'applied' END"
    filler.insert(Delivery, "made", id="n", connection_id=str(pk), received_at="at", method="'GET'", state=state)
    for place, kind in enumerate((EventKind.CALL_STARTED, EventKind.LEG_RINGING, EventKind.ANSWERED, EventKind.ENDED)):
        event = CallEvent(
            kind=kind,
            occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
            fingerprint="x",
            external_id="1",
            direction=Direction.INCOMING,
            client_raw="79235292926",
            extension="101",
            status=CallStatus.ANSWERED if kind is EventKind.ENDED else None,
        )
        filler.insert(
            StoredEvent,
            f"made WHERE n > {calls} - 1000",
            call_id="n",
            delivery_id="n",
            fingerprint=f"'{place}-' || n",
            kind=f"'{kind}'",
            occurred_at=f"at + interval '{place * 3} s'",
            content=f"'{json.dumps(to_json(event))}'::jsonb",
        )


def make_notes_and_tasks(filler: Filler, calls: int, contacts: int, companies: int) -> None:
    """A tenth as many notes as calls, half as many tasks; a tenth of these are still to be done."""
    notes, tasks = calls // 10, calls // 20
    about, who = f"1 + n * 7 %% {contacts}", "1 + n %% 47"
    then = "now() - interval '1 h' - interval '{years} years' * n / {count}"
    note = {
        "author_id": who,
        "text": "'Просил перезвонить после обеда'",
        "created_at": then.format(years=YEARS, count=notes),
    }
    filler.insert(Note, f"generate_series(1, {notes}) n", contact_id=about, **note)
    filler.insert(Note, f"generate_series(1, {calls // 5000}) n", contact_id="1", **note)
    filler.insert(
        Task,
        f"generate_series(1, {tasks}) n",
        kind="'task'",
        title="'Выслать договор'",
        contact_id=about,
        company_id=f"CASE WHEN n %% 9 = 0 THEN 1 + n %% {companies} END",
        assignee_id=who,
        due_at=f"now() + interval '10 days' - interval '{YEARS} years' * n / {tasks}",
        done_at=f"CASE WHEN n > {tasks // 10} THEN {then.format(years=YEARS, count=tasks)} END",
    )
