"""The big screen in a real browser: it follows calls, outlives its server and its session, and says so meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import add_person, run, shot
from tests.e2e.conftest import PageFactory
from tests.e2e.office import Office

pytestmark = pytest.mark.proof
SOON = 20_000
"""Milliseconds: a lost hint costs 15 seconds."""
SEES_ALL = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
wall = get_user_model().objects.get(username="wall")
wall.user_permissions.add(Permission.objects.get(codename="see_all_calls"))
"""
SIGN_OUT = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"


def test_it_follows_calls_and_says_when_it_can_not(browser_page: PageFactory, office: Office) -> None:
    add_person(office.server, "wall")
    run(office.server, SEES_ALL)
    page = browser_page(office.server, "wall", screen=(1920, 1080))
    page.goto("/telephony/wallboard/")
    waiting = page.locator(".figures dd").first
    expect(waiting).to_have_text("0")
    call = office.call(("ring", 0, "anna"), ("hang_up", 50, "anna"), answered=False)
    call.go(0)
    expect(waiting).to_have_text("1", timeout=SOON)
    shot(page, "wallboard")
    page.locator("#theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("#full-screen").click()
    expect(page.locator("nav")).to_be_hidden()
    run(office.server, SIGN_OUT)
    expect(page.locator("#lost")).to_contain_text("You are signed out", timeout=SOON)
    expect(page.locator("body")).to_have_class("is-old")
