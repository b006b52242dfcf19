# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a wave, as the guard reads them for each host."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import GuardedTenant, pass_tenants
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import NO_POLICY
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import OBSERVED_VARIABLES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    DECOMMISSION,
    prefix_of,
    tenant_variables,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput, read_wave
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, REGION, TENANT_ID, TOKEN
from ansible_collections.tenantops.qlik.tests.unit.operate import change_guarded
from ansible_collections.tenantops.qlik.tests.usual_host import usual_host

WAVE = "0f3a9c2b7d1e48560f3a9c2b7d1e4856"
PREFIX = "tenant_decommission_"
# The result of qlik_region_token in a loop over the regions.
TOKENS = [{"item": REGION, "failed": False, "access_token": TOKEN, "expires_at": "2026-11-24T18:00:00Z"}]


def entry(
    hostname: t.Any = HOSTNAME,
    *,
    host: str | None = None,
    operation: str = DECOMMISSION,
    set_by: t.Mapping[str, str] | None = None,
    error: str | None = None,
    misplaced: t.Sequence[str] = (),
    not_typed: str | None = None,
    approvals: t.Sequence[str] = (),
    **given: t.Any,
) -> Entry:
    """What the guard reads for a host: a confirmed tenant whose name in the inventory is its hostname."""
    usual, prefix = usual_host(hostname, TENANT_ID, operation), prefix_of(operation)
    values = {
        variable.name: usual.get(prefix + variable.name, usual.get(variable.inventory or "", variable.default))
        for variable in tenant_variables(operation)
    }
    values["hostname"] = hostname
    observed = {name: given.pop(name, usual.get(name)) for name in OBSERVED_VARIABLES}
    assert set(given) <= set(values), given
    return Entry(
        host=host or str(hostname),
        prefix=prefix,
        values={**values, **given},
        set_by=set_by or {},
        inventory=observed,
        error=error,
        misplaced=tuple(misplaced),
        not_typed=not_typed,
        approvals=tuple(approvals),
    )


def fleet(number: int) -> list[Entry]:
    """So many different tenants."""
    return [entry(f"t{count}.eu.qlikcloud.com", tenant_id=f"id{count}") for count in range(number)]


def wave_of(*entries: Entry, operation: str = DECOMMISSION, **given: t.Any) -> WaveInput:
    """A wave of these tenants; ``given`` is what read_wave() takes, and the ``max_tenants`` of its policy."""
    if "max_tenants" in given:
        given["policy"] = replace(given.get("policy", NO_POLICY), max_tenants=given.pop("max_tenants"))
    usual = {"prefix": f"tenant_{operation}_", "now": NOW}
    return read_wave(entries, operation=operation, **{**usual, **given})


def guarded(
    operation: str = DECOMMISSION,
    *,
    planned: dict[str, t.Any] | None = None,
    plan_sha256: str = "",
    one_client: bool = False,
    counted: bool = True,
    listed_purge_date: str | None = None,
    listed_live: bool = False,
    plan_created: str | None = None,
    **given: t.Any,
) -> GuardedTenant:
    """What the guard passes to the task of the tenant of the tests.

    ``planned`` is what an approved plan says of it, which was made at ``plan_created`` (by default now).
    """
    of_wave = {name: given.pop(name) for name in ("planning",) if name in given}
    given |= {f"qlik_{name}": given.pop(name) for name in ("approved_by", "ticket") if name in given}
    written = entry(**{**given, "operation": operation})
    plan = Plan(plan_sha256, read_time(plan_created) or NOW, NOW, {planned["hostname"]: planned}) if planned else None
    (passed,) = pass_tenants(
        wave_of(written, operation=operation, plan=plan, **of_wave),
        WAVE,
        one_client=one_client,
        purge_dates={written.host: listed_purge_date} if listed_purge_date else {},
        live=(written.host,) if listed_live else (),
        inactive=() if counted else (written.host,),
    )
    return passed


def change(run: Run, operation: str = DECOMMISSION, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests, in a wave of that operation, with what the guard said of it."""
    return change_guarded(guarded(operation, **given), run, tokens=TOKENS)


def decommission(run: Run, tokens: t.Any = None, /, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests, as the role calls it. ``options`` are those of the module."""
    options = given.pop("options", {})
    return change_guarded(guarded(**given), run, tokens=TOKENS if tokens is None else tokens, **options)
