# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: measures, prints, and with --check says by its exit status whether the goals are reached."""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence

from benchmark import inventory, report
from benchmark.contenders import Contender, contenders
from benchmark.measurement import Failed, Measured, measure, median_of

_MISSED, _FAILED = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    circumstances = report.circumstances(options.forks, options.rounds)
    rounds: list[list[Measured]] = []
    for _round in range(options.rounds):
        rounds.append([])
        with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
            folder = pathlib.Path(name)
            try:
                for one in measure(_taking_part(options, folder), folder):
                    print(f"{one.contender.name}: {one.cost.wall:.1f} s", file=sys.stderr)
                    rounds[-1].append(one)
            except Failed as error:
                print(f"benchmark: {error}", file=sys.stderr)
                return _FAILED
    results = median_of(rounds)
    if options.inventory:
        found = inventory.goals(results)
        goal_table = report.goal_table(found, options.inventory, inventory.GOALS_FOR)
    else:
        found = report.goals(results)
        goal_table = report.goal_table(found, options.tenants)
    print(circumstances, report.table(results), *report.remarks(results), goal_table, sep="\n\n")
    missed = not all(goal.reached for goal in found)
    return _MISSED if options.check and missed else 0


def _taking_part(options: argparse.Namespace, folder: pathlib.Path) -> Iterable[Contender]:
    if options.inventory:
        return inventory.contenders(options.inventory, folder)
    return contenders(options.tenants, options.forks)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmark", description="What a tenant costs, beside other ways.")
    parser.add_argument("--tenants", type=_between(10, 2000), default=200, metavar="N", help="10 to 2000 (200)")
    parser.add_argument(
        "--forks", type=_between(1, 50), default=5, metavar="N", help="of ansible-playbook, 1 to 50 (5)"
    )
    parser.add_argument(
        "--rounds", type=_between(1, 9), default=1, metavar="N", help="of which the medians are taken, 1 to 9 (1)"
    )
    parser.add_argument(
        "--inventory",
        type=_between(100, 10000),
        metavar="N",
        help="what so many tenants cost as an inventory, 100 to 10000, and nothing else",
    )
    parser.add_argument("--check", action="store_true", help="exit with status 1 where a goal is missed")
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise ValueError
        return value

    return number
