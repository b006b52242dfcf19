# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet against a rate limit, as a list of events on a clock of its own: no process, no file, no waiting.

Workers on two cores take tenants one after the other: some work, a read, one call of Tier 2 in its turn, some work, a probe.
"""

from __future__ import annotations

import heapq
import itertools
import math
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_estimate import Pace, Turn
from ansible_collections.tenantops.qlik.tests.simulator.limits import MINUTES_IN_WINDOW, WINDOW, Bucket, Window

_MODELS: dict[str, Callable[[int, float], Bucket | Window]] = {"bucket": Bucket, "window": Window}
# s of a core that ansible-playbook and the task take for a tenant
WORK = 0.04
CORES = 2


@dataclass
class LimitedApi:
    """``latency`` s there and back; ``scale``: so much faster than the real API its clock goes; ``runs``: each has what it knows of the
    limit for itself; ``forks``: workers of each run; ``rate``: calls a minute that the limit allows.
    """

    model: str
    tenants: int
    forks: int
    latency: float = 0.0
    scale: float = 1.0
    runs: int = 1
    rate: int = 100
    calls: int = 0
    refused: int = 0
    most_refusals_of_a_tenant: int = 0
    end: float = 0.0
    _paces: dict[int, Pace] = field(default_factory=dict)
    _blocked_until: float = -1.0

    def run(self) -> LimitedApi:
        """Work until all tenants are done."""
        self._limit = _MODELS[self.model](self.rate, 0.0)
        self._events: list[tuple[float, int, Callable[..., None], tuple[t.Any, ...]]] = []
        self._order = itertools.count()
        self._cores = [[0.0] * CORES for _run in range(self.runs)]
        self._left = [self.tenants // self.runs] * self.runs
        for run in range(self.runs):
            for _fork in range(self.forks):
                self._at(0.0, self._begin, run)
        while self._events:
            now, _order, step, arguments = heapq.heappop(self._events)
            step(now, *arguments)
        return self

    @property
    def floor(self) -> float:
        """How long it takes where every call is sent as early as the limit allows, and no call is refused."""
        speed = self.runs * min(CORES / WORK, self.forks / (WORK + 3 * self.latency))
        burst = self.rate * MINUTES_IN_WINDOW
        if self.model == "bucket":
            return max(self.tenants / speed, (self.tenants - burst) * 60 / self.rate / self.scale)
        windows = math.ceil(self.tenants / burst)
        return (windows - 1) * WINDOW / self.scale + (self.tenants - burst * (windows - 1)) / speed

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

    def _call(self, now: float, run: int, refusals: int, held: Turn | None = None) -> None:
        pace = self._paces.get(run)
        if pace is not None:
            if held is None or not pace.has(held):
                held = pace.take(now)
                if held.at > now:
                    self._at(held.at, self._call, run, refusals, held)
                    return
            pace.sent(now)
        self._at(now + self.latency / 2, self._arrive, run, refusals)

    def _arrive(self, now: float, run: int, refusals: int) -> None:
        self.calls += 1
        wait = 0
        if now < self._blocked_until:
            wait = math.ceil(self._blocked_until - now)
        else:
            left = self._limit.take(now * self.scale)
            if left > 0:
                wait = max(1, math.ceil(left / self.scale))
                self._blocked_until = now + wait
        self.refused += wait > 0
        self._at(now + self.latency / 2, self._answer, run, refusals, wait)

    def _answer(self, now: float, run: int, refusals: int, wait: int) -> None:
        if not wait:
            self._at(self._work(now, run) + self.latency, self._finish, run)
            return
        if run in self._paces:
            self._paces[run].refused(now, wait)
        else:
            self._paces[run] = Pace.begun(now, wait)
        self.most_refusals_of_a_tenant = max(self.most_refusals_of_a_tenant, refusals + 1)
        # Whoever is refused waits as long as it was asked to, looks at the tenant again, and takes another turn.
        self._at(now + wait + self.latency, self._call, run, refusals + 1)

    def _finish(self, now: float, run: int) -> None:
        self.end = max(self.end, now)
        self._begin(now, run)
