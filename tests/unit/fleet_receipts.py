# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder with a receipt of each outcome, as runs of months would leave it."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.tests.unit.receipts import event, failed, intent, receipt

Events = list[dict[str, t.Any]]


def deactivated(at: datetime, days: int = 30, **facts: t.Any) -> dict[str, t.Any]:
    """The server has confirmed a deactivation, and named the purge date."""
    date = write_time(at + timedelta(days=days))
    return event("deactivated", at, purge_after_days=days, estimated_purge_date=date, **facts)


def gone(at: datetime, days: int = 30, **facts: t.Any) -> Events:
    """A deactivation from its intent to its confirmation."""
    claims = {name: facts[name] for name in ("plan_sha256", "approved_by", "ticket") if name in facts}
    return [intent(at, purge_after_days=days, **claims), deactivated(at, days, **facts)]


def back(at: datetime, **facts: t.Any) -> Events:
    """A restore from its intent to its confirmation."""
    return [intent(at, "reactivate"), event("reactivated", at, probe_state="active", **facts)]


def outcomes(now: datetime) -> dict[str, Events]:
    """The events of one tenant of each kind, by the first label of its hostname."""

    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    return {
        "changed": gone(
            ago(3), 30, plan_sha256="a" * 64, approved_by="j.doe", ticket="CHG-1", probe_state="deactivated"
        ),
        "soon": gone(ago(26), 30),
        "restored": [*gone(ago(9), 30), *back(ago(5), ticket="CHG-2")],
        "purged": [*gone(ago(140), 30, ticket="CHG-3"), event("purged", ago(40), probe_state="not_found")],
        "failed": [intent(ago(2)), {**failed(ago(2)), "http_status": 403, "code": "AUTH-3", "trace_id": "trace-4"}],
        "killed": [intent(ago(1))],
        "overdue": gone(ago(34), 30),
        "again": [*gone(ago(60), 60), *back(ago(50)), *gone(ago(10), 90)],
        "refused": [*gone(ago(4), 30), intent(ago(1), "reactivate"), failed(ago(1), action="reactivate")],
        "seen": [event("observed", ago(6), status="disabled", probe_state="deactivated")],
    }


def write_folder(folder: Path, now: datetime, more: dict[str, Events] | None = None) -> Path:
    """Write them, with others if there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, events in {**outcomes(now), **(more or {})}.items():
        hostname = f"{name}.eu.qlikcloud.com"
        content = receipt(*events, hostname=hostname, hostnames=[hostname], tenant_id=tenant_id(name))
        (folder / f"{hostname}.json").write_text(json.dumps(content))
    return folder


def tenant_id(name: str) -> str:
    """An id that can be recognised."""
    return (name * 32)[:32]
