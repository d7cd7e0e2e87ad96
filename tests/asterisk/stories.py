"""Calls of real phones through the real Asterisk, each from its first message to its last."""

from __future__ import annotations

import time
from pathlib import Path

from tests.asterisk.desk_phone import DeskPhone
from tests.asterisk.phones import answering, busy, calling, giving_up, ringing
from tests.asterisk.running import Asterisk, Call

CLIENT = "79161234567"
OF_ANNA, OF_BORIS, OF_SALES = "74951234567", "74951234568", "74951234569"


def answered(asterisk: Asterisk, tone: Path, *, talk: float = 2.0) -> Call:
    """The client calls Anna's number, and she answers."""
    asterisk.phone("101", answering(sound_file=tone))
    return asterisk.call(OF_ANNA, calling(CLIENT, talk=talk, sound_file=tone))


def missed(asterisk: Asterisk) -> Call:
    """Nobody answers until the dial plan gives up."""
    asterisk.phone("101", ringing())
    return asterisk.call(OF_ANNA, calling(CLIENT))


def given_up(asterisk: Asterisk) -> Call:
    asterisk.phone("101", ringing())
    return asterisk.call(OF_ANNA, giving_up(CLIENT))


def refused_as_busy(asterisk: Asterisk) -> Call:
    asterisk.phone("101", busy())
    return asterisk.call(OF_ANNA, calling(CLIENT))


def queued(asterisk: Asterisk) -> Call:
    """Three phones ring, and Boris answers."""
    asterisk.phone("101", ringing())
    asterisk.phone("102", answering(after=1.0))
    asterisk.phone("103", ringing())
    return asterisk.call(OF_SALES, calling(CLIENT))


def handed_on_blindly(asterisk: Asterisk, tone: Path) -> Call:
    """Anna talks a second, and sends the client to Boris."""
    asterisk.phone("101", answering(sound_file=tone))
    asterisk.phone("102", answering(sound_file=tone))
    call = asterisk.call(OF_ANNA, calling(CLIENT, talk=5.0, sound_file=tone))
    asterisk.wait_until_talking("101")
    time.sleep(1)
    asterisk.press("BlindTransfer", "101", Context="internal", Exten="102")
    return call


def handed_on_after_asking(asterisk: Asterisk, tone: Path) -> Call:
    """Anna asks Boris first, and then hangs up."""
    asterisk.phone("101", answering(sound_file=tone))
    asterisk.phone("102", answering(sound_file=tone))
    call = asterisk.call(OF_ANNA, calling(CLIENT, talk=9.0, sound_file=tone))
    asterisk.wait_until_talking("101")
    time.sleep(1)
    asterisk.press("Atxfer", "101", Context="internal", Exten="102")
    asterisk.wait_until_talking("102")
    time.sleep(1.5)
    asterisk.press("Hangup", "101", Cause="16")
    return call


def handed_on_by_a_desk_phone(asterisk: Asterisk, tone: Path) -> Call:
    """Anna asks Boris on her second line, and then joins the two: Asterisk had two calls until then."""
    phone = DeskPhone(asterisk.pid, "101")
    asterisk.phone("102", answering(sound_file=tone))
    call = asterisk.call(OF_ANNA, calling(CLIENT, talk=7.0, sound_file=tone))
    try:
        client = phone.taken()
        time.sleep(1)
        boris = phone.call("102")
        time.sleep(1.5)
        phone.hand_over(client, boris)
    finally:
        phone.close()
    return call


def internal(asterisk: Asterisk) -> Call:
    """Anna calls Boris."""
    asterisk.phone("102", answering())
    return asterisk.call("102", calling("101", from_phone=True), port=15161)


def at_the_same_time(asterisk: Asterisk) -> list[Call]:
    """One client, two lines: both Anna and Boris talk with the same number."""
    asterisk.phone("101", answering())
    asterisk.phone("102", answering())
    return [
        asterisk.call(OF_ANNA, calling(CLIENT, talk=3.0)),
        asterisk.call(OF_BORIS, calling(CLIENT, talk=3.0), port=15190),
    ]


def of_many_clients(asterisk: Asterisk, clients: list[str]) -> Call:
    """All of them call Anna's number in the same second, and she, or somebody at her number, answers them all."""
    asterisk.phone("101", answering(after=1.0))
    return asterisk.call(OF_ANNA, calling("[field0]", talk=4.0), clients=clients)
