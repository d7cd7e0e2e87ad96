"""What kind of program a person used, out of the name that it gives itself."""

from __future__ import annotations

_PROGRAMS = (
    # The first that is found: most browsers also name those that they are like.
    ("YaBrowser", "Yandex Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)

NAMELESS = "<unknown>"
"""What django-axes writes of a program that gives itself no name."""


def client(user_agent: str) -> str:
    """Like “Chrome, Windows”; what it calls itself, cut short, if nothing is known of it."""
    if user_agent == NAMELESS:
        return ""
    lowered = user_agent.lower()
    found = [next((name for mark, name in table if mark.lower() in lowered), "") for table in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent[:60]
