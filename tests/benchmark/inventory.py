# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the list of an organization costs as an inventory, beside the same hosts in a static YAML file."""

from __future__ import annotations

import json
import pathlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from benchmark.contenders import Contender
from benchmark.evidence import Entry, NotDone
from benchmark.fleet import Fleet
from benchmark.measurement import Measured
from benchmark.report import Goal

_ANSIBLE_INVENTORY = str(pathlib.Path(sys.executable).with_name("ansible-inventory"))
_PAGE = 100
# docs/benchmarks.md says where they come from.
GOALS_FOR = 5000
_MOST_CPU_ABOVE_STATIC = 2.0
_MOST_CPU_OF_A_HIT = 1.2
_PLUGIN = {"plugin": "tenantops.qlik.qlik_tenants"}
_SOURCES = {
    "listing.qlik_tenants.yml": _PLUGIN,
    "cached.qlik_tenants.yml": {
        **_PLUGIN,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": "cache",
    },
}


def contenders(tenants: int, folder: pathlib.Path) -> Iterator[Contender]:
    """In the order in which they run, all on one cloud. The static file is made of what the first of them listed."""
    for name, source in _SOURCES.items():
        (folder / name).write_text(yaml.safe_dump(source), encoding="utf-8")
    seen: dict[str, Any] = {}

    def lists(requests: int) -> Callable[[Fleet, Sequence[Entry], str], None]:
        def check(fleet: Fleet, log: Sequence[Entry], output: str) -> None:
            if len(log) != requests or any(entry["status"] != 200 for entry in log):
                raise NotDone(f"expected {requests} requests that are answered, the log has {len(log)}")
            hosts = _hosts(output)
            if set(hosts) != {tenant.hostname for tenant in fleet.tenants}:
                raise NotDone(f"it has {len(hosts)} hosts, expected {len(fleet)}")
            if seen.setdefault("hosts", hosts) != hosts:
                raise NotDone("its variables are not those of the list")

        return check

    def contender(name: str, source: str, requests: int) -> Contender:
        command = [_ANSIBLE_INVENTORY, "--inventory", str(folder / source), "--list"]
        return Contender(name, tenants, command, lists(requests), on_same_cloud=True, sees_organization=True)

    pages = -(-tenants // _PAGE)
    yield contender("listing", "listing.qlik_tenants.yml", pages + 1)
    hosts = {
        name: {key: one for key, one in found.items() if key[:5] == "qlik_"} for name, found in seen["hosts"].items()
    }
    static = {"qlik_tenants": {"hosts": hosts, "vars": {"ansible_python_interpreter": sys.executable}}}
    (folder / "static.yml").write_text(yaml.safe_dump(static, sort_keys=False), encoding="utf-8")
    yield contender("static YAML file", "static.yml", 0)
    yield contender("listing into the cache", "cached.qlik_tenants.yml", pages + 1)
    yield contender("from the cache", "cached.qlik_tenants.yml", 0)


def goals(results: Sequence[Measured]) -> list[Goal]:
    """What the list may cost: requests by its pages, CPU by that of the static file."""
    listing, static, _miss, hit = (one.cost for one in results)
    pages = -(-results[0].contender.tenants // _PAGE)
    above = listing.cpu - static.cpu
    ratio = hit.cpu / static.cpu
    return [
        Goal(f"{pages} requests and one for a token", f"{listing.requests}", listing.requests == pages + 1),
        Goal(
            f"a list: at most {_MOST_CPU_ABOVE_STATIC:g} s CPU more than the static file",
            f"{above:+.1f} s",
            above <= _MOST_CPU_ABOVE_STATIC,
        ),
        Goal(
            f"from the cache: at most {_MOST_CPU_OF_A_HIT:g} times the static file",
            f"{ratio:.2f} times",
            ratio <= _MOST_CPU_OF_A_HIT,
        ),
    ]


def _hosts(output: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        found: Mapping[str, Mapping[str, Any]] = _plain(json.loads(output)["_meta"]["hostvars"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotDone(f"it printed no inventory: {error}") from None
    return found


def _plain(value: Any) -> Any:
    """Without the marks that ansible-inventory puts around texts that are no templates."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        if list(value) == ["__ansible_unsafe"]:
            return value["__ansible_unsafe"]
        return {key: _plain(one) for key, one in value.items()}
    return value
