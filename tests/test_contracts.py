"""Who may import whom: the contracts of pyproject.toml are kept, and each notices what it forbids."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import configuration
from importlinter.application.use_cases import _register_contract_types, read_user_options
from importlinter.domain.contract import Contract, InvalidContractOptions, registry

from tests.servers import ROOT

LAYERS = "The packages of telephony are layers"
FEATURES = ("cards", "outgoing", "recordings", "dialing", "reconcile", "call_log", "erasure", "connections", "intake")
BREAKS = [
    ("telephony.domain.events", "crm.models", "telephony knows neither crm nor config"),
    ("telephony.calls.apply", "crm.services", "telephony knows neither crm nor config"),
    ("telephony.intake.views", "config.settings", "telephony knows neither crm nor config"),
    ("crm.models.contact", "config.settings", "crm does not know config"),
    ("telephony.vendors.sipuni.parsing", "telephony.vendors.xvb.vendor", "Vendors are independent"),
    ("telephony.vendors.xvb.vendor", "telephony.vendors.mobilon.parsing", "Vendors are independent"),
    ("telephony.domain.fold.call", "django", "The domain is pure"),
    ("telephony.vendors.mobilon.vendor", "spyne", "Only telephony.soap knows Spyne"),
    ("telephony.tasks", "spyne", "Only telephony.soap knows Spyne"),
    ("crm.models.contact", "spyne", "Only telephony.soap knows Spyne"),
]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom in the three packages."""
    return grimp.build_graph(
        "telephony",
        "crm",
        "config",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    """The contracts of pyproject.toml by their names."""
    configuration.configure()
    options = read_user_options(config_filename=str(ROOT / "pyproject.toml"))
    _register_contract_types(options)
    return {
        found["name"]: registry.get_contract_class(found["type"])(
            name=found["name"], session_options=options.session_options, contract_options=found
        )
        for found in options.contracts_options
    }


def layers() -> list[tuple[bool, list[str]]]:
    """From the top: whether the packages of a layer may not know each other, and the packages."""
    text = (ROOT / "pyproject.toml").read_text()
    lines = re.search(r"^layers = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
    assert lines is not None
    found = re.findall(r'"([^"]+)"', lines[1])
    return [(":" not in layer, re.split(r"\s*[|:]\s*", layer)) for layer in found]


def forbidden_directions() -> Iterator[tuple[str, str]]:
    """Each pair of packages of telephony of which the first may not import the second."""
    found = layers()
    for (_, above), (_, below) in combinations(found, 2):
        yield from ((low, high) for low in below for high in above)
    for apart, packages in found:
        if apart:
            yield from permutations(packages, 2)


def of_whole_packages(graph: grimp.ImportGraph) -> grimp.ImportGraph:
    """Telephony's alone, each package of a layer as one module: a check of it takes a tenth of the time."""
    found = deepcopy(graph)
    for module in graph.modules:
        if module.partition(".")[0] != "telephony":
            found.remove_module(module)
    for _, packages in layers():
        for package in packages:
            found.squash_module(f"telephony.{package}")
    return found


def is_broken(contract: Contract, graph: grimp.ImportGraph) -> bool:
    try:
        return not contract.check(deepcopy(graph), verbose=False).kept
    except InvalidContractOptions:
        return True


def named(contracts: dict[str, Contract], start: str) -> Contract:
    return next(contract for name, contract in contracts.items() if name.startswith(start))


def test_the_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("importer", "imported", "contract"), BREAKS, ids=[f"{a} -> {b}" for a, b, _ in BREAKS])
def test_a_contract_notices(
    graph: grimp.ImportGraph, contracts: dict[str, Contract], importer: str, imported: str, contract: str
) -> None:
    broken = deepcopy(graph)
    broken.add_import(importer=importer, imported=imported)
    assert is_broken(named(contracts, contract), broken)


def test_each_direction_that_the_layers_forbid_is_noticed(
    graph: grimp.ImportGraph, contracts: dict[str, Contract]
) -> None:
    unnoticed, tried, packages = [], list(forbidden_directions()), of_whole_packages(graph)
    broken = deepcopy(packages)
    for low, high in tried:
        importer, imported = f"telephony.{low}", f"telephony.{high}"
        broken.add_import(importer=importer, imported=imported)
        if named(contracts, LAYERS).check(broken, verbose=False).kept:
            unnoticed.append((low, high))
        broken.remove_import(importer=importer, imported=imported)
    assert unnoticed == []
    assert len(tried) > 200
    # The check changed nothing in the graph, and each import was taken back.
    assert (broken.modules, broken.count_imports()) == (packages.modules, packages.count_imports())


def test_calls_may_import_no_feature() -> None:
    assert {("calls", feature) for feature in FEATURES} <= set(forbidden_directions())


def test_a_new_package_has_to_be_given_its_place(graph: grimp.ImportGraph, contracts: dict[str, Any]) -> None:
    broken = deepcopy(graph)
    broken.add_module("telephony.new_package")
    assert is_broken(named(contracts, LAYERS), broken)
