# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant that was restored does not go again by what confirmed its first deactivation. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone

from .._base.text import for_terminal
from .._base.timestamps import read_time
from .moments import check_day


@dataclass(frozen=True)
class Restore:
    """The last restore of a tenant since its last deactivation. ``by`` and ``ticket`` as its receipt has them.

    ``seen_after``: nobody recorded the restore; the tenant was seen live again at ``at``, and was last known to be disabled at this time.
    """

    at: datetime
    by: str | None = None
    ticket: str | None = None
    seen_after: datetime | None = None

    @property
    def on(self) -> date:
        """The day, in UTC."""
        return self.at.astimezone(timezone.utc).date()

    def __str__(self) -> str:
        if self.seen_after:
            return f"seen live again on {self.on}"
        by = f", by {for_terminal(self.by, 100)}" if self.by else ""
        ticket = f", ticket {for_terminal(self.ticket, 200)}" if self.ticket else ""
        return f"restored on {self.on}{by}{ticket}"


@dataclass(frozen=True)
class RestoreRule:
    """What lets a restored tenant go again.

    :arg option: the variable that confirms it.
    :arg confirmed: its value: the day of the restore, as ``2026-11-26``.
    :arg plan_created: when the approved plan was made that is applied (RFC 3339); None: there is none.
    """

    option: str
    confirmed: str | None = None
    plan_created: str | None = None

    def problem(self, restore: Restore) -> tuple[str, str] | None:
        """Why the tenant must not go, as the end of a sentence, and what to do; None: it may."""
        if self.plan_created is not None:
            created = read_time(self.plan_created)
            # A plan that has it as live, and was made after it was disabled, was made after somebody restored it.
            if created is not None and (restore.seen_after or restore.at) < created:
                return None
            return f"was {restore}, after the plan was made", "Make a new plan and have it approved."
        if self.confirmed == f"{restore.on}":
            return None
        wrong = f", and {self.option} is {self.confirmed}" if self.confirmed else ""
        return (
            f"was {restore}, after its last deactivation{wrong}",
            f"If it is meant to be deactivated again, set {self.option} to {restore.on}, or make a plan and have it approved.",
        )


def check_restore_date(value: t.Any, option: str) -> str | None:
    """The day of a restore as ``2026-11-26``, given as a text or as YAML's date; None: not given.

    :raises InvalidInput: it is no day.
    """
    day = None if value == "" else check_day(value, option, "the day on which the tenant was restored (UTC)")
    return None if day is None else f"{day}"


def restore_of(event: Mapping[str, t.Any], at: datetime) -> Restore:
    """The restore that an event of a receipt records."""
    author = event.get("by")
    by = author.get("user") if isinstance(author, Mapping) else None
    ticket = event.get("ticket")
    return Restore(at, by if isinstance(by, str) else None, ticket if isinstance(ticket, str) else None)
