# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests have in common: a simulated Qlik Cloud, and a person at a terminal.

The vendor documents two readings of the register host: it shows its tenants, or it refuses reads. Tests are written for both.
Without ``--both-readings`` all tests of a file run in one of them, chosen by the name of the file.
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


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "thorough: takes long, and finds little that other tests do not find first")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, of each test that runs in both readings, the one that is not its file's."""
    if config.getoption("both_readings"):
        return
    known = {item.nodeid for item in items}
    left_out = [item for item in items if _has_twin(item.nodeid, known) and not _is_chosen(item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _has_twin(name: str, known: set[str]) -> bool:
    return all(READING.search(name) and READING.sub(reading, name) in known for reading in ("reads", "reads-refused"))


def _is_chosen(name: str) -> bool:
    file = name.partition("::")[0]
    return ("-refused" in READING.search(name)[0]) == bool(zlib.crc32(file.encode()) % 2)


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
