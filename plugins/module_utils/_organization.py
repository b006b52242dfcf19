# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants of an organization, in every region and subscription. Reference: "Organization API".

Its answers link to other hosts, with a token that is good for this one alone. So of a link only the cursor is taken.
"""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlencode, urlsplit

from ._addresses import CONSOLE_HOST, check_tenant_id
from ._answers import Answer, Request
from ._client import Client
from ._errors import InvalidInput, Refused, Stopped
from ._lookup import normal_form
from ._output import for_terminal, shown

_TENANTS = "/api/core/tenants"
# The most that the API gives.
_PAGE = 100
# A listing of so many pages is no listing: a million tenants.
_MOST_PAGES = 10_000
# Longer filters travel in a body, which no server between cuts off; such a call is of Tier 2.
_LONGEST_IN_URL = 1500
_LONGEST_FILTER = 8192

_NEXT_STEPS = {
    400: "Check the filter: which attributes and operators there are, docs/api.md says.",
    401: "The server does not take the token: check org_client_id and org_client_secret.",
    403: "Either the filter names a subscription that is not this organization's, or the client lacks the scope"
    " cloud-console.tenants:read.",
    429: "The rate limit still holds: run again later, or raise retries and max_wait.",
}


def check_filter(value: t.Any, option: str = "filter") -> str:
    """A SCIM filter, as the API takes it; what it means is for the API to say."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_FILTER or not value.isprintable():
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a SCIM filter of one line and at most {_LONGEST_FILTER} characters, such as"
            " 'status eq \"active\"'."
        )
    return value


def literal(value: str, option: str) -> str:
    """A text as a literal of a SCIM filter, which it cannot break out of."""
    if not value.isprintable():
        raise InvalidInput(f"{option} is {shown(value)}: it must be a text of one line.")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def list_tenants(client: Client, scim_filter: str | None = None) -> list[dict[str, t.Any]]:
    """All tenants that a filter matches, each in its normal form, in the API's order; 100 with each request.

    :arg scim_filter: None: all tenants of the organization.
    :raises Refused: the API does not list them, or its answer is no list.
    :raises Stopped: the list has no end.
    """
    found: dict[str, dict[str, t.Any]] = {}
    cursor: str | None = None
    cursors: set[str] = set()
    while True:
        answer = client.ask_with_token(_request(scim_filter, cursor))
        listed = _listed(answer)
        for body in listed:
            record = normal_form(body)
            if record is None:
                raise answer.refusal(
                    f"An entry of the list is no tenant: {for_terminal(body)}. Nothing was taken from it."
                )
            # While the list changes, one that stood on the page before may come once more.
            found.setdefault(record["id"], record)
        cursor = _cursor(answer)
        if cursor is None:
            return list(found.values())
        if cursor in cursors or not listed or len(cursors) >= _MOST_PAGES:
            raise Stopped(
                f"The list of tenants has no end: after {len(found)} tenants a page leads to"
                f" {'one that was there before' if cursor in cursors else 'another one and holds none'}. Nothing was taken from it. Try"
                " again; if it stays, show this to the vendor's support."
            )
        cursors.add(cursor)


def find_by_hostname(client: Client, hostname: str) -> list[dict[str, t.Any]]:
    """The tenants that have a hostname, whatever their status: at most one, by the API's word."""
    listed = list_tenants(client, f"hostnames eq {literal(hostname, 'hostname')}")
    return [one for one in listed if hostname in (name.lower() for name in one["hostnames"])]


def find_by_id(client: Client, tenant_id: str) -> dict[str, t.Any] | None:
    """The tenant with an id; None where the organization has none.

    The API documents the answer in the shape of a list; a bare tenant is taken as well.

    :raises Refused: it does not show it.
    """
    path = f"{_TENANTS}/{check_tenant_id(tenant_id)}"
    answer = client.ask_with_token(Request(f"reading tenant {tenant_id}", "GET", CONSOLE_HOST, path, tier=1))
    if answer.status == 404 and (answer.code or "").startswith("TENANTS-"):
        return None
    body = answer.body if answer.status == 200 else None
    listed = body.get("data") if isinstance(body, dict) else None
    if isinstance(listed, list):
        body = listed[0] if len(listed) == 1 else None
    record = normal_form(body)
    if record is None or record["id"] != tenant_id:
        raise _refusal(answer)
    return record


def _request(scim_filter: str | None, cursor: str | None) -> Request:
    query = {"limit": str(_PAGE)} | ({"next": cursor} if cursor else {})
    what = "listing the organization's tenants"
    if scim_filter and len(scim_filter) > _LONGEST_IN_URL:
        path = f"{_TENANTS}/actions/filter?{urlencode(query)}"
        return Request(what, "POST", CONSOLE_HOST, path, body={"filter": scim_filter}, tier=2)
    if scim_filter:
        query["filter"] = scim_filter
    return Request(what, "GET", CONSOLE_HOST, f"{_TENANTS}?{urlencode(query)}", tier=1)


def _listed(answer: Answer) -> list[t.Any]:
    listed = answer.body.get("data") if answer.status == 200 and isinstance(answer.body, dict) else None
    if not isinstance(listed, list):
        raise _refusal(answer)
    return listed


def _cursor(answer: Answer) -> str | None:
    """The cursor in the link to the next page, whatever host the link names; None on the last page."""
    links = answer.body.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if not following:
        return None
    href = following.get("href") if isinstance(following, dict) else None
    try:
        query = parse_qs(urlsplit(href).query) if isinstance(href, str) else {}
    except ValueError:
        query = {}
    for name in ("next", "offset"):
        if query.get(name):
            return query[name][0]
    raise answer.refusal(f"The link to the next page has no cursor: {for_terminal(href)}.")


def _refusal(answer: Answer) -> Refused:
    return answer.refusal(
        _NEXT_STEPS.get(answer.status, "Try again later; if it stays, show this to the vendor's support.")
    )
