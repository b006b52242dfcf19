# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run: what became of each tenant, totals, failures with the server's words; as data, and as lines of text."""

from __future__ import annotations

import os
import textwrap
import typing as t
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, table
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time, write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import DISABLED_STATUSES
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import is_overdue
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import Part, Row, WaveLog
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary_undo import total_lines, undo_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import Outcome, TenantResult

SCHEMA = 2


# By operation: the heading, and what was done to the tenants that changed.
_WORDS = {
    "decommission": ("Tenants taken out of service", "deactivated"),
    "restore": ("Tenants brought back into service", "reactivated"),
}


_UNPREPARED = "a task that comes before its deactivation failed, or was not reached"
_LATER = "it is in a later batch"
_INTERRUPTED = "interrupted: run the same command again, it reads the state of the tenant first"

# Columns of a terminal that every line of the table fits into.
_COLUMNS = 100


_SEEN = {
    "active": "still live",
    "deactivated": "seen deactivated",
    "unauthorized": "still live",
    "not_found": "its hostname does not exist",
    "unreachable": "its host does not answer",
    "unknown": "its host gives an unexpected answer",
}


def summarize(
    hosts: Sequence[tuple[str, TenantResult | None]],
    *,
    operation: str,
    error: str | None,
    check_mode: bool,
    run_id: str,
    now: datetime,
    plan_sha256: str | None = None,
    approvals: Sequence[Mapping[str, str]] = (),
    applied_before: Sequence[str] = (),
    not_applied: Sequence[str] = (),
    confirmed: Collection[str] = (),
    inventory: str = "",
) -> dict[str, t.Any]:
    """The summary of a wave, as ``docs/summary.schema.json`` describes it, and as lines of text.

    :arg hosts: each host's name in the inventory with the role's result, None where it was not reached.
    :arg operation: what the wave was for: ``decommission``, ``restore``.
    :arg error: why the wave as a whole was refused, where it was.
    :arg plan_sha256: the digest of the plan that was applied, where there was one.
    :arg approvals: the people whose signatures of that plan were verified.
    :arg applied_before: the tenants in that plan that no host of the play has, and that were deactivated by their receipts.
    :arg not_applied: the other tenants in that plan that no host of the play has.
    :arg confirmed: the hosts that the inventory confirms for a decommission. A restore that succeeded says so.
    :arg inventory: the options of the inventory, as they are typed.
    :returns: ``lines`` and ``summary``.
    """
    tenants = [_tenant(host, result or TenantResult(), now) for host, result in hosts]
    totals = {one.value: sum(tenant["outcome"] == one.value for tenant in tenants) for one in Outcome}
    summary = {
        "schema": SCHEMA,
        "operation": operation,
        "run": run_id,
        "created": write_time(now),
        "check_mode": check_mode,
        "error": None if error is None else for_terminal(error, 4000),
        "plan_sha256": plan_sha256,
        "approvals": list(approvals),
        "applied_before": [for_terminal(hostname, 253) for hostname in applied_before],
        "not_applied": [for_terminal(hostname, 253) for hostname in not_applied],
        "receipts_dirs": sorted({os.path.dirname(tenant["receipt"]) for tenant in tenants if tenant["receipt"]}),
        "still_confirmed": [
            tenant["host"]
            for (host, _result), tenant in zip(hosts, tenants, strict=True)
            if operation == "restore" and host in confirmed and tenant["outcome"] in ("changed", "unchanged")
        ],
        "totals": totals,
        "tenants": tenants,
        "removable": [tenant["host"] for tenant in tenants if tenant["outcome"] == "purged"],
        "overdue": [tenant["host"] for tenant in tenants if tenant["overdue"]],
    }
    return {"lines": _lines(summary, inventory), "summary": summary}


def summarize_wave(
    wave: WaveLog, *, run_id: str, now: datetime, is_over: bool = False, inventory: str = ""
) -> dict[str, t.Any]:
    """The summary of a wave by what this run of ansible-playbook has done so far.

    :arg is_over: no batch comes after this one, so what was not reached will not be.
    :arg inventory: the options of the inventory, as they are typed.
    :returns: as summarize().
    """
    part, due = wave.last, wave.due
    goes_on = not (is_over or wave.is_stopped)

    def is_later(row: Row) -> bool:
        return goes_on and (row.host, row.hostname) not in due

    return summarize(
        [(row.host, row.result or _without_result(row, part, is_later=is_later(row))) for row in wave.rows],
        operation=part.operation,
        error=part.error,
        check_mode=part.check_mode,
        run_id=run_id,
        now=now,
        plan_sha256=part.plan_sha256,
        approvals=part.approvals,
        applied_before=part.applied_before,
        not_applied=part.not_applied,
        confirmed=part.confirmed,
        inventory=inventory,
    )


def _without_result(row: Row, part: Part, *, is_later: bool) -> TenantResult:
    """What is known of a tenant whose task did not end, or never began."""
    msg = None
    if row.begun:
        msg = _INTERRUPTED
    elif is_later:
        msg = _LATER
    elif row.host in part.prepares:
        msg = _UNPREPARED
    return TenantResult(hostname=row.hostname, msg=msg)


def _tenant(host: str, result: TenantResult, now: datetime) -> dict[str, t.Any]:
    """What became of one tenant; its texts are harmless on a terminal."""
    outcome = result.outcome
    disabled = result.status == "disabled" and outcome in (Outcome.UNCHANGED, Outcome.FAILED)
    return {
        "host": for_terminal(host, 253),
        "outcome": outcome.value,
        "overdue": disabled and is_overdue(result.estimated_purge_date, now),
        **result.shown(),
    }


def _lines(summary: Mapping[str, t.Any], inventory: str) -> list[str]:
    tenants, totals, check_mode = summary["tenants"], summary["totals"], summary["check_mode"]
    heading, done = _WORDS[summary["operation"]]
    lines = [heading + (" (check mode: nothing was changed)" if check_mode else "")]
    shown = tenants
    if summary["error"]:
        lines.append(f"  {summary['error']}")
        # What earlier batches of the wave have done.
        shown = [tenant for tenant in tenants if tenant["outcome"] != "not_reached"]
    if shown:
        rows = [_row(tenant, summary) for tenant in shown]
        if summary["operation"] == "restore":
            # What answers again does not answer "still".
            rows = [(*row[:3], row[3].removeprefix("still ")) for row in rows]
        lines += _fitted(rows)
    parts = [
        f"{totals['changed']} {'would be ' if check_mode else ''}{done}",
        f"{totals['unchanged']} unchanged",
        f"{totals['failed']} failed",
    ]
    later = sum(tenant["msg"] == _LATER for tenant in tenants if tenant["outcome"] == "not_reached")
    others = {
        "purged": totals["purged"],
        "not due": totals["not_due"],
        "not reached": totals["not_reached"] - later,
        "not started yet": later,
    }
    parts += [f"{count} {words}" for words, count in others.items() if count]
    lines.append(f"{len(tenants)} tenant{'' if len(tenants) == 1 else 's'}: {', '.join(parts)}.")
    lines += total_lines(summary)
    if summary["approvals"]:
        lines += ["The plan was signed by:", *(f"  {one['identity']} ({one['key']})" for one in summary["approvals"])]
    if summary["applied_before"]:
        lines.append(
            "Tenants of the plan that an earlier run has done already, according to their receipts:"
            f" {', '.join(summary['applied_before'])}."
        )
    if summary["not_applied"]:
        lines.append(
            f"Tenants of the plan that are not in this play, so nothing was done to them: {', '.join(summary['not_applied'])}."
        )
    if summary["still_confirmed"]:
        lines.append(
            "These tenants still have tenant_decommission_confirm_hostname in the inventory. Remove it, so that no decommission takes it"
            f" for a confirmation: {', '.join(summary['still_confirmed'])}."
        )
    if totals["failed"]:
        lines.append("Failed:")
        lines += [f"  {_shown_name(tenant)}: {tenant['msg']}" for tenant in tenants if tenant["outcome"] == "failed"]
    notes = [note for tenant in tenants for note in tenant["notes"]]
    if notes:
        lines += ["Notes:", *(f"  {note}" for note in notes)]
    if summary["removable"]:
        lines.append(f"Purged. Remove these hosts from the inventory: {', '.join(summary['removable'])}.")
    if summary["overdue"]:
        lines.append(
            f"Overdue: still disabled after their purge date: {', '.join(summary['overdue'])}. Run the decommission again later. If they"
            " are still disabled then, ask the vendor's support."
        )
    return [*lines, *undo_lines(summary, inventory)]


def _fitted(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as a table. If it is wider than a terminal, rows are wrapped, if possible between two cells."""
    lines = table(rows)
    if max(map(len, lines)) <= _COLUMNS:
        return lines
    wrap = textwrap.TextWrapper(_COLUMNS, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
    # So that what is done to the tenants is still one column.
    width = min(max(len(row[0]) for row in rows), _COLUMNS // 2)
    lines = []
    for row in rows:
        cells = [row[0].ljust(width), *filter(None, row[1:])]
        joined = "  ".join(cell if len(cell) > _COLUMNS // 2 else cell.replace(" ", "\0") for cell in cells)
        lines += [line.replace("\0", " ").rstrip() for line in wrap.wrap(joined)]
    return lines


def _shown_name(tenant: Mapping[str, t.Any]) -> str:
    return for_terminal(tenant["hostname"] or tenant["host"], 90)


def _row(tenant: Mapping[str, t.Any], summary: Mapping[str, t.Any]) -> tuple[str, str, str, str]:
    name = _shown_name(tenant)
    if tenant["outcome"] == "not_reached":
        words = "not started yet" if tenant["msg"] == _LATER else "not reached"
        return name, words, str(tenant["msg"] or ""), ""
    start = read_time(tenant["not_before"]) if tenant["outcome"] == "not_due" else None
    if start is not None:
        return name, "not due", f"before {start:%Y-%m-%d %H:%M} UTC", ""
    if tenant["outcome"] == "purged":
        return name, str(tenant["msg"]), _purge(tenant, summary), ""
    return name, _change(tenant), _purge(tenant, summary), _SEEN.get(str(tenant["probe_state"]), "")


def _change(result: Mapping[str, t.Any]) -> str:
    before = for_terminal(result.get("previous_status") or "unknown", 40)
    after = result.get("status")
    if result["outcome"] == "failed":
        doubt = " (sent, not confirmed)" if result.get("changed") and not after else ""
        return f"{before} → {for_terminal(after, 40)}, FAILED" if after else f"{before}, FAILED{doubt}"
    if not result.get("changed"):
        return f"{before}, unchanged"
    if result["previous_status"] in DISABLED_STATUSES and after in DISABLED_STATUSES:
        return f"{before}, countdown restarted"
    return f"{before} → {for_terminal(after, 40)}"


def _purge(result: Mapping[str, t.Any], summary: Mapping[str, t.Any]) -> str:
    date = read_time(result.get("estimated_purge_date"))
    days = result.get("purge_after_days")
    asked = f"{days} days, " if days and result["outcome"] == "changed" else ""
    if date:
        about = "about " if result.get("purge_date_computed") else ""
        return f"{asked}purge {about}{date:%Y-%m-%d %H:%M} UTC"
    if result.get("status") != "disabled":
        return ""
    if not summary["check_mode"]:
        return f"{asked}purge date unknown"
    created = read_time(summary["created"])
    return f"{asked}about {created + timedelta(days=int(days)):%Y-%m-%d}" if asked and days and created else ""
