"""The list of all models is made for the pages that show it, and for no others."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from django.contrib.admin import AdminSite
from django.test import Client, RequestFactory
from django.urls import reverse

from config.admin_site import Site

pytestmark = pytest.mark.django_db


def test_a_page_that_does_not_show_the_models_does_not_ask_for_them(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: Any) -> NoReturn:
        raise AssertionError("The models were listed.")

    monkeypatch.setattr(AdminSite, "_build_app_dict", asked)
    for name in ("telephony:calls", "admin:telephony_connection_changelist"):
        assert owner.get(reverse(name)).status_code == 200


def test_an_app_s_page_lists_its_models_and_there_is_none_without_any(owner: Client) -> None:
    page = owner.get(reverse("admin:app_list", args=["telephony"]))
    assert reverse("admin:telephony_connection_changelist") in page.text
    assert owner.get("/admin/unfold/").status_code == 404


def test_it_is_the_list_of_django_s_site(rf: RequestFactory, admin_user: Any) -> None:
    from django.contrib import admin

    request = rf.get("/admin/")
    request.user = admin_user
    assert isinstance(admin.site, Site)
    assert list(admin.site.get_app_list(request)) == AdminSite.get_app_list(admin.site, request)
