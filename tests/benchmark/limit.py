# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""At the API's own speed limit: how much longer a run takes than the limit asks for, and how many calls are refused.

    python tests/benchmark/limit.py --tenants 1000 --scale 4 --forks 5 20 50 --latency 0 0.15

With ``--slices 4`` the tenants are worked on by four runs at once that share nothing but the API, as the job slices of Automation
controller do. The simulator's clock goes ``scale`` times as fast as the real API's; with a scale of 1 a thousand tenants take five minutes.
"""

from __future__ import annotations

import argparse
import contextlib
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

_ANSIBLE_PLAYBOOK = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
_BURST, _WINDOW, _CALLS_A_SECOND = 500, 300, 100 / 60
# By the reading of the limit: at most so many times the floor, at most so large a share of calls refused.
_GOALS = {"window": (1.05, 0.02), "bucket": (1.15, 0.05)}
# What one slice learns the others do not know, and there is no goal for how long they take.
_GOAL_OF_SLICES = (math.inf, 0.08)
_ACTIONS = "*/actions/deactivate"


@dataclasses.dataclass(frozen=True)
class Setting:
    """``latency`` in s, ``forks`` of each of the ``slices``."""

    model: str
    forks: int
    latency: float
    slices: int


@dataclasses.dataclass(frozen=True)
class Found:
    """``wall`` until the last run has ended, s; ``calls`` of Tier 2, of which ``refused``; ``failed``: tenants, or runs that say so."""

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
    parser.add_argument("--slices", type=int, default=1)
    options = parser.parse_args()
    in_slices = f", in {options.slices} slices" if options.slices > 1 else ""
    where = report.circumstances(options.forks[0], 1)
    print(where, f"N = {options.tenants}{in_slices}, scale {options.scale:g}.", sep="\n\n")
    print("\n| limit | forks | latency (ms) | without limit (s) | floor (s) | took (s) | ratio | refused | goals |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    missed = False
    for forks, latency in itertools.product(options.forks, options.latency):
        free = _run(options.tenants, options.scale, Setting("off", forks, latency, options.slices)).wall
        for model in options.model:
            found = _run(options.tenants, options.scale, Setting(model, forks, latency, options.slices))
            floor = _floor(model, options.tenants, options.scale, free)
            ratio, share = found.wall / floor, found.refused / found.calls
            longer, refused = _GOALS[model] if options.slices == 1 else _GOAL_OF_SLICES
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
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, contextlib.ExitStack() as outputs:
        folder = pathlib.Path(name)
        places = _places(fleet, folder, setting.slices)
        with Simulator(scenario, directory=folder / "simulator") as cloud:
            begun = time.monotonic()
            running = [
                subprocess.Popen(
                    [
                        _ANSIBLE_PLAYBOOK,
                        "-i",
                        "tenants.yml",
                        "--forks",
                        str(setting.forks),
                        "tenantops.qlik.decommission",
                    ],
                    cwd=place,
                    env=environment_of(cloud, place / "home"),
                    stdin=subprocess.DEVNULL,
                    stdout=outputs.enter_context((place / "output.txt").open("wb")),
                    stderr=subprocess.STDOUT,
                )
                for place in places
            ]
            for process in running:
                process.wait()
            wall = time.monotonic() - begun
            calls = cloud.requests(path=_ACTIONS)
            done = {call["path"] for call in calls if call["effective"]}
            if len(done) != sum(bool(call["effective"]) for call in calls):
                raise SystemExit("a tenant was deactivated twice")
        failed = max(tenants - len(done), sum(process.returncode != 0 for process in running))
        return Found(wall, len(calls), sum(call["status"] == 429 for call in calls), failed)


def _places(fleet: Fleet, folder: pathlib.Path, slices: int) -> list[pathlib.Path]:
    """A folder for each slice, with an inventory of its part and a home of its own, and so with a state folder of its own."""
    places = []
    for number in range(slices):
        place = folder / f"slice{number}"
        (place / "home").mkdir(parents=True)
        fleet.part(number, slices).write_inventory(place / "tenants.yml")
        places.append(place)
    return places


if __name__ == "__main__":
    sys.exit(main())
