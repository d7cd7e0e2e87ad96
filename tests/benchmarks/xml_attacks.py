"""How long each XML attack of tests/soap/attacks.py keeps the server busy, beside an honest request of the same run.

    .venv/bin/python -m tests.benchmarks.xml_attacks [--times 20]

Needs nothing else. It starts a real server on an empty SQLite database, which is thrown away. The issue's figure: each
attack is answered within 50 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

# Before anything reads the settings: the benchmark keeps its files to itself.
FOLDER = tempfile.TemporaryDirectory()
os.environ["VAR_DIR"] = FOLDER.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from tests.figures import figure
from tests.servers import Server
from tests.soap.attacks import Attack, attacks
from tests.soap.conftest import prepare
from tests.soap.messages import NUMBER, envelope
from tests.soap.test_attacks import send


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how often each is sent (20)")
    times = parser.parse_args().times
    server = Server(var_dir=Path(FOLDER.name) / "server")
    try:
        prepare(server)
        honest = Attack(body=envelope("IncomingCall", NumFrom=NUMBER, Key="key").encode())
        rows = {"(an honest request)": _measure(server, honest, times)}
        for name, attack in attacks("/etc/hostname", "127.0.0.1:9").items():
            rows[name] = _measure(server, attack, times)
    finally:
        server.stop()
    print(f"{'':60} {'median':>9} {'worst':>9}")
    slowest = max(rows, key=lambda name: rows[name][0])
    figure("xml_attacks", "an honest request", rows["(an honest request)"][0], unit="ms")
    figure("xml_attacks", f"the slowest attack ({slowest})", rows[slowest][0], unit="ms")
    for name, (median, worst) in sorted(rows.items(), key=lambda row: row[1][0]):
        print(f"{name:60} {median:6.1f} ms {worst:6.1f} ms")


def _measure(server: Server, attack: Attack, times: int) -> tuple[float, float]:
    """Median and worst in ms."""
    taken = [send(server, attack)[2] * 1000 for _ in range(times)]
    return statistics.median(taken), max(taken)


if __name__ == "__main__":
    main()
