"""How many statements and transactions a message costs on PostgreSQL, for each PBX: each is a way to the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.webhook_rounds import filled, statements_of

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]
QUOTA = "telephony_connectionuse"
MOST = {
    # The message, whose number it is, and all that is written; with that the phones of the person in charge are asked.
    "contact that asks": 3,
    # The message, the locks, what is known of the call, and all that is written of it.
    "START that asks": 4,
    "new call": 4,
    "phone rings": 4,
    "answer": 4,
    "phone stops": 4,
    "end": 4,
    "end with recording": 4,
    "recording": 4,
    "duplicate": 4,
    # Whose call it is, to lock all that is theirs.
    "end, missed": 5,
    "duplicate, missed": 5,
    # Each phone's end says how it was for this phone: of those that did not answer as if the call had been missed.
    "telphin, end": 5,
    # Its end names no client: whose call it is, and what to lock, is known when it was read.
    "asterisk, end": 6,
    # Two events, one after the other.
    "asterisk, new call, outgoing": 6,
    "asterisk, phone stops, missed": 11,
}


def most(key: str) -> int:
    """Statements of this vendor's kind of message, of a caller of that sort."""
    vendor, kind, caller = key.split(", ")
    named = (key, f"{vendor}, {kind}", f"{kind}, {caller}", kind)
    return next((MOST[name] for name in named if name in MOST), 0)


def test_each_kind_of_message_asks_the_database_few_times(postgresql_database: str, tmp_path: Path) -> None:
    with filled(postgresql_database, str(tmp_path)) as office:
        counted = statements_of(office, ())
    # What came of each connection is added up once in a while, by whichever message comes then.
    usual = {key: one for key, one in counted.items() if not any(QUOTA in sql for sql in one[1])}
    more = {key: sqls for key, (_, sqls) in usual.items() if len(sqls) > most(key)}
    assert more == {}
    assert len(usual) > 100
    assert {transactions for key, (transactions, _) in usual.items() if " asks" not in key} == {2}
