# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations by name: what each does with its options. Modules and action plugins call perform(), and nothing else."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from .._api.lookup import find_by_hostname, find_by_id
from .._api.organization import find_by_hostname_in_organization, find_in_organization, list_tenants
from .._api.scim import check_filter
from .._api.tenants import probe, wait_for_state
from .._api.usage import read_usage
from .._base.errors import InvalidInput, QlikError, Refused, Stopped
from .._base.text import for_terminal
from .._domain.addresses import check_hostname_in_region, check_region, check_tenant_id, register_host
from .._domain.commands import Command, Target, build_deactivation, build_reactivation
from .._domain.creation import build_creation
from .._domain.tenant import State
from .._domain.usage import LONGEST_WINDOW_DAYS
from .._domain.validation import check_seconds, check_whole_number
from .._http.client import Client
from .._http.oauth import Credentials
from .._lifecycle.actions import deactivate, reactivate
from .._lifecycle.creator import create
from .._lifecycle.progress import Mode
from .client_options import Run, open_client, open_organization_client
from .credentials import (
    ORGANIZATION_PREFIX,
    check_access_token,
    check_client,
    check_credentials,
    must_be_able_to_act,
    setting_names,
)

Params = Mapping[str, t.Any]
Operation = Callable[[Params, Run], dict[str, t.Any]]


def region_token(params: Params, run: Run, prefix: str = "") -> dict[str, t.Any]:
    """qlik_region_token.

    :arg prefix: what stands before the names of the options in messages.
    """
    region = check_region(params["region"], f"{prefix}region")
    mapping = f"{prefix}credentials" if params["credentials"] else ""
    if mapping:
        credentials: Credentials | None = check_client(params["credentials"], region, mapping)
    else:
        credentials = check_credentials(params, prefix=prefix)
    names = setting_names(prefix, mapping=mapping)
    client = open_client(params, run, region=region, credentials=credentials, names=names)
    issued = client.request_token()
    return {
        "changed": False,
        # What this module is for: the one result that holds a secret. Its output is censored where it is shown.
        "access_token": issued.token.value,
        "token_type": issued.token_type,
        "expires_in": issued.expires_in,
        "expires_at": issued.expires_at,
        "host": issued.host,
        "client": credentials.client if credentials else None,
    }


def tenant_deactivate(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_deactivate."""
    command = build_deactivation(params, run_id=run.run_id)
    return deactivate(
        _open_changing_client(command, params, run), command, Mode.CHECK if run.check_mode else Mode.APPLY
    )


def tenant_reactivate(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_reactivate."""
    command = build_reactivation(params, run_id=run.run_id)
    return reactivate(
        _open_changing_client(command, params, run), command, Mode.CHECK if run.check_mode else Mode.APPLY
    )


def tenant_create(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_create."""
    command = build_creation(params, run_id=run.run_id)
    credentials, token = check_credentials(params), check_access_token(params)
    must_be_able_to_act(credentials, token)
    for option in ("license_from", "alias", "name"):
        if credentials is None and params[option] is not None:
            raise InvalidInput(
                f"{option} needs a token of a tenant's own host: give client_id and client_secret too, or QLIK_CLIENT_ID and"
                " QLIK_CLIENT_SECRET in the environment."
            )
    organization = open_organization_client(params, run)
    client = open_client(params, run, region=command.region, credentials=credentials, token=token)
    if command.license_key:
        client.secrets.add(command.license_key)
    return create(client, organization, command, Mode.CHECK if run.check_mode else Mode.APPLY)


def _open_changing_client(command: Command, params: Params, run: Run) -> Client:
    credentials, token = check_credentials(params), check_access_token(params)
    must_be_able_to_act(credentials, token)
    return open_client(params, run, region=command.target.address.region, credentials=credentials, token=token)


def tenant_info(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_info. The organization knows every tenant, so it is asked where its credentials are given."""
    given = [name for name in ("tenant_id", "hostname", "filter") if params[name] is not None]
    if len(given) != 1:
        raise InvalidInput("Give one of tenant_id, hostname and filter: that is what a tenant is looked up by.")
    region = None if params["region"] is None else check_region(params["region"])
    if given == ["filter"]:
        listed = organization_tenants(params, run)
        return {**listed, "tenants": [one for one in listed["tenants"] if region in (None, one["region"])]}
    address = check_hostname_in_region(params["hostname"], region) if given == ["hostname"] else None
    tenant_id = None if address else check_tenant_id(params["tenant_id"])
    organization = open_organization_client(params, run)
    if organization and address:
        try:
            return {"changed": False, "tenants": find_by_hostname_in_organization(organization, address)}
        except Refused as refused:
            # It may want a subscription. A tenant that lives answers for itself, to whoever has the client of its region.
            if refused.http_status != 400 or not check_credentials(params):
                raise
    if organization and tenant_id:
        found = find_in_organization(organization, tenant_id)
        if found and found["region"] is not None and region not in (None, found["region"]):
            raise Stopped(
                f"Tenant {tenant_id} is in region {found['region']}, but region is '{region}'. Set region to {found['region']} or leave it"
                " out, or check tenant_id."
            )
        return {"changed": False, "tenants": [found] if found else []}
    credentials, token = check_credentials(params), check_access_token(params)
    if address:
        client = open_client(params, run, region=address.region, credentials=credentials)
        answer = find_by_hostname(client, address)
        return {
            "changed": False,
            "tenants": [answer.record] if answer.record else [],
            "state": answer.state.value,
        }
    must_be_able_to_act(credentials, token)
    if region is None:
        raise InvalidInput(
            "region is missing: to look up a tenant by tenant_id, give region (such as eu), or org_client_id and org_client_secret."
        )
    client = open_client(params, run, region=region, credentials=credentials, token=token)
    found = find_by_id(client, str(tenant_id), register_host(region))
    return {"changed": False, "tenants": [found] if found else []}


def organization_tenants(params: Params, run: Run) -> dict[str, t.Any]:
    """The tenants of the organization that the option ``filter`` takes; what the inventory plugin shows."""
    client = open_organization_client(params, run)
    if client is None:
        names = setting_names(kind=ORGANIZATION_PREFIX)
        raise InvalidInput(f"{names.credentials} are missing: give both, or {names.environment} in the environment.")
    listing = list_tenants(client, check_filter(params["filter"]))
    result: dict[str, t.Any] = {"changed": False, "tenants": listing.tenants}
    if listing.unreadable:
        is_one = listing.unreadable == 1
        warning = (
            f"{listing.unreadable} {'entry' if is_one else 'entries'} of the organization's list could not be read, and"
            f" {'was' if is_one else 'were'} left out. If a tenant is missing, ask the vendor's support."
        )
        result["warnings"] = [warning]
    return result


def tenant_probe(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_probe."""
    address = check_hostname_in_region(params["hostname"], params.get("region"))
    seconds = check_seconds(params["wait_timeout"], "wait_timeout", 0)
    client = open_client(params, run, region=address.region, credentials=check_credentials(params))
    wanted = State(params["expect"]) if params["expect"] else None
    if wanted and seconds:
        found = wait_for_state(client, address, (wanted,), seconds, credentials=client.credentials)
    else:
        found = probe(client, address, credentials=client.credentials)
    result = {"changed": False, "hostname": address.hostname, **found.result()}
    if wanted and found.state is not wanted:
        raise Refused(
            f"After {seconds:g} s of waiting, the state of tenant {address.hostname} is {found.state.value}, and expect is {wanted.value}:"
            f" {found.description}.",
            result=result,
            **found.error_fields(),
        )
    return result


def tenant_usage_info(params: Params, run: Run) -> dict[str, t.Any]:
    """qlik_tenant_usage_info."""
    address = check_hostname_in_region(params["hostname"], params.get("region"))
    tenant_id = None if params["tenant_id"] is None else check_tenant_id(params["tenant_id"])
    days = check_whole_number(params["activity_days"], "activity_days", 1, LONGEST_WINDOW_DAYS, "days")
    if not params["subset"]:
        raise InvalidInput("subset is empty: it must have activity, contents, or both.")
    client = open_client(params, run, region=address.region, credentials=check_credentials(params))
    usage = read_usage(client, Target(address, tenant_id), days=days, subset=params["subset"])
    return {"changed": False, **usage.result()}


OPERATIONS: dict[str, Operation] = {
    "qlik_region_token": region_token,
    "qlik_tenant_deactivate": tenant_deactivate,
    "qlik_tenant_reactivate": tenant_reactivate,
    "qlik_tenant_create": tenant_create,
    "qlik_tenant_probe": tenant_probe,
    "qlik_tenant_info": tenant_info,
    "qlik_tenant_usage_info": tenant_usage_info,
}


def perform(operation: Operation, params: Params, run: Run) -> dict[str, t.Any]:
    """Run an operation. Whatever goes wrong becomes a result with ``failed`` and ``msg``, beside what is known all the same."""
    try:
        return {"failed": False, **operation(params, run)}
    except QlikError as error:
        return {**error.result, **error.error_fields(), "changed": error.changed, "failed": True, "msg": error.message}
    except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
        # A fault of ours. Its traceback could hold what must not be shown.
        return {
            "failed": True,
            "changed": run.may_have_changed,
            "msg": f"Unexpected {type(error).__name__}: {for_terminal(str(error))}. This is a fault of the collection, please report it."
            + (
                " A request that changes the tenant had been sent: run again, the state is read first."
                if run.may_have_changed
                else ""
            ),
        }
    finally:
        for client in run.clients:
            client.close()
