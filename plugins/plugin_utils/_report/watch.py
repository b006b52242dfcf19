# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What needs a person: made of a report, of what was seen of the tenants, and of the inventory. Pure."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import Protection
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.look import Sight
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Situation, Tenant


class Reason(str, enum.Enum):
    """Why a person has to look, the most urgent first."""

    PURGE_NEAR = "purge_near"
    LIVES_AGAIN = "lives_again"
    PENDING = "pending"
    OVERDUE = "overdue"
    GONE_EARLY = "gone_early"
    DUE = "due"
    UNRECORDED = "unrecorded"
    PROTECTION_EXPIRED = "protection_expired"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    """One thing that needs a person. ``name``: of the tenant, the protection or the file; ``at``: the time that it is about."""

    reason: Reason
    name: str
    text: str
    at: datetime | None = None
    command: str | None = None


@dataclass(frozen=True)
class Start:
    """A tenant of the inventory that is to go, and not before this moment."""

    hostname: str
    at: datetime


@dataclass(frozen=True)
class Watch:
    """What needs a person within so many days, and which tenants could not be looked at, with the reason."""

    created: datetime
    days: int
    findings: tuple[Finding, ...]
    looked: int
    not_looked: tuple[tuple[str, str], ...]


def watch(
    report: Report,
    seen: Mapping[str, Sight],
    days: int,
    *,
    starts: Iterable[Start] = (),
    protections: Sequence[Protection] = (),
) -> Watch:
    """What needs a person.

    :arg seen: what was seen of the tenants that are disabled by their receipts, by hostname.
    :arg starts: the tenants of the inventory that have a time from which they may go.
    """
    now, horizon = report.created, report.created + timedelta(days=days)
    order = list(Reason)
    found = [one for tenant in report.tenants for one in _of_tenant(tenant, seen.get(tenant.hostname), now, horizon)]
    found += [Finding(Reason.PENDING, one.receipt, one.text, one.asked.at) for one in report.creations]
    found += _due(report, starts, now, horizon)
    found += [
        Finding(
            Reason.UNRECORDED,
            name,
            "It is disabled, and has no receipt. Find out who deactivated it. Run the decommission for it to get a receipt.",
        )
        for name in report.unrecorded
    ]
    found += [
        Finding(
            Reason.PROTECTION_EXPIRED,
            for_terminal(one.pattern, 253),
            f"The protection {one} has ended: it protects no tenant any more. Remove it, or give it a later until.",
        )
        for one in dict.fromkeys(protections)
        if one.has_expired(now)
    ]
    found += [
        Finding(
            Reason.UNREADABLE,
            f"{for_terminal(os.path.basename(one.path), 300)} {one.problem}",
            f"So its tenant was not checked. {one.next_step}",
        )
        for one in report.unreadable
    ]
    latest = horizon + timedelta(days=1)
    found.sort(key=lambda one: (order.index(one.reason), one.at or latest, one.name))
    blind = tuple((name, one.words) for name, one in sorted(seen.items()) if one.state is None)
    return Watch(now, days, tuple(found), len(seen) - len(blind), blind)


def _of_tenant(tenant: Tenant, sight: Sight | None, now: datetime, horizon: datetime) -> Iterator[Finding]:
    name, state = tenant.hostname, sight.state if sight else None
    if tenant.pending:
        yield Finding(Reason.PENDING, name, tenant.pending_text or "", tenant.pending.at)
    if not tenant.can_be_restored:
        if tenant.difference:
            yield Finding(Reason.UNRECORDED, name, tenant.difference)
        return
    words = sight.words if sight else ""
    # Somebody may have restarted the countdown: the list knows.
    date = tenant.listed.purge_date if tenant.listed and tenant.listed.purge_date else tenant.purge_date
    if state == "live":
        yield Finding(
            Reason.LIVES_AGAIN,
            name,
            f"Its receipt says disabled, but the tenant is live: {words}. To deactivate it again, make a new plan. If not, remove its"
            " confirmation from the inventory.",
            date,
        )
    elif tenant.situation is Situation.OVERDUE:
        yield Finding(
            Reason.OVERDUE,
            name,
            f"Its purge date was {_day(date)}. Run the decommission again: it records the purge, or shows what Qlik Cloud answers.",
            date,
        )
    elif state == "gone" and (date is None or date > now):
        yield Finding(
            Reason.GONE_EARLY,
            name,
            f"It no longer exists ({words}), but its purge date is {_day(date)}. Ask the vendor's support.",
            date,
        )
    elif date is not None and date <= horizon:
        about = " (computed)" if tenant.purge_computed else ""
        until = f"It can be restored until {date:%Y-%m-%d %H:%M} UTC{about}."
        past = f"Its purge date was {date:%Y-%m-%d %H:%M} UTC{about}: a restore may come too late."
        yield Finding(Reason.PURGE_NEAR, name, until if date > now else past, date, tenant.restore_command)


def _due(report: Report, starts: Iterable[Start], now: datetime, horizon: datetime) -> Iterator[Finding]:
    """The tenants that may go now, or soon, and have not gone yet."""
    down = (Situation.DISABLED, Situation.OVERDUE, Situation.PURGED)
    gone = {
        name for tenant in report.tenants if tenant.situation in down for name in (tenant.hostname, *tenant.aliases)
    }
    for start in starts:
        if start.hostname not in gone and start.at <= horizon:
            due = "has been due since" if start.at <= now else "will be due on"
            yield Finding(
                Reason.DUE,
                start.hostname,
                f"It {due} {start.at:%Y-%m-%d %H:%M} UTC. Make a plan and have it approved.",
                start.at,
            )


def _day(date: datetime | None) -> str:
    return f"{date:%Y-%m-%d}" if date else "not known"
