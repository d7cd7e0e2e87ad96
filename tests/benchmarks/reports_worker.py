"""Asks for the pages of reports.py: one process for each database, as lists_worker.py does."""

from __future__ import annotations

from datetime import timedelta

from tests.benchmarks.lists_worker import serve  # Sets Django up: comes first.

# isort: split
from django.urls import reverse
from django.utils import timezone

from tests.benchmarks.reports_data import fill_reports

DAYS = {"today": 1, "7 days": 7, "30 days": 30, "92 days": 92}
WHO = ("owner", "supervisor", "operator")


def pages() -> dict[str, tuple[str, str]]:
    """Each page and period, as each of these sees it; the wallboard is of today alone."""
    found = {}
    today = timezone.localdate()
    for who in WHO:
        for name, days in DAYS.items():
            span = f"first_day={today - timedelta(days=days - 1)}&last_day={today}"
            found[f"reports, {name}: {who}"] = (who, f"{reverse('telephony:reports')}?{span}")
            found[f"clients, {name}: {who}"] = (who, f"{reverse('telephony:report_missed')}?{span}")
        table = reverse("telephony:report_export", args=["people", "csv"])
        found[f"table as CSV, 92 days: {who}"] = (who, f"{table}?{span}")
    found["wallboard: owner"] = ("owner", reverse("telephony:wallboard_rows"))
    return found


if __name__ == "__main__":
    serve(fill_reports, pages)
