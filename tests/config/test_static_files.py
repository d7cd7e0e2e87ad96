"""What browsers are sent: compressed, once, and nothing that no page uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from config.static_files import CollectedFiles, CompressedPages
from config.unfold import UNFOLD
from tests.databases import ROOT

ICONS = (ROOT / "static/unfold/fonts/material-symbols/icons.txt").read_text().split()
IN_STYLES = re.compile(r"""content:\s*["']([a-z][a-z0-9_]+)["']""")
IN_TEMPLATES = re.compile(r"material-symbols-outlined[^>]*>\s*([a-z0-9_]+)\s*<")


def test_pages_are_compressed(db: None) -> None:
    page = Client().get(reverse("admin:login"), headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < len(Client().get(reverse("admin:login")).content) / 2


def test_what_is_sent_piece_by_piece_is_not_held_back() -> None:
    stream = StreamingHttpResponse([b"data: 1\n\n" * 200])
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    answer = CompressedPages(lambda _: stream)(request)
    assert "Content-Encoding" not in answer.headers


def test_a_page_comes_also_where_nothing_was_collected(tmp_path: Path, settings: Any) -> None:
    files = CollectedFiles(location=tmp_path, base_url="/static/")
    settings.DEBUG = False
    assert files.url("telephony/dial.js") == "/static/telephony/dial.js"


def names_of_icons() -> set[str]:
    """Those in templates, in styles (the theme's, too), and of the side bar."""
    folders = ("telephony", "crm", "config", "templates")
    templates = [path for folder in folders for path in (ROOT / folder).rglob("*.html")]
    found = {name for path in templates for name in IN_TEMPLATES.findall(path.read_text())}
    theme = Path(finders.find("unfold/css/styles.css") or "").read_text()
    found |= set(IN_STYLES.findall(theme))
    return found | {item["icon"] for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]}


@pytest.mark.parametrize("name", sorted(names_of_icons()))
def test_the_font_has_the_icon(name: str) -> None:
    assert name in ICONS, "make the font anew: .ci/subset-fonts"
