"""What a process of the tests has loaded stays until its end: nobody looks through it for garbage again and again."""

from __future__ import annotations

import gc


def spare_what_is_loaded() -> None:
    """With eight thousand tests collected, looking through them takes a third of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
