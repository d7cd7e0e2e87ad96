"""The servers that some tests need: found, or said to be missing."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip for want of a server; where REQUIRE_SERVICES=1 (CI), fail instead."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is not there, and REQUIRE_SERVICES=1 wants it.")
    pytest.skip(f"{what} is not there.")
