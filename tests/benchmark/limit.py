# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""At the API's own speed limit: how much longer a run takes than the limit asks for, and how many calls are refused.

    python tests/benchmark/limit.py --tenants 1000 --scale 4 --forks 5 20 50 --latency 0 0.15

The simulator's clock goes ``scale`` times as fast as the real API's; with a scale of 1 a thousand tenants take five minutes.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
import pathlib
import subprocess
import sys
import tempfile
import time

if not __package__:
    # As in __main__.py: this package and the simulator have their names below the folder of the tests.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from simulator.process import Simulator  # pylint: disable=wrong-import-position

from benchmark import report  # pylint: disable=wrong-import-position
from benchmark.fleet import REGIONS, Fleet  # pylint: disable=wrong-import-position
from benchmark.measurement import environment_of  # pylint: disable=wrong-import-position

_BURST, _WINDOW, _CALLS_A_SECOND = 500, 300, 100 / 60
# By the reading of the limit: at most so many times the floor, at most so large a share of calls refused.
_GOALS = {"window": (1.05, 0.02), "bucket": (1.15, 0.05)}
_ACTIONS = "*/actions/deactivate"


@dataclasses.dataclass(frozen=True)
class Setting:
    model: str
    forks: int
    latency: float


@dataclasses.dataclass(frozen=True)
class Found:
    """``wall`` of the whole process, s; ``calls`` of Tier 2, of which ``refused``; ``failed`` tenants."""

    wall: float
    calls: int
    refused: int
    failed: int


def main() -> int:
    """Print a row a setting."""
    parser = argparse.ArgumentParser(prog="limit", description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--scale", type=float, default=4)
    parser.add_argument("--forks", type=int, nargs="+", default=[5, 20, 50])
    parser.add_argument("--latency", type=float, nargs="+", default=[0, 0.15])
    parser.add_argument("--model", nargs="+", default=list(_GOALS), choices=list(_GOALS))
    options = parser.parse_args()
    print(report.circumstances(options.forks[0], 1), f"N = {options.tenants}, scale {options.scale:g}.", sep="\n\n")
    print("\n| limit | forks | latency (ms) | without limit (s) | floor (s) | took (s) | ratio | refused | goals |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    missed = False
    for forks, latency in itertools.product(options.forks, options.latency):
        free = _run(options.tenants, options.scale, Setting("off", forks, latency)).wall
        for model in options.model:
            found = _run(options.tenants, options.scale, Setting(model, forks, latency))
            floor = _floor(model, options.tenants, options.scale, free)
            ratio, share = found.wall / floor, found.refused / found.calls
            longer, refused = _GOALS[model]
            reached = ratio <= longer and share <= refused and not found.failed
            missed = missed or not reached
            print(
                f"| {model} | {forks} | {latency * 1000:.0f} | {free:.1f} | {floor:.1f} | {found.wall:.1f} | {ratio:.3f}"
                f" | {found.refused} of {found.calls} ({share:.1%}) | {'yes' if reached else 'no'} |",
                flush=True,
            )
    return int(missed)


def _floor(model: str, tenants: int, scale: float, free: float) -> float:
    """As soon as the limit allows, in this machine's time; ``free``: how long it takes where there is no limit."""
    if model == "bucket":
        return max(free, (tenants - _BURST) / _CALLS_A_SECOND / scale)
    windows = math.ceil(tenants / _BURST)
    last = tenants - _BURST * (windows - 1)
    return max(free, (windows - 1) * _WINDOW / scale + free * last / tenants)


def _run(tenants: int, scale: float, setting: Setting) -> Found:
    # All in one region: the limit is one for each.
    fleet = Fleet(tenants, REGIONS[:1])
    scenario = {**fleet.scenario(), "rate_limits": {"model": setting.model, "scale": scale}, "latency": setting.latency}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = pathlib.Path(name)
        (folder / "home").mkdir()
        fleet.write_inventory(folder / "tenants.yml")
        with Simulator(scenario, directory=folder / "simulator") as cloud:
            command = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), "--inventory", "tenants.yml"]
            command += ["--forks", str(setting.forks), "tenantops.qlik.decommission"]
            begun = time.monotonic()
            with (folder / "output.txt").open("wb") as output:
                subprocess.run(
                    command,
                    cwd=folder,
                    env=environment_of(cloud, folder / "home"),
                    stdout=output,
                    stderr=output,
                    check=False,
                )
            wall = time.monotonic() - begun
            calls = cloud.requests(path=_ACTIONS)
            done = {call["path"] for call in calls if call["effective"]}
            if len(done) != sum(bool(call["effective"]) for call in calls):
                raise SystemExit("a tenant was deactivated twice")
        return Found(wall, len(calls), sum(call["status"] == 429 for call in calls), tenants - len(done))


if __name__ == "__main__":
    sys.exit(main())
