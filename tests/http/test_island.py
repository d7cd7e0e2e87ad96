"""The hostile links where all of the internet is the victim, names are really resolved, and public addresses answer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from tests.http.island import PUBLIC
from tests.servers import ROOT

ISOLATED = ["unshare", "--map-root-user", "--mount", "--net"]
REFUSED = {"bad_address", "scheme", "forbidden_address"}
# They are no absolute links: the public host redirects to itself.
RELATIVE = {
    "parser: newline in scheme",
    "parser: four slashes",
    "parser: three slashes",
    "parser: one slash",
    "parser: no slash",
    "parser: no scheme, no slashes",
    "parser: only a path",
    "parser: only a scheme",
    "parser: byte order mark",
    "parser: full-width colon",
    "scheme: a path of this machine",
    "scheme: a relative path",
}


@cache
def explored() -> dict[str, Any]:
    done = subprocess.run(
        [*ISOLATED, sys.executable, "-m", "tests.http.island"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    if not shutil.which("ip") or subprocess.run([*ISOLATED, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This machine can make no network of its own (unshare, ip).")
    return explored()


@pytest.mark.proof
class TestInAWorldOfItsOwn:
    def test_without_the_guard_most_hostile_links_connect(self, report: dict[str, Any]) -> None:
        """Else the tests below would prove nothing."""
        assert report["links"] >= 500
        assert sum(bool(connected) for connected in report["unguarded"].values()) >= 300

    def test_with_the_guard_none_does(self, report: dict[str, Any]) -> None:
        assert {name: got for name, got in report["direct"].items() if got[0] not in REFUSED or got[1]} == {}

    def test_a_redirect_to_one_ends_at_the_public_host_that_redirected(self, report: dict[str, Any]) -> None:
        astray = {
            name: got
            for name, got in report["redirected"].items()
            if set(got[1]) != {PUBLIC} or (got[0] not in REFUSED | {"protocol"} and name not in RELATIVE)
        }
        assert astray == {}

    def test_public_addresses_are_reached(self, report: dict[str, Any]) -> None:
        assert report["named"]["public.example"] == [["reached", [PUBLIC]]]
        assert report["named"]["public6.example"] == [["reached", ["2606:4700:4700::1111"]]]

    def test_of_a_name_with_public_and_inner_addresses_only_the_public_is_connected(
        self, report: dict[str, Any]
    ) -> None:
        assert report["named"]["mixed.example"] == [["reached", [PUBLIC]]]

    def test_a_name_that_changes_is_judged_at_each_look_up(self, report: dict[str, Any]) -> None:
        assert report["named"]["changes.example"] == [["reached", [PUBLIC]], ["forbidden_address", []]]
        assert report["rebound"] == ["forbidden_address", [PUBLIC]]

    def test_a_name_server_that_is_silent_holds_nobody_up(self, report: dict[str, Any]) -> None:
        """Neither while it is asked nor when curl is closed."""
        assert report["silent"] == ["dns", []]
        assert report["silent_seconds"] < 1.5
