# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace of calls after the rate limit has refused one, learned from the answers: pure, all times in seconds of one clock.

Reference: "Rate limits". What the vendor says fits a bucket that is refilled all the time as well as a window that opens anew every five
minutes, and the numbers may change. So none is built in. What is observed is the same in both: that so many calls passed between two
refusals, and how long a refusal asks to wait.

- After a block the first calls come one by one, each sooner than the one before, until they come as fast as they can or are refused again.
  A window that has opened is open for hundreds, and is not held up for more than a moment; of a bucket's few calls one is refused.
- From the second refusal on the rate is known. Calls are let through as a bucket of that rate would let them, one that was empty at the
  last refusal: what has been saved up during a long block goes at once, and after it one call at a time, always a little faster than the
  estimate, so that no time is lost where it was too low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

# The first calls after the first block: the distance between the first two, and by what it shrinks from one to the next.
_FIRST_DISTANCE = 0.25
_SHRINKING = 0.75
# It does not shrink below this, s: so many calls are on their way, and refused, before the first refusal is known.
_SHORTEST_DISTANCE = 0.02

# How much faster than the estimate, and how much faster still for each call that was not refused.
_FASTER = 0.005
_FASTER_EACH = 0.0005
# So long without a refusal, s, means that the limit is another one now, or that others have stopped using it up: from then on the pace
# grows by the estimate once in so many seconds.
_UNUSUAL = 60.0
_DOUBLED_WITHIN = 30.0
# Turns are not further apart, s, whatever the estimate: it may rest on a time when others used the limit up.
_LONGEST_DISTANCE = 10.0

# More of anything than a fleet has makes no sense, and larger numbers of a damaged file could not be reckoned with.
_MOST = 10**9

# Nothing was asked for so long that what was learned means nothing any more: twice the time that the limit is evaluated over.
FORGOTTEN_AFTER = 600.0


@dataclass(frozen=True)
class Turn:
    """A caller's turn: when it comes (s), and by which refusal it was reckoned. After another refusal it is void."""

    at: float
    refusals: int


@dataclass
class Pace:
    """What is known of a tier that has refused a call.

    ``first_refusal``, ``refusal``: when a call was refused that no earlier refusal blocked, for the first and the last time;
    ``refusals``: how often. ``until``: the end of the block. ``passed``: calls between the first and the last refusal that were not
    refused; ``since``: those since the last one. ``turns``: turns given since then. ``next``: before that time there is no further
    turn. ``used``: the last time that any of this changed.
    """

    first_refusal: float
    refusal: float
    refusals: int
    until: float
    passed: int = 0
    since: int = 0
    turns: int = 0
    next: float = 0.0
    used: float = 0.0

    @classmethod
    def begun(cls, now: float, seconds: float) -> Pace:
        """The pace after the first refusal, which asks to wait so long."""
        return cls(first_refusal=now, refusal=now, refusals=1, until=now + seconds, used=now)

    @classmethod
    def read(cls, found: object, now: float, longest: float) -> Pace | None:
        """What was written down; None where it means nothing: damaged, forgotten, from a clock that has been set since, or a block that
        lasts for longer than anybody would wait.

        :arg longest: how long a caller waits at the most, s.
        """
        if not isinstance(found, Mapping) or set(found) != {field.name for field in fields(cls)}:
            return None
        if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in found.values()):
            return None
        pace = cls(**found)
        times = (pace.first_refusal, pace.refusal, pace.used)
        if not all(0 < time <= now + 1 for time in times) or pace.first_refusal > pace.refusal:
            return None
        counts = (pace.refusals, pace.passed, pace.since, pace.turns)
        if not all(isinstance(count, int) and 0 <= count <= _MOST for count in counts):
            return None
        if not (pace.until < now + longest and pace.next < now + longest):
            return None
        return pace if now < max(pace.used, pace.until) + FORGOTTEN_AFTER else None

    def written(self) -> dict[str, float]:
        """As read() takes it."""
        return asdict(self)

    def refused(self, now: float, seconds: float) -> None:
        """A call was refused, and the answer asks to wait so long."""
        if now < self.until:
            # It was on its way when the block began.
            self.passed = max(0, self.passed - 1)
        else:
            since = max(0, self.since - 1)
            if now > self.refusal + _UNUSUAL:
                # What was before says less than what has passed since.
                self.first_refusal, self.passed = self.refusal, 0
            self.passed += since
            self.refusal, self.refusals = now, self.refusals + 1
            self.since = self.turns = 0
            self.next = 0.0
        self.until = max(self.until, now + seconds)
        self.used = now

    def take(self, now: float) -> Turn:
        """The next turn."""
        at = max(now, self.until, self.next)
        self.turns += 1
        rate = self._rate()
        if rate is None:
            self.next = at + max(_SHORTEST_DISTANCE, _FIRST_DISTANCE * _SHRINKING ** min(self.turns - 1, 60))
        else:
            unusual = max(0.0, at - self.refusal - _UNUSUAL)
            faster = 1 + _FASTER + _FASTER_EACH * self.turns + unusual / _DOUBLED_WITHIN
            self.next = min(self.refusal + (self.turns + 1) / (rate * faster), at + _LONGEST_DISTANCE)
        self.used = now
        return Turn(at, self.refusals)

    def has(self, turn: Turn) -> bool:
        """Whether a turn still holds."""
        return turn.refusals == self.refusals

    def sent(self, now: float) -> None:
        """A call is sent, in its turn."""
        self.since += 1
        self.used = now

    def _rate(self) -> float | None:
        """Calls a second, a little above what has passed; None while there was one refusal alone."""
        elapsed = self.refusal - self.first_refusal
        return (self.passed + 1) / elapsed if elapsed > 0 else None
