# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an approved plan says of one tenant."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from .._base.text import for_terminal
from .decision import Decision, Verdict
from .tenant import Reading, Record

DEACTIVATE, NO_OP = "deactivate", "no-op"
# A tenant that is disabled already is deactivated again, which restarts its countdown.
RESET = "reset"

# The actions that send a request.
CHANGES = (DEACTIVATE, RESET)


class PlanEntry(t.TypedDict):
    """An entry of a plan, as its file has it; its keys are written in this order.

    To add a key, add it here, in plan_entry() and in ``docs/plan.schema.json``. What it may hold is checked by its type. A key that
    decides something also goes into Planned. The schema number rises with each change of the keys: a plan is applied by the version
    that made it.
    """

    id: str | None
    name: str | None
    hostname: str
    hostnames: list[str]
    region: str
    status: str
    action: str
    reason: str | None
    not_before: str | None
    purge_after_days: int | None
    expected_purge_date: str | None
    license_ends_at: str | None
    restored_on: str | None
    activity: dict[str, t.Any] | None
    contents: dict[str, t.Any] | None
    warnings: list[str]


@dataclass(frozen=True)
class Planned:
    """What an approved plan says of one tenant, as far as something is decided by it."""

    tenant_id: str | None
    hostname: str
    hostnames: tuple[str, ...]
    region: str
    status: str
    action: str
    purge_after_days: int | None
    not_before: str | None = None

    @property
    def changes(self) -> bool:
        """Whether the plan sends a request that changes the tenant."""
        return self.action in CHANGES

    def fault(self, found: Record | Reading, decision: Decision) -> str | None:
        """How a live tenant differs from the plan's, as the end of a sentence; None: it does not, or nothing is to be done to it.

        :arg found: its record, or why there is none.
        :arg decision: what follows from it.
        """
        if isinstance(found, Record):
            names = [for_terminal(name) for name in found.hostnames or ()]
            # A plan has none where the register host showed no record.
            if self.hostnames and _normal(names) != _normal(self.hostnames):
                return f"its hostnames are {', '.join(names)}, and the plan has {', '.join(self.hostnames)}"
        elif self.hostnames and decision.verdict is Verdict.CHANGE:
            return f"{found.value} now, but it did when the plan was made, so its hostnames cannot be compared with those in the plan"
        if decision.verdict is not Verdict.CHANGE:
            # Somebody has done what was planned, or nothing is to be done, as planned.
            return None
        if not self.changes:
            return f"it is {decision.status}, but in the plan it is {self.status} and needs no change"
        if decision.status != self.status:
            return f"its status is {decision.status}, and the plan has {self.status}"
        return None


def planned_tenant(entry: PlanEntry) -> Planned:
    """An entry of a plan that was read."""
    return Planned(
        tenant_id=entry["id"],
        hostname=entry["hostname"],
        hostnames=tuple(entry["hostnames"]),
        region=entry["region"],
        status=entry["status"],
        action=entry["action"],
        purge_after_days=entry["purge_after_days"],
        not_before=entry["not_before"],
    )


def _normal(hostnames: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name.lower() for name in hostnames))
