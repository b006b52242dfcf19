# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of a wave, as the guard reads them for each host."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION, TENANT_VARIABLES
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, REGION, TENANT_ID, TOKEN
from ansible_collections.tenantops.qlik.tests.unit.operate import operate

WAVE = "0f3a9c2b7d1e48560f3a9c2b7d1e4856"
PREFIX = "tenant_decommission_"
# The result of qlik_region_token in a loop over the regions.
TOKENS = [{"item": REGION, "failed": False, "access_token": TOKEN, "expires_at": "2026-11-24T18:00:00Z"}]


def entry(hostname: t.Any = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    """What the guard reads for a host: a confirmed tenant whose name in the inventory is its hostname."""
    written = {"host": hostname, "hostname": hostname, "confirm_hostname": hostname, "tenant_id": TENANT_ID}
    return {**TENANT_VARIABLES[DECOMMISSION], **written, **given}


def fleet(number: int) -> list[dict[str, t.Any]]:
    """So many different tenants."""
    return [entry(f"t{count}.eu.qlikcloud.com", tenant_id=f"id{count}") for count in range(number)]


def change(run: Run, operation: str = DECOMMISSION, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests, in a wave of that operation, with what the guard said of it."""
    known = {"host": None, **TENANT_VARIABLES[operation]}
    tenant = {key: value for key, value in entry().items() if key in known} | given
    tenant |= {"prefix": f"tenant_{operation}_", "one_client": False, "operation": operation, "wave": WAVE}
    return operate("qlik_wave_tenant", run, tenant=tenant, tokens=TOKENS)


def decommission(run: Run, tokens: t.Any = None, /, *, one_client: bool = False, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests, as the role calls it. ``options`` are those of the module."""
    options = given.pop("options", {})
    tenant = {**entry(**given), "prefix": PREFIX, "one_client": one_client, "operation": DECOMMISSION, "wave": WAVE}
    return operate("qlik_wave_tenant", run, tenant=tenant, tokens=TOKENS if tokens is None else tokens, **options)
