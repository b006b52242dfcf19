# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of all unit tests: a wire instead of a network, a clock that nobody waits for, an environment without settings."""

from __future__ import annotations

import os
import socket
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet import run_log
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

_SETTINGS = ("_PROXY", "_proxy", "_CA_BUNDLE", "NETRC", "QLIK_", "TENANTOPS_", "CI_JOB_", "GITHUB_", "BUILD_URL")

# ansible-test forks a process for each test: what is ready here need not be made in each of them.
transport.prepare_process()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests reach them, and no test reaches the network."""
    for name in os.environ:
        if any(setting in name for setting in _SETTINGS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    # Receipts go into a folder here, where nobody names another one.
    monkeypatch.chdir(tmp_path)
    # A test is a run of ansible-playbook of its own.
    os.ftruncate(run_log._FILE, 0)

    def no_network(*args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        pytest.fail(f"a test reaches for the network: {args}")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """What goes out, and what is answered."""
    wire = Wire()
    monkeypatch.setattr(transport, "_Adapter", wire.adapter)
    yield wire
    assert wire.unforeseen == []


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that the environment names."""
    path = tmp_path / "state"
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", str(path))
    return path


@pytest.fixture
def clock() -> FakeClock:
    """The clock of the task."""
    return FakeClock()


@pytest.fixture
def announced() -> list[str]:
    """What was announced to the operator."""
    return []


@pytest.fixture
def run(clock: FakeClock, announced: list[str]) -> Run:
    """A run of an operation, not in check mode."""
    return Run(clock=clock, announce=announced.append)
