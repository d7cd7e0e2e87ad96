"""What is fuzzed: every installed vendor's messages and answers, and each reader of files, numbers and XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

SEPARATOR = b"\n###\n"
"""Between the answers that a PBX gives one after another."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """`read` is given any bytes; whatever it raises is a fault of the product."""

    read: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    """Real ones, from which others are made."""
    most_bytes: int = 4096


def targets() -> dict[str, Target]:
    """By name. Needs Django set up."""
    from tests.fuzzing import files, hooks, talks, texts

    return {**hooks.targets(), **talks.targets(), **texts.targets(), **files.targets()}


def check_stored(text: str) -> None:
    """Raises for a text that PostgreSQL does not take."""
    text.encode()
    if "\x00" in text:
        raise ValueError(f"A text with a NUL: {text[:100]!r}")
