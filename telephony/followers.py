"""What hangs on a changed call, in this order. `calls` knows none of it; this is the only place that knows all.

Each is a function of one value, `telephony.calls.change.Change`, and runs in the transaction that saves the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from telephony.after_call import planning
from telephony.after_call.planning import plan_rules
from telephony.calls.change import Follower, Relinked
from telephony.calls.loading import Asks, Locks
from telephony.cards import status
from telephony.cards.decide import give_cards
from telephony.cards.waiting import keep_missed_and_tell
from telephony.connections.clock import learn_clock
from telephony.dialing import binding
from telephony.dialing.binding import bind_order
from telephony.dialing.fetched import calls_to_make, note_failed
from telephony.intake.errands import ErrandSource, OrdersFailed
from telephony.intake.spool import files
from telephony.missed import folding
from telephony.missed.folding import refold_number
from telephony.outgoing import notices
from telephony.outgoing.notices import tell_other_systems
from telephony.reconcile.queue import ask_the_pbx
from telephony.recordings import noting
from telephony.recordings.noting import note_recordings
from telephony.recordings.uploads import recordings_to_upload
from telephony.reports import facts
from telephony.reports.facts import keep_fact

FOLLOWERS: tuple[Follower, ...] = (
    learn_clock,
    give_cards,
    note_recordings,
    tell_other_systems,
    ask_the_pbx,
    keep_missed_and_tell,
    keep_fact,
    plan_rules,
    # Last: what it knows of the call is told as one more event.
    bind_order,
)

ASKING: tuple[Asks, ...] = (
    *(notices.asks, noting.asks, folding.asks, facts.asks, planning.asks, status.asks, binding.asks),
)
"""What they will most likely want to know when an event comes: it is asked together with the call."""

LOCKING: tuple[Locks, ...] = (folding.locks_client,)
"""What they will most likely lock: it is locked with the call."""

ASKING_OF_NEW: tuple[Asks, ...] = (notices.asks_of_new,)
"""The same, if no call has the event's id yet."""

OF_TEST_CALLS: tuple[Follower, ...] = (give_cards,)
"""What hangs on a call that this installation played itself: figures, rules and other systems never hear of it."""

ERRANDS: tuple[ErrandSource, ...] = (calls_to_make, recordings_to_upload)
"""What a PBX that fetches its errands is given, in this order."""

FAILED_ORDERS: OrdersFailed = note_failed
"""What becomes of an order to call of which the PBX says later that it failed."""

NOT_STORED: Callable[[], Sequence[object]] = files.waiting
"""What PBXs sent while the database was away and does not stand in it yet."""

CONTACT_FOLLOWERS: tuple[Relinked, ...] = (refold_number,)
"""What hangs on whose calls they are."""
