# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wave: the tenants of one play, with everything that the guard's rules look at."""

from __future__ import annotations

import contextlib
import os
import typing as t
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import UnusableFile
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time, write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Deactivation, Reactivation, Target
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import Planned, planned_tenant
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import DISABLED, PURGED
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.folder import receipts_beside
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import check_folder, receipt_state_in
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import (
    Entry,
    command_of,
    receipt_of,
    start_of,
    target_of,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import NO_POLICY, Policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.recent import Recent, read_recent
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """One tenant of a wave.

    ``target``: which one it is (None: the entry names none); ``planned``: what the plan says of it; ``command``: what is to be done
    (None: ``fault`` says what is wrong, and its own task stops it with that); ``is_done``: its receipt says that it is disabled or
    purged, and there is nothing to do (False if no receipt was read); ``not_before``: it is not due before this time, or was not when
    the plan was made, so that there is no command (None: it is due).
    """

    entry: Entry
    target: Target | None
    planned: Planned | None
    command: Deactivation | Reactivation | None
    fault: str | None
    is_done: bool
    not_before: datetime | None = None

    @property
    def host(self) -> str:
        """Its name in the inventory."""
        return self.entry.host

    @property
    def hostname(self) -> str:
        """The hostname as it was written, in lower case."""
        return str(self.entry["hostname"] or self.host).lower()

    @property
    def region(self) -> str | None:
        """The region that a token is needed for; None if its own task will stop it."""
        return self.command.target.address.region if self.command else None


@dataclass(frozen=True, kw_only=True)
class WaveInput:
    """What the guard's rules look at.

    ``now``: the time, read once for all rules; ``prefix``: what the names of the role's variables begin with; ``operation``:
    ``decommission`` or ``restore``; ``regions_with_credentials``: the regions that credentials were given for (None: for every region);
    ``plan``: the approved plan that is applied; ``planning``: a plan is made; ``policy``: the local policy of the play; ``pre_tasks``: the
    file of tasks that the play runs for each tenant first; ``prepare_all``: also for tenants that need no change; ``inventory_hosts``: the
    names of all hosts of the inventory; ``earlier``: the hostnames of earlier parts of this play's wave, such as those of a loop;
    ``changed_before``: those of them that counted for ``max_tenants``; ``applied_before``: the hostnames in the plan that no host of the
    play has, and that are disabled or purged by their receipts; ``unusable_folders``: a sentence for each folder in which no receipt can
    be kept; ``recent``: what was taken down in the last days, by the receipts (None: no limit asks for it).
    """

    tenants: tuple[Tenant, ...]
    now: datetime
    prefix: str
    operation: str
    regions_with_credentials: Collection[str] | None = None
    plan: Plan | None = None
    planning: bool = False
    policy: Policy = NO_POLICY
    pre_tasks: t.Any = None
    prepare_all: bool = False
    earlier: frozenset[str] = frozenset()
    changed_before: frozenset[str] = frozenset()
    applied_before: tuple[str, ...] = ()
    unusable_folders: tuple[str, ...] = ()
    recent: Recent | None = None
    inventory_hosts: Collection[str] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What was written for each host."""
        return tuple(tenant.entry for tenant in self.tenants)

    @cached_property
    def done(self) -> frozenset[str]:
        """The hosts that do not count for ``max_tenants``: they are not due; or the plan leaves them as they are; or, without a plan,
        their receipts say that they are disabled or purged. They may not be changed either if all together are more than allowed.
        """
        if self.plan is None:
            return self.not_due | {tenant.host for tenant in self.tenants if tenant.is_done}
        return self.not_due | {
            tenant.host for tenant in self.tenants if not (tenant.planned and tenant.planned.changes)
        }

    @cached_property
    def not_due(self) -> frozenset[str]:
        """The hosts whose tenants are not due yet."""
        return frozenset(tenant.host for tenant in self.tenants if tenant.not_before is not None)

    @property
    def counting(self) -> frozenset[str]:
        """The hostnames that count for ``max_tenants``, also those of earlier parts of the wave."""
        return self.changed_before | {tenant.hostname for tenant in self.tenants if tenant.host not in self.done}

    @property
    def to_change(self) -> int:
        """How many tenants count for ``max_tenants``."""
        before = self.changed_before.difference(tenant.hostname for tenant in self.tenants)
        return len(before) + sum(tenant.hostname in self.counting for tenant in self.tenants)

    @property
    def size(self) -> int:
        """How many tenants the wave has, also those of earlier parts."""
        return len(self.earlier | {tenant.hostname for tenant in self.tenants})

    @property
    def regions(self) -> list[str]:
        """The regions that a token is needed for."""
        return sorted({tenant.region for tenant in self.tenants if tenant.region is not None})

    @property
    def not_applied(self) -> list[str]:
        """The hostnames in the plan that no host of the play has, and that were not applied before."""
        return [hostname for hostname in _without_host(self.plan, self.tenants) if hostname not in self.applied_before]

    @cached_property
    def unprepared(self) -> frozenset[str]:
        """The hosts whose ``pre_tasks`` are not run, since nothing is to be done to their tenants."""
        if self.prepare_all or not self.pre_tasks:
            return frozenset()
        return self.done | {tenant.host for tenant in self.tenants if tenant.is_done}


def read_wave(
    entries: Iterable[Entry],
    *,
    operation: str,
    run_id: str = "",
    **given: t.Any,
) -> WaveInput:
    """A wave from what was written for each host: reads receipts if something depends on them, and nothing else.

    :arg run_id: what to call the run in receipts.
    :arg given: the other fields of WaveInput.
    """
    plan, planning = given.get("plan"), given.get("planning", False)
    asks_receipts = operation == DECOMMISSION and (plan is None or given.get("pre_tasks"))
    policy: Policy = given.get("policy", NO_POLICY)
    now: datetime = given["now"]
    of_plan: dict[str, t.Any] = {"zone": policy.zone}
    if plan:
        of_plan |= {"plan_sha256": plan.sha256, "plan_created": write_time(plan.created), "approvals": plan.approvals}

    def tenant_of(entry: Entry) -> Tenant:
        known: dict[str, t.Any] = {"target": None, "planned": None, "command": None, "fault": None, "is_done": False}
        try:
            target = target_of(entry)
            known |= {"target": target, "is_done": bool(asks_receipts and _is_done(entry, target))}
            found = plan.tenants.get(target.address.hostname) if plan else None
            planned = planned_tenant(found) if found else None
            if planned and target.tenant_id is None:
                # The plan's id, if the inventory has none.
                entry = entry.with_values(tenant_id=planned.tenant_id)
            known["planned"] = planned
            start = start_of(entry, policy.zone)
            if start is None or start <= now:
                # What the plan leaves alone is left alone, though it is due by now.
                start = read_time(planned.not_before) if planned else None
            if start is not None:
                # What is wrong with it is said now, and not on the day.
                command_of(entry, operation, planning=True, zone=policy.zone)
                return Tenant(entry=entry, not_before=start, **known)
            command = command_of(entry, operation, run_id=run_id, planned=planned, planning=planning, **of_plan)
            known["command"] = replace(_with_its_receipt(command), protected=(*command.protected, *policy.protected))
            if isinstance(command, Deactivation) and command.reset_purge_timer:
                # Its countdown is restarted, so there is something to do.
                known["is_done"] = False
        except InvalidInput as error:
            known["fault"] = error.message
        return Tenant(entry=entry, **known)

    tenants = tuple(tenant_of(entry) for entry in entries)
    return WaveInput(
        tenants=tenants,
        operation=operation,
        applied_before=_applied_before(plan, tenants),
        unusable_folders=tuple(_unusable_folders(tenants)),
        recent=_recent(tenants, policy, now, f"{given['prefix']}max_in_days"),
        **given,
    )


def _recent(tenants: Sequence[Tenant], policy: Policy, now: datetime, option: str) -> Recent | None:
    """What was taken down in the last days, by all receipts of the folders that the wave's receipts are in."""
    if policy.max_in_days is None:
        return None
    folders: dict[str, None] = {}
    for tenant in tenants:
        # A tenant whose folder is wrong is stopped by its own task.
        with contextlib.suppress(QlikError):
            path = receipt_of(tenant.entry, tenant.target) if tenant.target else None
            folders |= {os.path.dirname(path): None} if path else {}
    return read_recent(folders, policy.max_in_days, now, option)


def _without_host(plan: Plan | None, tenants: Iterable[Tenant]) -> list[str]:
    """The hostnames in the plan that no host of the play has."""
    hosts = {tenant.planned.hostname for tenant in tenants if tenant.planned}
    return [hostname for hostname in plan.tenants if hostname not in hosts] if plan else []


def _applied_before(plan: Plan | None, tenants: Sequence[Tenant]) -> tuple[str, ...]:
    """Those of them that are disabled or purged by their receipts, in the folder of the play's receipts."""
    if plan is None or not tenants:
        return ()
    entry = tenants[0].entry

    def is_applied(hostname: str) -> bool:
        planned = planned_tenant(plan.tenants[hostname])
        meant = entry.with_values(hostname=hostname, region=None, tenant_id=planned.tenant_id)
        try:
            return _is_done(meant, target_of(meant))
        except InvalidInput:
            return False

    return tuple(hostname for hostname in _without_host(plan, tenants) if is_applied(hostname))


def _unusable_folders(tenants: Iterable[Tenant]) -> Iterator[str]:
    """A sentence for each folder of the wave's receipts in which none can be kept."""
    by_folder = {
        os.path.dirname(tenant.command.receipt_path): tenant.entry
        for tenant in tenants
        if tenant.command and tenant.command.receipt_path
    }
    for folder, entry in by_folder.items():
        try:
            check_folder(folder)
        except UnusableFile as error:
            yield (
                f"{entry.name_of('receipts_dir')} is {shown(entry['receipts_dir'])}: no receipt can be written there, because it {error}."
                " Set it to a folder that you can write to."
            )


def _with_its_receipt(command: Deactivation | Reactivation) -> Deactivation | Reactivation:
    """The command with the receipt that the tenant has under another of its hostnames, if there is none under this one."""
    path, tenant_id = command.receipt_path, command.target.tenant_id
    if path is None or tenant_id is None:
        return command
    found = receipts_beside(path, tenant_id)
    if len(found) > 1:
        # Its own task says so.
        return command
    return replace(command, receipt_path=found[0] if found else path, receipt_searched=True)


def _is_done(entry: Entry, target: Target) -> bool:
    """The tenant's receipt says that there is nothing to do."""
    try:
        path = receipt_of(entry, target)
    except QlikError:
        # Its own task says what is wrong.
        return False
    if path is None:
        return False
    others = receipts_beside(path, target.tenant_id)
    told = receipt_state_in(others[0] if len(others) == 1 else path, target)
    return told.state in (DISABLED, PURGED) and told.pending is None
