"""The project as it is, with a bare view beside it to compare with."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
