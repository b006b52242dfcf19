# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""At the API's own rate limit: how much longer a run takes than the limit asks for, and how many calls are refused.

    python tests/benchmark/limit.py --tenants 1000 --scale 4 --forks 5 20 50 --latency 0 0.15
    python tests/benchmark/limit.py --tenants 300 --scale 1 --per-minute 200 --window 30 --forks 20 --latency 0.05

With ``--slices 4`` the tenants are worked on by four runs at once that share nothing but the API, as the job slices of Automation
controller do. The simulator's clock goes ``scale`` times as fast as the real API's; with a scale of 1 a thousand tenants take five minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import itertools
import pathlib
import subprocess
import sys
import tempfile

if not __package__:
    # As in __main__.py: this package and the simulator have their names below the folder of the tests.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from simulator.algorithms import ALGORITHMS  # pylint: disable=wrong-import-position
from simulator.process import Simulator  # pylint: disable=wrong-import-position

from benchmark import report  # pylint: disable=wrong-import-position
from benchmark.fleet import REGIONS, Fleet  # pylint: disable=wrong-import-position
from benchmark.measurement import environment_of  # pylint: disable=wrong-import-position

_ANSIBLE_PLAYBOOK = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
# At most so many times the least possible time, at most so large a share of calls refused; and the same in slices.
_GOAL, _GOAL_OF_SLICES = (1.10, 0.05), (1.25, 0.08)
_ACTIONS = "*/actions/deactivate"


@dataclasses.dataclass(frozen=True)
class Setting:
    """``model``: the simulator's name of the algorithm; ``per_minute`` calls, evaluated over ``window`` s, on a clock that is ``scale``
    times as fast; ``latency`` in s; ``forks`` of each of the ``slices``.
    """

    model: str
    per_minute: int
    window: float
    scale: float
    forks: int
    latency: float
    slices: int


@dataclasses.dataclass(frozen=True)
class Found:
    """``seconds`` from the first to the last call of Tier 2 that had an effect: the start and the end of a playbook have nothing to do with
    the limit. ``calls`` of Tier 2, of which ``refused``; ``failed``: tenants, or runs that say so.
    """

    seconds: float
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
    parser.add_argument("--per-minute", type=int, default=100, help="calls that the limit allows")
    parser.add_argument("--window", type=float, default=300, help="over how many seconds the API evaluates that")
    parser.add_argument("--model", nargs="+", default=list(ALGORITHMS), choices=list(ALGORITHMS))
    parser.add_argument("--slices", type=int, default=1)
    options = parser.parse_args()
    in_slices = f", in {options.slices} slices" if options.slices > 1 else ""
    where = report.circumstances(options.forks[0], 1)
    limit = f"{options.per_minute} calls per minute, evaluated over {options.window:g} s"
    print(where, f"N = {options.tenants}{in_slices}; {limit}; scale {options.scale:g}.", sep="\n\n")
    print("\n| algorithm | forks | latency (ms) | without limit (s) | least (s) | took (s) | ratio | refused | goals |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    missed = False
    for forks, latency in itertools.product(options.forks, options.latency):
        setting = Setting("off", options.per_minute, options.window, options.scale, forks, latency, options.slices)
        free = _run(options.tenants, setting).seconds
        for model in options.model:
            limited = dataclasses.replace(setting, model=model)
            least = _least(limited, options.tenants, free)
            found = _run(options.tenants, limited)
            ratio, share = found.seconds / least, found.refused / found.calls
            longer, refused = _GOAL if options.slices == 1 else _GOAL_OF_SLICES
            reached = ratio <= longer and share <= refused and not found.failed
            missed = missed or not reached
            print(
                f"| {model} | {forks} | {latency * 1000:.0f} | {free:.1f} | {least:.1f} | {found.seconds:.1f} | {ratio:.3f}"
                f" | {found.refused} of {found.calls} ({share:.1%}) | {'yes' if reached else 'no'} |",
                flush=True,
            )
    return int(missed)


def _least(setting: Setting, tenants: int, free: float) -> float:
    """How long a client takes that knows the algorithm and sends each call as soon as it passes, on this machine.

    ``free``: how long it takes if there is no limit. Both are from the first to the last call, in s.
    """
    window = setting.window / setting.scale
    limit = ALGORITHMS[setting.model](max(1, round(setting.per_minute * setting.window / 60)), window, 0.0)
    now, pace = 0.0, free / max(1, tenants - 1)
    for tenant in range(tenants):
        now += pace if tenant else 0.0
        while (wait := limit.take(now)) > 0:
            now += wait
    return now


def _run(tenants: int, setting: Setting) -> Found:
    # All in one region: the limit is one for each.
    fleet = Fleet(tenants, REGIONS[:1])
    limit = {
        "model": setting.model,
        "tier2": setting.per_minute,
        "window": setting.window,
        "scale": setting.scale,
        # Only the changes are limited here.
        "tier1": 1_000_000,
    }
    scenario = {**fleet.scenario(), "rate_limits": limit, "latency": setting.latency}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, contextlib.ExitStack() as outputs:
        folder = pathlib.Path(name)
        places = _places(fleet, folder, setting.slices)
        with Simulator(scenario, directory=folder / "simulator") as cloud:
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
            calls = cloud.requests(path=_ACTIONS)
            effective = [call for call in calls if call["effective"]]
            done = {call["path"] for call in effective}
            if len(done) != len(effective):
                raise SystemExit("a tenant was deactivated twice")
            times = [datetime.datetime.fromisoformat(call["at"]) for call in effective]
            seconds = (max(times) - min(times)).total_seconds() / setting.scale
        failed = max(tenants - len(done), sum(process.returncode != 0 for process in running))
        return Found(seconds, len(calls), sum(call["status"] == 429 for call in calls), failed)


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
