# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants of the organization, of every region and subscription, disabled ones too. Reference: "Organization API"."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._base.errors import RUN_LATER, Refused, Stopped
from .._domain.addresses import CONSOLE_HOST, ORGANIZATION_TENANTS_PATH, Address
from .._domain.tenant import DISABLED_STATUSES
from .._http.client import Client
from .._http.messages import Request
from .lookup import normal_form
from .paging import Query, read_pages, with_query
from .scim import literal, one_of

_PAGE = 100
# Quoted it may be three times as long, and servers take URLs of 8,000 characters or less.
_LONGEST_FILTER_IN_URL = 1000

_NEXT_STEPS = {
    400: "The API refuses this request. Check the filter: the vendor's reference lists attributes and operators. If the answer says that"
    " subscriptionId is missing, name the subscription: in filter (module), in subscription_ids (inventory), or in qlik_subscription_id"
    " of the tenants (roles).",
    401: "The token is refused, and so is a new one. Check org_client_id and org_client_secret.",
    403: "The client may not read these tenants. Check that each subscription that you named belongs to the organization of this client,"
    " and that the client has the scope cloud-console.tenants:read.",
}
_RUN_AGAIN = "Tenants may be missing in what was read, so it is not used. Run again."


@dataclass
class Listing:
    """Tenants in their normal form, in the API's order; ``unreadable``: how many entries of the list were none."""

    tenants: list[dict[str, t.Any]] = field(default_factory=list)
    unreadable: int = 0


def list_tenants(client: Client, scim_filter: str | None = None) -> Listing:
    """All tenants that a filter takes, or all that there are.

    :arg client: one of the organization.
    :raises Refused: the API does not show them, or not all of them for sure.
    """
    listing = Listing()
    first_total: int | None = None
    found = 0
    for page in read_pages(
        lambda query: client.request_with_token(_page_request(scim_filter, query)),
        next_step=lambda answer: _NEXT_STEPS.get(answer.status, RUN_LATER),
        things="tenants",
    ):
        total = _total(page.body)
        first_total = total if first_total is None else first_total
        if first_total is not None and total is not None and total < first_total:
            raise page.answer.refusal(f"The list shrank from {first_total} to {total} while it was read. {_RUN_AGAIN}")
        for entry in page.entries:
            tenant = normal_form(entry)
            if tenant is None:
                listing.unreadable += 1
            else:
                listing.tenants.append(tenant)
        found += len(page.entries)
    # With a filter it is not documented whether the total is that of the filter.
    if scim_filter is None and first_total is not None and found < first_total:
        raise page.answer.refusal(f"The list ended after {found} of {first_total} tenants. {_RUN_AGAIN}")
    return listing


def list_disabled(client: Client) -> Listing:
    """The tenants that are disabled, and where the server does not filter without a subscription, all.

    :raises Refused: as list_tenants().
    """
    return _list_at_least(client, one_of("status", sorted(DISABLED_STATUSES)))


def find_in_organization(client: Client, tenant_id: str) -> dict[str, t.Any] | None:
    """The tenant with this id, which check_tenant_id() has passed; None where the organization has none.

    :raises Refused: the API does not show it.
    """
    path = f"{ORGANIZATION_TENANTS_PATH}/{tenant_id}"
    answer = client.request_with_token(Request(f"looking up tenant {tenant_id}", "GET", CONSOLE_HOST, path))
    if answer.status == 404 and (answer.code or "").startswith("TENANTS-"):
        return None
    body = answer.body
    # Documented in the shape of a list; the bare object is accepted too.
    entries = body["data"] if isinstance(body, dict) and isinstance(body.get("data"), list) else [body]
    if answer.status == 200 and not entries:
        return None
    tenant = normal_form(entries[0]) if answer.status == 200 and len(entries) == 1 else None
    if tenant is None or tenant["id"] != tenant_id:
        raise answer.refusal(_NEXT_STEPS.get(answer.status, RUN_LATER))
    return tenant


def find_by_hostname_in_organization(client: Client, address: Address) -> list[dict[str, t.Any]]:
    """The tenants with this hostname: one, none, or beside a live tenant those that are gone.

    :raises Refused: the API does not show them.
    :raises Stopped: none is found, and there are entries that cannot be read, of which one may be it.
    """
    listing = _list_at_least(client, f"hostnames eq {literal(address.hostname)}")
    found = [tenant for tenant in listing.tenants if address.hostname in (name.lower() for name in tenant["hostnames"])]
    if not found and listing.unreadable:
        entries = "1 entry" if listing.unreadable == 1 else f"{listing.unreadable} entries"
        raise Stopped(
            f"No tenant with the hostname {address.hostname} was found, but {entries} of the organization's list could not be read, and"
            f" may be this tenant. {RUN_LATER}"
        )
    # A tenant that lives is what is meant, before those that are gone and had the hostname.
    return sorted(found, key=lambda tenant: tenant["status"] == "deleted")


def _list_at_least(client: Client, scim_filter: str) -> Listing:
    """The tenants that a filter takes, and maybe others.

    A server that wants subscriptionId in every filter refuses this one (the reference has it so, the guide lists with no filter at
    all): then all tenants are listed.
    """
    try:
        return list_tenants(client, scim_filter)
    except Refused as refused:
        if refused.http_status != 400:
            raise
        return list_tenants(client)


def _page_request(scim_filter: str | None, cursor: Query) -> Request:
    query = {"limit": str(_PAGE), "totalResults": "true", **cursor}
    what = "listing the tenants of the organization"
    if scim_filter is not None and len(scim_filter) > _LONGEST_FILTER_IN_URL:
        path = with_query(f"{ORGANIZATION_TENANTS_PATH}/actions/filter", query)
        return Request(what, "POST", CONSOLE_HOST, path, body={"filter": scim_filter})
    if scim_filter is not None:
        query["filter"] = scim_filter
    return Request(what, "GET", CONSOLE_HOST, with_query(ORGANIZATION_TENANTS_PATH, query))


def _total(body: Mapping[str, t.Any]) -> int | None:
    total = body.get("totalResults")
    return total if isinstance(total, int) and not isinstance(total, bool) else None
