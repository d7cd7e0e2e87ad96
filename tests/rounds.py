"""How often a proof repeats what it does: often enough in the gate, and the full count with --full."""

from __future__ import annotations

import os
from typing import TypeVar

Number = TypeVar("Number", int, float)
FULL = "FULL_PROOFS"
"""Set by the option --full (tests/conftest.py), for the workers of pytest as well."""


def rounds(few: Number, *, full: Number) -> Number:
    """`few` in the gate; `full` with `pytest -m proof --full`."""
    return full if os.environ.get(FULL) == "1" else few
