# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the next call of a tier may go, learned from the responses: pure, all times in seconds of one clock.

Reference: "Rate limits". The vendor does not publish how the API counts, and token bucket, fixed window, sliding log, sliding-window
counter and GCRA all fit what it says. So neither the algorithm nor a number is built in. Two things are observed: which calls passed
when, and until when a refusal blocks the tier (``Retry-After``).

- A block that is long, compared with the time that a call takes on the average, means that calls come back all at once, or just as they
  were sent: windows and logs. That is a ``Quota``: at most so many calls in so many seconds. There can be several at the same time.
- A short block means that calls come back one by one: bucket, GCRA, counter. Then the rate counts (``Refill``), and calls are spread.
- Beyond what is known, calls begin one by one, each sooner than the one before, until they come as fast as they can or one is refused.

The estimate errs on the fast side, because a refused call costs about a second, and what is not asked for costs as long as it lasts.

Prior art, and what was taken over:

- AIMD (TCP Reno, and the loss-based limit of resilience libraries): probe up slowly, go back at once. The size of the step back is not
  half of the rate but one call, because here the rate can be measured, and a queue need not be drained.
- TCP CUBIC, and the adaptive retry mode of the AWS SDKs that is made after it: after a refusal stay near the last good rate for as many
  calls as there usually are between two refusals, then grow faster and faster. Its time constants are seconds; here the number of calls
  stands for time, so that nothing depends on how long a window is.
- BBR: pace by a measured rate, probe for more from time to time, and tell a policer by what passes between two losses. Linux's BBR does
  that with its long-term samples, and so does ``Refill``.
- Netflix's concurrency-limits (Vegas, Gradient): they look at how latency grows, which an API that refuses at once does not show. Not
  taken over.
- All of them guess when there is room again. Here ``Retry-After`` says it, and that is worth more than all the rest.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field

from .rate_quota import CallLog, Quota, Quotas
from .rate_refill import Refill

# Where nothing is known: the distance between the first two calls, s, by what it shrinks from one to the next, and the shortest one.
_FIRST_DISTANCE = 0.25
_SHRINKING = 0.75
_SHORTEST_DISTANCE = 0.02

# A block is long if it lasts longer than so many calls take on the average; a second of it may be rounding.
_LONG = 3
_ROUNDING = 1.0

# How much faster than the measured rate, and how much faster still for each call that was not refused.
_FASTER = 0.002
_FASTER_EACH = 0.0002
# So many times the calls that pass between two refusals on the average are still usual, and not fewer or more than so many calls. Then the
# rate grows, faster and faster: the limit may be higher now, or others have left. If others use the limit too, refusals come sooner than
# they would otherwise, so it is also noticed sooner that they have left. An estimate from fewer calls is less sure, and grows sooner.
_USUAL = 2
_FEWEST_USUAL, _MOST_USUAL = 4, 40
_GROWING_WITHIN = 8
# With calls that take long, each refusal hits several. Then it is tried more rarely, up to so many times.
_RAREST = 5
# Calls are not further apart, s, whatever the estimate, unless the server asks for it.
_LONGEST_DISTANCE = 60.0
# If others take everything, the pause after the block grows so many times.
_MOST_EMPTY = 10

# More of anything than a fleet has makes no sense, and larger numbers of a damaged file could not be computed with.
_MOST = 10**9
# Longer lists are not written.
_MOST_ROWS = 100
# A block may be so long, s.
_LONGEST_BLOCK = 86400.0

# If nothing was asked for so long, s, the estimate says nothing any more; longer if there was a longer block.
FORGOTTEN_AFTER = 600.0


@dataclass(frozen=True)
class Reservation:
    """When a caller may send its call (s), and by which refusal that was computed. After another refusal it is void.

    ``blocked_until``: end of the server's block, before which nothing may be sent.
    """

    at: float
    refusals: int
    blocked_until: float = 0.0


@dataclass
class RateEstimate:
    """What is known of a tier that has refused a call.

    ``refusal``: when a call was last refused that no block stopped; ``refusals``: how often that was; ``at_once``: how many calls the last
    such refusal hit; ``empty``: how many such refusals came in a row with no call that passed. ``until``: the end of the block.
    ``reserved``: reservations since the last refusal; ``probes``: those of them beyond a quota; ``next``: before that time there is no
    further one. ``announced``: up to then somebody has told the operator. ``used``: the last change.
    """

    refusal: float
    until: float
    refusals: int = 1
    at_once: int = 1
    empty: int = 0
    reserved: int = 0
    probes: int = 0
    next: float = 0.0
    announced: float = 0.0
    used: float = 0.0
    log: CallLog = field(default_factory=lambda: CallLog([]))
    quotas: Quotas = field(default_factory=lambda: Quotas([], []))
    refill: Refill = field(default_factory=lambda: Refill([]))

    @classmethod
    def begun(cls, now: float, seconds: float) -> RateEstimate:
        """The estimate after the first refusal, which asks to wait so long."""
        until = now + seconds
        return cls(refusal=now, until=until, used=now, quotas=Quotas([], [until]))

    @property
    def closed_until(self) -> float:
        """No call is sent before: the end of the block, or the time when a quota is free again."""
        return max(self.until, self.quotas.starts[-1])

    def has(self, reservation: Reservation) -> bool:
        """Whether a reservation still holds."""
        return reservation.refusals == self.refusals

    def refused(self, now: float, seconds: float) -> None:
        """A call was refused, and the response asks to wait so long."""
        until = now + seconds
        if now < self.until:
            # It was on its way when the block began.
            self.log.remove_refused(now)
            self.refill.take_back()
            self.quotas.take_back()
            self.at_once += 1
        else:
            self._refused_anew(now, until)
        self.until = max(self.until, until)
        self.used = now

    def _refused_anew(self, now: float, until: float) -> None:
        block = until - now
        waiting = self.log.remove_after(now)
        self.log.remove_refused(now)
        passed = max(0, self.reserved - waiting - 1)
        self.quotas.starts = [start for start in self.quotas.starts if start <= now] or [self.quotas.starts[0]]
        start = self.quotas.starts[-1]
        average = (until - start) / (self.log.since(start) + 1)
        long = block - _ROUNDING > _LONG * average
        self.empty = 0 if passed else min(self.empty + 1, _MOST_EMPTY)
        # A pause that doubles would end up to twice too late. If it grows with the square, it is a small part of all that came before.
        pause = max(0.0, min(block * (self.empty / 2) ** 2, _LONGEST_DISTANCE - block))
        self.next = until + pause
        explained = self.quotas.refused(now, until, self.log)
        if not explained and long:
            self.quotas.learn(now, until, self.log)
        if explained or long:
            self.quotas.start(until, now)
            self.log.remove_before(self.quotas.starts[0])
            self.refill = Refill([])
        if not long:
            # Calls may come back one by one, also at the end of a quota: so they begin one by one.
            # If others took everything: when they stopped is not known, so the middle of the pause is assumed.
            self.refill.refused(now + pause / 2, until + pause / 2, passed)
        self.refusal, self.refusals, self.at_once = now, self.refusals + 1, 1
        self.reserved = self.probes = 0

    def reserve(self, now: float) -> Reservation:
        """The next reservation."""
        at = max(now, self.until, self.next, self.log.last)
        held = self.quotas.held_by(at, self.log)
        if held and not self.probes:
            free = max(quota.free_at(self.log) for quota in held)
            ends = any(quota.ends(at, self.log) for quota in held)
            if ends and any(quota.to_be_tested for quota in held if quota.free_at(self.log) == free):
                self.probes = 1
                for quota in held:
                    quota.probed = quota.ends(at, self.log)
            else:
                at = free
                if ends:
                    self.quotas.start(free, now)
        elif self.probes:
            self.probes += 1
        self.reserved += 1
        self.quotas.counted()
        self.next = self._next(at)
        self.log.add(at, now)
        self.used = now
        return Reservation(at, self.refusals, self.until)

    def _next(self, at: float) -> float:
        """When the call after this one may go."""
        rate = self.refill.rate()
        if self.probes or (rate is None and (self.refill.refusals or not self.quotas.known)):
            step = min((self.probes or self.reserved) - 1, 60)
            return at + max(_SHORTEST_DISTANCE, _FIRST_DISTANCE * _SHRINKING**step)
        if rate is None:
            return at
        rarely = min(_RAREST, self.at_once)
        usual = max(_FEWEST_USUAL, min(rarely * min(_MOST_USUAL, self.refill.passed), _USUAL * self.refill.between))
        growth = max(0.0, self.reserved - usual) / max(_GROWING_WITHIN, usual / 2)
        faster = 1 + _FASTER + _FASTER_EACH / rarely * self.reserved + growth**2
        distance = min(1 / rate, _LONGEST_DISTANCE)
        before = self.next
        if self.reserved == 1:
            # What the block saved up goes at once, less one call.
            before = max(self.next, self.refill.empty_at(1 / distance) + 2 * distance)
        return before + distance / faster

    def announces(self) -> bool:
        """Whether nobody has told the operator yet what is waited for. From now on somebody has."""
        news = self.closed_until > self.announced + _ROUNDING
        if news:
            self.announced = self.closed_until
        return news

    def written(self) -> dict[str, object]:
        """As read() takes it."""
        return {
            **{name: getattr(self, name) for name in (*_TIMES, *_COUNTS)},
            "log": self.log.entries,
            "starts": [(start,) for start in self.quotas.starts],
            "quotas": [astuple(quota) for quota in self.quotas.known],
            "refill": self.refill.refusals,
        }

    @classmethod
    def read(cls, found: object, now: float) -> RateEstimate | None:
        """What was written; None if it means nothing: damaged, forgotten, or from a clock that has been set since."""
        if not isinstance(found, Mapping) or set(found) != {*_TIMES, *_COUNTS, "log", "starts", "quotas", "refill"}:
            return None
        try:
            (times,) = _rows([[found[name] for name in _TIMES]], "time " * len(_TIMES), now)
            (counts,) = _rows([[found[name] for name in _COUNTS]], "count " * len(_COUNTS), now)
            starts = [start for (start,) in _rows(found["starts"], "time", now)]
            estimate = cls(
                **dict(zip(_TIMES, times, strict=True)),
                **dict(zip(_COUNTS, counts, strict=True)),
                log=CallLog(_rows(found["log"], "time count", now)),
                quotas=Quotas(
                    [Quota(*row) for row in _rows(found["quotas"], "count span count flag flag", now)], starts
                ),
                refill=Refill(_rows(found["refill"], "time time count", now)),
            )
        except ValueError:
            return None
        if not starts or max(estimate.refusal, estimate.used) > now + 1:
            return None
        longest = max(FORGOTTEN_AFTER, 2 * (estimate.closed_until - estimate.refusal))
        return estimate if now < max(estimate.used, estimate.until, estimate.log.last) + longest else None


_TIMES = ("refusal", "until", "next", "announced", "used")
_COUNTS = ("refusals", "at_once", "empty", "reserved", "probes")


def _rows(found: object, kinds: str, now: float) -> list[t.Any]:
    """A list of rows of numbers, each of its kind; ValueError: it is not."""
    numbers = (int, float)
    allowed: dict[str, tuple[tuple[type, ...], float, float]] = {
        "time": (numbers, 0.0, now + _LONGEST_BLOCK),
        "span": (numbers, 0.001, _LONGEST_BLOCK),
        "count": ((int,), 0, _MOST),
        "flag": ((bool,), False, True),
    }
    columns = [allowed[kind] for kind in kinds.split()]
    if not isinstance(found, list) or len(found) > _MOST_ROWS:
        raise ValueError
    for row in found:
        if not isinstance(row, (list, tuple)) or len(row) != len(columns):
            raise ValueError
        # Not isinstance(): a truth value is a number then.
        if not all(
            type(value) in types and least <= value <= most
            for value, (types, least, most) in zip(row, columns, strict=True)
        ):
            raise ValueError
    return [tuple(row) for row in found]
