# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of the form "at most so many calls in so many seconds", and the log of calls that they are found in: pure.

All times are seconds of one clock. A quota is kept as a sliding log, the strictest reading: a call goes when the call that it replaces is
one span old. Against a server that counts in a sliding log this is exact. Against fixed windows it is exact too, because the calls of one
window begin when the window does.
"""

from __future__ import annotations

from dataclasses import dataclass

# The log keeps so many entries; then neighbours are joined. 2,500 calls in five minutes are told apart to a fraction of a second.
_ENTRIES = 64
# Retry-After is in whole seconds, so what follows from it can be off by one. Longer spans may be off by this part of them.
_ROUNDING = 1.5
_INEXACT = 0.05
# A quota is tested anew after so many calls: about 2 % of the calls are spent on that.
_TESTED_AFTER = 50
# The span of a quota is at most so many times as long as the block that it is learned from.
_LONGEST_SPAN = 20
# A wait that is shorter than this part of the span is one between two calls, not the end of the quota.
_SHORT_PART = 0.1
_SHORT = 1.0


@dataclass
class CallLog:
    """When calls were or will be sent, as (time, number of calls); ascending. Of joined entries the last time counts."""

    entries: list[tuple[float, int]]

    @property
    def last(self) -> float:
        """The time of the latest call; 0: there is none."""
        return self.entries[-1][0] if self.entries else 0.0

    def add(self, at: float, now: float) -> None:
        """One more call, which is sent at that time."""
        if self.entries and at - self.last < 0.001:
            self.entries[-1] = (self.last, self.entries[-1][1] + 1)
            return
        self.entries.append((at, 1))
        if len(self.entries) > _ENTRIES:
            # Join the two that are closest to what is before them: of calls that were sent already, as the others can be taken back.
            times = [at for at, _calls in self.entries]
            inner = range(1, len(times) - 1)
            sent = [place for place in inner if times[place + 1] <= now] or inner
            place = min(sent, key=lambda place: times[place + 1] - times[place - 1])
            joined = (times[place + 1], self.entries[place][1] + self.entries[place + 1][1])
            self.entries[place : place + 2] = [joined]

    def remove_after(self, now: float) -> int:
        """Remove the calls that are not sent yet, and say how many they were."""
        removed = 0
        while self.entries and self.last > now:
            removed += self.entries.pop()[1]
        return removed

    def remove_before(self, start: float) -> None:
        """Remove the calls before that time."""
        self.entries = [entry for entry in self.entries if entry[0] >= start]

    def remove_refused(self, now: float) -> None:
        """Remove the latest call that was sent: it was refused."""
        for place in range(len(self.entries) - 1, -1, -1):
            at, calls = self.entries[place]
            if at <= now:
                self.entries[place : place + 1] = [(at, calls - 1)] if calls > 1 else []
                return

    def since(self, start: float) -> int:
        """How many calls there were from that time on."""
        return sum(calls for at, calls in self.entries if at >= start)

    def first_since(self, start: float) -> float | None:
        """The time of the first call from that time on."""
        return next((at for at, _calls in self.entries if at >= start), None)

    def most_within(self, span: float) -> int:
        """The largest number of calls within so many seconds that there was; a second less, as Retry-After is rounded up."""
        most = inside = first = 0
        for at, calls in self.entries:
            inside += calls
            while self.entries[first][0] < at - max(0.0, span - 1):
                inside -= self.entries[first][1]
                first += 1
            most = max(most, inside)
        return most


@dataclass
class Quota:
    """At most ``calls`` in ``span`` s.

    ``untested``: reservations since a refusal came just when this quota said so; void ones count too, so where many callers wait the end is
    tested more often. ``probed``: calls are being sent beyond it. ``counting``: it was learned from the current block, so a call that was
    on its way when the block began, and is refused now, has to be taken off.
    """

    calls: int
    span: float
    untested: int = _TESTED_AFTER
    probed: bool = False
    counting: bool = False

    @property
    def tolerance(self) -> float:
        """How far off the span may be, s."""
        return max(_ROUNDING, _INEXACT * self.span)

    @property
    def to_be_tested(self) -> bool:
        """Whether it is worth a refusal to see if the quota (still) exists."""
        return self.untested >= _TESTED_AFTER

    def free_at(self, log: CallLog) -> float:
        """When the next call goes; 0: at any time."""
        seen = 0
        for at, calls in reversed(log.entries):
            seen += calls
            if seen >= self.calls:
                return at + self.span
        return 0.0

    def ends(self, now: float, log: CallLog) -> bool:
        """Whether it is used up at that time, for more than a moment."""
        return self.free_at(log) - now > max(_SHORT, _SHORT_PART * self.span)


@dataclass
class Quotas:
    """The quotas that are known, and ``starts``: when the last blocks that were long have ended. Between two of them a quota is used up."""

    known: list[Quota]
    starts: list[float]

    # Minutes within five minutes have six blocks; what is older is of no use.
    MOST_STARTS = 6
    MOST_COMING = 20
    _MOST = 3

    def start(self, at: float, now: float) -> None:
        """Calls begin anew at that time. Starts to come, which a refusal can make void, do not displace those that were."""
        past = [start for start in self.starts if start <= now]
        coming = [start for start in self.starts if now < start < at]
        self.starts = [*past[-self.MOST_STARTS :], *coming[-self.MOST_COMING :], at]

    def counted(self) -> None:
        """One more reservation."""
        for quota in self.known:
            quota.untested += 1

    def held_by(self, at: float, log: CallLog) -> list[Quota]:
        """The quotas that do not let a call go at that time."""
        return [quota for quota in self.known if quota.free_at(log) > at]

    def take_back(self) -> None:
        """A call was on its way when the block began, and is refused."""
        for quota in self.known:
            if quota.counting:
                quota.calls = max(1, quota.calls - 1)

    def refused(self, now: float, until: float, log: CallLog) -> bool:
        """Compare with a refusal, and say whether a quota explains it.

        A quota that would not let a call go at ``until`` is wrong: the server does. One that would at just that time explains it, unless
        the block is much shorter than the difference.
        """
        kept, explaining = [], []
        for quota in self.known:
            quota.counting = False
            if quota.probed:
                quota.probed = False
                # Only what certainly lies within the span: of joined entries of the log the last time counts.
                passed = log.since(now - quota.span + quota.tolerance)
                if passed > quota.calls:
                    quota.calls, quota.counting = passed, True
            late = quota.free_at(log) - until
            if late > quota.tolerance:
                continue
            kept.append(quota)
            if late >= -min(quota.tolerance, max(_ROUNDING, until - now)):
                explaining.append(quota)
        self.known = kept
        if len(explaining) == 1:
            # If there are two, it may be a coincidence for one of them.
            quota = explaining[0]
            quota.span, quota.untested = max(0.001, quota.span + until - quota.free_at(log)), 0
        return bool(explaining)

    def learn(self, now: float, until: float, log: CallLog) -> None:
        """A long block that no quota explains: since one of the starts a quota was used up, and it is free again at ``until``.

        It is since the latest start for which a quota of that span is known, or that was never contradicted by calls that passed. If
        there is no such start, the limit is another one now. A span of which the block is only a small part says nothing: that is how
        it looks if others use the limit up.
        """
        candidates = []
        for start in reversed(self.starts):
            first = log.first_since(start)
            if first is not None:
                idle = first - start
                begun = start if idle < _SHORT_PART * (until - start) else first
                if until - begun <= _LONGEST_SPAN * (until - now):
                    candidates.append(Quota(log.since(start), until - begun, counting=True))
        if not candidates:
            return
        found = next((one for one in candidates if self._alike(one) or log.most_within(one.span) <= one.calls), None)
        if found is None:
            found, self.starts = candidates[0], self.starts[-1:]
        alike = self._alike(found)
        kept = [
            quota
            for quota in self.known
            if quota not in alike and not (quota.calls >= found.calls and quota.span <= found.span)
        ]
        self.known = [*kept, found][-self._MOST :]

    def _alike(self, one: Quota) -> list[Quota]:
        return [quota for quota in self.known if abs(quota.span - one.span) < one.tolerance]
