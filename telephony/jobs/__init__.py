"""Work that stands in the database as rows: claimed under a lease, renewed, given back, retried after pauses.

    pauses      how long after the n-th failure the next attempt comes
    leases      `Queue`, declared once for each model whose rows are worked off
    runs        how long a worker works them off: one run of each kind in a process, until its time or the process ends
    crew        several rows at once, where each waits for somebody far away

A row is due when its `next_try_at` has come. Claiming it moves that moment to the end of a lease: while the lease
lasts, no other process takes the row; when its holder died, the row becomes due by itself. So nothing has to be
cleaned up after a kill, and every row is worked on at least once. What an attempt writes has to bear being written
again by the next one.
"""

from __future__ import annotations

from telephony.jobs.crew import Crew
from telephony.jobs.leases import LeaseLost, Queue
from telephony.jobs.pauses import Pauses
from telephony.jobs.runs import Run, Stopped, check, lend_database, one_run, stop_runs

__all__ = ["Crew", "LeaseLost", "Pauses", "Queue", "Run", "Stopped", "check", "lend_database", "one_run", "stop_runs"]
