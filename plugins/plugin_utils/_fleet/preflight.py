# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run would rest on, looked at without changing anything: the wave, each region's credentials, each tenant.

No request but for tokens, reads and probes.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import (
    Run,
    check_credentials,
    open_client,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.lookup import find_target
from ansible_collections.tenantops.qlik.plugins.module_utils._api.tenants import probe, read_tenant
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, table
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Author, Target
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.decision import Verdict, decide_deactivation
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import (
    DISABLED_STATUSES,
    Reading,
    Record,
    State,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import Journal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import (
    check_wave_target,
    check_wave_tenant,
    receipt_path,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import Listed, look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION

_WOULD = {
    Verdict.ACT: "deactivate",
    Verdict.LEAVE: "leave",
    Verdict.NOT_FOUND: "stop",
    Verdict.STOP: "stop",
    Verdict.PURGED: "leave",
}


def preflight(
    entries: Sequence[Mapping[str, t.Any]],
    *,
    prefix: str,
    params: Mapping[str, t.Any],
    run: Run,
    pre_tasks: t.Any = None,
) -> dict[str, t.Any]:
    """Look at everything.

    :arg entries: the wave's entries, as for guard_wave().
    :arg pre_tasks: the file of tasks that a run would be loaded with.
    :arg params: the options of qlik_preflight; ``credentials`` maps regions to clients, else one client is for all regions.
    :returns: ``regions`` and ``tenants``, a mapping each for what was found; ``organization``, one, or None where it was not asked;
        ``problems``, what would stop a run; ``lines``.
    """
    problems: list[str] = []
    organization: dict[str, t.Any] | None = None
    one_client: Credentials | None = None
    try:
        one_client = None if params["credentials"] else check_credentials(params)
        wave = guard_wave(
            entries,
            prefix=prefix,
            operation=DECOMMISSION,
            max_tenants=params["max_tenants"],
            regions_with_credentials=None if one_client else params["credentials"] or [],
            pre_tasks=pre_tasks,
        )
        listed = look_up_wave(wave, params, run, prefix)
        organization = _look_at_organization(listed)
        problems += [listed.refusal] if listed.refusal else []
    except QlikError as error:
        problems.append(error.message)
    targets: dict[str, Target] = {}
    tenants: list[dict[str, t.Any]] = []
    for entry in entries:
        try:
            targets[entry["host"]] = check_wave_target(entry, prefix)
        except QlikError as error:
            tenants.append(_tenant(entry["host"], would="stop", message=error.message))
    regions: list[dict[str, t.Any]] = []
    for name in sorted({target.address.region for target in targets.values()}):
        region: dict[str, t.Any] = {"region": name, "token": False, "reads": None, "message": ""}
        regions.append(region)
        try:
            client = open_client(
                params,
                run,
                region=name,
                credentials=one_client
                or check_credentials(params["credentials"].get(name, {}) if params["credentials"] else {}),
            )
            region |= _look_at_region(client)
        except QlikError as error:
            region["message"] = error.message
            problems.append(error.message)
            continue
        for entry in entries:
            target = targets.get(entry["host"])
            if target and target.address.region == name:
                tenants.append(_look_at_tenant(client, entry, target, prefix, region))
    problems += [f"{tenant['host']}: {tenant['message']}" for tenant in tenants if tenant["would"] == "stop"]
    return {
        "regions": regions,
        "organization": organization,
        "tenants": tenants,
        "problems": problems,
        "lines": _lines(regions, organization, tenants, problems),
    }


def _look_at_organization(listed: Listed) -> dict[str, t.Any] | None:
    if listed.tenants is None and not listed.warnings:
        return None
    return {"tenants": listed.tenants, "message": " ".join(listed.warnings)}


def _look_at_region(client: Client) -> dict[str, t.Any]:
    issued = client.request_token()
    skew: int | None = None
    if isinstance(issued.server_time, datetime):
        skew = round((client.clock.now() - issued.server_time).total_seconds())
    client.use_token(issued.token)
    return {
        "token": True,
        "host": issued.host,
        "expires_at": issued.expires_at,
        "clock_skew": skew,
        "route": client.route_to(issued.host),
        "ca_path": client.ca_path,
    }


def _look_at_tenant(
    client: Client, entry: Mapping[str, t.Any], target: Target, prefix: str, region: dict[str, t.Any]
) -> dict[str, t.Any]:
    seen = _tenant(
        entry["host"], hostname=target.address.hostname, region=target.address.region, tenant_id=target.tenant_id
    )
    try:
        journal = _open_receipt(client, entry, target, prefix)
        seen |= {"receipt": journal.path, "receipt_says": journal.standing.state}
        target = find_target(client, target, journal.tenant_id)
        seen["tenant_id"] = target.tenant_id
        read = read_tenant(client, target)
        if isinstance(read, Record):
            seen |= {"status": read.status, "hostnames": list(read.hostnames)}
        if isinstance(read, Record) or read is Reading.ABSENT:
            region["reads"] = True
        elif read is Reading.REFUSED:
            region["reads"] = False
        probed = probe(client, target.address)
        seen["probe_state"] = probed.state.value
        decision = decide_deactivation(
            read,
            probed.state,
            target.address.hostname,
            reset_purge_timer=False,
            purge_is_over=journal.gone_by(target.tenant_id) is not None,
        )
        seen |= {"would": _WOULD[decision.verdict], "message": for_terminal(decision.reason)}
        if decision.verdict in (Verdict.ACT, Verdict.LEAVE):
            check_wave_tenant(entry, prefix, DECOMMISSION)
            seen["message"] = _disagreement(read, probed.state)
    except QlikError as error:
        seen |= {"would": "stop", "message": error.message}
    return seen


def _open_receipt(client: Client, entry: Mapping[str, t.Any], target: Target, prefix: str) -> Journal:
    """The tenant's receipt, as a run would open it; Stopped where it would stop the tenant."""
    journal = Journal(receipt_path(entry, prefix, target), Author(run=""), client.clock, writes=False)
    journal.open(target)
    return journal


def _disagreement(read: Record | Reading, probed: State) -> str:
    if not isinstance(read, Record):
        return ""
    disabled = read.status in DISABLED_STATUSES
    if disabled is not (probed is State.DEACTIVATED):
        return f"the register host says {for_terminal(read.status)}, its own host answers as {probed.value}"
    return ""


def _tenant(host: str, **known: t.Any) -> dict[str, t.Any]:
    empty: dict[str, t.Any] = {
        "hostname": None,
        "region": None,
        "tenant_id": None,
        "status": None,
        "hostnames": [],
        "probe_state": None,
        "receipt": None,
        "receipt_says": None,
    }
    return {"host": host, **empty, "would": None, "message": "", **known}


def _lines(
    regions: Sequence[Mapping[str, t.Any]],
    organization: Mapping[str, t.Any] | None,
    tenants: Sequence[Mapping[str, t.Any]],
    problems: Sequence[str],
) -> list[str]:
    reads = {True: "answers reads", False: "refuses reads", None: "reads not tried"}
    rows = [
        [
            region["region"],
            f"token until {region['expires_at'] or 'not told'}" if region["token"] else "NO TOKEN",
            reads[region["reads"]] if region["token"] else "",
            f"clock {region['clock_skew']:+d} s" if region.get("clock_skew") is not None else "",
            region.get("route", ""),
            for_terminal(region.get("ca_path", "")),
        ]
        for region in regions
    ]
    lines = ["Regions", *table(rows)]
    if organization:
        lines += [
            "Organization",
            f"  {organization['message'] or 'lists ' + str(organization['tenants']) + ' tenants'}",
        ]
    lines += ["Tenants"]
    lines += table(
        [
            [
                for_terminal(tenant["hostname"] or tenant["host"], 100),
                tenant["tenant_id"] or "id unknown",
                for_terminal(tenant["status"] or "status not shown", 40),
                f"answers as {tenant['probe_state'] or 'unknown'}",
                f"receipt says {tenant['receipt_says']}" if tenant["receipt_says"] else "no receipt",
                f"would {tenant['would']}" if tenant["would"] else "",
                for_terminal(tenant["message"]) if tenant["would"] != "stop" else "",
            ]
            for tenant in tenants
        ]
    )
    if not problems:
        return [*lines, f"Nothing would stop a run of {len(tenants)} tenant{'' if len(tenants) == 1 else 's'}."]
    return [*lines, "This would stop a run, or a tenant of it:", *(f"  {for_terminal(one, 4000)}" for one in problems)]
