# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a tenant, and setting its name and its alias. Reference: "Create".

The server chooses name and hostname. There is no idempotency key: whoever sends the request twice has two tenants.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from .._base.errors import InvalidInput, Stopped
from .._base.text import for_terminal, sentence
from .._base.timestamps import read_time
from .._domain.addresses import Address, check_tenant_id, find_address, register_host, tenant_path
from .._domain.commands import Target
from .._domain.tenant import LIVE_STATUSES
from .._http.client import Client
from .._http.messages import Request, Response
from .lookup import normal_form
from .organization import Listing
from .tenant_host import TenantHost, open_tenant_host
from .tenants import SERVER_FAILED

_TENANTS_PATH = "/api/v1/tenants"
_LICENSE_PATH = "/api/v1/licenses/overview"


@dataclass(frozen=True)
class NewTenant:
    """A tenant that was created. ``address`` is that of its first hostname, which never changes. ``created``: when, if the list says it."""

    tenant_id: str
    address: Address
    hostnames: tuple[str, ...]
    created: str | None = None

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


def tenants_created_since(
    listing: Listing, since: datetime, region: str, license_from: Address | None
) -> tuple[NewTenant, ...]:
    """The tenants of the organization's list that a request since then may have created: live ones of the region without an alias.

    :arg since: a time of the server's clock.
    :arg license_from: a tenant of the same subscription, if one is known.
    """
    found = []
    subscription = _subscription_of(listing, license_from)
    for listed in listing.tenants:
        created = read_time(listed["created"])
        # The answer to a creation has one hostname. A tenant with two got its alias from somebody who knows it.
        if created is None or created < since or listed["status"] not in LIVE_STATUSES or len(listed["hostnames"]) != 1:
            continue
        if subscription is not None and listed["subscription_id"] not in (None, subscription):
            continue
        tenant = _new_tenant(listed["id"], listed["hostnames"], region)
        if tenant is not None:
            found.append(replace(tenant, created=listed["created"]))
    return tuple(found)


def _subscription_of(listing: Listing, address: Address | None) -> str | None:
    for listed in listing.tenants:
        if address is not None and address.hostname in (name.lower() for name in listed["hostnames"]):
            subscription: str | None = listed["subscription_id"]
            return subscription
    return None


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

    :raises Refused: the tenant does not show it. :raises Stopped: it does not live.
    """
    answer = _open_host(client, address, f"reading the license key of {address.hostname}").get(_LICENSE_PATH)
    key = answer.body.get("licenseKey") if answer.status == 200 and isinstance(answer.body, dict) else None
    if not isinstance(key, str) or not key:
        raise answer.refusal(
            SERVER_FAILED
            if answer.status >= 500
            else "The tenant shows no license key. Set license_from to another live tenant of the subscription, or give license_key."
        )
    client.secrets.add(key)
    return key


class OwnRecord:
    """The record of a tenant on its own host, where its name and its alias can be set.

    :raises Refused: the host issues no token. :raises Stopped: the tenant does not live.
    """

    def __init__(self, client: Client, tenant: NewTenant) -> None:
        self._tenant = tenant
        self._host = _open_host(client, tenant.address, f"setting name and alias of tenant {tenant.target}")

    def read(self) -> dict[str, t.Any]:
        """The record in its normal form.

        :raises Refused: the host does not show it.
        """
        answer = self._host.get(tenant_path(self._tenant.tenant_id))
        record = normal_form(answer.body) if answer.status == 200 else None
        if record is None or record["id"] != self._tenant.tenant_id:
            raise answer.refusal(
                SERVER_FAILED
                if answer.status >= 500
                else "The tenant's host does not show its record. Run again later."
            )
        return record

    def replace(self, path: str, value: str) -> Response:
        """Set one value of it."""
        operation = {"op": "replace", "path": path, "value": value}
        return self._host.patch(tenant_path(self._tenant.tenant_id), [operation])


def _open_host(client: Client, address: Address, what: str) -> TenantHost:
    host = open_tenant_host(
        client,
        address,
        what=what,
        if_no_credentials=f"client_id and client_secret are missing: {what} needs a token of its own host.",
        if_refused=f"The host issues no token: check that {address.hostname} is a tenant of this subscription, and that client_id and"
        f" client_secret are those of region {address.region}.",
    )
    if isinstance(host, TenantHost):
        return host
    raise Stopped(
        f"{sentence(what)}: the tenant is not live ({host.description}). Check that {address.hostname} is a live tenant of the"
        " subscription.",
        **host.error_fields(),
    )
