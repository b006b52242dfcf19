# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Algorithms that a server can count calls with: all of them fit "100 a minute, evaluated over 5 minutes".

Reference, "Rate limits". The vendor does not publish which one it uses, so a client has to be good with each. All times are seconds of
one clock. A refused call is not counted, and changes nothing.
"""

from __future__ import annotations

import collections
import typing as t
from collections.abc import Callable


class Algorithm(t.Protocol):
    """Counts the calls of one client."""

    def set_capacity(self, calls: int) -> None:
        """From now on so many calls pass in each window."""

    def take(self, now: float) -> float:
        """0 if a call passes (it is counted then), else the seconds until one would."""


class Bucket:
    """Token bucket: it holds one window's worth of calls and is refilled all the time."""

    def __init__(self, calls: int, window: float, now: float) -> None:
        self._window = window
        self._at = now
        self.set_capacity(calls)
        self._level = float(calls)

    def set_capacity(self, calls: int) -> None:
        self._capacity, self._rate = float(calls), calls / self._window

    def take(self, now: float) -> float:
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate)
        self._at = now
        # Sums of fractions are not exact.
        if self._level >= 1 - 1e-6:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate


class Gcra:
    """Generic cell rate algorithm: one call per interval, with a burst tolerance of a part of the window."""

    def __init__(self, calls: int, window: float, now: float, part: float = 0.1) -> None:
        self._window = window
        self._part = part
        self._due = now
        self.set_capacity(calls)

    def set_capacity(self, calls: int) -> None:
        self._interval = self._window / calls
        self._tolerance = self._window * self._part

    def take(self, now: float) -> float:
        early = self._due - self._tolerance - now
        if early > 1e-6:
            return early
        self._due = max(self._due, now) + self._interval
        return 0.0


class Window:
    """Fixed window: counted anew in each window; the first call of a client opens the first one."""

    def __init__(self, calls: int, window: float, now: float, elapsed: float = 0.0) -> None:
        self._window = window
        self._start = now - elapsed
        self._used = 0
        self.set_capacity(calls)

    def set_capacity(self, calls: int) -> None:
        self._capacity = calls

    def take(self, now: float) -> float:
        wait = self.full(now)
        self._used += wait <= 0
        return wait

    def full(self, now: float) -> float:
        """0 if a call would pass, else the seconds until one would."""
        since = now - self._start
        if since >= self._window:
            self._start += since // self._window * self._window
            self._used = 0
        return 0.0 if self._used < self._capacity else self._start + self._window - now


class SlidingLog:
    """Sliding log: at most so many calls in any window."""

    def __init__(self, calls: int, window: float, _now: float) -> None:
        self._window = window
        self._log: collections.deque[float] = collections.deque()
        self.set_capacity(calls)

    def set_capacity(self, calls: int) -> None:
        self._capacity = calls

    def take(self, now: float) -> float:
        while self._log and self._log[0] <= now - self._window + 1e-6:
            self._log.popleft()
        if len(self._log) < self._capacity:
            self._log.append(now)
            return 0.0
        # The log can be longer than the capacity if that was lowered.
        return self._log[len(self._log) - self._capacity] + self._window - now


class SlidingCounter:
    """Sliding-window counter: this window's calls, and the last one's by the part of it that still counts."""

    def __init__(self, calls: int, window: float, now: float, elapsed: float = 0.0) -> None:
        self._window = window
        self._start = now - elapsed
        self._before = self._used = 0
        self.set_capacity(calls)

    def set_capacity(self, calls: int) -> None:
        self._capacity = calls

    def take(self, now: float) -> float:
        windows = int((now - self._start) // self._window)
        if windows:
            self._start += windows * self._window
            self._before, self._used = (self._used if windows == 1 else 0), 0
        left = 1 - (now - self._start) / self._window
        if self._used + self._before * left <= self._capacity - 1 + 1e-6:
            self._used += 1
            return 0.0
        room = self._capacity - 1 - self._used
        if room >= 0:
            return (left - room / self._before) * self._window
        # Not in this window: in the next one this window's calls count less and less.
        return (left + 1 - (self._capacity - 1) / self._used) * self._window


class Nested:
    """Fixed windows of a fifth of the length, with ``share`` times their part of the calls, under a fixed window for all."""

    def __init__(self, calls: int, window: float, now: float, share: float = 2.0) -> None:
        self._share = share
        self._outer = Window(calls, window, now)
        self._inner = Window(calls, window / 5, now)
        self.set_capacity(calls)

    def set_capacity(self, calls: int) -> None:
        self._outer.set_capacity(calls)
        self._inner.set_capacity(max(1, round(calls / 5 * self._share)))

    def take(self, now: float) -> float:
        wait = max(self._outer.full(now), self._inner.full(now))
        if wait <= 0:
            self._outer.take(now)
            self._inner.take(now)
        return wait


# By the name that a scenario gives them: (calls, window in s, now) → one client's counter.
ALGORITHMS: dict[str, Callable[[int, float, float], Algorithm]] = {
    "bucket": Bucket,
    "window": Window,
    "log": SlidingLog,
    "counter": SlidingCounter,
    "gcra": Gcra,
    "nested": Nested,
}
