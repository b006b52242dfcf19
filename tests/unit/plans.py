# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as tests write them, put together here without the code that makes them; and, by that code, an entry of a result."""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import plan_entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, NOW, REGION, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.waves import decommission

# The digests of a plan that is applied, and of another one.
DIGEST = "5e" * 32
ANOTHER_DIGEST = "a7" * 32
CLAIMS = {"approved_by": "Ada Approver", "ticket": "OPS-7"}


def to_deactivate(hostname: str = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    """What a plan says of the tenant of the tests, or of another one, that is to be deactivated."""
    return {
        "id": TENANT_ID,
        "name": "acme",
        "hostname": hostname,
        "hostnames": [hostname, ALIAS] if hostname == HOSTNAME else [hostname],
        "region": REGION,
        "status": "active",
        "action": "deactivate",
        "reason": None,
        "not_before": None,
        "purge_after_days": 30,
        "expected_purge_date": "2026-12-24",
        "license_ends_at": None,
        "restored_on": None,
        "activity": None,
        "contents": None,
        "warnings": [],
        **given,
    }


def to_leave(hostname: str = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    """The same of one that is disabled already."""
    left = {"status": "disabled", "action": "no-op", "purge_after_days": None, "expected_purge_date": None}
    return to_deactivate(hostname, **{**left, **given})


def plan_of(
    *entries: t.Any, made: datetime = NOW, hours: float = 72, without: str | None = None, **given: t.Any
) -> dict[str, t.Any]:
    """A plan with these entries, whose digest is right; ``without`` is a key that it lacks."""
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"))
    plan = {
        "schema": 3,
        "created": write_time(made),
        "expires": write_time(made + timedelta(hours=hours)),
        "planned_by": None,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "warnings": [],
        "tenants": list(entries),
        **given,
    }
    return {key: value for key, value in plan.items() if key != without}


def file_of(plan: t.Any) -> tuple[bytes, str]:
    """The bytes of a file with this plan, in the collection's layout, and their digest."""
    content = plan if isinstance(plan, bytes) else json.dumps(plan, indent=2).encode() + b"\n"
    return content, hashlib.sha256(content).hexdigest()


def put_plan(path: Path, plan: t.Any) -> str:
    """Put a plan into a file; its digest."""
    content, digest = file_of(plan)
    path.write_bytes(content)
    return digest


def apply(run: Run, planned: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests under an approved plan, which nobody has typed a confirmation for."""
    usual = {"confirm_hostname": None, "planned": planned, "plan_sha256": DIGEST, **CLAIMS}
    return decommission(run, **{**usual, **given})


def look(run: Run, **given: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant for the tenant of the tests where a plan is made."""
    return decommission(run, **{"confirm_hostname": None, "planning": True, **given})


def entry_of(result: dict[str, t.Any], now: datetime, listed: dict[str, t.Any] | None = None) -> t.Any:
    """The entry of a plan for a tenant, from the result of its task."""
    return plan_entry(TenantResult.from_json(result), now, listed)
