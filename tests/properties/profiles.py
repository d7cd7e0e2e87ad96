"""Hypothesis settings for all tests: the same examples on every run, however long they take.

HYPOTHESIS_PROFILE=thorough looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile(
    "thorough",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))
