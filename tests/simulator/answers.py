# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Qlik Cloud answers: every body that the simulator sends of its own accord.

Each function names the section of the API's reference that it is taken from, or says that nothing is published. A
change of the vendor's documentation is a change of this file.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import secrets
import time
from typing import Any

from simulator import clock
from simulator.tenants import Tenant, license_key

JSON = "application/json"


@dataclasses.dataclass
class Answer:
    status: int
    content: bytes = b""
    content_type: str | None = JSON
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    effective: bool = False  # whether a tenant was changed to get here


def encoded(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def document(status: int, body: Any, *, effective: bool = False) -> Answer:
    return Answer(status, encoded(body), effective=effective)


def error(status: int, code: str, title: str, detail: str | None = None) -> Answer:
    """Reference, "Errors": status is a string; traceId goes with every one."""
    entry = {"code": code, "title": title, "status": str(status)}
    if detail is not None:
        entry["detail"] = detail
    return document(status, {"errors": [entry], "traceId": secrets.token_hex(16)})


# Errors of any host


def no_such_path() -> Answer:
    """Reference, "Errors": the code is the general one; a path that does not exist is not described."""
    return error(404, "HTTP-404", "Not found")


def unauthorized() -> Answer:
    """Reference, "Hosts and credentials": on a 401 ask for a new token. The code is not published."""
    return error(401, "HTTP-401", "Unauthorized", "The access token is missing, expired, revoked or for another host.")


def bad_request(detail: str) -> Answer:
    """Reference, "Errors": the codes of 400 are not published."""
    return error(400, "HTTP-400", "Bad request", detail)


def misdirected() -> Answer:
    """RFC 9110, 15.5.20: the Host header names another host than the connection was made to."""
    return error(421, "HTTP-421", "Misdirected request")


def too_large() -> Answer:
    """RFC 9110, 15.5.14."""
    return error(413, "HTTP-413", "Content too large")


def rate_limited(seconds: int, *, as_date: bool, skew: float) -> Answer:
    """Reference, "Rate limits". Retry-After in seconds is documented; RFC 9110 allows a date as well.

    The date is of the server's clock, and rounded up to whole seconds: what it promises has come true by then.
    """
    answer = error(429, "HTTP-429", "API rate limit reached.", "Too many requests were made in too short a time.")
    until = int(time.time() + skew) + seconds + 1
    answer.headers["Retry-After"] = clock.http_date(until) if as_date else str(seconds)
    return answer


# Tokens


def token(access_token: str, lifetime: int, *, with_date: bool) -> Answer:
    """Reference, "Hosts and credentials": the answer of the token endpoint."""
    body: dict[str, Any] = {"access_token": access_token, "token_type": "bearer", "expires_in": lifetime}
    if with_date:
        body["expires_at"] = clock.stamp(clock.now() + datetime.timedelta(seconds=lifetime))
    return document(200, body)


def wrong_credentials() -> Answer:
    """Reference, "Errors": OAUTH-14, 401."""
    return error(401, "OAUTH-14", "Invalid client credentials")


def malformed_token_request(detail: str) -> Answer:
    """Reference, "Errors": OAUTH-5, 400."""
    return error(400, "OAUTH-5", "Invalid request", detail)


# A tenant's own host


def unknown_hostname() -> Answer:
    """Reference, "Probe": nobody's host."""
    return error(401, "LOGIN-2", "No authentication configured for this hostname")


def deactivated(code: str) -> Answer:
    """Reference, "Probe": the answer to any call; the code is one of two."""
    return error(401, code, "Tenant has been deactivated. Contact your administrator for more details.")


def redirect(location: str, status: int = 302) -> Answer:
    """Reference, "Read one tenant": /api/v1/tenants/me redirects to the tenant itself."""
    return Answer(status, content_type=None, headers={"Location": location})


def bot_id(client: str) -> str:
    """Reference, "A token request on a live tenant has an effect": the id of a client's bot user."""
    return f"bot-{client}"


def bot_user(tenant: Tenant, client: str) -> dict[str, Any]:
    """Reference, "A token request on a live tenant has an effect": the bot user of a client."""
    return {
        "id": bot_id(client),
        "tenantId": tenant.id,
        "status": "active",
        "subject": f"qlikbot\\{client}",
        "name": client,
        "roles": ["TenantAdmin"],
        "createdAt": clock.stamp(tenant.created_at),
        "links": {"self": {"href": f"https://{tenant.hostnames[0]}/api/v1/users/{bot_id(client)}"}},
    }


def user(tenant: Tenant, client: str) -> Answer:
    """Reference, "Read one tenant": /api/v1/users/me has tenantId."""
    return document(200, bot_user(tenant, client))


def license_overview(tenant: Tenant) -> Answer:
    """Reference, "Create": licenseKey, the signed key. "What is in a tenant": allotments."""
    assigned = tenant.content.licenses_assigned
    return document(
        200,
        {
            "licenseKey": license_key(tenant.subscription),
            "licenseNumber": tenant.license_number,
            "status": "Ok",
            "product": "Qlik Cloud Analytics",
            "valid": f"{clock.stamp(tenant.license_starts_at)[:10]}/",
            "allotments": [
                {"name": "professional", "usageClass": "assigned", "units": 500, "unitsUsed": assigned // 2},
                {"name": "analyzer", "usageClass": "assigned", "units": 500, "unitsUsed": assigned - assigned // 2},
            ],
        },
    )


def execution_token(tenant: Tenant, number: int) -> str:
    """Reference, "What is in a tenant": a secret of an automation."""
    return f"executes-{hashlib.sha256(f'{tenant.id}/{number}'.encode()).hexdigest()}"


def content_page(entries: list[dict[str, Any]], links: dict[str, str], more: dict[str, Any] | None) -> Answer:
    """Reference, "What is in a tenant": data, links, and in some lists meta."""
    body = {"data": entries, "links": {name: {"href": href} for name, href in links.items()}}
    return document(200, {**body, **(more or {})})


def quotas(used: dict[str, tuple[int, int]]) -> Answer:
    """Reference, "What is in a tenant": how much of each quota is used."""
    data = [
        {"id": name, "type": "quotas", "attributes": {"quota": quota, "unit": "", "usage": usage}}
        for name, (quota, usage) in used.items()
    ]
    return document(200, {"data": data})


def content_refused(status: int) -> Answer:
    """Reference, "What is in a tenant": 403 and 404 are possible anywhere. The codes are not published."""
    titles = {403: "Forbidden", 404: "Not found"}
    return error(status, "AUTH-5" if status == 403 else f"HTTP-{status}", titles.get(status, "Failed"))


def product_info() -> Answer:
    """Not in the reference: a client may ask a host for it to tell Qlik Cloud from Qlik Sense on Windows."""
    return document(
        200,
        {
            "composition": {"contentHash": "0", "senseId": "simulated", "version": "1.0.0"},
            "url": {"documentation": "https://help.qlik.com", "community": "https://community.qlik.com"},
        },
    )


# The register hosts


def tenant_record(tenant: Tenant, host: str) -> dict[str, Any]:
    """Reference, "Read one tenant". There is no purge date in it."""
    record = {
        "id": tenant.id,
        "name": tenant.name,
        "status": tenant.current_status,
        "hostnames": list(tenant.hostnames),
        "region": tenant.hostnames[0].split(".")[1],
        "datacenter": tenant.datacenter,
        "created": clock.stamp(tenant.created_at),
        "createdByUser": tenant.created_by,
        "lastUpdated": clock.stamp(tenant.updated_at),
        "statusLastUpdatedAt": clock.stamp(tenant.status_updated_at),
        "enableAnalyticCreation": True,
        "autoAssignCreateSharedSpacesRoleToProfessionals": True,
        "autoAssignDataServicesContributorRoleToProfessionals": True,
        "autoAssignPrivateAnalyticsContentCreatorRoleToProfessionals": True,
        "links": {"self": {"href": f"https://{host}/api/v1/tenants/{tenant.id}"}},
    }
    return record | tenant.shown


def tenant_read(tenant: Tenant, host: str) -> Answer:
    """Reference, "Read one tenant"."""
    return document(200, tenant_record(tenant, host))


def tenant_created(tenant: Tenant, host: str) -> Answer:
    """Reference, "Create": the tenant links to itself on the register host."""
    return document(201, tenant_record(tenant, host), effective=True)


def license_missing() -> Answer:
    """Reference, "Create": TENANTS-21, 400."""
    return error(400, "TENANTS-21", "License key is missing", "licenseKey is required.")


def license_invalid() -> Answer:
    """Reference, "Create": TENANTS-23, 403."""
    return error(403, "TENANTS-23", "Invalid license", "The license key is not valid.")


def quota_reached() -> Answer:
    """Reference, "Create": TENANTS-22, 403."""
    return error(403, "TENANTS-22", "Quota reached", "The license allows no more tenants.")


def tenant_updated() -> Answer:
    """Reference, "Create": a PATCH of name and alias is answered 204."""
    return Answer(204, content_type=None, effective=True)


def alias_malformed() -> Answer:
    """Reference, "Create": TENANTS-10, 400."""
    return error(400, "TENANTS-10", "Invalid hostname", "Subdomain should be between 3 and 63 characters")


def alias_not_allowed() -> Answer:
    """Reference, "Create": trials often have no alias. How that is refused is not published; AUTH-5 is the known code of 403."""
    return error(403, "AUTH-5", "Forbidden", "The license has no alias hostname.")


def alias_taken() -> Answer:
    """Reference, "Hostnames": an alias names one tenant. How another one is refused is not published."""
    return error(409, "HTTP-409", "Conflict", "The hostname is in use.")


def tenant_unknown() -> Answer:
    """Reference, "Errors": TENANTS-8, 404."""
    return error(404, "TENANTS-8", "Not found", "The tenant was not found.")


def reads_refused(status: int) -> Answer:
    """Reference, "Read one tenant": the register host may refuse. How is not published.

    A 404 of the API has a code; this one stands for a gateway without such a route, and has none.
    """
    if status == 404:
        return document(404, {"message": "no route matched with those values"})
    codes = {401: "HTTP-401", 403: "AUTH-5", 405: "HTTP-405"}
    titles = {401: "Unauthorized", 403: "Forbidden", 405: "Method not allowed"}
    return error(status, codes[status], titles[status])


def tenant_deactivated(tenant: Tenant) -> Answer:
    """Reference, "Deactivate"."""
    assert tenant.purge_at is not None
    body = {"id": tenant.id, "status": "disabled", "estimatedPurgeDate": clock.stamp(tenant.purge_at)}
    return document(200, body, effective=True)


def tenant_reactivated(tenant: Tenant, *, as_in_guide: bool, effective: bool) -> Answer:
    """Reference, "Reactivate": the guide shows id and status, the API reference an untyped object."""
    return document(200, {"id": tenant.id, "status": "active"} if as_in_guide else {}, effective=effective)


def confirmation_mismatch() -> Answer:
    """Reference, "Deactivate": 412. The code is not published."""
    return error(412, "HTTP-412", "Precondition failed", "qlik-confirm-hostname is none of the tenant's hostnames.")


def deactivation_disallowed() -> Answer:
    """Reference, "Errors": a tenant's deactivation can be disallowed, 403; AUTH-5 is the known code of 403."""
    return error(403, "AUTH-5", "Forbidden", "Deactivation of this tenant is not allowed.")


# The organization's console


def organization_record(tenant: Tenant) -> dict[str, Any]:
    """Reference, "Organization API": a tenant in the list."""
    record: dict[str, Any] = {
        "id": tenant.id,
        "name": tenant.name,
        "hostnames": list(tenant.hostnames),
        "regionCode": tenant.datacenter,
        "countryCode": tenant.country,
        # The statuses of the list: users' access being off is none of them.
        "status": {"user-access-disabled": "active"}.get(tenant.current_status, tenant.current_status),
        "createdAt": clock.stamp(tenant.created_at),
        "createdBy": tenant.created_by,
        "updatedAt": clock.stamp(tenant.updated_at),
        "licenseNumber": tenant.license_number,
        "subscriptionId": tenant.subscription,
        "licenseStartsAt": clock.stamp(tenant.license_starts_at),
        "links": {"self": {"href": f"https://api.qlikcloud.com/core/tenants/{tenant.id}"}},
    }
    if tenant.license_ends_at is not None:
        record["licenseEndsAt"] = clock.stamp(tenant.license_ends_at)
    if tenant.purge_at is not None:
        record["deletionStartsAt"] = clock.stamp(tenant.purge_at)
    return record | tenant.shown


def organization_page(records: list[dict[str, Any]], links: dict[str, str], total: int | None) -> Answer:
    """Reference, "Organization API": data, links, and the total where it was asked for."""
    body: dict[str, Any] = {"data": records, "links": {name: {"href": href} for name, href in links.items()}}
    if total is not None:
        body["totalResults"] = total
    return document(200, body)


def organization_tenant(record: dict[str, Any], *, as_list: bool) -> Answer:
    """Reference, "Organization API": one tenant is documented in the list's shape, or is the bare object."""
    return document(200, {"data": [record], "links": {"self": record["links"]["self"]}} if as_list else record)


def organization_count(total: int) -> Answer:
    """Reference, "Organization API"."""
    return document(200, {"total": total})


def foreign_subscription() -> Answer:
    """Reference, "Organization API": a subscriptionId of somebody else is a 403."""
    return error(403, "AUTH-5", "Forbidden", "The subscription is not one of this organization.")
