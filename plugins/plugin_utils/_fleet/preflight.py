# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run would depend on, looked at without changing anything: the wave, each region's credentials, each tenant.

It sends requests for tokens of the register hosts and of the console, reads, and probes without credentials. It requests no token of a
tenant's own host, since the first one creates a bot user in a live tenant (reference: "A token request on a live tenant has an effect").
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, open_client
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_client,
    check_credentials,
    check_regions,
    setting_names,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._api.tenants import probe, read_tenant
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import QlikError, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import alias_warning
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Author, Deactivation, Target
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.decision import Verdict, decide_deactivation
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import RESET
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import (
    DISABLED_STATUSES,
    LIVE_STATES,
    Reading,
    Record,
    State,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_bool
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import DISABLED, PURGED
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import Journal
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import (
    Entry,
    command_of,
    receipt_of,
    start_of,
    target_of,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import (
    NO_POLICY,
    as_in_the_roles,
    read_policy,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight_text import preflight_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import in_days_problem
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import Listed, look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import read_wave

_WOULD = {
    Verdict.CHANGE: "deactivate",
    Verdict.NO_OP: "no-op",
    Verdict.NOT_FOUND: "stop",
    Verdict.STOP: "stop",
    Verdict.PURGED: "no-op",
}


def preflight(
    entries: Sequence[Entry],
    *,
    prefix: str,
    params: Mapping[str, t.Any],
    run: Run,
    pre_tasks: t.Any = None,
    inventory_hosts: Collection[str] = (),
    name_of: Callable[[str], str] | None = None,
) -> dict[str, t.Any]:
    """Look at everything.

    :arg entries: what was written for each host, as for read_wave().
    :arg pre_tasks: the file of tasks that a run would be loaded with.
    :arg inventory_hosts: the names of all hosts of the inventory.
    :arg name_of: what the user calls the options; None: as in the role.
    :arg params: the options of qlik_preflight_info; ``credentials`` maps regions to clients, else one client is for all regions.
    :returns: ``regions`` (one mapping per region), ``organization`` (a mapping, None if it was not asked), ``tenants`` (one mapping per
        host of the play, in the play's order), ``problems`` (what would stop a run, or a tenant of it), ``lines`` (all of it as text).
    """
    named = name_of("client_id").removesuffix("client_id") if name_of else prefix
    problems: list[str] = []
    organization: dict[str, t.Any] | None = None
    one_client: Credentials | None = None
    clients: Mapping[str, t.Any] = {}
    policy, now = NO_POLICY, run.clock.now()
    try:
        policy = read_policy({**params, "variable_prefix": prefix}, name_of or as_in_the_roles)
        if check_regions(params["credentials"], f"{named}credentials"):
            clients = params["credentials"]
        else:
            one_client = check_credentials(params, prefix=named)
        wave = read_wave(
            entries,
            prefix=prefix,
            operation=DECOMMISSION,
            now=now,
            regions_with_credentials=None if one_client else list(clients),
            policy=policy,
            pre_tasks=pre_tasks,
            inventory_hosts=inventory_hosts,
        )
        guard_wave(wave)
        listed = look_up_wave(wave, params, run)
        organization = _look_at_organization(listed)
        problems += filter(None, (listed.error, in_days_problem(wave, listed.taken_down)))
    except QlikError as error:
        problems.append(error.message)
    regions: dict[str, _Region] = {}
    tenants: list[dict[str, t.Any]] = []
    unseen: dict[str, list[str]] = {}
    for entry in entries:
        try:
            target = target_of(entry)
            start = start_of(entry, policy.zone)
        except QlikError as error:
            tenants.append(_tenant(entry.host, planned_action="stop", message=error.message))
            continue
        name = target.address.region
        if start is not None and start > now:
            tenants.append(_not_due(entry.host, target, start))
            continue
        region = regions.get(name)
        if region is None:
            region = regions[name] = _Region(name, params, run, one_client or clients.get(name), named)
        if region.client is None:
            unseen.setdefault(name, []).append(entry.shown_host)
            tenants.append(_unseen(entry.host, target))
        else:
            tenants.append(_look_at_tenant(region, entry, target, policy.zone))
    for name, region in sorted(regions.items()):
        if region.client is None:
            # Once per region: the reason is the same for all of its tenants.
            problems += [f"{some(unseen[name])}: {_NOT_LOOKED_AT} {name}. {region.found['message']}"]
    # What the guard says of all hosts that it concerns is not said again for each.
    said = " ".join(problems)
    problems += [
        f"{tenant['host']}: {tenant['message']}"
        for tenant in tenants
        if tenant["planned_action"] == "stop"
        and not tenant["message"].startswith(_NOT_LOOKED_AT)
        and tenant["message"] not in said
    ]
    found = {
        "regions": [region.found for _name, region in sorted(regions.items())],
        "organization": organization,
        "tenants": tenants,
        "problems": problems,
    }
    return {**found, "lines": preflight_lines(found)}


_NOT_LOOKED_AT = "not looked at: no token for region"


def _unseen(host: str, target: Target) -> dict[str, t.Any]:
    """A tenant that cannot be looked at, since there is no token for its region."""
    region = target.address.region
    known = {"hostname": target.address.hostname, "region": region, "tenant_id": target.tenant_id}
    return _tenant(host, **known, planned_action="stop", message=f"{_NOT_LOOKED_AT} {region}")


def _not_due(host: str, target: Target, start: datetime) -> dict[str, t.Any]:
    """A tenant that a run would not look at."""
    known = {"hostname": target.address.hostname, "region": target.address.region, "tenant_id": target.tenant_id}
    return _tenant(host, **known, planned_action="no-op", message=f"not due before {write_time(start)}")


def _look_at_organization(listed: Listed) -> dict[str, t.Any] | None:
    if listed.tenants is None and listed.disabled is None and not listed.warnings:
        return None
    return {"tenants": listed.tenants, "disabled": listed.disabled, "message": " ".join(listed.warnings)}


class _Region:
    """A region: a client with a token, if one was issued, and what was found, as the result has it."""

    def __init__(self, name: str, params: Mapping[str, t.Any], run: Run, client: t.Any, prefix: str) -> None:
        self.found: dict[str, t.Any] = {"region": name, "token": False, "reads": None, "message": ""}
        self.client: Client | None = None
        try:
            if client is None:
                # The guard of the wave says what to give.
                self.found["message"] = f"There are no credentials for region {name}."
                return
            mapping = "" if isinstance(client, Credentials) else f"{prefix}credentials"
            opened = open_client(
                params,
                run,
                region=name,
                credentials=check_client(client, name, mapping) if mapping else client,
                names=setting_names(prefix, mapping=mapping),
            )
            self.found |= _request_token(opened)
            self.client = opened
        except QlikError as error:
            self.found["message"] = error.message

    def note_reads(self, read: Record | Reading) -> None:
        """Whether the register host answers reads, by the first record that was asked for."""
        if isinstance(read, Record) or read is Reading.ABSENT:
            self.found["reads"] = True
        elif read is Reading.REFUSED:
            self.found["reads"] = False


def _request_token(client: Client) -> dict[str, t.Any]:
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


def _look_at_tenant(region: _Region, entry: Entry, target: Target, zone: tzinfo) -> dict[str, t.Any]:
    client = t.cast(Client, region.client)
    hostname = target.address.hostname
    seen = _tenant(entry.host, hostname=hostname, region=target.address.region, tenant_id=target.tenant_id)
    try:
        journal = _open_receipt(client, entry, target)
        seen |= {"receipt": journal.path, "receipt_state": journal.receipt_state.state}
        if target.tenant_id is None:
            target = Target(target.address, journal.tenant_id)
        seen["tenant_id"] = target.tenant_id
        read = read_tenant(client, target)
        if isinstance(read, Record):
            seen |= {"status": read.status, "hostnames": list(read.hostnames or ())}
        region.note_reads(read)
        # Looking has no effect on a tenant: no token is requested of it.
        probed = probe(client, target.address, credentials=None).state
        seen["probe_state"] = probed.value
        resets = check_bool(entry["reset_purge_timer"], entry.name_of("reset_purge_timer"))
        decision = decide_deactivation(
            read,
            probed,
            hostname,
            reset_purge_timer=resets,
            purge_is_over=journal.gone_by(target.tenant_id) is not None,
            was_disabled=journal.receipt_state.state in (DISABLED, PURGED),
        )
        seen |= {"planned_action": _WOULD[decision.verdict], "message": for_terminal(decision.reason)}
        if decision.verdict is Verdict.CHANGE and decision.status in DISABLED_STATUSES:
            seen["planned_action"] = RESET
        remarks: list[str] = []
        if read is Reading.NO_ID and probed in LIVE_STATES:
            # A run with credentials looks the id up.
            seen["planned_action"] = "deactivate"
            remarks.append(
                "its id is not known here. A run looks it up with a token of the tenant's host, which creates a bot user there; set"
                f" {entry.name_of('tenant_id')} to avoid that"
            )
        if seen["planned_action"] != "stop":
            command = command_of(entry, DECOMMISSION, zone=zone)
            if decision.verdict is Verdict.CHANGE and isinstance(command, Deactivation):
                _must_not_be_restored(command, journal, client.clock.now())
            seen["message"] = "; ".join([*remarks, *_remarks(read, probed, hostname)])
    except QlikError as error:
        seen |= {"planned_action": "stop", "message": error.message}
    return seen


def _must_not_be_restored(command: Deactivation, journal: Journal, now: datetime) -> None:
    restore, rule = journal.receipt_state.restore_if_live(now), command.restore_rule
    problem = rule.problem(restore) if rule and restore else None
    if problem:
        words, next_step = problem
        raise Stopped(f"Tenant {command.target} {words}. {next_step}")


def _open_receipt(client: Client, entry: Entry, target: Target) -> Journal:
    """The tenant's receipt, as a run would open it; Stopped if it would stop the tenant."""
    journal = Journal(receipt_of(entry, target), Author(run=""), client.clock, writes=False)
    journal.open(target)
    return journal


def _remarks(read: Record | Reading, probed: State, hostname: str) -> list[str]:
    """What a person should look at, though it stops nothing."""
    if not isinstance(read, Record):
        return []
    remarks = []
    if (read.status in DISABLED_STATUSES) is not (probed is State.DEACTIVATED):
        remarks.append(f"the register host says {for_terminal(read.status)}, but its own host {probed.seen}")
    alias = alias_warning(hostname, read.hostnames or ())
    return [*remarks, alias] if alias else remarks


def _tenant(host: str, **known: t.Any) -> dict[str, t.Any]:
    empty: dict[str, t.Any] = {
        "hostname": None,
        "region": None,
        "tenant_id": None,
        "status": None,
        "hostnames": [],
        "probe_state": None,
        "receipt": None,
        "receipt_state": None,
    }
    return {"host": host, **empty, "planned_action": None, "message": "", **known}
