# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant that a person still uses does not go. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._base.errors import InvalidInput
from .._base.text import shown
from .._base.timestamps import read_time, write_time
from .usage import LONGEST_WINDOW_DAYS, Activity, Use
from .validation import check_whole_number

REQUIRE, WARN = "require", "warn"


@dataclass(frozen=True)
class IdleRule:
    """Nobody may have used a tenant within so many days.

    ``option``, ``check_option``: what the user calls the two settings. ``only_warns``: a tenant that breaks the rule goes all the same.
    ``plan_created``: when the approved plan was made that is applied (RFC 3339); None: there is none.
    """

    days: int
    option: str
    check_option: str
    only_warns: bool = False
    plan_created: str | None = None

    def problem(self, activity: Activity, now: datetime) -> tuple[str, str] | None:
        """How a tenant breaks the rule, as the end of a sentence, and what to do; None: it does not. What is unknown is not idle."""
        use = activity.use_since(now - timedelta(days=self.days))
        if use is Use.IDLE:
            return None
        remedy = f"To deactivate the tenant anyway, set {self.check_option} to {WARN}."
        if use is Use.UNKNOWN:
            return (
                f"does not show its last login, so it is not known whether it was used in the last {self.days} days ({self.option})",
                f"Run the module qlik_tenant_usage_info to see which values the server does not return. {remedy}",
            )
        last = t.cast(datetime, activity.last_use)
        what = "the last login" if last == activity.last_login else "the last use of analyzer capacity"
        created = read_time(self.plan_created)
        after = ", after the plan was made" if created and last > created else ""
        return (
            f"is in use: {what} was {write_time(last)}{after}, and {self.option} is {self.days}",
            f"Ask who uses it. {remedy}",
        )


def check_idle_rule(
    days: t.Any, check: t.Any, *, option: str, check_option: str, plan_created: str | None
) -> IdleRule | None:
    """The rule, from its two settings; None if no days are set.

    :raises InvalidInput: one of them is wrong.
    """
    if check not in (REQUIRE, WARN):
        raise InvalidInput(f"{check_option} is {shown(check)}: it must be {REQUIRE} or {WARN}.")
    if days is None:
        return None
    try:
        number = check_whole_number(days, option, 1, LONGEST_WINDOW_DAYS, "days")
    except InvalidInput as error:
        raise InvalidInput(
            f"{error.message.rstrip('.')}: Qlik Cloud keeps audits for {LONGEST_WINDOW_DAYS} days, so nobody can look further back."
        ) from None
    return IdleRule(number, option, check_option, only_warns=check == WARN, plan_created=plan_created)
