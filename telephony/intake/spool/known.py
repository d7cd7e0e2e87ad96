"""Which connection an address led to when the database was last asked: in this process, in memory alone.

While the database answers that is only worth something together with the row's version: whoever uses it proves in the
statement that stores the message that the row is still the same.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import replace

from telephony.calls.selectors import Knock
from telephony.database.instances import copied
from telephony.models.connection import hook_secret_sha256
from telephony.vendors import installed

MOST = 2000
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")

_lock = threading.Lock()
_known: OrderedDict[tuple[str, str], Knock] = OrderedDict()


def remember(*, vendor: str, secret: str, found: Knock) -> None:
    """What the database said of this address just now."""
    key = vendor, hook_secret_sha256(secret)
    with _lock:
        if found.connection is None:
            _known.pop(key, None)
            return
        _known[key] = found
        _known.move_to_end(key)
        while len(_known) > MOST:
            _known.popitem(last=False)


def recall(*, vendor: str, secret: str) -> Knock | None:
    with _lock:
        return _known.get((vendor, hook_secret_sha256(secret)))


def provable(*, vendor: str, secret: str) -> Knock | None:
    """The same, if it has a version to prove it by; with a connection that is this request's own."""
    found = recall(vendor=vendor, secret=secret)
    if found is None or found.version is None or found.connection is None or found.is_former:
        return None
    # Its columns may be given new values, as far as this request goes.
    return replace(found, connection=copied(found.connection), is_remembered=True)


def may_be_ours(*, vendor: str, secret: str) -> bool:
    """Whether it looks like an address of ours at all: those who only try doors are told so as ever."""
    return vendor in installed() and _SECRET.fullmatch(secret) is not None


def forget() -> None:
    """Begin anew, as a process does; for tests."""
    with _lock:
        _known.clear()
