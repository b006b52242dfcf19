# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a tenant, and setting its name and its alias. Reference: "Create".

The server chooses name and hostname. There is no idempotency key: whoever sends the request twice has two tenants.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._base.errors import InvalidInput
from .._base.text import for_terminal
from .._base.timestamps import read_time
from .._domain.addresses import Address, check_tenant_id, find_address, register_host, tenant_path
from .._domain.commands import Target
from .._domain.tenant import LIVE_STATUSES
from .._http.client import Client
from .._http.messages import Request, Response
from .._http.oauth import Token, read_token, token_request
from .lookup import normal_form
from .organization import Listing
from .tenants import SERVER_FAILED

_TENANTS_PATH = "/api/v1/tenants"
_LICENSE_PATH = "/api/v1/licenses/overview"


@dataclass(frozen=True)
class NewTenant:
    """A tenant that was created. ``address`` is that of its first hostname, which never changes."""

    tenant_id: str
    address: Address
    hostnames: tuple[str, ...]

    @property
    def target(self) -> Target:
        """The tenant, as the other operations name it."""
        return Target(self.address, self.tenant_id)


def creation_request(region: str, license_key: str) -> Request:
    """The request that creates a tenant, without a token."""
    what = f"creating a tenant in region {region}"
    return Request(what, "POST", register_host(region), _TENANTS_PATH, body={"licenseKey": license_key}, tier=2)


def read_new_tenant(answer: Response, region: str) -> NewTenant | None:
    """The tenant in the response to its creation; None: the response does not say that there is one."""
    body = answer.body
    if answer.status not in (200, 201) or not isinstance(body, dict) or body.get("status") not in LIVE_STATUSES:
        return None
    return _new_tenant(body.get("id"), body.get("hostnames"), region)


def tenants_created_since(listing: Listing, since: t.Any, region: str) -> tuple[NewTenant, ...]:
    """The tenants of the organization's list that a request since then may have created: live ones of the region without an alias.

    :arg since: a time of the server's clock.
    """
    found = []
    for listed in listing.tenants:
        created = read_time(listed["created"])
        # The answer to a creation has one hostname. A tenant with two got its alias from somebody who knows it.
        if created is None or created < since or listed["status"] not in LIVE_STATUSES or len(listed["hostnames"]) != 1:
            continue
        tenant = _new_tenant(listed["id"], listed["hostnames"], region)
        if tenant is not None:
            found.append(tenant)
    return tuple(found)


def _new_tenant(tenant_id: t.Any, hostnames: t.Any, region: str) -> NewTenant | None:
    if not isinstance(hostnames, list) or not hostnames:
        return None
    address = find_address(hostnames[:1])
    try:
        checked = check_tenant_id(tenant_id)
    except InvalidInput:
        return None
    if address is None or address.region != region:
        return None
    return NewTenant(checked, address, tuple(for_terminal(name) for name in hostnames))


def read_license_key(client: Client, address: Address) -> str:
    """The license key that a live tenant of the subscription shows, a secret.

    The token for it makes a bot user in that tenant, if the client has none there yet.

    :raises Refused: the tenant does not show it.
    """
    what = f"reading the license key of {address.hostname}"
    token = tenant_token(client, address, what)
    answer = client.request(
        Request(what, "GET", address.hostname, _LICENSE_PATH, headers={"Authorization": f"Bearer {token.value}"})
    )
    key = answer.body.get("licenseKey") if answer.status == 200 and isinstance(answer.body, dict) else None
    if not isinstance(key, str) or not key:
        raise answer.refusal(
            SERVER_FAILED
            if answer.status >= 500
            else "The tenant shows no license key. Set license_from to another live tenant of the subscription, or give license_key."
        )
    client.secrets.add(key)
    return key


def tenant_token(client: Client, address: Address, what: str) -> Token:
    """A token of a live tenant's own host; the client must have credentials.

    :raises Refused: the host issues none.
    """
    answer = client.request(token_request(address.hostname, client.credentials, what))
    issued = read_token(answer, client.clock.now())
    if issued is None:
        raise answer.refusal(
            SERVER_FAILED
            if answer.status >= 500
            else f"The host issues no token: check that {address.hostname} is a live tenant of this subscription, and that client_id and"
            f" client_secret are those of region {address.region}."
        )
    client.secrets.add(issued.token.value)
    return issued.token


def read_on_own_host(client: Client, tenant: NewTenant, token: Token) -> dict[str, t.Any]:
    """A tenant's record from its own host, in its normal form.

    :raises Refused: the host does not show it.
    """
    answer = client.request(_own_request(tenant, token, "GET", f"reading tenant {tenant.target}"))
    record = normal_form(answer.body) if answer.status == 200 else None
    if record is None or record["id"] != tenant.tenant_id:
        raise answer.refusal(
            SERVER_FAILED if answer.status >= 500 else "The tenant's host does not show its record. Run again later."
        )
    return record


def set_on_own_host(client: Client, tenant: NewTenant, token: Token, what: str, values: Mapping[str, str]) -> Response:
    """Replace values of a tenant's record, by their paths. To do it twice is to do it once, so it may be repeated."""
    body = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    client.actions_sent += 1
    return client.request(_own_request(tenant, token, "PATCH", f"{what} of tenant {tenant.target}", body))


def _own_request(
    tenant: NewTenant, token: Token, method: str, what: str, body: list[dict[str, str]] | None = None
) -> Request:
    headers = {"Authorization": f"Bearer {token.value}"}
    return Request(what, method, tenant.address.hostname, tenant_path(tenant.tenant_id), headers=headers, body=body)
