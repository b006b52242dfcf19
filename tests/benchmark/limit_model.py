# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate limiter against every algorithm, on a model: virtual time, thousands of runs in minutes, no process and no network.

    python tests/benchmark/limit_model.py
    python tests/benchmark/limit_model.py --algorithm log counter --situation others --window 300
    python tests/benchmark/limit_model.py --runs 4

One row per algorithm, situation and window, over all of: 1,000 and 2,500 tenants; 5, 20 and 50 forks; 0 and 150 ms latency; 50, 100, 300
and 600 calls per minute. A fleet that the limit does not stop is left out. The least possible time is that of a client that knows the
algorithm, in the same model.
"""

from __future__ import annotations

import argparse
import itertools
import pathlib
import statistics
import sys
import typing as t
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
if not __package__:
    # As in __main__.py: this package and the simulator have their names below the folder of the tests.
    sys.path[0] = str(ROOT / "tests")
sys.path.insert(0, str(ROOT / ".collections"))

# pylint: disable=wrong-import-position
from ansible_collections.tenantops.qlik.tests.simulator.algorithms import ALGORITHMS
from ansible_collections.tenantops.qlik.tests.unit.limited_api import LimitedApi

_TENANTS, _FORKS, _LATENCIES, _RATES = (1000, 2500), (5, 20, 50), (0.0, 0.15), (50, 100, 300, 600)
_SITUATIONS = ("alone", "raised", "lowered", "others")
# At most so many times the least time, at most so large a share of calls refused; no tenant is refused more often.
_GOAL, _GOAL_OF_RUNS, _MOST_REFUSALS = (1.10, 0.05), (1.25, 0.08), 4


def main() -> int:
    """Print the table; 1 if a run missed a goal."""
    parser = argparse.ArgumentParser(prog="limit_model", description=__doc__.splitlines()[0])
    parser.add_argument("--algorithm", nargs="+", default=list(ALGORITHMS), choices=list(ALGORITHMS))
    parser.add_argument(
        "--situation",
        nargs="+",
        default=list(_SITUATIONS),
        choices=_SITUATIONS,
        help="raised, lowered: twice or half the limit from the middle of the second window on; others: use 30 %% of it",
    )
    parser.add_argument("--window", type=float, nargs="+", default=[300, 30, 3600])
    parser.add_argument("--runs", type=int, default=1, help="so many runs share nothing but the API")
    options = parser.parse_args()
    longer, refused = _GOAL if options.runs == 1 else _GOAL_OF_RUNS
    print("| algorithm | situation | window (s) | runs | ratio (worst) | refused (worst) | of one tenant | missed |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    missed = 0
    for algorithm, situation, window in itertools.product(options.algorithm, options.situation, options.window):
        found = [
            (api.took / api.least, api.share_refused, api.most_refusals_of_a_tenant)
            for api in _runs(algorithm, situation, window, options.runs)
        ]
        ratios, shares, most = zip(*found, strict=True)
        bad = sum(not (one[0] <= longer and one[1] <= refused and one[2] <= _MOST_REFUSALS) for one in found)
        missed += bad
        print(
            f"| {algorithm} | {situation} | {window:g} | {len(found)}"
            f" | {statistics.median(ratios):.3f} ({max(ratios):.3f})"
            f" | {statistics.median(shares):.1%} ({max(shares):.1%}) | {max(most)} | {bad} |",
            flush=True,
        )
    return int(missed > 0)


def _runs(algorithm: str, situation: str, window: float, runs: int) -> Iterator[LimitedApi]:
    # A window of another length has as many calls, or as many per minute.
    capacities = sorted({5 * rate for rate in _RATES} | {round(rate * window / 60) for rate in _RATES})
    for tenants, forks, latency, capacity in itertools.product(_TENANTS, _FORKS, _LATENCIES, capacities):
        if capacity < tenants:
            more: dict[str, t.Any] = {
                "alone": {},
                "raised": {"changes": ((1.4 * window, 2 * capacity),)},
                "lowered": {"changes": ((1.4 * window, capacity // 2),)},
                "others": {"others": 0.3},
            }[situation]
            yield LimitedApi(algorithm, tenants, forks, latency, capacity, window, runs=runs, **more).run()


if __name__ == "__main__":
    sys.exit(main())
