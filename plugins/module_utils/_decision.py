# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with a tenant, decided from what was read: pure, the same for a run, for check mode and for a plan.

Reference: "Read one tenant" (statuses; where the register host refuses reads, the probe has to do), "Probe".
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class State(str, enum.Enum):
    """What a user of the tenant's host sees."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Record:
    """A tenant as the register host shows it."""

    tenant_id: str
    status: str
    hostnames: tuple[str, ...]
    status_since: datetime | None = None


class Reading(enum.Enum):
    """How reading the record went, where it showed none."""

    ABSENT = "the API knows no such tenant"
    REFUSED = "the register host answers no reads"
    NO_ID = "no tenant id is known"


class Verdict(enum.Enum):
    """What follows."""

    ACT = enum.auto()
    LEAVE = enum.auto()
    NOT_FOUND = enum.auto()
    STOP = enum.auto()
    PROBE = enum.auto()


@dataclass(frozen=True)
class Decision:
    """A verdict, the status that the tenant has now where one can be told, and the reason for stopping."""

    verdict: Verdict
    status: str | None = None
    reason: str = ""


_LIVE = frozenset(("active", "user-access-disabled"))
DISABLED_STATUSES = frozenset(("disabled", "deactivated"))


def decide_deactivation(
    read: Record | Reading, probed: State | None, hostname: str, *, reset_purge_timer: bool
) -> Decision:
    """Whether a tenant is to be deactivated.

    :arg read: the tenant's record, or why there is none.
    :arg probed: what the tenant's host answered; None: not asked yet (the verdict is PROBE where it must be).
    :arg hostname: the tenant's host as it was given, in lower case.
    :arg reset_purge_timer: a tenant that is disabled already is to be deactivated again, which restarts its countdown.
    """
    when_disabled = Verdict.ACT if reset_purge_timer else Verdict.LEAVE
    if isinstance(read, Record):
        if read.hostnames and hostname not in (name.lower() for name in read.hostnames):
            return Decision(
                Verdict.STOP,
                read.status,
                f"the tenant with this id has the hostnames {', '.join(read.hostnames)}, not {hostname}",
            )
        if read.status in _LIVE:
            return Decision(Verdict.ACT, read.status)
        if read.status in DISABLED_STATUSES:
            return Decision(when_disabled, read.status)
        if read.status == "deleted":
            return Decision(Verdict.NOT_FOUND, read.status, "its status is 'deleted'")
        return Decision(
            Verdict.STOP,
            read.status,
            f"its status is '{read.status}', which is none that a deactivation is known to be right for",
        )
    if read is Reading.ABSENT:
        return Decision(Verdict.NOT_FOUND, None, read.value)
    if probed is None:
        return Decision(Verdict.PROBE)
    if probed is State.NOT_FOUND:
        return Decision(Verdict.NOT_FOUND, None, f"{read.value}, and nobody has this hostname")
    if probed is State.UNREACHABLE:
        return Decision(Verdict.STOP, None, f"{read.value}, and its host gives no answer that tells its state")
    if probed is State.DEACTIVATED and read is not Reading.NO_ID:
        return Decision(when_disabled, "disabled")
    if probed is State.DEACTIVATED and not reset_purge_timer:
        return Decision(Verdict.LEAVE, "disabled")
    if read is Reading.NO_ID:
        return Decision(
            Verdict.STOP, None, f"{read.value}, and without it nothing can be done to a tenant: give tenant_id"
        )
    return Decision(Verdict.ACT, "active")
