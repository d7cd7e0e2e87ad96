"""How lengths of time are said."""

from __future__ import annotations

import pytest
from django.utils import translation

from telephony.ui.presentation import length


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (None, "", ""),
        (7, "0:07", "0:07"),
        (3723, "1:02:03", "1:02:03"),
        (86399.4, "23:59:59", "23:59:59"),
        (86399.6, "1 d 0 h", "1 д 0 ч"),
        (72 * 3600 + 39 * 60 + 7, "3 d 0 h", "3 д 0 ч"),
        (100 * 3600, "4 d 4 h", "4 д 4 ч"),
    ],
)
def test_from_a_day_on_it_is_said_in_words(seconds: float | None, english: str, russian: str) -> None:
    for language, words in (("en", english), ("ru", russian)):
        with translation.override(language):
            assert length(seconds) == words
