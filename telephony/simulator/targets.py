"""Which PBXs play, for whom, from which numbers: made of connections, or of an address alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from telephony.domain import numbers as phone
from telephony.models import Connection
from telephony.simulator.player import Target
from telephony.simulator.scenarios import EMPLOYEES, Lengths, Scriptwriter
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Employee, Scenario, SimulatedPbx


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """Who takes part and what is played. Empty: the connection's own phones, made-up clients, a mixture of calls."""

    employees: Sequence[Employee] = ()
    clients: Sequence[str] = ()
    """E.164."""
    scenarios: Sequence[Scenario] = ()
    variant: str = ""
    lengths: Lengths | None = None
    seed: object = None


def of_connection(connection: Connection, *, base_url: str, casting: Casting, api_url: str = "") -> Target:
    """Raises ValueError where the PBX can't play what is wanted, NotImplementedError if it has no simulator."""
    return _target(
        _pbx_class(connection.vendor),
        url=base_url.rstrip("/") + connection.hook_path,
        name=f"{connection.pk} {connection.vendor}",
        settings=connection.settings,
        time_zone=ZoneInfo(connection.time_zone),
        phones=[
            Employee(extension=extension.number or extension.key, key=extension.key)
            for extension in connection.extensions.all()
        ],
        casting=casting,
        api_url=api_url,
    )


def of_address(
    vendor: str,
    *,
    url: str,
    casting: Casting,
    settings: Mapping[str, str],
    time_zone: ZoneInfo,
    api_url: str = "",
) -> Target:
    """For a server whose database is not at hand. Raises as `of_connection` does, KeyError for an unknown vendor."""
    return _target(
        _pbx_class(vendor),
        url=url,
        name=vendor,
        settings=settings,
        time_zone=time_zone,
        phones=[],
        casting=casting,
        api_url=api_url,
    )


def clients_from(text: str, region: str) -> list[str]:
    """E.164 numbers out of a file, one a line, or out of a list with commas. Raises ValueError for one that is none."""
    path = Path(text)
    written = path.read_text(encoding="utf-8").splitlines() if path.is_file() else text.split(",")
    numbers = []
    for raw in filter(None, (line.strip() for line in written)):
        number = phone.to_e164(raw, region)
        if not number:
            raise ValueError(f"{raw[:40]!r} is no telephone number (nor is there a file of this name).")
        numbers.append(number)
    return list(dict.fromkeys(numbers))


def employees_from(extensions: Sequence[str], keys: Sequence[str]) -> list[Employee]:
    """The first number with the first key, and so on; a key without a number stands for both."""
    if keys and extensions and len(keys) != len(extensions):
        raise ValueError("Give as many keys as extensions, in the same order.")
    keys = keys or [""] * len(extensions)
    return [Employee(extension=extension, key=key) for extension, key in zip(extensions or keys, keys, strict=True)]


def _pbx_class(vendor: str) -> type[SimulatedPbx]:
    return get_vendor(vendor).simulator()


def _target(
    pbx_class: type[SimulatedPbx],
    *,
    url: str,
    name: str,
    settings: Mapping[str, object],
    time_zone: ZoneInfo,
    phones: Iterable[Employee],
    casting: Casting,
    api_url: str,
) -> Target:
    employees = [*(casting.employees or phones)] or list(EMPLOYEES)
    pbx = pbx_class(
        settings=settings, time_zone=time_zone, employees=employees, variant=casting.variant, api_url=api_url
    )
    usable = [one for one in employees if (one.key if pbx.names_by_key else one.extension != one.key)]
    if not usable:
        what = "key" if pbx.names_by_key else "internal number"
        raise ValueError(f"No phone of {name} has a {what}, and the {pbx.variant} form of {pbx.slug} names them by it.")
    unable = [scenario for scenario in casting.scenarios if scenario not in pbx.scenarios]
    if unable:
        able = ", ".join(sorted(pbx.scenarios))
        raise ValueError(f"{pbx.slug} ({pbx.variant}) can't tell of {unable[0]}; it can of: {able}.")
    writer = Scriptwriter(
        seed=None if casting.seed is None else f"{casting.seed} {name}",
        scenarios=casting.scenarios or sorted(pbx.scenarios),
        employees=usable,
        clients=casting.clients,
        lengths=casting.lengths,
    )
    return Target(pbx=pbx, url=url, writer=writer, name=name)
