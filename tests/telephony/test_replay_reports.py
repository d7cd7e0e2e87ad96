"""What a replay says of a call: each fact that differs, in one line."""

from __future__ import annotations

import pytest

from telephony.intake.replay import replay
from telephony.models import Connection, Delivery
from tests.telephony.messages import only_call
from tests.telephony.test_replay import SetParser, mend, whole_call  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def test_what_was_not_there_before_and_what_is_not_there_any_more_is_said_so(
    whole_call: Connection,  # noqa: F811
    set_parser: SetParser,
) -> None:
    mend(set_parser, recording_link="", recording_reference="1.10")
    gone, *_ = [line for line in replay(delivery=Delivery.objects.order_by("id")[3]).changes if "recording #" in line]
    assert gone.startswith("call 1.10: recording #")
    assert ", address " in gone
    told = replay(delivery=Delivery.objects.order_by("id")[3])
    assert not told.changes
    only_call().recordings.all().delete()
    [made] = [line for line in replay(delivery=Delivery.objects.order_by("id")[3]).changes if "recording #" in line]
    assert " none -> " in made
