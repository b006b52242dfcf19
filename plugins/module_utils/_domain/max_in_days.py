# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many tenants may be taken down within so many days, over all runs. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._base.errors import InvalidInput
from .._base.text import shown
from .validation import check_whole_number

_KEYS = ("tenants", "days")


@dataclass(frozen=True)
class MaxInDays:
    """So many tenants within so many days."""

    tenants: int
    days: int

    def since(self, now: datetime) -> datetime:
        """From when on a deactivation counts."""
        return now - timedelta(days=self.days)

    def free_at(self, times: Iterable[datetime], more: int) -> datetime | None:
        """When so many more tenants may go, at most as many as the limit allows; None: now.

        :arg times: of the deactivations that count now.
        """
        counted = sorted(times)
        # So many have to be older first.
        surplus = len(counted) + more - self.tenants
        return counted[surplus - 1] + timedelta(days=self.days) if surplus > 0 else None


def check_max_in_days(value: t.Any, option: str) -> MaxInDays | None:
    """The limit, as it was written; None if there is none.

    :raises InvalidInput: it is no such mapping.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != set(_KEYS):
        raise InvalidInput(f"{option} is {shown(value)}: it must be a mapping such as {{tenants: 50, days: 30}}.")
    return MaxInDays(
        check_whole_number(value["tenants"], f"{option}.tenants", 0, 10**6),
        check_whole_number(value["days"], f"{option}.days", 1, 3650),
    )
