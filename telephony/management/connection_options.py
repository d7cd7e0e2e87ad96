"""Options of `manage.py connection add|set` that say what becomes of recordings and where requests may go."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import CommandError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", nargs="+", help="a setting of this kind of PBX"
    )
    parser.add_argument(
        "--outside-prefix", metavar="DIGITS", help="what phones dial before a number outside (9); empty: nothing"
    )
    parser.add_argument(
        "--keep-recordings-days", type=int, metavar="DAYS", help="delete recordings after so many days; 0: never (0)"
    )
    parser.add_argument(
        "--link-only", action=BooleanOptionalAction, help="fetch a recording only when somebody asks for it"
    )
    parser.add_argument("--longest-recording", type=int, metavar="MB", help="a larger file is refused (200)")
    parser.add_argument(
        "--recording-hosts", nargs="*", metavar="HOST", help="fetch recordings from these hosts only; none: from any"
    )
    parser.add_argument("--allow-ftp", action=BooleanOptionalAction, help="fetch recordings by FTP, too")
    parser.add_argument(
        "--internal-networks", nargs="*", metavar="NETWORK", help="networks of your own that the PBX is in; none: none"
    )
    parser.add_argument(
        "--sender-networks", nargs="*", metavar="NETWORK", help="take messages from there only; none: from anywhere"
    )
    parser.add_argument("--echo-number", metavar="NUMBER", help="the PBX really calls it now and then; empty: never")
    parser.add_argument("--echo-phone", metavar="NUMBER", help="internal number of the phone that calls it")
    parser.add_argument("--echo-minutes", type=int, metavar="MINUTES", help="between two such calls (60)")


def settings(options: dict[str, Any]) -> dict[str, str]:
    """What `--set` names. Raises CommandError."""
    values = {}
    for item in (item for group in options["set"] for item in group):
        name, equals, value = item.partition("=")
        if not equals:
            raise CommandError(f"--set {name}: write it as key=value.")
        values[name] = value
    return values


def policy(options: dict[str, Any]) -> dict[str, Any]:
    """The columns of Connection that the options name."""
    given = {name: options[name] for name in _COLUMNS if options[name] is not None}
    if options["link_only"] is not None:
        given["fetch_recordings"] = not options["link_only"]
    if "keep_recordings_days" in given:
        given["keep_recordings_days"] = given["keep_recordings_days"] or None
    for name in ("recording_hosts", "internal_networks", "sender_networks"):
        if name in given:
            given[name] = [text.lower() for text in given[name]]
    return given


_COLUMNS = (
    *("outside_prefix", "keep_recordings_days", "longest_recording"),
    *("recording_hosts", "allow_ftp", "internal_networks", "sender_networks"),
    *("echo_number", "echo_phone", "echo_minutes"),
)
