# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a tenant comes to be, and gets its name and its alias. Reference, "Create"."""

from __future__ import annotations

import dataclasses
import datetime
import re
import secrets
from typing import Any

from simulator import answers, checks, clock
from simulator.answers import Answer
from simulator.host import Call
from simulator.regions import Region
from simulator.tenants import Directory, Tenant, license_key, tenant_id_of

_LABEL = re.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.IGNORECASE)


@dataclasses.dataclass
class Creation:
    """``quota``: how many tenants a subscription may have, disabled ones too; ``aliases``: whether a tenant may have an alias."""

    quota: int | None = None
    aliases: bool = True

    def check(self, where: str) -> None:
        if self.quota is not None:
            checks.whole(self.quota, f"{where}.quota")
        checks.flag(self.aliases, f"{where}.aliases")


def create(call: Call, region: Region, directory: Directory, subscriptions: list[str], rules: Creation) -> Answer:
    """POST /api/v1/tenants: the server chooses name and hostname. A repeat makes another tenant."""
    body = call.request.document
    key = body.get("licenseKey") if isinstance(body, dict) else None
    if not isinstance(key, str) or not key:
        return answers.license_missing()
    subscription = next((one for one in subscriptions if license_key(one) == key), None)
    if subscription is None:
        return answers.license_invalid()
    used = sum(tenant.subscription == subscription and not tenant.purged for tenant in directory)
    if rules.quota is not None and used >= rules.quota:
        return answers.quota_reached()
    tenant = _new_tenant(region, subscription)
    directory.add(tenant)
    return answers.tenant_created(tenant, call.request.host)


def update(call: Call, tenant: Tenant, directory: Directory, rules: Creation) -> Answer:
    """PATCH /api/v1/tenants/<id>: JSON Patch of the name and of the alias. All of it is done, or nothing."""
    body = call.request.document
    if not isinstance(body, list) or not body:
        return answers.bad_request("The body must be a list of operations.")
    changes: dict[str, str] = {}
    for entry in body:
        if not isinstance(entry, dict) or entry.get("op") != "replace" or not isinstance(entry.get("value"), str):
            return answers.bad_request("Each operation must be a replace with a value.")
        changes[str(entry.get("path"))] = entry["value"]
    if not changes.keys() <= {"/name", "/hostnames/1"}:
        return answers.bad_request("Only /name and /hostnames/1 can be replaced.")
    alias = changes.get("/hostnames/1")
    refusal = None if alias is None else _wrong_alias(alias, tenant, directory, rules)
    if refusal is not None:
        return refusal
    if alias is not None:
        directory.set_alias(tenant, alias)
    tenant.name = changes.get("/name", tenant.name)
    tenant.updated_at = clock.now()
    return answers.tenant_updated()


def _wrong_alias(alias: str, tenant: Tenant, directory: Directory, rules: Creation) -> Answer | None:
    if not rules.aliases:
        return answers.alias_not_allowed()
    label, _dot, rest = alias.partition(".")
    if not _LABEL.fullmatch(label) or rest != f"{tenant.region}.qlikcloud.com":
        return answers.alias_malformed()
    owner = directory.with_hostname(alias)
    return answers.alias_taken() if owner not in (None, tenant) else None


def _new_tenant(region: Region, subscription: str) -> Tenant:
    moment, name = clock.now(), f"t{secrets.token_hex(7)}"
    hostname = f"{name}.{region.name}.qlikcloud.com"
    values: dict[str, Any] = {
        "created_at": moment,
        "updated_at": moment,
        "status_updated_at": moment,
        "license_starts_at": moment,
        "license_ends_at": moment + datetime.timedelta(days=365),
    }
    return Tenant(
        id=tenant_id_of(hostname),
        name=name,
        hostnames=[hostname],
        region=region.name,
        status="active",
        subscription=subscription,
        datacenter=region.datacenter,
        country=region.country,
        created_by="",
        license_number="9000000000000000",
        **values,
    )
