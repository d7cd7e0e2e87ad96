"""The side bar: what an entry is called is what stands above its page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from config.sidebar import GROUPS


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_list_has_the_name_of_its_entry(owner: Client, language: str) -> None:
    owner.cookies["django_language"] = language
    lists = [entry for group in GROUPS for entry in group["items"] if str(entry["link"]).startswith("/admin/")][1:]
    assert len(lists) > 15
    found = {}
    for entry in lists:
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", owner.get(str(entry["link"])).text, re.DOTALL)
        assert heading is not None, entry["link"]
        with translation.override(language):
            wanted = str(entry["title"])
        if (name := " ".join(strip_tags(heading[1]).split())) != wanted:
            found[wanted] = name
    assert found == {}
