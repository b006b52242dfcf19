# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rate limits: how many calls of a tier pass, by one of the algorithms that fit "100 a minute, evaluated over 5 minutes".

Reference, "Rate limits". The vendor does not say which one it is; a client has to live with each.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from simulator.algorithms import ALGORITHMS, Algorithm


class Limits:
    """What each client has used of each tier on each host, and until when it is blocked there."""

    def __init__(
        self,
        *,
        model: str,
        rates: dict[int, int],
        window: float = 300.0,
        scale: float = 1.0,
        min_retry_after: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = ALGORITHMS.get(model)
        self._window = window  # s of the API's time
        self._rates = rates
        self._scale = scale
        self._min_retry_after = min_retry_after
        self._monotonic = monotonic
        self._counters: dict[tuple[str, str, int], Algorithm] = {}
        self._blocked_until: dict[tuple[str, str, int], float] = {}

    def refuse(self, client: str, host: str, tier: int | None, rate: int | None = None) -> int:
        """0 where the call passes, else the whole seconds (of the client's clock) of Retry-After.

        `rate`: the calls per minute of this host, if they are not those of its tier.
        """
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
            calls = max(1, round((rate or self._rates[tier]) * self._window / 60))
            counter = self._counters[key] = self._model(calls, self._window, now * self._scale)
        wait = counter.take(now * self._scale)
        if wait <= 0:
            return 0
        seconds = max(self._min_retry_after, math.ceil(wait / self._scale))
        self._blocked_until[key] = now + seconds
        return seconds
