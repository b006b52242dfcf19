# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who takes part: the command of each, on how many tenants, and what it must have done."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import sys
from collections.abc import Iterator

from benchmark import evidence
from benchmark.evidence import Check

_HERE = pathlib.Path(__file__).resolve().parent
_ANSIBLE_PLAYBOOK = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))

# One tenant costs the uri playbook seconds: with more of them a benchmark would be a matter of minutes.
_MOST_FOR_SLOW = 30
# One a region. What a fleet costs more than these is the price of its tenants, without that of the start.
_FEWEST = 2
# The reading of what is in the tenants waits for the server more than for anything else.
USAGE_FORKS, _USAGE_LATENCY = 20, 0.05


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    tenants: int
    command: list[str]
    check: Check
    # Runs on the tenants that the contender before it left behind.
    on_same_cloud: bool = False
    # The organization's client is in its environment.
    sees_organization: bool = False
    # The same with as few tenants as can be, whose cost is taken off.
    baseline: Contender | None = None
    # How long the server takes for each response, s.
    latency: float = 0.0


def contenders(tenants: int, forks: int) -> Iterator[Contender]:
    """In the order in which they run; the first is the one that the others are compared with."""

    def playbook(which: str, forks: int = forks) -> list[str]:
        return [_ANSIBLE_PLAYBOOK, "--inventory", "tenants.yml", "--forks", str(forks), which]

    ours = playbook("tenantops.qlik.decommission")
    yield Contender("tenantops.qlik.decommission, first run", tenants, ours, evidence.deactivates_each)
    yield Contender("the same, second run (nothing to do)", tenants, ours, evidence.leaves_each, on_same_cloud=True)

    slow = min(tenants, _MOST_FOR_SLOW)
    uri = playbook(str(_HERE / "playbooks" / "uri.yml"))
    few = Contender("", _FEWEST, uri, evidence.deactivates_each)
    yield Contender("ansible.builtin.uri, three tasks", slow, uri, evidence.deactivates_each, baseline=few)

    if shutil.which("curl") and shutil.which("bash"):
        loop = ["bash", str(_HERE / "curl_loop.sh"), "tenants.txt"]
        yield Contender("curl, one after the other", tenants, loop, evidence.deactivates_each)
    else:
        print("curl or bash is missing: the curl loop is left out.", file=sys.stderr)

    pool = [sys.executable, str(_HERE / "thread_pool.py"), "tenants.txt"]
    yield Contender("requests in a pool of 10 threads", tenants, pool, evidence.deactivates_each)

    with_sdk = os.environ.get("PYTHON_WITH_QLIK_SDK")
    if with_sdk:
        loop = [with_sdk, str(_HERE / "qlik_sdk_loop.py"), "tenants.txt"]
        yield Contender("qlik-sdk, one after the other", tenants, loop, evidence.deactivates_each)
    else:
        print("PYTHON_WITH_QLIK_SDK names no Python: qlik-sdk is left out.", file=sys.stderr)
    node = shutil.which("node")
    if node and os.environ.get("NODE_PATH"):
        loop = [node, str(_HERE / "qlik_api_loop.mjs"), "tenants.txt"]
        yield Contender("@qlik/api, one after the other", tenants, loop, evidence.deactivates_each)
    else:
        print("node, or NODE_PATH with @qlik/api and undici, is missing: @qlik/api is left out.", file=sys.stderr)

    usage = playbook("tenantops.qlik.usage", USAGE_FORKS)
    name = f"tenantops.qlik.usage, {USAGE_FORKS} forks, {_USAGE_LATENCY * 1000:.0f} ms latency"
    yield Contender(name, tenants, usage, evidence.reads_each, latency=_USAGE_LATENCY)
    pool = [sys.executable, str(_HERE / "usage_pool.py"), "tenants.txt", str(USAGE_FORKS)]
    name = f"the same requests in a pool of {USAGE_FORKS} threads"
    yield Contender(name, tenants, pool, evidence.reads_each, latency=_USAGE_LATENCY)

    nothing = playbook(str(_HERE / "playbooks" / "nothing.yml"))
    yield Contender("one task that does nothing", tenants, nothing, evidence.runs_on_each)
