"""What the fuzzer is given works: each target reads real input, and some that is spoilt, without a fault."""

from __future__ import annotations

from telephony.vendors import installed
from tests.fuzzing.targets import targets
from tests.load.hostile import Sent, hostile
from tests.rounds import rounds
from tests.rows import rows

SPOILT = rounds(10, full=2000)


def test_every_vendors_messages_and_answers_are_targets() -> None:
    assert {f"{kind}-{slug}" for slug in installed() for kind in ("hook", "answers")} <= set(targets())


def test_each_target_reads_its_seeds_and_what_becomes_of_them() -> None:
    with rows() as row:
        for name, target in targets().items():
            with row(name):
                seeds = list(target.seeds())
                assert seeds
                for raw in seeds:
                    target.read(raw)
                for one in hostile([Sent(body=raw) for raw in seeds], SPOILT, seed=name):
                    target.read(one.body[: target.most_bytes])
