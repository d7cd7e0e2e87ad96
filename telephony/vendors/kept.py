"""What vendors keep between their talks with a PBX, like the key of a session: of this process, in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from typing import Any

_kept: dict[int, tuple[str, MutableMapping[str, str]]] = {}


def kept_of(connection_id: int, settings: Mapping[str, Any]) -> MutableMapping[str, str]:
    """This connection's; empty again when the settings are other ones."""
    stated = json.dumps(settings, sort_keys=True, default=str)
    mark = hashlib.sha256(stated.encode("utf-8", "surrogatepass")).hexdigest()
    known = _kept.get(connection_id)
    if known is None or known[0] != mark:
        known = _kept[connection_id] = (mark, {})
    return known[1]
