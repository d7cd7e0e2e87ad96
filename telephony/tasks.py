"""Work that Celery carries. What is to be done stands in the database: a lost message loses nothing.

Each kind is one run at a time in a process, for a limited time, and ends when the process is to end: so a worker with
a place for each kind starves none, however often beat calls for it (telephony/jobs/runs.py).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import shared_task
from celery.signals import beat_embedded_init, beat_init, worker_ready, worker_shutting_down

from telephony import erasure
from telephony.after_call import acting, mailing
from telephony.call_log import exports
from telephony.calls import reaper
from telephony.canary import echo, test_calls
from telephony.canary import runs as canary
from telephony.cards import live
from telephony.connections import drift
from telephony.health import alarm_mails, alarms, message_hours, without_broker
from telephony.intake import inbox, quota, stray
from telephony.intake.spool import draining
from telephony.jobs import Run, alive, one_run, stop_runs
from telephony.jobs.guard import forget_failures
from telephony.missed.rebuilding import rebuild
from telephony.once import claims
from telephony.outgoing import delivery
from telephony.reconcile import asking, pulling
from telephony.recordings import fetching
from telephony.recordings.keeping import discarding, journals, retention
from telephony.reports import people_sums, people_weeks, rejudging, sums
from telephony.summary.mail import planning, sending
from telephony.this_process import PROCESS, begin_as_worker, code_version


@shared_task(name="telephony.process_inbox")
@one_run
def process_inbox(run: Run) -> None:
    """Process deliveries that the request could not, until none is due; before that, store what the spool holds."""
    draining.drain_soon()
    inbox.process_due(run=run)


@shared_task(name="telephony.reap_calls")
@one_run
def reap_calls(run: Run) -> None:
    """Close calls whose end never came."""
    reaper.reap_calls(run=run)


@shared_task(name="telephony.deliver_notices")
@one_run
def deliver_notices(run: Run) -> None:
    """Send other systems what they are to be told, until nothing is due."""
    delivery.deliver_due(run=run, side_by_side=True)


@shared_task(name="telephony.apply_rules")
@one_run
def apply_rules(run: Run) -> None:
    """Do what rules say after calls that are over, and send their e-mails, until nothing is due."""
    acting.act_due(run=run)
    mailing.send_due(run=run)


@shared_task(name="telephony.fetch_recordings")
@partial(one_run, seconds=None)  # A long transfer would hold up the others at its end.
def fetch_recordings(run: Run) -> None:
    """Fetch recordings until none is due."""
    fetching.fetch_due(run=run)


@shared_task(name="telephony.write_exports")
@partial(one_run, seconds=None)  # A long file would hold up the others at its end.
def write_exports(run: Run) -> None:
    """Write the Excel files that people wait for."""
    exports.write_due(run=run, side_by_side=True)


@shared_task(name="telephony.send_reports")
@one_run
def send_reports(run: Run) -> None:
    """Plan the reports by e-mail that are due, and send them; and e-mails about alarms, which go first."""
    alarm_mails.send_due(run=run)
    planning.plan()
    sending.send_due(run=run)


@shared_task(name="telephony.check_health")
@one_run
def check_health(run: Run) -> None:
    """Look for what is wrong, and have people told what is new of it."""
    message_hours.count()
    alarms.check()
    alarms.sweep()


@shared_task(name="telephony.sum_calls")
@one_run
def sum_calls(run: Run) -> None:
    """Judge calls anew after working hours were changed, and sum the days that reports read sums of."""
    rejudging.judge_due(run=run)
    sums.sum_due(run=run)
    people_sums.sum_due(run=run)
    people_weeks.sum_due(run=run)


@shared_task(name="telephony.apply_retention")
@one_run
def apply_retention(run: Run) -> None:
    """Delete recordings, raw deliveries, messages to other systems and rows of journals whose time is over."""
    retention.expire_recordings(run=run)
    retention.expire_deliveries(run=run)
    retention.expire_notices(run=run)
    journals.expire_journals(run=run)
    forget_failures()
    planning.sweep()
    quota.sweep()
    stray.sweep()
    claims.sweep()
    alive.sweep()
    canary.sweep()
    test_calls.sweep()
    message_hours.sweep()


@shared_task(name="telephony.remove_discarded_files")
@one_run
def remove_discarded_files(run: Run) -> None:
    """Delete files that no recording has any more, and exports that are a day old."""
    discarding.remove_discarded(run=run)
    exports.sweep()


@shared_task(name="telephony.erase_numbers")
@one_run
def erase_numbers(run: Run) -> None:
    """Go on with erasing people's numbers, until that is done."""
    erasure.erase_due(run=run)


@shared_task(name="telephony.ask_pbx")
@one_run
def ask_pbx(run: Run) -> None:
    """Ask PBXs about calls whose outcome nobody told."""
    asking.ask_due(run=run, side_by_side=True)


@shared_task(name="telephony.pull_lists")
@one_run
def pull_lists(run: Run) -> None:
    """Pull the PBXs' lists of calls that are due, and import what is missing."""
    pulling.plan()
    pulling.pull_due(run=run, side_by_side=True)


@shared_task(name="telephony.import_calls")
@one_run
def import_calls(run: Run) -> None:
    """Import the calls of PBXs' lists that somebody chose."""
    pulling.import_wanted(run=run)


@shared_task(name="telephony.rebuild_missed")
@one_run
def rebuild_missed(run: Run) -> None:
    """Fold missed clients anew: those of calls that were there before, and what a contact's new owner changes."""
    rebuild(run=run)


@shared_task(name="telephony.sweep_live")
def sweep_live() -> None:
    """Delete hints to browsers that none comes back for."""
    live.sweep()


@shared_task(name="telephony.forget_lists")
def forget_lists() -> None:
    """Delete lists of PBXs that nobody compares any more."""
    pulling.forget()


@shared_task(name="telephony.canary_calls")
@partial(one_run, seconds=None)  # Each call has a time of its own.
def canary_calls(run: Run) -> None:
    """Make the canary calls that are due."""
    canary.run(canary.due())


@shared_task(name="telephony.echo_calls")
@partial(one_run, seconds=None)  # Each call has a time of its own.
def echo_calls(run: Run) -> None:
    """Have the PBXs make the real canary calls that are due."""
    for connection in echo.due():
        if run.goes_on():
            echo.run(connection)


@shared_task(name="telephony.check_pbxs")
@one_run
def check_pbxs(run: Run) -> None:
    """Ask PBXs whether they are set up as their connections need it, each once a day."""
    drift.check_due(run=run)


@shared_task(name="telephony.say_beat")
def say_beat(name: str = "") -> None:
    """Say that the beat of this name is alive, and that what it sends is taken."""
    alive.say_beat(name)


@beat_init.connect
@beat_embedded_init.connect
def _say_beat_at_once(**_: Any) -> None:
    """Its schedule would send the first one half a minute later."""
    say_beat.apply_async(kwargs={"name": PROCESS}, expires=alive.EVERY_SECONDS)


@worker_ready.connect
def _say_alive(sender: Any, **_: Any) -> None:
    """While a worker runs, it says so."""
    begin_as_worker()
    queues = sorted(queue.name for queue in sender.app.amqp.queues.consume_from.values())
    about = (sender.hostname, queues, code_version())
    said = partial(sender.pool.apply_async, alive.say_worker, about)
    said()
    sender.timer.call_repeatedly(alive.EVERY_SECONDS, said)
    without_broker.watch(partial(alive.say_worker, *about))


@worker_shutting_down.connect
def _stop_runs(**_: Any) -> None:
    """A worker is asked to end: nothing that takes long must keep it."""
    stop_runs()
    without_broker.stop()
