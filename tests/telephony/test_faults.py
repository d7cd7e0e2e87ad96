"""Faults of a vendor's code, of one row, or of the host project's settings cost no message and no answer."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from telephony.calls import reaper
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import Outcome
from telephony.intake import inbox, processed
from telephony.models import Call, Connection, Delivery, RowFailure
from telephony.vendors import get_vendor
from telephony.vendors.uninstalled import uninstalled
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import deliver, only_call, send, sipuni, sipuni_rings, wirecrm

pytestmark = pytest.mark.django_db(transaction=True)
SUCCESS = (200, b'{"success": true}')
GONE = [path for path in settings.TELEPHONY_VENDORS if "sipuni" not in path]


def fail(*_: object, **__: object) -> Any:
    raise ZeroDivisionError("token=canary-of-the-fault")


def answer(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content


class TestVendorCode:
    def test_a_fault_while_authenticating_costs_no_message(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(type(get_vendor("sipuni")), "authenticate", fail)
        assert answer(send(connection, sipuni(1, 0))) == SUCCESS
        delivery = Delivery.objects.get()
        assert delivery.state == "applied"
        assert "ZeroDivisionError" in delivery.traceback
        assert "canary" not in delivery.traceback + caplog.text

    def test_a_fault_in_the_answer_gives_the_vendors_neutral_one(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vendor = type(get_vendor("sipuni"))
        right = vendor.reply
        monkeypatch.setattr(
            vendor,
            "reply",
            lambda self, hook, profile, parsed, outcome: (
                fail() if parsed else right(self, hook, profile, parsed, outcome)
            ),
        )
        assert answer(send(connection, sipuni(1, 0))) == SUCCESS
        assert "ZeroDivisionError" in Delivery.objects.get().traceback
        assert only_call().status == "ringing"

    def test_if_that_fails_as_well_the_answer_is_empty(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(get_vendor("sipuni")), "reply", fail)
        assert answer(send(connection, sipuni(1, 0))) == (200, b"")
        assert Delivery.objects.get().state == "applied"

    def test_a_fault_while_a_failed_delivery_is_noted_does_not_escape(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable(*_: object) -> Any:
            raise MalformedHook("event: is missing.")

        monkeypatch.setattr(type(get_vendor("sipuni")), "parse", unreadable)
        with monkeypatch.context() as broken:
            broken.setattr(processed, "finish", fail)
            assert answer(send(connection, sipuni(1, 0))) == SUCCESS
        assert Delivery.objects.get().state == "received"
        inbox.process_due(now=timezone.now() + timedelta(hours=1))
        assert Delivery.objects.get().error == "event: is missing."

    def test_the_traceback_of_a_parsers_fault_is_kept_without_secrets(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(type(get_vendor("sipuni")), "parse", fail)
        assert answer(send(connection, sipuni(1, 0))) == SUCCESS
        delivery = Delivery.objects.get()
        assert "in fail\n" in delivery.traceback
        assert "in fail\n" in caplog.text
        assert "canary" not in delivery.traceback + caplog.text


class TestUninstalledVendor:
    def test_its_open_calls_are_reaped_and_so_are_the_others(self, connection: Connection) -> None:
        deliver(connection, sipuni_rings(0, "101"))
        deliver(ConnectionFactory.create(vendor="wirecrm"), wirecrm("NOTIFY_START"))
        with override_settings(TELEPHONY_VENDORS=GONE):
            assert reaper.reap_calls(now=timezone.now() + timedelta(days=9999)) == 2
        assert set(Call.objects.values_list("status", flat=True)) == {"unknown"}

    def test_a_waiting_message_fails_saying_what_to_do_and_can_be_replayed(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(type(get_vendor("sipuni")), "parse", fail)
            send(connection, sipuni(1, 0))
        with override_settings(TELEPHONY_VENDORS=GONE):
            inbox.process_due(now=timezone.now() + timedelta(hours=1))
        delivery = Delivery.objects.get()
        assert delivery.state == "failed"
        assert "(sipuni) is not installed. Name its class in TELEPHONY_VENDORS" in delivery.error

    def test_its_pbx_gets_an_empty_answer(self, connection: Connection) -> None:
        vendor = uninstalled("gone")
        hook = sipuni(1, 0).hook(timezone.now())
        assert vendor.reply(hook, connection.profile(), None, Outcome()).body == b""

    def test_all_of_its_settings_count_as_secret(self, connection: Connection) -> None:
        connection.settings = {"user": "012345", "secret": "s3cr3t"}
        with override_settings(TELEPHONY_VENDORS=GONE):
            assert connection.without_secrets("012345 s3cr3t") == "[hidden] [hidden]"


class TestOneBadRow:
    def test_it_stops_no_sweep_and_is_counted(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        for number in ("1", "2"):
            deliver(connection, sipuni(1, 0, call_id=number))
        bad = Call.objects.get(external_id="1")
        right = reaper._reap
        monkeypatch.setattr(reaper, "_reap", lambda call, at, *_: fail() if call.pk == bad.pk else right(call, at))
        later = timezone.now() + timedelta(days=9999)
        for _ in range(2):
            reaper.reap_calls(now=later)
        assert dict(Call.objects.values_list("external_id", "status")) == {"1": "ringing", "2": "unknown"}
        failure = RowFailure.objects.get()
        assert (failure.job, failure.row, failure.count) == ("reap_calls", f"call {bad.pk}", 2)
        assert "in fail\n" in failure.traceback
        assert "in fail\n" in caplog.text
        assert "canary" not in failure.traceback + failure.error + caplog.text

    def test_however_many_fail_for_ever_the_others_are_worked_on(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reaper, "BATCH", 2)
        for number in range(5):
            deliver(connection, sipuni(1, 0, call_id=str(number)))
        good, right = Call.objects.latest("pk"), reaper._reap
        monkeypatch.setattr(reaper, "_reap", lambda call, at, *_: right(call, at) if call.pk == good.pk else fail())
        assert reaper.reap_calls(now=timezone.now() + timedelta(days=9999)) == 1
        good.refresh_from_db()
        assert good.status == "unknown"
        assert RowFailure.objects.count() == 4

    def test_what_fails_is_left_alone_for_longer_and_longer(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver(connection, sipuni(1, 0))
        Delivery.objects.update(received_at=timezone.now() - timedelta(hours=1))
        monkeypatch.setattr(reaper, "_reap", lambda call, at: fail())
        counted = []
        for minutes in (0, 0, 2, 2, 11, 11, 61):
            RowFailure.objects.update(last_at=timezone.now() - timedelta(minutes=minutes))
            reaper.reap_calls()
            counted.append(RowFailure.objects.get().count)
        assert counted == [1, 1, 2, 2, 3, 3, 4]


class TestHostProject:
    def test_requests_in_one_transaction_lose_nothing(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ATOMIC_REQUESTS is a setting of the database: what is stored has to be committed before anybody reads it."""
        inside = []

        def parse(*_: object) -> Any:
            inside.append(connections["default"].in_atomic_block)
            return fail()

        monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
        monkeypatch.setattr(type(get_vendor("sipuni")), "parse", parse)
        assert answer(send(connection, sipuni(1, 0))) == SUCCESS
        assert inside == [False]
        assert Delivery.objects.get().state == "received"

    def test_a_project_where_everybody_has_to_log_in_lets_pbxs_in(self, connection: Connection) -> None:
        login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, login]):
            assert answer(send(connection, sipuni(1, 0))) == SUCCESS

    def test_middleware_that_reads_bodies_is_warned_of(self) -> None:
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.Reader"]):
            assert [found.id for found in run_checks() if "Reader" in found.msg] == ["telephony.W001"]

    @pytest.mark.parametrize(
        ("config", "found"),
        [
            ({}, ["telephony.W002"]),
            ({"handlers": {"file": {"class": "logging.FileHandler"}}}, ["telephony.W002"]),
            (settings.LOGGING, []),
        ],
    )
    def test_logs_without_the_filter_are_warned_of(self, config: Any, found: list[str]) -> None:
        with override_settings(LOGGING=config):
            assert [one.id for one in run_checks() if one.id == "telephony.W002"] == found


class Reader:
    """Middleware that looks into every body."""

    def __call__(self, request: Any) -> None:
        logging.info("%s", request.body)
