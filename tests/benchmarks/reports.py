"""Pages of reports with 1,000 and with 1,000,000 calls of one year in PostgreSQL, side by side.

    python -m tests.benchmarks.reports [--calls 1000000] [--only TEXT] [--keep NAME]

Needs PostgreSQL (TEST_POSTGRESQL_URL). Fails if a page takes longer than `MOST_SECONDS`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from contextlib import ExitStack
from typing import Any

from tests.benchmarks.lists import FEW_CALLS, database_with, p95
from tests.figures import figure

MOST_SECONDS = 0.3
HEAD = (
    f"{'milliseconds':40}{'p50 few':>9}{'p95 few':>9}{'p50':>9}{'p95':>9}{'quickest':>9}"
    f"{'app CPU':>9}{'database':>9}{'SQL':>5}"
)


def line(page: str, small: dict[str, Any], large: dict[str, Any]) -> str:
    times = [statistics.median(small["taken"]), p95(small["taken"])]
    times += [statistics.median(large["taken"]), p95(large["taken"])]
    times += [min(large["taken"])]
    times += [statistics.median(large["cpu"]), statistics.median(large["database"])]
    text = f"{page:40}" + "".join(f"{seconds * 1000:9.1f}" for seconds in times) + f"{large['queries']:5}"
    return text + ("  SLOW" if is_slow(large) else "")


def is_slow(found: dict[str, Any]) -> bool:
    return "gave_up" in found or p95(found["taken"]) > MOST_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="of the large database (default: 1000000)")
    parser.add_argument("--only", default="", help="pages whose name has this text")
    parser.add_argument("--times", type=int, default=15, help="requests of each page (default: 15)")
    parser.add_argument("--keep", default="", help="begins the names of databases that are kept for another run")
    parser.add_argument("--sql", action="store_true", help="shows each page's slowest query")
    options = parser.parse_args()
    slow = 0
    with ExitStack() as stack:
        small, large = (
            stack.enter_context(database_with(calls, options.times, options.keep, "reports_worker"))
            for calls in (FEW_CALLS, options.calls)
        )
        print(HEAD)
        for page in large.pages:
            if options.only in page:
                runs = small.ask(page), large.ask(page)
                print(line(page, *runs) if "taken" in runs[1] else f"{page:40}  GAVE UP", flush=True)
                if options.sql:
                    print(f"    {runs[1]['slowest']:.3f} {runs[1]['sql']}", flush=True)
                slow += is_slow(runs[1])
                if "taken" in runs[1]:
                    goal = f"under {MOST_SECONDS * 1000:.0f}"
                    figure("reports", f"{page}, p95", p95(runs[1]["taken"]) * 1000, unit="ms", goal=goal)
    if slow:
        sys.exit(f"{slow} pages take longer than {MOST_SECONDS} s.")


if __name__ == "__main__":
    main()
