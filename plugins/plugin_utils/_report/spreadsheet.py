# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as CSV, one row per tenant."""

from __future__ import annotations

import csv
import io
import typing as t
from collections.abc import Callable
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_spreadsheet
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Tenant


def _of_taken(name: str) -> Callable[[Tenant], t.Any]:
    return lambda tenant: getattr(tenant.taken, name, None)


_COLUMNS: dict[str, Callable[[Tenant], t.Any]] = {
    "hostname": lambda tenant: tenant.hostname,
    "region": lambda tenant: tenant.region,
    "state": lambda tenant: tenant.situation.value,
    "since": lambda tenant: tenant.since,
    "purge_date": lambda tenant: tenant.purge_date,
    "purge_date_computed": lambda tenant: "yes" if tenant.purge_computed else None,
    "purge_after_days": lambda tenant: tenant.purge_after_days,
    "can_be_restored": lambda tenant: "yes" if tenant.can_be_restored else "no",
    "deactivated_at": lambda tenant: tenant.taken.at if tenant.taken else None,
    "by": _of_taken("user"),
    "machine": _of_taken("machine"),
    "job": _of_taken("job"),
    "ticket": _of_taken("ticket"),
    "approved_by": _of_taken("approved_by"),
    "approvers": lambda tenant: ", ".join(tenant.taken.approvers) if tenant.taken else None,
    "plan_sha256": _of_taken("plan_sha256"),
    "restored_at": lambda tenant: tenant.restored.at if tenant.restored else None,
    "purged_seen_at": lambda tenant: tenant.purged.at if tenant.purged else None,
    "failed": lambda tenant: tenant.failure_text,
    "pending": lambda tenant: tenant.pending_text,
    "listed_status": lambda tenant: tenant.listed.status if tenant.listed else None,
    "difference": lambda tenant: tenant.difference,
    "tenant_id": lambda tenant: tenant.tenant_id,
    "aliases": lambda tenant: " ".join(tenant.aliases),
    "receipt": lambda tenant: tenant.receipt,
}
HEADING = ",".join(_COLUMNS)


def report_csv(report: Report) -> str:
    """The report as CSV."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(_COLUMNS)
    for tenant in report.tenants:
        rows.writerow([_cell(value(tenant)) for value in _COLUMNS.values()])
    return file.getvalue()


def _cell(value: t.Any) -> str:
    if value is None:
        return ""
    return write_time(value) if isinstance(value, datetime) else for_spreadsheet(value, 1000)
