"""From the click to the PBX: how long a person waits.

    .venv/bin/python -m tests.benchmarks.dials [--clicks 30]

As in production (PostgreSQL, granian); and as the demo runs: SQLite, files for a broker, one uvicorn process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.dialing.playing import wait_until
from tests.figures import figure
from tests.load.clicks import Page, ready
from tests.servers import Server

AT_MOST = 0.3


def measure(server: Server, clicks: int) -> list[float]:
    """Seconds of each click."""
    waited: list[float] = []
    with ready(server, [("anna", "wirecrm", "101")]) as playing:
        taken: list[float] = []
        playing.api.on_order = lambda slug, order: taken.append(time.monotonic())
        page = Page(server, "anna")
        for number in range(clicks):
            begun = time.monotonic()
            page.order(f"click-{number:04}")
            wait_until(lambda so_far=number: len(taken) > so_far)  # type: ignore[misc]
            waited.append(taken[-1] - begun)
    return waited


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=30)
    clicks, slow = parser.parse_args().clicks, []
    for kind in ("postgresql", "demo"):
        made = {"asgi": True} if kind == "demo" else {"workers": 2, "threads": 4}
        with (
            tempfile.TemporaryDirectory() as var_dir,
            nullcontext("") if kind == "demo" else fresh_database(POSTGRESQL_URL) as url,
        ):
            server = Server(var_dir=Path(var_dir), database_url=url, **made)  # type: ignore[arg-type]
            server.make_tables() if kind == "demo" else server.manage("migrate", "-v0")
            waited = measure(server, clicks)
        figure(f"dials, {kind}", "from the click to the PBX, p50", median(waited), unit="s", goal=f"under {AT_MOST}")
        print(f"{kind}: from the click to the PBX: p50 {median(waited):.3f} s, longest {max(waited):.3f} s")
        slow += [kind] if median(waited) >= AT_MOST else []
    if slow:
        sys.exit(f"More than {AT_MOST} s: {', '.join(slow)}")


if __name__ == "__main__":
    main()
