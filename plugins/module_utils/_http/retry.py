# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long to wait before a request is sent again, and the budget for all waits.

Reference: "Rate limits" (429 with Retry-After: until then every call of that tier is blocked) and "Errors" (gateways
response 502, 503, 504 or not at all). All lengths of time are in seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime

from .._base.clock import Clock
from .._base.timestamps import read_http_date

_FIRST_BACK_OFF = 1.0


_LONGEST_BACK_OFF = 30.0


SHORTEST_WAIT = 1.0


_WORTH_ANNOUNCING = 5.0


class WaitBudgetSpent(Exception):
    """The next wait would be longer than what is left of max_wait."""

    def __init__(self, wanted: float, left: float) -> None:
        super().__init__(wanted, left)
        self.wanted = wanted
        self.left = left


def read_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """What Retry-After asks for, in seconds from now: a number or an HTTP date; None where it is missing or rubbish.

    A date is compared with the response's own Date where there is one: the two come from the same clock, ours may be off.
    """
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        # int() refuses thousands of digits; a float of them is simply too long a wait.
        return float(value[:20])
    until = read_http_date(value)
    if until is None:
        return None
    return max(0.0, (until - (read_http_date(headers.get("Date") or "") or now)).total_seconds())


class RetryPolicy:
    """All the waiting of one task: how often one request is repeated, and how long the waits may be together.

    :arg retries: repeats of one request at the most.
    :arg max_wait: all waits together, s.
    :arg announce: called with a sentence before a wait that is worth a word.
    """

    def __init__(
        self,
        *,
        retries: int,
        max_wait: float,
        clock: Clock | None = None,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        self.retries = retries
        self.clock = clock or Clock()
        self.max_wait = self._left = max_wait
        self.announce = announce or (lambda _sentence: None)

    def wait(
        self,
        attempt: int,
        reason: str,
        headers: Mapping[str, str] | None = None,
        is_news: Callable[[float], bool] = lambda _seconds: True,
    ) -> None:
        """Wait before the repeat that follows the given attempt (1 for the first).

        :arg reason: why, for the announcement: "acme.eu.qlikcloud.com: HTTP 429 …".
        :arg headers: the response's, if there was one.
        :arg is_news: as in pause().
        :raises WaitBudgetSpent: before any waiting, if the wait does not fit into max_wait.
        """
        asked = read_retry_after(headers, self.clock.now()) if headers else None
        seconds = max(SHORTEST_WAIT, asked) if asked is not None else self._back_off(attempt)
        if not self.pause(seconds, reason, is_news):
            raise WaitBudgetSpent(seconds, self._left)

    def pause(self, seconds: float, reason: str, is_news: Callable[[float], bool] = lambda _seconds: True) -> bool:
        """Wait; False, and no waiting, if that does not fit into max_wait.

        :arg reason: why, for the announcement.
        :arg is_news: called with the length of a wait that is worth a word; False: somebody else has announced it.
        """
        if seconds > self._left:
            return False
        self._left -= seconds
        if seconds > _WORTH_ANNOUNCING and is_news(seconds):
            self.announce(f"{reason}: waiting {seconds:.0f} s")
        self.clock.sleep(seconds)
        return True

    @staticmethod
    def _back_off(attempt: int) -> float:
        # Jitter, so that the workers of a run do not come back as one herd.
        longest = min(_LONGEST_BACK_OFF, _FIRST_BACK_OFF * 2 ** min(attempt, 10))
        return random.uniform(longest / 2, longest)  # noqa: S311 - nothing secret
