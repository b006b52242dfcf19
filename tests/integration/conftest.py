# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests have in common: a simulated Qlik Cloud, and a person at a terminal.

Every test that uses them runs twice: with a register host that shows its tenants, and with one that refuses reads, since the
vendor documents both readings.
"""

from __future__ import annotations

import contextlib
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from simulator.process import Simulator


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
