# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a tenant, found by its id or by its hostname, in one normal form.

Reference: "Read one tenant", and "Organization API" for the fields that only its list has. The register host knows tenants by their
ids. By a hostname the tenant's own API is asked, which answers as long as the tenant lives: ``/api/v1/tenants/me`` leads to the
tenant's record, ``/api/v1/users/me`` has its id too.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._base.errors import InvalidInput, Stopped
from .._base.text import for_terminal
from .._domain.addresses import Address, check_tenant_id, find_address, tenant_path
from .._domain.commands import Target
from .._domain.tenant import State
from .._http.client import Client
from .._http.messages import Request, Response
from .tenant_host import TenantHost, open_tenant_host
from .tenants import SERVER_FAILED, says_no_such_tenant

_RECORD_PATH = re.compile(r"/api/v1/tenants/(?P<id>[^/]+)")


@dataclass(frozen=True)
class Found:
    """The answer to a look-up by hostname: the state of the host, and the record where the tenant lives."""

    state: State
    record: dict[str, t.Any] | None


def find_by_id(client: Client, tenant_id: str, region_host: str) -> dict[str, t.Any] | None:
    """The tenant's normal form from the register host; None where the API knows no such tenant.

    :raises Refused: the register host does not show it.
    """
    answer = client.request_with_token(
        Request(f"reading tenant {tenant_id}", "GET", region_host, tenant_path(tenant_id), tier=1)
    )
    if says_no_such_tenant(answer):
        return None
    record = normal_form(answer.body) if answer.status == 200 else None
    if record is None or record["id"] != tenant_id:
        raise answer.refusal(
            SERVER_FAILED
            if answer.status >= 500
            else "The register host does not show the tenant. Give hostname instead of tenant_id: then the tenant's own host is asked, with"
            " a token for client_id and client_secret."
        )
    return record


def find_by_hostname(client: Client, address: Address) -> Found:
    """The tenant's record from its own host, with a token of that host.

    :raises InvalidInput: there are no credentials, which a token of the tenant's host is asked with.
    :raises Refused: a live tenant does not show itself.
    """
    host = open_tenant_host(
        client,
        address,
        what=f"looking up {address.hostname}",
        if_no_credentials=f"{client.names.credentials} are missing: they are needed to look up {address.hostname}.",
        if_refused=f"The tenant's host issues no token, so the tenant cannot be looked up. Check {client.names.credentials}, or give the"
        " tenant's id (tenant_id; qlik_tenant_id in an inventory).",
    )
    return Found(State.ACTIVE, _read_itself(host)) if isinstance(host, TenantHost) else Found(host.state, None)


def find_target(client: Client, target: Target, recorded: str | None) -> Target:
    """The target with its id, where it was given none: the recorded one of its receipt, else what its host shows."""
    if target.tenant_id is None and recorded is not None:
        return Target(target.address, recorded)
    if target.tenant_id is not None or client.credentials is None:
        return target
    record = find_by_hostname(client, target.address).record
    return Target(target.address, record["id"]) if record else target


def normal_form(body: t.Any) -> dict[str, t.Any] | None:
    """A tenant of the API as the module returns it, None where it is none; harmless on a terminal.

    The register host, a tenant's own and the organization's list name the same things differently, and none of them has all.
    """
    if not isinstance(body, dict) or not isinstance(body.get("hostnames", []), list):
        return None
    try:
        # As it came: made harmless, what is no id could become one.
        tenant_id = check_tenant_id(body.get("id"))
    except InvalidInput:
        return None

    def text(*keys: str) -> str | None:
        value = next((body[key] for key in keys if body.get(key) is not None), None)
        return None if value is None else for_terminal(value)

    hostnames = [for_terminal(name) for name in body.get("hostnames", [])]
    address = find_address(hostnames)
    return {
        "id": tenant_id,
        "name": text("name"),
        "hostnames": hostnames,
        # The API's own region names the data centre; the short code stands in the hostname.
        "region": address.region if address else None,
        "datacenter": text("datacenter", "regionCode"),
        "country": text("countryCode"),
        "status": text("status"),
        "status_since": text("statusLastUpdatedAt"),
        "created": text("created", "createdAt"),
        "updated": text("lastUpdated", "updatedAt"),
        "purge_date": text("deletionStartsAt"),
        "subscription_id": text("subscriptionId"),
        "license_starts_at": text("licenseStartsAt"),
        "license_ends_at": text("licenseEndsAt"),
    }


def _read_itself(host: TenantHost) -> dict[str, t.Any]:
    address = host.address
    answer = host.get(tenant_path("me"))
    tenant_id = _id_in_redirect(answer)
    if answer.status != 200 and tenant_id is None:
        user = host.get("/api/v1/users/me")
        if user.status == 200 and isinstance(user.body, dict):
            tenant_id = user.body.get("tenantId")
    if tenant_id is not None:
        answer = host.get(tenant_path(check_tenant_id(tenant_id, "the id that the tenant's host names")))
    record = normal_form(answer.body) if answer.status == 200 else None
    if record is None or tenant_id not in (None, record["id"]):
        raise answer.refusal(
            "The tenant's host does not show its record. Give the tenant's id (tenant_id; qlik_tenant_id in an inventory)."
        )
    if address.hostname not in (name.lower() for name in record["hostnames"]):
        raise Stopped(
            f"{address.hostname} belongs to a tenant whose hostnames are {for_terminal(', '.join(record['hostnames']))}."
            f" {address.hostname} is not one of these hostnames. Nothing was changed. Check the hostname, or give the id of the tenant that"
            " you mean (tenant_id; qlik_tenant_id in an inventory)."
        )
    return record


def _id_in_redirect(answer: Response) -> str | None:
    """The tenant's id in the place that /tenants/me leads to. Only the id is taken: where to ask is not the answer's to say."""
    if not 300 <= answer.status < 400:
        return None
    try:
        found = _RECORD_PATH.fullmatch(urlsplit(answer.headers.get("Location", "")).path)
    except ValueError:
        return None
    return found["id"] if found else None
