# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for whoever reads it: as lines on a terminal, and as Markdown for a merge request."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown, for_terminal, table
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import DEACTIVATE

# The first line of the Markdown. By it an earlier plan is recognised and may be overwritten.
HEADING = "## Plan: Qlik Cloud tenants to be taken out of service"

_HEADINGS = ("host", "id", "region", "status → action", "purge")


def plan_lines(plan: Mapping[str, t.Any], digest: str, name: str) -> list[str]:
    """The table of a plan, and its digest.

    :arg digest: the SHA-256 digest of the plan's file.
    :arg name: what the file is called.
    """
    rows = [tuple(for_terminal(cell, 100) for cell in row) for row in _rows(plan)]
    return [
        "Plan",
        *table([_HEADINGS, *rows]),
        _totals(plan),
        f"It may be applied until {plan['expires']}.",
        f"SHA-256 of {for_terminal(name)}: {digest}",
    ]


def plan_markdown(plan: Mapping[str, t.Any], digest: str, name: str) -> str:
    """A plan as a comment on a merge request. What comes from outside stands in code spans, where it can do nothing."""
    rows = [tuple(for_markdown(cell) for cell in row) for row in _rows(plan)]
    lines = [
        HEADING,
        "",
        _totals(plan),
        "",
        *(f"| {' | '.join(row)} |" for row in [_HEADINGS, ("---",) * len(_HEADINGS), *rows]),
        "",
        f"- made {plan['created']}, may be applied until {plan['expires']}",
        f"- SHA-256 of {for_markdown(name)}: `{digest}`",
        f"- of its entries alone: `{plan['content_sha256']}`",
        "",
        "Whoever approves it gives the first digest to the run that applies it, as `qlik_plan_sha256`.",
    ]
    return "\n".join(lines) + "\n"


def _rows(plan: Mapping[str, t.Any]) -> list[tuple[str, ...]]:
    return [
        (
            entry["hostname"],
            entry["id"] or "unknown",
            entry["region"],
            f"{entry['status']} → {entry['action']}",
            _purge(entry),
        )
        for entry in plan["tenants"]
    ]


def _purge(entry: Mapping[str, t.Any]) -> str:
    date = read_time(entry["expected_purge_date"])
    if entry["action"] == DEACTIVATE:
        return (
            f"{entry['purge_after_days']} days, about {date:%Y-%m-%d}" if date else f"{entry['purge_after_days']} days"
        )
    return f"{date:%Y-%m-%d %H:%M} UTC" if date else "gone" if entry["status"] == "purged" else "date unknown"


def _totals(plan: Mapping[str, t.Any]) -> str:
    tenants: Sequence[Mapping[str, t.Any]] = plan["tenants"]
    deactivated = sum(entry["action"] == DEACTIVATE for entry in tenants)
    plural = "" if len(tenants) == 1 else "s"
    return f"{len(tenants)} tenant{plural}: {deactivated} to deactivate, {len(tenants) - deactivated} to leave alone."
