# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A clock whose time passes only where somebody sleeps."""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW


class FakeClock(Clock):
    """``sleeps`` has the length of each sleep, s."""

    def __init__(self, start: datetime = NOW) -> None:
        self.start = start
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return 1000.0 + sum(self.sleeps)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=sum(self.sleeps))

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
