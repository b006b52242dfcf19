# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a wave has come, in a line: pure, all times in seconds of the wall clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

# How far back the speed is looked for, s: the rate limit lets a wave begin in a burst, which says nothing of the rest.
_RECENT = 30.0
# Fewer tenants than these are no speed.
_FEW = 3
# After a block that lasted longer, s, the speed is looked for from its end on.
_LONG = 5.0


@dataclass
class Progress:
    """A wave of ``total`` tenants that began at ``begun``."""

    total: int
    begun: float
    done: int = 0
    failed: int = 0
    _recent: deque[float] = field(default_factory=deque)
    _resumed: float = 0.0

    def one_more(self, now: float, *, failed: bool) -> None:
        """A tenant is done with."""
        self.done += 1
        self.failed += failed
        self._recent.append(now)
        while self._recent[0] < now - _RECENT:
            self._recent.popleft()

    def count(self) -> str:
        """How many are done, and what failed."""
        return f"{self.done} of {self.total} tenants" + (f", {self.failed} failed" if self.failed else "")

    def line(self, now: float, blocked_until: float | None) -> str:
        """The line: how many are done, what failed, whether the rate limit is waited for, and when about all will be done.

        :arg blocked_until: the end of the block by the rate limit; None: there is none.
        """
        parts = [self.count()]
        if blocked_until is not None and blocked_until > now and self.done < self.total:
            parts.append(f"waiting for the rate limit until {_time_of_day(blocked_until)}")
        end = self._end(now, blocked_until)
        if end is not None:
            parts.append(f"done about {_time_of_day(end)}, in {_length(end - now)}")
        return ", ".join(parts)

    def _end(self, now: float, blocked_until: float | None) -> float | None:
        """At the speed of late; not before a block is over."""
        left = self.total - self.done
        if left <= 0 or self.done < _FEW:
            return None
        until = now
        if blocked_until is not None and blocked_until > now:
            # Nothing happens now: the speed is that before the block.
            until = self._recent[-1]
            if blocked_until > now + _LONG:
                self._resumed = blocked_until
        since = max(self.begun, until - _RECENT, self._resumed if self._resumed <= until else 0.0)
        done = sum(time > since for time in self._recent)
        if done < _FEW:
            since, done = self.begun, self.done
        return max(now, blocked_until or 0.0) + left * (until - since) / done


def _time_of_day(time: float) -> str:
    # The operator's own time of day: it is read beside a clock on the wall.
    return datetime.fromtimestamp(time).astimezone().strftime("%H:%M:%S")


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
