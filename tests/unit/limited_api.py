# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet against a rate limit, as a list of events on a clock of its own: no process, no file, no waiting.

Workers on two cores take tenants one after the other: some work, a read, one call of Tier 2 when the rate limiter allows it, some work,
a probe.
"""

from __future__ import annotations

import collections
import heapq
import itertools
import math
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_estimate import RateEstimate, Reservation
from ansible_collections.tenantops.qlik.tests.simulator.algorithms import ALGORITHMS, Algorithm

# s of a core that ansible-playbook and the task take for a tenant
WORK = 0.04
CORES = 2
# The clock does not begin at 0: estimates refuse times that are not positive.
BEGIN = 1000.0


@dataclass
class LimitedApi:
    """``capacity`` calls in ``window`` s, counted by ``algorithm``; ``latency`` s there and back.

    ``forks``: workers of each of the ``runs``; each run has an estimate of its own.
    ``changes``: (s after the begin, new capacity). ``others``: the part of the capacity that others use up; they go first.
    """

    algorithm: str
    tenants: int
    forks: int
    latency: float = 0.0
    capacity: int = 500
    window: float = 300.0
    runs: int = 1
    changes: tuple[tuple[float, int], ...] = ()
    others: float = 0.0
    estimate: Callable[[], t.Any] = RateEstimate
    omniscient: bool = False
    calls: int = 0
    refused: int = 0
    most_refusals_of_a_tenant: int = 0
    took: float = 0.0
    _estimates: dict[int, t.Any] = field(default_factory=dict)
    _blocked_until: float = -1.0

    def run(self) -> LimitedApi:
        """Work until all tenants are done."""
        self._limit: Algorithm = ALGORITHMS[self.algorithm](self.capacity, self.window, BEGIN)
        self._events: list[tuple[float, int, Callable[..., None], tuple[t.Any, ...]]] = []
        self._order = itertools.count()
        self._cores = [[BEGIN] * CORES for _run in range(self.runs)]
        self._left = [self.tenants // self.runs] * self.runs
        self._undone = sum(self._left)
        self._changes = collections.deque(self.changes)
        self._waiting: collections.deque[int] = collections.deque()
        self._next_of_others = BEGIN if self.others else math.inf
        for run in range(self.runs):
            for _fork in range(self.forks):
                self._at(BEGIN, self._begin, run)
        while self._undone:
            now, _order, step, arguments = heapq.heappop(self._events)
            step(now, *arguments)
        return self

    @property
    def least(self) -> float:
        """How long it takes if one client knew how the server counts: each call is sent as soon as it would pass, and none is refused."""
        return replace(self, omniscient=True, _estimates={}, calls=0, refused=0).run().took

    @property
    def share_refused(self) -> float:
        """Of all calls."""
        return self.refused / self.calls

    def _at(self, time: float, step: Callable[..., None], *arguments: t.Any) -> None:
        heapq.heappush(self._events, (time, next(self._order), step, arguments))

    def _work(self, now: float, run: int) -> float:
        cores = self._cores[run]
        core = min(range(CORES), key=cores.__getitem__)
        cores[core] = max(now, cores[core]) + WORK / 2
        return cores[core]

    def _begin(self, now: float, run: int) -> None:
        if self._left[run]:
            self._left[run] -= 1
            self._at(self._work(now, run) + self.latency, self._call, run, 0)

    def _call(self, now: float, run: int, refusals: int, held: Reservation | None = None) -> None:
        if self.omniscient:
            self._waiting.append(run)
            if len(self._waiting) == 1:
                self._send_waiting(now)
            return
        estimate = self._estimates.get(run)
        if estimate is not None and (held is None or not estimate.has(held)):
            held = estimate.reserve(now)
            if held.at > now:
                self._at(held.at, self._call, run, refusals, held)
                return
        self._at(now + self.latency / 2, self._arrive, run, refusals)

    def _send_waiting(self, now: float) -> None:
        """Send each call that would pass; the server counts them in the order in which they are sent."""
        while self._waiting:
            wait = self._take(now + self.latency / 2)
            if wait > 0:
                self._at(now + wait, self._send_waiting)
                return
            self.calls += 1
            self._at(now + self.latency, self._respond, self._waiting.popleft(), 0, 0)

    def _take(self, now: float) -> float:
        """As the algorithm does; what others want to have used by now they have used before."""
        while self._changes and BEGIN + self._changes[0][0] <= now:
            self._limit.set_capacity(self._changes.popleft()[1])
        while self._next_of_others <= now:
            if wait := self._limit.take(now):
                return wait
            self._next_of_others += self.window / self.capacity / self.others
        return self._limit.take(now)

    def _arrive(self, now: float, run: int, refusals: int) -> None:
        self.calls += 1
        wait = 0
        if now < self._blocked_until:
            wait = math.ceil(self._blocked_until - now)
        else:
            left = self._take(now)
            if left > 0:
                wait = max(1, math.ceil(left))
                self._blocked_until = now + wait
        self.refused += wait > 0
        self._at(now + self.latency / 2, self._respond, run, refusals, wait)

    def _respond(self, now: float, run: int, refusals: int, wait: int) -> None:
        if not wait:
            self._at(self._work(now, run) + self.latency, self._finish, run)
            return
        if run in self._estimates:
            self._estimates[run].refused(now, wait)
        else:
            self._estimates[run] = self.estimate.begun(now, wait)
        self.most_refusals_of_a_tenant = max(self.most_refusals_of_a_tenant, refusals + 1)
        # Whoever is refused waits as long as the server asks, looks at the tenant again, and takes another reservation.
        self._at(now + wait + self.latency, self._call, run, refusals + 1)

    def _finish(self, now: float, run: int) -> None:
        self._undone -= 1
        self.took = now - BEGIN
        self._begin(now, run)
