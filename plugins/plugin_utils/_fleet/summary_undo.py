# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last lines of a summary: where the receipts are, until when the run can be undone, and the command that does it."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, table
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time

# More tenants than this are counted by region and by purge date, so that nobody has to count lines.
_MANY = 20
_MOST_DAYS = 31
# Commands that are shown, the most urgent first.
_MOST_COMMANDS = 3
_UNKNOWN = "unknown"


def total_lines(summary: Mapping[str, t.Any]) -> list[str]:
    """How many tenants each region and each purge date has, if there are many."""
    tenants = summary["tenants"]
    if len(tenants) <= _MANY:
        return []
    regions = Counter((tenant["region"] or _UNKNOWN, tenant["outcome"]) for tenant in tenants)
    rows = []
    for region in sorted({name for name, _outcome in regions}):
        counts = [
            f"{count} {outcome}".replace("_", " ")
            for (name, outcome), count in sorted(regions.items())
            if name == region
        ]
        rows.append((for_terminal(region, 63), ", ".join(counts)))
    days = Counter(f"{date:%Y-%m-%d}" for _name, date in _disabled(summary))
    lines = ["By region:", *table(rows)]
    if days:
        shown = sorted(days.items())[:_MOST_DAYS]
        lines += ["By purge date:", *table([(day, str(count)) for day, count in shown])]
        if len(days) > len(shown):
            lines.append(f"  and {len(days) - len(shown)} later dates")
    return lines


def undo_lines(summary: Mapping[str, t.Any], inventory: str) -> list[str]:
    """Where the receipts are, until when what is disabled can be restored, and by which command.

    :arg inventory: the options of the inventory, as they are typed.
    """
    lines = []
    if summary["receipts_dirs"]:
        lines += ["Receipts:", *(f"  {folder}" for folder in summary["receipts_dirs"])]
    created = read_time(summary["created"])
    ahead = [(name, date) for name, date in _disabled(summary) if created and date > created]
    if summary["operation"] != "decommission" or summary["check_mode"] or not ahead:
        return lines
    (_first, date), last = ahead[0], ahead[-1][1]
    until = f"{date:%Y-%m-%d %H:%M} UTC"
    if len(ahead) == 1:
        lines.append(f"It can be restored until {until}:")
    else:
        which = "all" if date == last else "the first one"
        lines.append(f"{len(ahead)} tenants can be restored, {which} until {until}, each with its own command:")
    for host, _date in ahead[:_MOST_COMMANDS]:
        command = f"ansible-playbook{' ' + inventory if inventory else ''} tenantops.qlik.restore --limit {host}"
        lines += [f"  {command} \\", f"    -e tenant_restore_confirm_hostname={_hostname(summary, host)}"]
    others = len(ahead) - _MOST_COMMANDS
    if others > 0:
        lines.append(f"  For the other {others}, put the hostname of the tenant into both places of the command.")
    return lines


def _disabled(summary: Mapping[str, t.Any]) -> list[tuple[str, datetime]]:
    """The hosts that are disabled now, with their purge dates, the first one first."""
    dated = [
        (tenant["host"], date)
        for tenant in summary["tenants"]
        if tenant["status"] == "disabled" and (date := read_time(tenant["estimated_purge_date"]))
    ]
    return sorted(dated, key=lambda pair: (pair[1], pair[0]))


def _hostname(summary: Mapping[str, t.Any], host: str) -> str:
    return next(tenant["hostname"] or host for tenant in summary["tenants"] if tenant["host"] == host)
