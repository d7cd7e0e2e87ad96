"""What every page loads: two files where `collectstatic` ran (config/static_files.py joins them), else each by itself.

A cold page asks for as few files as can be (tests/e2e/test_weight.py). The order is that of the theme's own
page (templates/unfold/layouts/skeleton.html stands in for it): ours before the theme's, Alpine last.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

from telephony.ui.shell import desk_script, session_script

Read = Callable[[str], str]
"""The text of a static file, by its name."""

STYLES, SCRIPTS, MODULE = "pages.css", "telephony/pages.js", "telephony/desk/main.js"
"""Names of what is joined. The scripts lie where desk.js lies, which loads the module by a relative address."""
PARTS: dict[str, tuple[str, ...]] = {
    STYLES: (
        "unfold/fonts/inter/styles.css",
        "unfold/fonts/material-symbols/styles.css",
        "telephony/brand.css",
        "shell.css",
        "telephony/admin.css",
        "telephony/desk.css",
        "telephony/dial.css",
        "crm/crm.css",
        "config/people.css",
        "unfold/css/styles.css",
        "unfold/css/simplebar/simplebar.css",
    ),
    SCRIPTS: (
        "unfold/js/htmx/htmx.js",
        "telephony/session.js",
        "theme.js",
        "config/again.js",
        "telephony/desk.js",
        "telephony/once.js",
        "telephony/dial.js",
        "telephony/missed.js",
        "crm/search.js",
        "crm/desk.js",
        "unfold/js/app.js",
        "unfold/js/simplebar/simplebar.js",
        "unfold/js/alpine/alpine.anchor.js",
        "unfold/js/alpine/alpine.persist.js",
        "unfold/js/alpine/alpine.js",
    ),
}
_TOLD = (session_script, desk_script)
_URL = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|/|#)([^"')]+)\1\s*\)""")
_IMPORT = re.compile(r'^import (\{[^}]+\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:class|const|function) (\w+))", re.MULTILINE)


def page_files(request: HttpRequest) -> dict[str, list[str]]:
    """For UNFOLD["GLOBAL_CALLBACK"]: addresses of the `styles` and `scripts` of every page, in their order.

    What scripts need to know of the user stands in their query.
    """
    told = {address.path: address.query for address in (urlsplit(script(request)) for script in _TOLD)}
    if settings.STATIC_IS_COLLECTED:
        query = "&".join(filter(None, told.values()))
        return {"styles": [static(STYLES)], "scripts": [f"{static(SCRIPTS)}?{query}".rstrip("?")]}
    scripts = (static(name) for name in PARTS[SCRIPTS])
    return {
        "styles": [static(name) for name in PARTS[STYLES]],
        "scripts": [f"{address}?{told.get(address, '')}".rstrip("?") for address in scripts],
    }


def joined(read: Read) -> dict[str, str]:
    """What `collectstatic` writes besides: the text of each joined file by its name."""
    sheets = (_moved(read(name), posixpath.dirname(name)) for name in PARTS[STYLES])
    return {
        STYLES: "\n".join(sheets),
        SCRIPTS: "\n;\n".join(map(read, PARTS[SCRIPTS])),
        MODULE: _module(read),
    }


def _moved(sheet: str, folder: str) -> str:
    """The sheet as it reads at the top folder: what it points at stays what it is."""
    return _URL.sub(lambda found: f'url("{posixpath.normpath(posixpath.join(folder, found[2]))}")', sheet)


def _module(read: Read) -> str:
    """MODULE with all modules of its folder that it imports, each in a scope of its own."""
    folder, entry = posixpath.split(MODULE)
    written: dict[str, str] = {}

    def write(name: str) -> None:
        text = read(f"{folder}/{name}.js")
        for _, imported in _IMPORT.findall(text):
            if imported not in written:
                write(imported)
        names = ", ".join(_EXPORT.findall(text))
        body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = \2;", text))
        written[name] = f"const {name} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();"

    write(entry.removesuffix(".js"))
    return "\n".join([*written.values(), "export const { start } = main;", ""])
