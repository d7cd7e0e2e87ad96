"""`manage.py simulate calls|traffic|serve`: the PBXs' side, for trying a set-up without calling anybody."""

from __future__ import annotations

import re
import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings as site
from django.core.management.base import BaseCommand, CommandError

from telephony.calls.selectors import connection_of_hook
from telephony.domain.numbers import to_e164
from telephony.models import Connection
from telephony.privacy.masking import hide_secrets
from telephony.simulator import options as command_line
from telephony.simulator import targets
from telephony.simulator.check import check
from telephony.simulator.plan import Disturbances
from telephony.simulator.player import Played, Player, Target, play
from telephony.simulator.report import Report
from telephony.simulator.scenarios import Lengths
from telephony.simulator.sender import with_wrong_secret
from telephony.simulator.server import ApiServer
from telephony.vendors import installed
from telephony.vendors.simulated import Order

HOOK_PATH = re.compile(r"/hooks/(?P<vendor>[-\w]+)/(?P<secret>[^/?]+)")
SHORT_TALKS = Lengths(talk=(5, 40))
DEFAULT_REGION = "RU"


class Command(BaseCommand):
    help = "Plays the PBXs' side: whole calls against a running server, and the PBXs' own APIs on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        command_line.add_arguments(parser)

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            {"calls": self._calls, "traffic": self._traffic, "serve": self._serve}[action](options)
        except (ValueError, NotImplementedError) as error:
            raise CommandError(str(error)) from None

    def _calls(self, options: dict[str, Any]) -> None:
        played: list[Played] = []
        report = self._report(options)
        disturbances = Disturbances(
            **{name: options[name] for name in ("duplicates", "reorder", "delay", "lose", "wrong_secret")}
        )
        with ExitStack() as stack:
            api = stack.enter_context(self._api(options["serve"], quiet=True)) if options["serve"] is not None else None
            target, connection = self._target(options, api)
            if disturbances.wrong_secret and with_wrong_secret(target.url) == target.url:
                raise CommandError("--wrong-secret: the address has no secret that could be wrong.")
            player = stack.enter_context(
                self._player(options, report, disturbances, on_played=played.append, seed=options["seed"])
            )
            self._connect(api, {target.pbx.slug: target}, player)
            self.stdout.write(f"Playing {target.name} against {hide_secrets(target.url)}")
            with _until_stopped():
                play(player, [target], rate=options["rate"], count=options["count"], seed=options["seed"])
                player.wait()
        self.stdout.write(report.summary())
        if not any(answer.isdigit() for answer in report.answers):
            raise CommandError("The server did not answer: is it running, and is --base-url right?")
        if options["check"]:
            self._check(played, connection, report, options["patience"])

    def _check(self, played: list[Played], connection: Connection | None, report: Report, patience: float) -> None:
        if connection is None:
            raise CommandError("--check: this database has no enabled connection with that address.")
        result = check(played, connection=connection, patience_seconds=patience)
        self.stdout.write(f"checked: {result.right} calls are what was played, {result.skipped} could not be compared")
        for fault in result.faults:
            self.stdout.write(f"  {fault}")
        if result.faults or report.complaints:
            raise CommandError(f"{len(result.faults)} differences, {report.complaints} answers at fault.")

    def _traffic(self, options: dict[str, Any]) -> None:
        report = self._report(options)
        casting = targets.Casting(
            clients=targets.clients_from(options["clients"], DEFAULT_REGION) if options["clients"] else (),
            lengths=SHORT_TALKS,
            seed=options["seed"],
        )
        with ExitStack() as stack:
            api = stack.enter_context(self._api(options["serve"], quiet=True)) if options["serve"] is not None else None
            playing = self._connections_playing(options, casting, api)
            player = stack.enter_context(self._player(options, report, Disturbances(), seed=options["seed"]))
            self._connect(api, playing, player)
            self.stdout.write(f"Playing {', '.join(one.name for one in playing.values())} until Ctrl-C.")
            with _until_stopped():
                play(player, list(playing.values()), rate=options["rate"], seed=options["seed"])
        self.stdout.write(report.summary())

    def _serve(self, options: dict[str, Any]) -> None:
        report = self._report(options)
        casting = self._casting(options)
        with ExitStack() as stack:
            api = stack.enter_context(self._api(options["port"], quiet=options["quiet"]))
            player = stack.enter_context(self._player(options, report, Disturbances()))
            playing = self._addresses_playing(options, casting, api)
            if options["connection"]:
                playing |= self._connections_playing(options, casting, api)
            wanted = options["vendor"] or [*installed()]
            for vendor in set(wanted) - set(playing):
                playing[vendor] = self._of_address(vendor, "", options, casting, api)
            self._connect(api, playing, player)
            for key in sorted(playing):
                self.stdout.write(f"{api.url}/{key}  {'orders are played' if playing[key].url else 'orders end here'}")
            self.stdout.flush()
            with _until_stopped():
                signal.pause()

    def _report(self, options: dict[str, Any]) -> Report:
        return Report(write=self.stdout.write, quiet=options["quiet"])

    def _player(self, options: dict[str, Any], report: Report, disturbances: Disturbances, **more: Any) -> Player:
        return Player(
            report=report,
            speed=options["speed"],
            concurrency=options["concurrency"],
            disturbances=disturbances,
            **more,
        )

    def _api(self, port: int, *, quiet: bool) -> ApiServer:
        try:
            return ApiServer({}, port=port, note=(lambda line: None) if quiet else self.stdout.write)
        except OSError:
            raise CommandError(f"Port {port} is taken: choose another.") from None

    def _connect(self, api: ApiServer | None, playing: dict[str, Target], player: Player) -> None:
        """Serve these PBXs, and play the calls that are ordered of them."""
        if api is None:
            return

        def on_order(key: str, order: Order) -> None:
            target = playing[key]
            if target.url:
                client = to_e164(order.number, DEFAULT_REGION) or order.number
                call = target.writer.write_order(
                    started_at=datetime.now(UTC), caller=order.employee, client=client, order_id=order.order_id
                )
                player.add(target, call)

        api.on_order = on_order
        api.pbxs.update({key: target.pbx for key, target in playing.items()})

    def _casting(self, options: dict[str, Any]) -> targets.Casting:
        return targets.Casting(
            employees=targets.employees_from(options["extension"], options["key"]),
            clients=targets.clients_from(options["clients"], DEFAULT_REGION) if options["clients"] else (),
            scenarios=options.get("scenario", ()),
            variant=options.get("variant", ""),
            seed=options.get("seed"),
        )

    def _target(self, options: dict[str, Any], api: ApiServer | None) -> tuple[Target, Connection | None]:
        """The PBX to play, and its connection if this database has it."""
        casting = self._casting(options)
        if options["connection"] is not None:
            connection = Connection.objects.filter(pk=options["connection"]).first()
            if connection is None:
                raise CommandError(f"--connection {options['connection']}: `connection list` shows which there are.")
            api_url = self._api_url(options, api, connection.vendor)
            target = targets.of_connection(connection, base_url=options["base_url"], casting=casting, api_url=api_url)
            return target, connection
        if not options["url"]:
            raise CommandError("--vendor needs --url: the whole address that the PBX is given.")
        target = self._of_address(options["vendor"], options["url"], options, casting, api)
        found = HOOK_PATH.search(options["url"]) if options["check"] else None
        return target, found and connection_of_hook(vendor=found["vendor"], secret=found["secret"])

    def _of_address(
        self, vendor: str, url: str, options: dict[str, Any], casting: targets.Casting, api: ApiServer | None
    ) -> Target:
        values = dict(item.partition("=")[::2] for item in options["set"])
        api_url = self._api_url(options, api, vendor)
        zone = ZoneInfo(site.TIME_ZONE)
        return targets.of_address(vendor, url=url, casting=casting, settings=values, time_zone=zone, api_url=api_url)

    def _addresses_playing(
        self, options: dict[str, Any], casting: targets.Casting, api: ApiServer
    ) -> dict[str, Target]:
        playing = {}
        for url in options["hook"]:
            found = HOOK_PATH.search(url)
            if found is None or found["vendor"] not in installed():
                raise CommandError("--hook: an address ends like /telephony/hooks/sipuni/<secret>/.")
            playing[found["vendor"]] = self._of_address(found["vendor"], url, options, casting, api)
        return playing

    def _connections_playing(
        self, options: dict[str, Any], casting: targets.Casting, api: ApiServer | None
    ) -> dict[str, Target]:
        """The enabled connections, or those asked for, by their vendor (a second one: by vendor and id)."""
        rows = Connection.objects.filter(enabled=True, vendor__in=installed()).order_by("pk")
        if options["connection"]:
            rows = rows.filter(pk__in=options["connection"])
        playing: dict[str, Target] = {}
        for connection in rows.prefetch_related("extensions"):
            key = f"{connection.vendor}-{connection.pk}" if connection.vendor in playing else connection.vendor
            api_url = self._api_url(options, api, key)
            try:
                playing[key] = targets.of_connection(
                    connection, base_url=options["base_url"], casting=casting, api_url=api_url
                )
            except (ValueError, NotImplementedError) as error:  # The others can play.
                self.stderr.write(f"{connection}: {error}")
        if not playing:
            raise CommandError("There is no enabled connection that could play; `connection add` makes one.")
        return playing

    def _api_url(self, options: dict[str, Any], api: ApiServer | None, key: str) -> str:
        base = api.url if api else options["api_base_url"].rstrip("/")
        return f"{base}/{key}" if base else ""


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Ends quietly at Ctrl-C or SIGTERM; while the threads end after that, another one changes nothing."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        before = dict.fromkeys(before, signal.SIG_IGN)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
