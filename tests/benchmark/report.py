# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results, in Markdown: where they were measured, the table, and the goals."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
from collections.abc import Iterator, Sequence

from benchmark.fleet import REGIONS
from benchmark.measurement import Measured

# docs/benchmarks.md says where they come from.
_GOALS_FOR = 300
_MOST_CPU_PER_TENANT = 0.060
_LEAST_RATIO_OF_URI = 25
_MOST_RATIO_OF_NOTHING = 2.7
_MOST_RATIO_OF_USAGE = 1.3

_COLUMNS = (
    *("contender", "N", "CPU a tenant (ms)", "wall (s)", "peak memory (MB)", "requests", "connections"),
    "CPU, ratio to ours",
)


@dataclasses.dataclass(frozen=True)
class Goal:
    words: str
    found: str
    reached: bool


def circumstances(forks: int, rounds: int) -> str:
    """What the numbers depend on, other than the code; to be asked before the first contender runs."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "requests", "urllib3")
    )
    return (
        f"Measured on {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC: {len(os.sched_getaffinity(0))} cores,"
        f" {_processor()}, {platform.system()} {platform.machine()}; Python {platform.python_version()}, {versions};"
        f" --forks {forks}; {f'medians of {rounds} rounds' if rounds > 1 else 'one round'}."
        f" Load average before the start: {os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", pathlib.Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or "CPU unknown"


def table(results: Sequence[Measured]) -> str:
    """A row a contender."""
    rows = [_COLUMNS, ("---", *["---:"] * (len(_COLUMNS) - 1)), *(_row(one, results[0]) for one in results)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(one: Measured, ours: Measured) -> tuple[str, ...]:
    cost = one.cost
    return (
        one.contender.name + (" *" if one.contender.baseline else ""),
        str(one.contender.tenants),
        f"{one.cpu_per_tenant * 1000:.1f}",
        f"{cost.wall:.1f}",
        f"{cost.peak / 1e6:.0f}",
        str(cost.requests),
        str(cost.connections),
        f"{one.cpu_per_tenant / ours.cpu_per_tenant:.2f}",
    )


def remarks(results: Sequence[Measured]) -> Iterator[str]:
    """What the table's asterisk means."""
    for one in results:
        few = one.contender.baseline
        if few:
            yield (
                f"\\* at an N of its own, as it is slow. Its CPU a tenant is without that of its start: what {one.contender.tenants}"
                f" tenants cost more than {few.tenants}, by {one.contender.tenants - few.tenants}. That of the others is the whole"
                " process's, by N."
            )


def goals(results: Sequence[Measured]) -> list[Goal]:
    ours = results[0]
    uri = next(one for one in results if one.contender.baseline)
    ratio = uri.cpu_per_tenant / ours.cpu_per_tenant
    # The last contender is ansible-core alone.
    more = ours.cpu_per_tenant / results[-1].cpu_per_tenant
    tenants, regions = ours.contender.tenants, len(REGIONS)
    usage, bare = (one.cost.wall for one in results if one.contender.latency)
    return [
        Goal(
            f"at most {_MOST_CPU_PER_TENANT * 1000:.0f} ms CPU a tenant",
            f"{ours.cpu_per_tenant * 1000:.1f} ms",
            ours.cpu_per_tenant <= _MOST_CPU_PER_TENANT,
        ),
        Goal(f"at least {_LEAST_RATIO_OF_URI} times less than uri", f"{ratio:.1f} times", ratio >= _LEAST_RATIO_OF_URI),
        Goal(
            f"at most {_MOST_RATIO_OF_NOTHING} times a task that does nothing",
            f"{more:.2f} times",
            more <= _MOST_RATIO_OF_NOTHING,
        ),
        Goal(
            f"at most 3N + {regions} requests",
            f"{ours.cost.requests} of {3 * tenants + regions}",
            ours.cost.requests <= 3 * tenants + regions,
        ),
        Goal(
            f"at most 2N + {regions} connections",
            f"{ours.cost.connections} of {2 * tenants + regions}",
            ours.cost.connections <= 2 * tenants + regions,
        ),
        Goal(
            f"usage: at most {_MOST_RATIO_OF_USAGE} times what its requests need in a pool of threads",
            f"{usage / bare:.2f} times {bare:.1f} s",
            usage <= _MOST_RATIO_OF_USAGE * bare,
        ),
    ]


def goal_table(found: Sequence[Goal], tenants: int, stated_for: int = _GOALS_FOR) -> str:
    stated = f"goal for N = {stated_for}" + ("" if tenants == stated_for else f" (here N = {tenants})")
    rows = [(stated, "found", "reached"), ("---", "---:", "---")]
    rows += [(goal.words, goal.found, "yes" if goal.reached else "no") for goal in found]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
