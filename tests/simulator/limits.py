# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits: how many calls of a tier pass, in both readings of "100 a minute, evaluated over 5 minutes".

Reference, "Rate limits". The vendor does not say whether that is a bucket that is refilled all the time, or a window
that is counted anew every five minutes; a client has to live with both.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

WINDOW = 300.0  # seconds of API time
MINUTES_IN_WINDOW = 5


class Bucket:
    """Holds five minutes' worth of calls and is refilled at the rate."""

    def __init__(self, rate: int, now: float) -> None:
        self._rate = rate
        self._capacity = float(rate * MINUTES_IN_WINDOW)
        self._level = self._capacity
        self._at = now

    def take(self, now: float) -> float:
        """0 where a call passes, else how long (API time) until one would."""
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate / 60)
        self._at = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) * 60 / self._rate


class Window:
    """Lets five minutes' worth of calls pass in each window; the first call of a client opens the first one."""

    def __init__(self, rate: int, now: float) -> None:
        self._capacity = rate * MINUTES_IN_WINDOW
        self._start = now
        self._used = 0

    def take(self, now: float) -> float:
        elapsed = now - self._start
        if elapsed >= WINDOW:
            self._start += elapsed // WINDOW * WINDOW
            self._used = 0
        if self._used < self._capacity:
            self._used += 1
            return 0.0
        return self._start + WINDOW - now


_MODELS: dict[str, Callable[[int, float], Bucket | Window]] = {"bucket": Bucket, "window": Window}


class Limits:
    """What each client has used of each tier on each host, and until when it is blocked there."""

    def __init__(
        self,
        *,
        model: str,
        rates: dict[int, int],
        scale: float = 1.0,
        min_retry_after: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = _MODELS.get(model)
        self._rates = rates
        self._scale = scale
        self._min_retry_after = min_retry_after
        self._monotonic = monotonic
        self._counters: dict[tuple[str, str, int], Bucket | Window] = {}
        self._blocked_until: dict[tuple[str, str, int], float] = {}

    def refuse(self, client: str, host: str, tier: int | None) -> int:
        """0 where the call passes, else the whole seconds (of the client's clock) of Retry-After."""
        if self._model is None or tier is None:
            return 0
        key = (client, host, tier)
        now = self._monotonic()
        remaining = self._blocked_until.get(key, now) - now
        if remaining > 0:
            # Every call of the tier is blocked until Retry-After has passed, whatever the counter says by then.
            return math.ceil(remaining)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._model(self._rates[tier], now * self._scale)
        wait = counter.take(now * self._scale)
        if wait <= 0:
            return 0
        seconds = max(self._min_retry_after, math.ceil(wait / self._scale))
        self._blocked_until[key] = now + seconds
        return seconds
