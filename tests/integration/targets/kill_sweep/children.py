# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of the operation qlik_tenant_deactivate, each in a process of its own, which can be ended at any instant.

The processes are forked from one that has imported everything and has no other threads: a run costs little more than its work.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.instants import BEFORE, Instant, Watch
from ansible_collections.tenantops.qlik.tests.unit.controller import run_action
from ansible_collections.tenantops.qlik.tests.unit.core import task_timeout
from ansible_collections.tenantops.qlik.tests.unit.operate import operate

_OPERATION = "qlik_tenant_deactivate"
_CONTEXT = multiprocessing.get_context("forkserver")
# Nothing here takes as long: whoever waits so long waits for nothing, s.
_HANGS = 120
# No alarm comes from the keyword itself, s.
_NEVER = 86400


def warm_up() -> None:
    """Start the process that the others are forked from."""
    with pytest.MonkeyPatch.context() as patched:
        # It finds the collection only by this.
        patched.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        _CONTEXT.set_forkserver_preload([__name__])
        forkserver.ensure_running()


@dataclass(frozen=True)
class Order:
    """What a process is to do: the operation with these options, in this environment.

    ``ending``: the signal that it is to get, from itself ``at`` an instant, or from whoever started it; None: it runs to its end,
    and is not watched. SIGALRM is what the keyword ``timeout`` of a task sends; it means something to an action alone.
    ``counts``: it gets no signal, and notes where the instants are.
    """

    environment: Mapping[str, str]
    options: Mapping[str, Any]
    ending: signal.Signals | None = None
    at: Instant | None = None
    counts: bool = False


@dataclass(frozen=True)
class End:
    """How an operation ended in its process: an error that came through, or a result.

    ``places``: of each phase, the files that its instants lie in.
    """

    error: str | None
    result: dict[str, Any] | None
    places: Mapping[str, list[str]]


class Child:
    """A process that carries out an order."""

    def __init__(self, order: Order) -> None:
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(order, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.phase = BEFORE
        # Where in the code it signalled itself.
        self.hit: str | None = None
        self.end: End | None = None

    def reaches(self, phase: str) -> bool:
        """Wait until it is in this phase; False: it ended before."""
        while self.phase != phase and self._hear():
            pass
        return self.phase == phase

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._pid, number)

    def wait(self) -> None:
        """Wait until its work is over, or it was killed. Else it is there still, with all that it may have left open."""
        while self.end is None and self._hear():
            pass

    def dismiss(self) -> int:
        """Let it go; its exit status."""
        if not self._pipe.closed:
            self.wait()
            self._pipe.close()
        self._process.join(_HANGS)
        assert self._process.exitcode is not None, "the process does not end"
        return self._process.exitcode

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def _hear(self) -> bool:
        """Take in what it says next; False: it was killed, and says nothing any more."""
        assert self._pipe.poll(_HANGS), f"nothing is heard of the process in the phase '{self.phase}'"
        try:
            subject, said = self._pipe.recv()
        except EOFError:
            return False
        setattr(self, subject, said)
        return True


def _work(order: Order, pipe: Connection) -> None:
    os.environ.clear()
    os.environ.update(order.environment)
    # What a shell starts in the background ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    result, error, places = None, None, {}
    try:
        if order.ending is None:
            result = operate(_OPERATION, Run(), **order.options)
        else:
            watch = Watch(lambda subject, said: pipe.send((subject, said)), order.ending, order.at, order.counts)
            places = watch.places
            result = _operate_watched(order, watch)
    except BaseException as caught:  # noqa: BLE001 - what a signal raises passes through everything
        error = type(caught).__name__
    pipe.send(("end", End(error, result, places)))
    # What was left open is open until whoever started this process lets go.
    pipe.poll(None)


def _operate_watched(order: Order, watch: Watch) -> dict[str, Any]:
    if order.ending is signal.SIGALRM:
        with task_timeout(_NEVER), watch:
            return run_action(_OPERATION, order.options, timeout=_NEVER)
    with watch:
        return operate(_OPERATION, Run(), **order.options)
