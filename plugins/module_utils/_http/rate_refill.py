# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate at which a limit gives calls back one by one (token bucket, GCRA, sliding-window counter): pure, times in seconds.

At each refusal the server had no call left. So between two refusals as many calls passed as the limit gave back.
"""

from __future__ import annotations

from dataclasses import dataclass

# The estimate covers the time since one of the last refusals; so many are kept.
_REFUSALS = 9
# It is contradicted if later calls differ from it by more than this number and this part of them.
_NOISE, _NOISE_PART = 3, 0.15
# Retry-After is rounded up to whole seconds: on the average by this much.
_ROUNDED = 0.5


@dataclass
class Refill:
    """The last refusals: (when, end of the block, calls that passed since the refusal before)."""

    refusals: list[tuple[float, float, int]]

    @property
    def passed(self) -> int:
        """How many calls the estimate is made from."""
        return sum(passed for _at, _until, passed in self.refusals[1:])

    @property
    def between(self) -> float:
        """How many calls pass between two refusals, on the average; there were at least two."""
        return self.passed / (len(self.refusals) - 1)

    def refused(self, now: float, until: float, passed: int) -> None:
        """A refusal, after so many calls that passed."""
        if not passed and self.refusals:
            # Others took everything: the rate is measured from here on, and not less of it.
            self.refusals[-1] = (now, until, self.refusals[-1][2])
            return
        self.refusals = [*self.refusals, (now, until, passed)][-_REFUSALS:]
        first = 1
        while first < len(self.refusals) - 1:
            # What came since one of the refusals against what all of them say: the limit may be another one now.
            rate = self.rate() or 0.0
            expected = rate * (now - self.refusals[first][0])
            found = sum(passed for _at, _until, passed in self.refusals[first + 1 :])
            if abs(found - expected) > _NOISE + _NOISE_PART * expected:
                self.refusals, first = self.refusals[first:], 0
            first += 1

    def take_back(self) -> None:
        """A call was on its way when the block began, and is refused."""
        if self.refusals:
            at, until, passed = self.refusals[-1]
            self.refusals[-1] = (at, until, max(0, passed - 1))

    def rate(self) -> float | None:
        """Calls per second; None: one refusal says nothing."""
        if len(self.refusals) < 2:
            return None
        elapsed = max(0.001, self.refusals[-1][0] - self.refusals[0][0])
        passed = max(0.5, self.passed)
        rate = passed / elapsed
        return passed / max(0.5 * elapsed, self._empty_at(-1, rate) - self._empty_at(0, rate))

    def empty_at(self, rate: float) -> float:
        """When the limit had nothing left, at the last refusal."""
        return self._empty_at(-1, rate)

    def _empty_at(self, place: int, rate: float) -> float:
        # A refused call had up to one call's worth of the limit waiting for it. The end of the block says how much, if that is exact.
        at, until, _passed = self.refusals[place]
        return max(at - 1 / rate, min(at, until - _ROUNDED - 1 / rate))
