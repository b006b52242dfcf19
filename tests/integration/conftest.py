# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests have in common: a simulated Qlik Cloud, and a person at a terminal.

The vendor documents two readings of the register host: it shows its tenants, or it refuses reads. Tests are written for both.
Without ``--both-readings`` all tests of a file run in one of them, chosen by the name of the file. Smoke tests are those that are not
``thorough``, in that one reading; ``--beyond-smoke`` runs all others, so that the two together are everything, once.
"""

from __future__ import annotations

import contextlib
import pathlib
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from simulator.process import Simulator

# A test's reading, as it stands in its id: [reads], [reads-refused-tenant], ...
READING = re.compile(r"(?<=[\[-])reads(-refused)?(?=[\]-])")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both-readings", action="store_true", help="run each test in both readings of the register host")
    parser.addoption(
        "--beyond-smoke", action="store_true", help="the same, without what -m 'not thorough' runs by itself"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "thorough: no smoke test, since another test shows the feature")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the readings, or the tests, that were not asked for."""
    if config.getoption("beyond_smoke"):
        left_out = [item for item in _in_one_reading(items) if not _is_thorough(item)]
    elif config.getoption("both_readings"):
        left_out = []
    else:
        in_one = set(_in_one_reading(items))
        left_out = [item for item in items if item not in in_one]
    config.hook.pytest_deselected(items=left_out)
    without = set(left_out)
    items[:] = sorted((item for item in items if item not in without), key=_is_short)


def _in_one_reading(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests, of those that run in both readings only the one that is their file's.

    A test that is thorough in one reading only is two tests.
    """
    known = {(item.nodeid, _is_thorough(item)) for item in items}

    def is_chosen(item: pytest.Item) -> bool:
        reading = READING.search(item.nodeid)
        if not reading:
            return True
        others = ((READING.sub(other, item.nodeid), _is_thorough(item)) for other in ("reads", "reads-refused"))
        file = item.nodeid.partition("::")[0]
        return not known.issuperset(others) or bool(reading[1]) == bool(zlib.crc32(file.encode()) % 2)

    return [item for item in items if is_chosen(item)]


def _is_short(item: pytest.Item) -> bool:
    """Not one of those that take longest, since they wait a lot: they begin first, beside all others."""
    return item.path.parent.name not in ("kill_sweep", "rehearsal", "pipelines")


def _is_thorough(item: pytest.Item) -> bool:
    return item.get_closest_marker("thorough") is not None


@pytest.fixture(params=[None, 403], ids=["reads", "reads-refused"])
def refuse_reads(request: pytest.FixtureRequest) -> int | None:
    """The status with which the register host refuses reads, or None."""
    return request.param


@pytest.fixture
def start_cloud(refuse_reads: int | None, tmp_path: pathlib.Path) -> Iterator[Callable[..., Simulator]]:
    """Starts a simulated Qlik Cloud for a scenario; it ends with the test."""
    with contextlib.ExitStack() as running:

        def start(described: dict[str, Any]) -> Simulator:
            directory = tmp_path / f"cloud{len(list(tmp_path.glob('cloud*')))}"
            return running.enter_context(Simulator(described, directory=directory, refuse_reads=refuse_reads))

        yield start


@pytest.fixture
def terminal(tmp_path: pathlib.Path) -> Terminal:
    """A terminal in an empty folder."""
    return Terminal(tmp_path / "terminal")
