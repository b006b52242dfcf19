# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tenants, as Qlik Cloud knows them and as an inventory lists them."""

from __future__ import annotations

from typing import Any

from ansible_collections.tenantops.qlik.tests.usual_host import usual_host

# Canaries: wherever one of them shows up, a secret has leaked.
SECRETS = {
    "eu": "canary-secret-of-eu-5d1f",
    "us": "canary-secret-of-us-9b7c",
    "organization": "canary-secret-of-the-organization-3e8a",
}
CLIENTS = {region: {"client_id": f"client-{region}", "client_secret": SECRETS[region]} for region in ("eu", "us")}
ORGANIZATION = {"org_client_id": "client-organization", "org_client_secret": SECRETS["organization"]}


def tenant_id(name: str) -> str:
    """An id of 32 characters that can be recognised."""
    return (name.replace("-", "") * 32)[:32]


def tenant(name: str, region: str = "eu", **more: Any) -> dict[str, Any]:
    """A tenant of the scenario."""
    return {"id": tenant_id(name), "hostname": f"{name}.{region}.qlikcloud.com", **more}


def host(name: str, region: str = "eu", **more: Any) -> dict[str, dict[str, Any]]:
    """A tenant of the inventory, as a careful person writes it; a variable that is None is left out."""
    hostname = f"{name}.{region}.qlikcloud.com"
    variables = {**usual_host(hostname, tenant_id(name)), **more}
    return {hostname: {key: value for key, value in variables.items() if value is not None}}


def planned_host(name: str, region: str = "eu", **more: Any) -> dict[str, dict[str, Any]]:
    """A tenant of the inventory of a fleet: a plan confirms it, and nobody types its hostname twice."""
    return host(name, region, **{"tenant_decommission_confirm_hostname": None, **more})


def scenario(*tenants: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Qlik Cloud of two regions, and an organization that all of its tenants belong to."""
    clients = {
        region: {"clients": [{"id": client["client_id"], "secret": client["client_secret"]}]}
        for region, client in CLIENTS.items()
    }
    known = [{"id": ORGANIZATION["org_client_id"], "secret": ORGANIZATION["org_client_secret"]}]
    return {"regions": clients, "organization": {"clients": known}, "tenants": list(tenants), **more}
