# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of Qlik Cloud. The sections named are those of the reference, qlik-cloud-api.md."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    HOSTNAME,
    PURGE_DATE,
    REGION,
    TENANT_ID,
    TENANT_TOKEN,
    TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply

JSON = {"Content-Type": "application/json"}


def as_json(status: int, body: t.Any, **headers: str) -> Reply:
    """Any JSON."""
    return Reply(status, json.dumps(body).encode(), {**JSON, **headers})


def token(value: str = TOKEN, **more: t.Any) -> Reply:
    """ "Hosts and credentials": a token of a register host, good for 6 h."""
    body = {
        "access_token": value,
        "token_type": "bearer",
        "expires_in": 21600,
        "expires_at": "2026-11-24T18:00:00.000Z",
    }
    return as_json(200, {**body, **more})


def record(now: str = "active", **more: t.Any) -> Reply:
    """ "Read one tenant"."""
    body = {
        "id": TENANT_ID,
        "name": "acme",
        "status": now,
        "hostnames": [HOSTNAME, ALIAS],
        "region": REGION,
        "datacenter": "eu-west-1",
        "created": "2025-01-02T03:04:05.000Z",
        "lastUpdated": "2026-11-24T12:00:01.000Z",
        "statusLastUpdatedAt": "2026-11-24T12:00:01.000Z",
        "links": {"self": {"href": f"https://{HOSTNAME}/api/v1/tenants/{TENANT_ID}"}},
    }
    return as_json(200, {**body, **more})


def listed(number: int = 0, **more: t.Any) -> dict[str, t.Any]:
    """ "Organization API": a tenant of the list, each number another one; 0 is the tenant of the tests."""
    one = {
        "id": TENANT_ID if number == 0 else f"id{number:04d}",
        "name": "acme" if number == 0 else f"fleet{number:04d}",
        "hostnames": [HOSTNAME, ALIAS] if number == 0 else [f"fleet{number:04d}.eu.qlikcloud.com"],
        "regionCode": "eu-west-1",
        "countryCode": "IE",
        "status": "active",
        "createdAt": "2025-01-02T03:04:05.000Z",
        "createdBy": "somebody",
        "updatedAt": "2026-11-24T12:00:01.000Z",
        "licenseNumber": "9000000000000001",
        "subscriptionId": "sub-1",
        "licenseStartsAt": "2025-01-02T00:00:00.000Z",
        "licenseEndsAt": "2026-09-01T00:00:00.000Z",
        "links": {"self": {"href": "https://api.qlikcloud.com/core/tenants/x"}},
    }
    return {**one, **more}


def page(*tenants: t.Any, following: str | None = None, total: t.Any = None) -> Reply:
    """ "Organization API": a page of the list. ``following``: the query of the link to the next page, which names another host."""
    links = {"self": {"href": "https://api.qlikcloud.com/core/tenants"}}
    if following is not None:
        links["next"] = {"href": f"https://api.qlikcloud.com/core/tenants?{following}"}
    body: dict[str, t.Any] = {"data": list(tenants), "links": links}
    return as_json(200, body if total is None else {**body, "totalResults": total})


def disabled(**more: t.Any) -> Reply:
    """ "Deactivate": done."""
    return as_json(200, {"id": TENANT_ID, "status": "disabled", "estimatedPurgeDate": PURGE_DATE, **more})


def error(status: int, code: t.Any, title: t.Any = "A title", detail: t.Any = None, **headers: str) -> Reply:
    """ "Errors"."""
    one = {"code": code, "title": title, "status": str(status)}
    if detail is not None:
        one["detail"] = detail
    return as_json(status, {"errors": [one], "traceId": TRACE_ID}, **headers)


def rate_limited(retry_after: str = "7", **headers: str) -> Reply:
    """ "Rate limits"."""
    return error(429, "HTTP-429", "API rate limit reached.", **{"Retry-After": retry_after, **headers})


def deactivated(code: str = "TENANT_DEACTIVATED", status: int = 401) -> Reply:
    """ "Probe": the tutorial's code, or the guide's TENANT_DISABLED."""
    return error(status, code, "Tenant has been deactivated. Contact your administrator for more details.")


def tenant_token() -> Reply:
    """ "Probe": a live tenant issues a token."""
    return token(TENANT_TOKEN)


# "Errors": TENANTS-8; "Probe": LOGIN-2, and what a live tenant says to a client that it does not know.
NO_SUCH_TENANT = error(404, "TENANTS-8", "Tenant not found.")
NOBODYS_HOST = error(401, "LOGIN-2", "No authentication configured for this hostname")
UNKNOWN_CLIENT = error(401, "OAUTH-14", "Client not found.")
FORBIDDEN = error(403, "AUTH-5", "Forbidden")
UNAUTHORIZED = error(401, "AUTH-1", "Unauthorized")
# "Errors": gateways answer with HTML, with an empty body.
HTML = Reply(200, b"<html><body>Welcome</body></html>", {"Content-Type": "text/html"})
BAD_GATEWAY = Reply(502, b"<html><body>502 Bad Gateway</body></html>", {"Content-Type": "text/html"})
UNAVAILABLE = Reply(503)
EMPTY = Reply(200)

# "Read one tenant": how a register host refuses reads. A 404 counts where it has no code of the API.
REFUSED_READS = {
    "401": UNAUTHORIZED,
    "403": FORBIDDEN,
    "404 in HTML": Reply(404, b"<html>Not Found</html>"),
    "404 with another code": error(404, "HTTP-404", "Not found"),
    "405": Reply(405),
}
