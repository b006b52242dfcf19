# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a wave has come, in a line: pure, all times in seconds of the wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Progress:
    """A wave of ``total`` tenants that began at ``begun``."""

    total: int
    begun: float
    done: int = 0
    failed: int = 0

    def one_more(self, *, failed: bool) -> None:
        """A tenant is done with."""
        self.done += 1
        self.failed += failed

    def line(self, now: float, blocked_until: float | None) -> str:
        """The line: how many are done, what failed, whether the rate limit is waited for, and when about all will be done.

        :arg blocked_until: the end of the block by the rate limit; None: there is none.
        """
        parts = [f"{self.done} of {self.total} tenants"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if blocked_until is not None and blocked_until > now and self.done < self.total:
            parts.append(f"waiting for the rate limit until {_time_of_day(blocked_until)}")
        end = self._end(now, blocked_until)
        if end is not None:
            parts.append(f"done about {_time_of_day(end)}, in {_length(end - now)}")
        return ", ".join(parts)

    def _end(self, now: float, blocked_until: float | None) -> float | None:
        """As the average has been so far; not before a block is over."""
        left = self.total - self.done
        if left <= 0 or self.done < 3:
            return None
        return max(now, blocked_until or 0.0) + left * (now - self.begun) / self.done


def _time_of_day(time: float) -> str:
    # The operator's own time of day: it is read beside a clock on the wall.
    return datetime.fromtimestamp(time).astimezone().strftime("%H:%M:%S")


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
