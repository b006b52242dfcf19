# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for its readers: as lines on a terminal, and as Markdown for a merge request."""

from __future__ import annotations

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import (
    for_markdown,
    for_terminal,
    sentence,
    table,
    wrapped,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import (
    CHANGES,
    DEACTIVATE,
    RESET,
    PlanEntry,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import Activity, Contents
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.approvals import HOW_TO_SIGN
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import PlanContent
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_text import (
    activity_words,
    contents_words,
    total_words,
)

# The first line of the Markdown. By it an earlier plan is recognised and may be overwritten.
HEADING = "## Plan: Qlik Cloud tenants to be taken out of service"

_COLUMNS = ("host", "name", "id", "license ends", "restored on", "status", "action", "days", "purge")


def plan_lines(plan: PlanContent, digest: str, name: str) -> list[str]:
    """A plan for a terminal of 100 columns: the table, the warnings, and the digest.

    :arg digest: the SHA-256 digest of the plan's file.
    :arg name: what the file is called.
    """
    rows = [
        (
            for_terminal(entry["hostname"], 100),
            for_terminal(entry["name"] or "unknown", 24),
            for_terminal(f"{entry['status']} → {entry['action']}", 60),
            for_terminal(_purge(entry), 40),
        )
        for entry in plan["tenants"]
    ]
    heading, *shown = table([("host", "name", "status → action", "purge"), *rows])
    lines = ["Plan", *wrapped(heading)]
    for entry, row in zip(plan["tenants"], shown, strict=True):
        lines += wrapped(row)
        usage = _usage(entry)
        if usage:
            lines.append(f"    {usage}")
    lines += [_totals(plan), *_losses(plan), f"It may be applied until {plan['expires']}."]
    if plan["planned_by"]:
        lines.append(f"Made by {for_terminal(plan['planned_by'], 200)} (not verified).")
    warnings = _warnings(plan)
    if warnings:
        lines.append("Warnings:")
    for host, warning in warnings:
        lines += wrapped(
            f"  {for_terminal(host, 253)}: {for_terminal(warning, 2000)}"
            if host
            else f"  {for_terminal(warning, 2000)}"
        )
    return [*lines, f"SHA-256 of {for_terminal(name)}: {digest}"]


def plan_markdown(plan: PlanContent, digest: str, name: str) -> str:
    """A plan as a comment on a merge request. What comes from outside stands in code spans, where it can do nothing."""
    rows = [tuple(for_markdown(cell) for cell in _cells(entry)) for entry in plan["tenants"]]
    lines = [
        HEADING,
        "",
        " ".join([_totals(plan), *_losses(plan)]),
        "",
        *(f"| {' | '.join(row)} |" for row in [_COLUMNS, ("---",) * len(_COLUMNS), *rows]),
        "",
    ]
    usages = [(entry["hostname"], _usage(entry)) for entry in plan["tenants"]]
    if any(usage for _host, usage in usages):
        lines += ["What is in them:", "", *(f"- {for_markdown(host)}: {usage}" for host, usage in usages if usage), ""]
    warnings = _warnings(plan)
    if warnings:
        lines += ["Warnings:", ""]
        lines += [
            f"- {for_markdown(host)}: {for_markdown(warning, 2000)}" if host else f"- {for_markdown(warning, 2000)}"
            for host, warning in warnings
        ]
        lines.append("")
    by = f" by {for_markdown(plan['planned_by'])} (not verified)" if plan["planned_by"] else ""
    lines += [
        f"- made {plan['created']}{by}, may be applied until {plan['expires']}",
        f"- SHA-256 of {for_markdown(name)}: `{digest}`",
        f"- SHA-256 of its entries only: `{plan['content_sha256']}`",
        "",
        "To approve the plan, start the run that applies it with the first digest: `-e qlik_plan_sha256=DIGEST`.",
        f"If your runs need signatures (`qlik_approvals_required`), sign the plan: `{HOW_TO_SIGN}`",
    ]
    return "\n".join(lines) + "\n"


def _cells(entry: PlanEntry) -> tuple[str, ...]:
    licence = read_time(entry["license_ends_at"])
    days = entry["purge_after_days"]
    return (
        entry["hostname"],
        entry["name"] or "unknown",
        entry["id"] or "unknown",
        f"{licence:%Y-%m-%d}" if licence else entry["license_ends_at"] or "unknown",
        entry["restored_on"] or "-",
        entry["status"],
        entry["action"],
        "-" if days is None else str(days),
        _purge_date(entry),
    )


def _usage(entry: PlanEntry) -> str | None:
    """41 users, 12 spaces, 87 apps, 14 GB; last login 2026-08-03. None if nobody asked."""
    activity, contents = entry["activity"], entry["contents"]
    if activity is None or contents is None:
        return None
    return f"{contents_words(Contents.from_result(contents))}; {activity_words(Activity.from_result(activity))}"


def _losses(plan: PlanContent) -> list[str]:
    """412 users, 1,203 apps, 96 GB will be lost for good."""
    entries = [entry for entry in plan["tenants"] if entry["action"] == DEACTIVATE]
    known = [Contents.from_result(entry["contents"]) for entry in entries if entry["contents"] is not None]
    return [f"{sentence(total_words(known))} will be lost for good."] if known else []


def _warnings(plan: PlanContent) -> list[tuple[str | None, str]]:
    """Those of the plan as a whole, without a host, and those of each tenant."""
    whole: list[tuple[str | None, str]] = [(None, warning) for warning in plan["warnings"]]
    return [*whole, *((entry["hostname"], warning) for entry in plan["tenants"] for warning in entry["warnings"])]


def _purge(entry: PlanEntry) -> str:
    if entry["action"] not in CHANGES:
        return _purge_date(entry)
    days = f"{entry['purge_after_days']} days"
    return f"{days}, {_purge_date(entry)}" if read_time(entry["expected_purge_date"]) else days


def _purge_date(entry: PlanEntry) -> str:
    start = read_time(entry["not_before"])
    if start is not None:
        return f"not due before {start:%Y-%m-%d %H:%M} UTC"
    date = read_time(entry["expected_purge_date"])
    if date is None:
        return "gone" if entry["status"] == "purged" else "date unknown"
    return f"about {date:%Y-%m-%d}" if entry["action"] in CHANGES else f"{date:%Y-%m-%d %H:%M} UTC"


def _totals(plan: PlanContent) -> str:
    tenants = plan["tenants"]
    deactivated = sum(entry["action"] == DEACTIVATE for entry in tenants)
    reset = sum(entry["action"] == RESET for entry in tenants)
    resets = f", {reset} with a new countdown" if reset else ""
    plural = "" if len(tenants) == 1 else "s"
    totals = f"{len(tenants)} tenant{plural}: {deactivated} to deactivate{resets}, {len(tenants) - deactivated - reset} without a change."
    return totals if deactivated or reset else f"{totals} There is nothing to do."
