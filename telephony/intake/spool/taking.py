"""A message is written down because the database is away: its PBX gets the answer that it always gets."""

from __future__ import annotations

import logging
from uuid import UUID
from zoneinfo import ZoneInfo

from telephony.domain.hooks import ConnectionProfile, Hook, Outcome, Reply
from telephony.intake.spool import draining
from telephony.intake.spool.entry import Entry, new_key
from telephony.intake.spool.files import UNPROVED, WRITER, SpoolFull, Writer
from telephony.models import Connection
from telephony.models.connection import hook_secret_sha256
from telephony.vendors import installed
from telephony.vendors.base import Vendor

log = logging.getLogger(__name__)


def take(*, key: UUID, connection: Connection, hook: Hook, refused: str = "") -> bool:
    """Whether it is on the disk: then nobody has to send it again.

    `key`: as in the attempt to store it, which may have come through unseen.
    """
    address = connection.hook_secret_sha256
    entry = Entry(
        key=key, vendor=connection.vendor, address_sha256=address, hook=hook, was_proved=True, refused=refused
    )
    return _written(WRITER, entry)


def take_unknown(*, vendor: str, secret: str, hook: Hook) -> bool:
    """The same for an address that can't be looked up: whose it is, and whether it is proved, is asked later."""
    address = hook_secret_sha256(secret)
    entry = Entry(key=new_key(), vendor=vendor, address_sha256=address, hook=hook, was_proved=False)
    return _written(UNPROVED, entry)


def _written(writer: Writer, entry: Entry) -> bool:
    try:
        writer.write(entry)
    except SpoolFull as error:
        log.error("A message of a PBX could be stored neither in the database nor in the spool: %s", error)
        return False
    draining.keep_draining()
    return True


def answer_of_unknown(*, vendor: str, hook: Hook) -> Reply:
    """The kind of PBX's neutral answer, where the settings of its connection can't be looked up."""
    profile = ConnectionProfile(time_zone=ZoneInfo("UTC"), phone_region="RU", settings={})
    return neutral(installed()[vendor], hook, profile)


def neutral(pbx: Vendor, hook: Hook, profile: ConnectionProfile) -> Reply:
    """The answer to a message that nobody read yet; an empty one if the vendor's code fails."""
    try:
        return pbx.reply(hook, profile, None, Outcome())
    except Exception:
        log.exception("%s: the neutral answer failed.", pbx.slug)
        return Reply.text("")
