# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants of the organization, of every region and subscription, disabled ones too. Reference: "Organization API".

A list comes in pages. Where the next one begins is taken from the link to it, and nothing else of that link: the documentation
shows it on another host, which the token must not reach.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from .._base.errors import Refused, Stopped
from .._domain.addresses import CONSOLE_HOST, ORGANIZATION_TENANTS_PATH, Address
from .._domain.tenant import DISABLED_STATUSES
from .._http.client import Client
from .._http.messages import Request, Response
from .lookup import normal_form
from .scim import literal, one_of

_PAGE = 100
# 100,000 tenants. A server that always has another page is not followed without end.
_MOST_PAGES = 1000
# Pages in a row that bring nothing new: a server may filter what it has put on a page already.
_MOST_IDLE_PAGES = 5
_LONGEST_CURSOR = 4000
# Quoted it may be three times as long, and servers take URLs of 8,000 characters or less.
_LONGEST_FILTER_IN_URL = 1000
# What the links call it: both are documented.
_CURSORS = ("next", "offset")

_NEXT_STEPS = {
    400: "The API refuses this request. Check the filter: the vendor's reference lists attributes and operators. If the answer says that"
    " subscriptionId is missing, the subscription has to be named: in the filter, with subscription_ids of an inventory source, or as"
    " qlik_subscription_id of the tenants of a play.",
    401: "The token is refused, and so is a new one. Check org_client_id and org_client_secret.",
    403: "The client may not read these tenants. Check that each subscription that you named is one of its organization, and that the"
    " client has the scope cloud-console.tenants:read.",
}
_TRY_LATER = "Try again later; if it stays, show this to the vendor's support."
_RUN_AGAIN = "Tenants may be missing in what was read, so it is not used. Run again."


@dataclass
class Listing:
    """Tenants in their normal form, in the API's order; ``unreadable``: how many entries of the list were none."""

    tenants: list[dict[str, t.Any]] = field(default_factory=list)
    unreadable: int = 0


@dataclass(frozen=True)
class _Page:
    entries: list[t.Any]
    cursor: tuple[str, str] | None
    total: int | None


def list_tenants(client: Client, scim_filter: str | None = None) -> Listing:
    """All tenants that a filter takes, or all that there are.

    :arg client: one of the organization.
    :raises Refused: the API does not show them, or not all of them for sure.
    """
    listing = Listing()
    known: set[str] = set()
    seen: set[tuple[str, str]] = set()
    cursor: tuple[str, str] | None = None
    first_total: int | None = None
    idle = 0
    for _number in range(_MOST_PAGES):
        answer = client.request_with_token(_page_request(scim_filter, cursor))
        page = _read_page(answer)
        first_total = page.total if first_total is None else first_total
        if first_total is not None and page.total is not None and page.total < first_total:
            raise answer.refusal(f"The list shrank from {first_total} to {page.total} while it was read. {_RUN_AGAIN}")
        before = len(known) + listing.unreadable
        for entry in page.entries:
            tenant = normal_form(entry)
            if tenant is None:
                listing.unreadable += 1
            elif tenant["id"] not in known:
                known.add(tenant["id"])
                listing.tenants.append(tenant)
        found = len(known) + listing.unreadable
        cursor = page.cursor
        if cursor is None:
            # With a filter it is not documented whether the total is that of the filter.
            if scim_filter is None and first_total is not None and found < first_total:
                raise answer.refusal(f"The list ended after {found} of {first_total} tenants. {_RUN_AGAIN}")
            return listing
        idle = 0 if found > before else idle + 1
        if cursor in seen or idle > _MOST_IDLE_PAGES:
            raise answer.refusal(f"The list goes round in circles after {found} tenants. {_RUN_AGAIN}")
        seen.add(cursor)
    raise answer.refusal(f"The list has no end after {_MOST_PAGES} pages. {_RUN_AGAIN}")


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
        raise answer.refusal(_NEXT_STEPS.get(answer.status, _TRY_LATER))
    return tenant


def find_by_hostname_in_organization(client: Client, address: Address) -> list[dict[str, t.Any]]:
    """The tenants with this hostname: one, none, or beside a live tenant those that are gone.

    :raises Refused: the API does not show them.
    :raises Stopped: none is found, and there are entries that cannot be read, of which one may be it.
    """
    listing = _list_at_least(client, f"hostnames eq {literal(address.hostname)}")
    found = [tenant for tenant in listing.tenants if address.hostname in (name.lower() for name in tenant["hostnames"])]
    if not found and listing.unreadable:
        raise Stopped(
            f"No tenant with the hostname {address.hostname} was found, but {listing.unreadable} entries of the list are no tenants that"
            f" can be read, and one of them may be it. {_TRY_LATER}"
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


def _page_request(scim_filter: str | None, cursor: tuple[str, str] | None) -> Request:
    query = {"limit": str(_PAGE), "totalResults": "true"}
    if cursor is not None:
        query[cursor[0]] = cursor[1]
    what = "listing the tenants of the organization"
    if scim_filter is not None and len(scim_filter) > _LONGEST_FILTER_IN_URL:
        path = _with_query(f"{ORGANIZATION_TENANTS_PATH}/actions/filter", query)
        return Request(what, "POST", CONSOLE_HOST, path, body={"filter": scim_filter})
    if scim_filter is not None:
        query["filter"] = scim_filter
    return Request(what, "GET", CONSOLE_HOST, _with_query(ORGANIZATION_TENANTS_PATH, query))


def _with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}"


def _read_page(answer: Response) -> _Page:
    body = answer.body
    if answer.status != 200 or not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise answer.refusal(_NEXT_STEPS.get(answer.status, _TRY_LATER))
    total = body.get("totalResults")
    counted = isinstance(total, int) and not isinstance(total, bool)
    return _Page(body["data"], _read_cursor(answer, body), total if counted else None)


def _read_cursor(answer: Response, body: Mapping[str, t.Any]) -> tuple[str, str] | None:
    """The cursor in the link to the next page, under the name that it has there; None where there is no such link."""
    links = body.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else link
    if not href:
        return None
    try:
        # Cursors look like base64: a plus sign that was not quoted is one, and no blank.
        query = parse_qs(urlsplit(href).query.replace("+", "%2B")) if isinstance(href, str) else {}
    except ValueError:
        query = {}
    for name in _CURSORS:
        if name in query and len(query[name][0]) <= _LONGEST_CURSOR:
            return name, query[name][0]
    raise answer.refusal(f"The link to the next page has no cursor that can be used. {_RUN_AGAIN}")
