# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as JSON. ``docs/report.schema.json`` describes it."""

from __future__ import annotations

import dataclasses
import os
import typing as t
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Act, Report, Tenant

SCHEMA = 1


def report_data(report: Report) -> dict[str, t.Any]:
    """The report as values of JSON."""
    return {
        "schema": SCHEMA,
        "created": write_time(report.created),
        "receipts_dirs": list(report.folders),
        "organization": {"listed": report.listed, "message": report.not_listed},
        "totals": {**report.totals, **report.attention},
        "tenants": [_tenant(tenant) for tenant in report.tenants],
        "creations": [
            {"receipt": one.receipt, "region": one.region, "pending": _act(one.asked)} for one in report.creations
        ],
        "unreadable": [{"file": os.path.basename(one.path), "problem": one.problem} for one in report.unreadable],
        "unrecorded": list(report.unrecorded),
    }


def _tenant(tenant: Tenant) -> dict[str, t.Any]:
    return {
        "hostname": tenant.hostname,
        "aliases": list(tenant.aliases),
        "tenant_id": tenant.tenant_id,
        "region": tenant.region,
        "receipt": tenant.receipt,
        "state": tenant.situation.value,
        "since": _time(tenant.since),
        "purge_date": _time(tenant.purge_date),
        "purge_date_computed": tenant.purge_computed,
        "purge_date_text": tenant.purge_text,
        "purge_after_days": tenant.purge_after_days,
        "can_be_restored": tenant.can_be_restored,
        "restore_command": tenant.restore_command if tenant.can_be_restored else None,
        "deactivated": _act(tenant.taken),
        "restored": _act(tenant.restored),
        "purged": _act(tenant.purged),
        "failure": _act(tenant.failure),
        "pending": _act(tenant.pending),
        "contents": tenant.contents,
        "activity": tenant.activity,
        "listed_status": tenant.listed.status if tenant.listed else None,
        "listed_purge_date": _time(tenant.listed.purge_date) if tenant.listed else None,
        "difference": tenant.difference,
    }


def _act(act: Act | None) -> dict[str, t.Any] | None:
    if act is None:
        return None
    values = {**dataclasses.asdict(act), "at": _time(act.at), "approvers": list(act.approvers)}
    return {name: value for name, value in values.items() if value not in (None, [])}


def _time(value: datetime | None) -> str | None:
    return None if value is None else write_time(value)
