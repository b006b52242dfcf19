# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One contender, measured: on a simulated Qlik Cloud of its own, by a stopwatch, with its work checked."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence

from simulator.process import Simulator

from benchmark.contenders import Contender
from benchmark.evidence import NotDone
from benchmark.fleet import Fleet

_STOPWATCH = pathlib.Path(__file__).resolve().with_name("stopwatch.py")
_CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
# Of the settings of whoever measures, those that change what is measured are left out.
_FOREIGN = ("ANSIBLE_", "QLIK_", "TENANTOPS_", "XDG_", "PYTHON", "SSL_CERT_")
_END_OF_OUTPUT = 3000


class Failed(Exception):
    """A contender did not do its work, so there is nothing to compare."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What the command cost, its children included; ``peak`` is that of the largest process."""

    cpu: float
    wall: float
    peak: int
    requests: int
    connections: int


@dataclasses.dataclass(frozen=True)
class Measured:
    contender: Contender
    cost: Cost
    cpu_per_tenant: float


def median_of(rounds: Sequence[Sequence[Measured]]) -> list[Measured]:
    """The medians of several rounds, each number for itself."""
    medians = []
    for same in zip(*rounds, strict=True):
        numbers = {
            field.name: statistics.median(getattr(one.cost, field.name) for one in same)
            for field in dataclasses.fields(Cost)
        }
        cpu = statistics.median(one.cpu_per_tenant for one in same)
        medians.append(Measured(same[0].contender, Cost(**numbers), cpu))
    return medians


def measure(all_contenders: Iterable[Contender], folder: pathlib.Path) -> Iterator[Measured]:
    """Measure one after the other."""
    with contextlib.ExitStack() as running:
        cloud: Cloud | None = None
        for number, contender in enumerate(all_contenders):
            if cloud is None or not contender.on_same_cloud:
                running.close()
                cloud = running.enter_context(Cloud(contender.tenants, folder / f"cloud{number}", contender.latency))
            cost = cloud.run(contender)
            cpu, tenants = cost.cpu, contender.tenants
            if contender.baseline and contender.baseline.tenants < tenants:
                with Cloud(contender.baseline.tenants, folder / f"cloud{number}-baseline") as few:
                    cpu -= few.run(contender.baseline).cpu
                tenants -= contender.baseline.tenants
            yield Measured(contender, cost, cpu / tenants)


class Cloud:
    """A simulated Qlik Cloud, and a folder with its tenants' inventory, from which the contenders run."""

    def __init__(self, tenants: int, folder: pathlib.Path, latency: float = 0) -> None:
        self._fleet = Fleet(tenants)
        self._folder = folder
        self._simulator = Simulator(self._fleet.scenario(latency), directory=folder / "simulator")

    def __enter__(self) -> Cloud:
        (self._folder / "home").mkdir(parents=True)
        self._fleet.write_inventory(self._folder / "tenants.yml")
        self._fleet.write_list(self._folder / "tenants.txt")
        self._simulator.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._simulator.stop()

    def run(self, contender: Contender) -> Cost:
        before = self._simulator.mark()
        result_path, output_path = self._folder / "result.json", self._folder / "output.txt"
        timeout = 60 + 5 * contender.tenants
        environment = environment_of(self._simulator, self._folder / "home")
        if contender.sees_organization:
            environment |= self._fleet.environment
        with output_path.open("wb") as output:
            subprocess.run(
                # Isolated and without site-packages: the smaller, the better.
                [sys.executable, "-I", "-S", str(_STOPWATCH), str(result_path), str(timeout), *contender.command],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=True,
            )
        result = json.loads(result_path.read_text(encoding="utf-8"))
        said = output_path.read_text(encoding="utf-8", errors="replace")
        log = self._simulator.requests(since=before)
        try:
            if result["status"] is None:
                raise NotDone(f"it did not end within {timeout} s")
            if result["status"] != 0:
                raise NotDone(f"it ended with exit status {result['status']}")
            contender.check(self._fleet, log, said)
        except NotDone as error:
            command = " ".join(contender.command)
            raise Failed(f"{command}: {error}. The end of what it said:\n{said[-_END_OF_OUTPUT:]}") from None
        connections = len({entry["connection"] for entry in log})
        return Cost(result["cpu"], result["wall"], result["peak"], len(log), connections)


def environment_of(cloud: Simulator, home: pathlib.Path) -> dict[str, str]:
    """The environment of a contender: the simulated Qlik Cloud, a home of its own, and no settings of whoever measures."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {
        **kept,
        **cloud.environment,
        # What curl, uri and node look for; ours has REQUESTS_CA_BUNDLE.
        "CURL_CA_BUNDLE": cloud.ca,
        "SSL_CERT_FILE": cloud.ca,
        "NODE_EXTRA_CA_CERTS": cloud.ca,
        "HOME": str(home),
        # A home of its own is not enough: for the modules' files Ansible asks the system for the user's.
        "ANSIBLE_REMOTE_TMP": str(home / "modules"),
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(_CHECKOUT / ".collections"),
    }
