# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change one tenant of a guarded wave, and say what became of it."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run, open_client
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import (
    check_client,
    check_credentials,
    setting_names,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Command, Deactivation
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import DEACTIVATE, NO_OP, RESET
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import DISABLED_STATUSES
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials, Token
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.actions import deactivate, reactivate
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.progress import Mode
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import receipt_state_in
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import GuardedTenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import VERBS


def change_tenant(
    tenant: GuardedTenant,
    params: Mapping[str, t.Any],
    run: Run,
    late_credentials: Callable[[], Credentials | None] = lambda: None,
) -> dict[str, t.Any]:
    """Deactivate or reactivate one tenant of a guarded wave, as the wave's operation is.

    :arg late_credentials: gets the client of the tenant's region, for the few tenants that need more than its token.
    :returns: the role's result of a host.
    """
    known = {"wave": tenant.wave, "hostname": tenant.hostname, "id": tenant.tenant_id, "region": tenant.region}
    # Nothing is changed when a plan is made, whatever mode the run is in.
    mode = Mode.PLAN if tenant.planning else Mode.CHECK if run.check_mode else Mode.APPLY
    if tenant.not_before is not None:
        return _not_due(tenant, tenant.not_before, run.clock.now()).to_json()
    try:
        command = tenant.command
        if command is None:
            raise InvalidInput(str(tenant.fault))
        address = command.target.address
        known |= {"hostname": address.hostname, "region": address.region}
        client = open_client(
            params,
            run,
            region=address.region,
            credentials=_credentials_of(tenant, params),
            token=_token_of(address.region, params["tokens"]),
            names=setting_names(tenant.prefix, mapping="" if tenant.one_client else f"{tenant.prefix}credentials"),
        )
        client.late_credentials = late_credentials
        result = (
            deactivate(client, command, mode)
            if isinstance(command, Deactivation)
            else reactivate(client, command, mode)
        )
    except QlikError as error:
        failure = TenantResult.of({**known, **error.result}, changed=error.changed, failed=True, msg=error.message)
        raise error.replaced(result=failure.to_json()) from None
    change = result.get("msg") or (
        f"{result['previous_status']} → {result['status']}"
        if result["changed"]
        else f"{result['status']} already, not changed"
    )
    if not result["changed"] and command.planned and command.planned.changes:
        done_by_it = result["plan_sha256"] == command.author.plan_sha256
        change += (
            " (an earlier run applied the plan)"
            if done_by_it
            else " (somebody else deactivated it after the plan was made)"
        )
    if command.target.tenant_id is None and result["id"] is not None:
        change += f" (its id was looked up: {result['id']})"
    note = None if result["changed"] else _other_days(tenant, command, result)
    action = VERBS[tenant.operation] if result["changed"] else NO_OP
    if action == DEACTIVATE and result["previous_status"] in DISABLED_STATUSES:
        action, change = RESET, f"{result['previous_status']}, its countdown is restarted"
    return TenantResult.of(
        {**known, **result, "note": note},
        changed=result["changed"] and not tenant.planning,
        failed=False,
        msg=change,
        action=action,
    ).to_json()


def _not_due(tenant: GuardedTenant, start: str, now: datetime) -> TenantResult:
    """The result of a tenant that nothing is asked or sent for."""
    start_time = read_time(start)
    msg = f"not due before {start}"
    if start_time is not None and start_time <= now:
        msg = f"not changed: the plan was made before the tenant was due ({start}); make a new plan"
    return TenantResult(
        wave=tenant.wave,
        hostname=tenant.hostname,
        tenant_id=tenant.tenant_id,
        region=tenant.region,
        action=NO_OP,
        failed=False,
        not_before=start,
        msg=msg,
    )


def _credentials_of(tenant: GuardedTenant, params: Mapping[str, t.Any]) -> Credentials | None:
    """The client of the tenant's region, or the one for all regions, if the task has it."""
    if params["credentials"]:
        return check_client(params["credentials"], tenant.region or "", f"{tenant.prefix}credentials")
    return check_credentials(params, prefix=tenant.prefix) if tenant.one_client else None


def _other_days(tenant: GuardedTenant, command: Command, result: Mapping[str, t.Any]) -> str | None:
    """What to say of a tenant that was deactivated with other days than those that are asked for now.

    A tenant that is disabled already is not changed, so the new days would be ignored without a word.
    """
    path = command.receipt_path
    if not isinstance(command, Deactivation) or path is None or result["status"] not in DISABLED_STATUSES:
        return None
    days = receipt_state_in(path, command.target).purge_after_days
    if days is None or days == command.purge_after_days:
        return None
    return (
        f"Tenant {command.target} was deactivated with {days} days, and {tenant.prefix}purge_after_days is"
        f" {command.purge_after_days} now. To restart its countdown with {command.purge_after_days} days, set"
        f" {tenant.prefix}reset_purge_timer to true for it and run again."
    )


def _token_of(region: str, tokens: Sequence[Mapping[str, t.Any]]) -> Token:
    """The token that was issued for a region.

    :arg tokens: the results of qlik_region_token, each with the region as its ``item``.
    """
    for result in tokens:
        if result.get("item") == region:
            value = result.get("access_token")
            if value and not result.get("failed"):
                return Token(str(value), read_time(result.get("expires_at")), result.get("client"))
            raise Stopped(
                f"There is no token for region {region}, so nothing was changed for this tenant. {result.get('msg', '')}",
                http_status=result.get("http_status"),
                code=result.get("code"),
                trace_id=result.get("trace_id"),
            )
    raise Stopped(f"No token was asked for region {region}: nothing was changed. Run the play from its beginning.")
