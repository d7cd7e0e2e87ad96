"""The command line of `manage.py simulate`."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError

from telephony.vendors import installed
from telephony.vendors.simulated import Scenario

BASE_URL = "http://127.0.0.1:8000"


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="calls|traffic|serve")
    _add_calls(
        actions.add_parser("calls", help="play a number of calls and, with --check, look at what became of them")
    )
    _add_traffic(actions.add_parser("traffic", help="play calls on all enabled connections until Ctrl-C"))
    _add_serve(actions.add_parser("serve", help="serve the PBXs' own APIs on this machine until Ctrl-C"))


def _add_calls(parser: ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--connection", type=int, metavar="ID", help="play this connection's PBX")
    where.add_argument("--vendor", choices=sorted(installed()), help="play a PBX of this kind, with --url")
    parser.add_argument("--url", help="with --vendor: the whole address that the PBX is given")
    _add_base_url(parser)
    _add_set(parser)
    _add_casting(parser)
    parser.add_argument(
        "--scenario", action="append", choices=[*Scenario], default=[], help="only such calls; may be repeated (mixed)"
    )
    parser.add_argument("--variant", "--form", default="", help="form of the messages, like template (the first)")
    parser.add_argument("--count", type=_count, default=10, help="calls (10)")
    parser.add_argument("--rate", type=_positive, default=1.0, help="calls begun each second (1; 0: all at once)")
    parser.add_argument("--speed", type=_positive, default=10.0, help="10 plays a minute in 6 s (10; 0: no waiting)")
    parser.add_argument("--duplicates", type=_share, default=0.0, metavar="P", help="share of messages sent twice")
    parser.add_argument("--reorder", type=_share, default=0.0, metavar="P", help="share sent before their forerunner")
    parser.add_argument("--delay", type=_positive, default=0.0, metavar="SECONDS", help="come up to so late")
    parser.add_argument("--lose", type=_share, default=0.0, metavar="P", help="share that is never sent")
    parser.add_argument(
        "--wrong-secret", type=_share, default=0.0, metavar="P", help="share that goes to a wrong address as well"
    )
    parser.add_argument("--seed", help="the same seed plays the same calls and disturbances (at another time)")
    parser.add_argument("--check", action="store_true", help="compare the calls in the database with what was played")
    parser.add_argument(
        "--patience", type=_positive, default=15.0, metavar="SECONDS", help="how long --check waits for the server (15)"
    )
    _add_running(parser)


def _add_traffic(parser: ArgumentParser) -> None:
    parser.add_argument("--connection", type=int, action="append", default=[], metavar="ID", help="only these (all)")
    _add_base_url(parser)
    parser.add_argument("--clients", default="", metavar="FILE|LIST", help="numbers that call and are called")
    parser.add_argument("--rate", type=_above_zero, default=0.2, help="calls begun each second, on all together (0.2)")
    parser.add_argument("--speed", type=_above_zero, default=1.0, help="10 plays a minute in 6 s (1)")
    parser.add_argument("--seed", help="the same seed plays the same calls")
    _add_running(parser)


def _add_serve(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (a free one)")
    parser.add_argument("--vendor", action="append", choices=sorted(installed()), default=[], help="only these (all)")
    parser.add_argument(
        "--connection", type=int, action="append", default=[], metavar="ID", help="serve this one's PBX and play orders"
    )
    parser.add_argument(
        "--hook", action="append", default=[], metavar="URL", help="a PBX's address: orders are played against it"
    )
    _add_base_url(parser)
    _add_set(parser)
    _add_casting(parser)
    parser.add_argument("--speed", type=_positive, default=1.0, help="how fast ordered calls are played (1)")
    parser.add_argument("--concurrency", type=_count, default=4, help="messages sent at a time (4)")
    parser.add_argument("--quiet", action="store_true", help="print no line for each request")


def _add_base_url(parser: ArgumentParser) -> None:
    parser.add_argument("--base-url", default=BASE_URL, help=f"where this site runs ({BASE_URL})")


def _add_set(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="without a connection: a setting of the PBX"
    )


def _add_casting(parser: ArgumentParser) -> None:
    parser.add_argument("--clients", default="", metavar="FILE|LIST", help="numbers that call and are called")
    parser.add_argument("--extension", action="append", default=[], help="an internal number; may be repeated")
    parser.add_argument("--key", action="append", default=[], help="the key of the phone, in the order of --extension")


def _add_running(parser: ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=_count, default=8, help="messages sent at a time (8)")
    parser.add_argument("--quiet", action="store_true", help="print only what went wrong")
    parser.add_argument(
        "--serve", type=int, nargs="?", const=0, metavar="PORT", help="serve the PBXs' APIs too; recordings lead there"
    )
    parser.add_argument("--api-base-url", default="", metavar="URL", help="where `simulate serve` runs, for the links")


def _share(text: str) -> float:
    value = _positive(text)
    if value > 1:
        raise ArgumentTypeError(f"{text} is no share: write a number from 0 to 1.")
    return value


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ArgumentTypeError(f"{text} is no number from 0 up.")
    return value


def _above_zero(text: str) -> float:
    value = _positive(text)
    if not value:
        raise ArgumentTypeError("has to be above 0.")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text} is no number from 1 up.")
    return int(text)
