# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants of a benchmark: as the simulator plays them, and as an inventory and a list show them."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence
from typing import Any

import yaml
from simulator.tenants import tenant_id_of
from usual_host import usual_host

REGIONS = ("eu", "us")
_ORGANIZATION = {"id": "client-of-the-organization", "secret": "secret-of-the-organization"}
_CREDENTIALS = {region: {"client_id": f"client-{region}", "client_secret": f"secret-of-{region}"} for region in REGIONS}


@dataclasses.dataclass(frozen=True)
class Tenant:
    hostname: str
    region: str

    @property
    def id(self) -> str:
        return tenant_id_of(self.hostname)


# What is in each tenant, for those who look: as much as one page of each list shows.
_CONTENT = {
    "users": 41,
    "logins": 9,
    "last_login": "-1d",
    "spaces": 12,
    "automations": 4,
    "last_automation": "-1d",
    "items": {"app": 87},
    "app_bytes": 14_000_000_000,
    "file_bytes": 250_000_000,
}


class Fleet:
    """So many tenants, in turn in each region."""

    def __init__(self, count: int, of: Sequence[str] = REGIONS) -> None:
        regions = itertools.islice(itertools.cycle(of), count)
        self.tenants = [
            Tenant(f"fleet{number:04d}.{region}.qlikcloud.com", region) for number, region in enumerate(regions, 1)
        ]

    def __len__(self) -> int:
        return len(self.tenants)

    def part(self, number: int, of: int) -> Fleet:
        """One of so many parts, the first of which has the number 0."""
        found = Fleet(0)
        found.tenants = self.tenants[number::of]
        return found

    def scenario(self, latency: float = 0) -> dict[str, Any]:
        """For the simulator. Without rate limits: they would make a benchmark one of waiting."""
        return {
            "regions": {
                region: {"clients": [{"id": client["client_id"], "secret": client["client_secret"]}]}
                for region, client in _CREDENTIALS.items()
            },
            "tenants": [{"hostname": one.hostname, "id": one.id, "content": _CONTENT} for one in self.tenants],
            "latency": latency,
            "organization": {"clients": [_ORGANIZATION]},
            "rate_limits": {"model": "off"},
        }

    @property
    def environment(self) -> dict[str, str]:
        """The organization's client, for the inventory plugin."""
        return {"QLIK_ORG_CLIENT_ID": _ORGANIZATION["id"], "QLIK_ORG_CLIENT_SECRET": _ORGANIZATION["secret"]}

    def write_inventory(self, path: pathlib.Path) -> None:
        """One inventory for every playbook."""
        hosts = {
            tenant.hostname: {**usual_host(tenant.hostname, tenant.id), "qlik_region": tenant.region}
            for tenant in self.tenants
        }
        variables = {"tenant_decommission_max_tenants": len(self), "tenant_decommission_credentials": _CREDENTIALS}
        content = {"qlik_tenants": {"hosts": hosts, "vars": variables}}
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def write_list(self, path: pathlib.Path) -> None:
        """A line a tenant, for the shell: hostname, id, region, the region's client and its secret."""
        lines = [
            f"{one.hostname} {one.id} {one.region} {' '.join(_CREDENTIALS[one.region].values())}\n"
            for one in self.tenants
        ]
        path.write_text("".join(lines), encoding="utf-8")
