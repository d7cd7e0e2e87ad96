"""The demo writes its past while it runs: nothing is called silent because of that."""

from __future__ import annotations

from pathlib import Path

from django.test import Client, override_settings

from config.demo.history.mark import being_written, is_being_written
from telephony.models import Connection


def test_while_the_past_is_written_the_first_page_says_so(owner: Client, tmp_path: Path) -> None:
    Connection.objects.create(vendor="sipuni", name="Office")
    said = "the demo&#x27;s past weeks are being written"
    with override_settings(VAR_DIR=tmp_path):
        assert not is_being_written()
        with being_written():
            assert said in owner.get("/admin/").content.decode()
        assert said not in owner.get("/admin/").content.decode()
