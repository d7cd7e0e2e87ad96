"""What a webhook costs: `python -m tests.benchmarks.webhook`; README.md says how to read the tables."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import django

from tests.benchmarks import burst, flat
from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database
from tests.benchmarks.webhook_rounds import Costs, filled, measure, statements_of
from tests.figures import figure

DATABASES = ("sqlite", "postgresql")
HEAD = f"{'':38}{'app ms':>8}{'db ms':>8}{'sum':>8}{'ratio':>7}{'lowest':>8}{'SQL':>5}{'tx':>4}"


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured."""

    calls: int
    """Of each vendor, with known and with unknown callers, in each round."""
    rounds: int
    posters: int
    vendors: Sequence[str]


def run(name: str, url: str, amount: Amount, *, show_sql: bool) -> float:
    """Prints the table; the worst kind's ratio."""
    with tempfile.TemporaryDirectory() as var_dir, filled(url, var_dir) as office:
        told = statements_of(office, amount.vendors)
        office.server.start()
        costs = measure(office, amount.vendors, calls=amount.calls, rounds=amount.rounds, posters=amount.posters)
        left = office.left_over()
    sys.stdout.write(table(name, costs, told, amount))
    if show_sql:
        for key, (_, statements) in told.items():
            sys.stdout.write("\n".join(["", f"{key}:", *(f"  {sql}" for sql in statements), ""]))
    if left:
        sys.exit(f"{name}: not all of it was applied: {left}")
    return min(cost.ratio for key, cost in costs.items() if not cost.is_yardstick)


def table(name: str, costs: Costs, told: dict[str, tuple[int, list[str]]], amount: Amount) -> str:
    lines = [f"\n{name}: {amount.calls} calls of each, {amount.rounds} rounds, {amount.posters} posters", HEAD]
    for key, cost in costs.items():
        transactions, statements = told.get(key, (0, []))
        lines.append(
            f"{key:38}{cost.app:8.2f}{cost.database:8.2f}{cost.app + cost.database:8.2f}{cost.ratio:7.2f}"
            f"{cost.lowest:8.2f}{len(statements) or '':>5}{transactions or '':>4}"
        )
    return "\n".join(lines) + "\n"


def amount_of(options: argparse.Namespace) -> Amount:
    from telephony.vendors import installed

    unknown = sorted(set(options.vendor or ()) - set(installed()))
    if unknown:
        sys.exit(f"--vendor: there is no {unknown[0]}; there are: {', '.join(installed())}.")
    return Amount(
        calls=options.calls or (5 if options.quick else 25),
        rounds=options.rounds or (2 if options.quick else 5),
        posters=options.posters,
        vendors=options.vendor or (),
    )


def set_up_django(var_dir: str) -> None:
    """Vendors parse and simulate here, too; the server has folders and settings of its own."""
    os.environ |= {"VAR_DIR": var_dir, "DJANGO_SETTINGS_MODULE": "config.settings"}
    django.setup()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few messages, PostgreSQL alone: under a minute")
    parser.add_argument("--calls", type=int, help="of each vendor and kind of caller in a round (25, with --quick 5)")
    parser.add_argument("--rounds", type=int, help="whose median counts (5, with --quick 2)")
    parser.add_argument("--posters", type=int, default=2, help="threads that post (2)")
    parser.add_argument("--vendor", action="append", help="this one alone; may be given again")
    parser.add_argument("--only", choices=DATABASES, help="one database")
    parser.add_argument("--flat", action="store_true", help="instead: with few and many contacts and calls")
    parser.add_argument("--burst", action="store_true", help="instead: 4,000 messages in 10 seconds")
    parser.add_argument("--full", action="store_true", help="with --flat: a million, too")
    parser.add_argument("--sql", action="store_true", help="list the statements as well")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    with tempfile.TemporaryDirectory() as var_dir:
        set_up_django(var_dir)
        if chosen.flat:
            sys.exit(flat.run(full=chosen.full, vendors=chosen.vendor or (), quick=chosen.quick))
        if chosen.burst:
            sys.exit(burst.run())
        amount, worst = amount_of(chosen), 0.0
        for name in DATABASES if not chosen.quick else ("postgresql",):
            if chosen.only in (None, name):
                with fresh_database(POSTGRESQL_URL) if name == "postgresql" else nullcontext("") as url:
                    worst = run(name, url, amount, show_sql=chosen.sql)
                figure(f"webhook, {name}", "the worst kind's ratio to one insert", worst, goal="at least 0.4")
    print(f"ratio={worst:.2f}")


if __name__ == "__main__":
    main()
