"""What the player sent and what came back: a line for each message, a summary at the end. No secret in either."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from threading import Lock

MOST_COMPLAINTS = 20
MOST_TIMES = 100_000
"""Endless traffic keeps only the newest answer times."""


class Report:
    """Safe to use from several threads; `write` is given whole lines. Quiet, only complaints are written at once."""

    def __init__(self, *, write: Callable[[str], None], quiet: bool = False) -> None:
        self._write = write
        self._quiet = quiet
        self._lock = Lock()
        self._seconds: deque[float] = deque(maxlen=MOST_TIMES)
        self.calls = 0
        self.messages = 0
        self.lost = 0
        self.answers: Counter[str] = Counter()
        self.complaints = 0
        self._first_complaints: list[str] = []

    def sent(self, what: str, *, answer: str, seconds: float, complaint: str = "", remark: str = "") -> None:
        """One message went out; `answer` is the HTTP status, or why there was none."""
        line = f"{what}  {answer}  {seconds * 1000:.0f} ms{remark and '  ' + remark}"
        with self._lock:
            self.messages += 1
            self.answers[answer] += 1
            self._seconds.append(seconds)
            if complaint:
                line += f"  !! {complaint}"
                self.complaints += 1
                if self.complaints <= MOST_COMPLAINTS:
                    self._first_complaints.append(f"{what}: {complaint}")
            if complaint or not self._quiet:
                self._write(line)

    def dropped(self, what: str) -> None:
        """A message that was to be lost."""
        with self._lock:
            self.lost += 1
            if not self._quiet:
                self._write(f"{what}  lost on purpose")

    def call_begun(self) -> None:
        with self._lock:
            self.calls += 1

    def percentile(self, percent: int) -> float:
        """Of the answer times, in seconds; 0 if nothing was sent."""
        with self._lock:
            times = sorted(self._seconds)
        return times[min(len(times) - 1, len(times) * percent // 100)] if times else 0.0

    def summary(self) -> str:
        answers = ", ".join(f"{answer}: {count}" for answer, count in sorted(self.answers.items())) or "none"
        lines = [
            f"{self.calls} calls, {self.messages} messages sent, {self.lost} lost on purpose",
            f"answers  {answers}",
            f"answer time  p50 {self.percentile(50) * 1000:.1f} ms, p95 {self.percentile(95) * 1000:.1f} ms",
        ]
        if self.complaints:
            lines.append(f"{self.complaints} answers that the PBX would not be content with, the first of them:")
            lines += [f"  {complaint}" for complaint in self._first_complaints]
        return "\n".join(lines)
