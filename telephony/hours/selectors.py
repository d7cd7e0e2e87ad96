"""Whose working hours count."""

from __future__ import annotations

from telephony.database.reading import Prepared
from telephony.database.together import Answers
from telephony.domain import numbers
from telephony.domain.hours import ALWAYS, Hours
from telephony.models import Schedule

ANY_SCHEDULE = Prepared(lambda: Schedule.objects.order_by().values_list("pk", flat=True)[:1])
"""Whether anybody has set up working hours."""


def schedule_for(
    *, connection_id: int | None = None, our_number: str = "", team_id: int | None = None
) -> Schedule | None:
    """The schedule of the team, else of our number, else of the connection, else of all; None where there is none.

    Of several that claim the same, the first by name: the form refuses a second one.
    """
    schedules = Schedule.objects.order_by("name")
    if team_id is not None and (found := schedules.filter(teams=team_id).first()):
        return found
    if connection_id is not None and our_number:
        of_line = {"lines__connection": connection_id, "lines__match": numbers.match_key(our_number)}
        if found := schedules.filter(**of_line).first():
            return found
    if connection_id is not None and (found := schedules.filter(connections=connection_id).first()):
        return found
    return schedules.filter(is_default=True).first()


def hours_for(
    *,
    connection_id: int | None = None,
    our_number: str = "",
    team_id: int | None = None,
    answers: Answers | None = None,
) -> Hours:
    """The hours of `schedule_for`; a company that has set up none is always at work. `answers` may know that."""
    if not (answers or Answers()).rows(ANY_SCHEDULE):
        return ALWAYS
    found = schedule_for(connection_id=connection_id, our_number=our_number, team_id=team_id)
    return found.hours() if found is not None else ALWAYS
