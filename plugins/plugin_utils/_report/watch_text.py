# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What needs a person, as lines for a log, as Markdown for a chat, and as data."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown, for_terminal, some
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.watch import Finding, Reason, Watch

SCHEMA = 1
# The first line of the Markdown. By it an earlier text is recognised and may be overwritten.
HEADING = "**Qlik Cloud tenants: what needs attention**"
_MOST = 20

_HEADINGS: Mapping[Reason, str] = {
    Reason.PURGE_NEAR: "Purged soon",
    Reason.LIVES_AGAIN: "Live again",
    Reason.PENDING: "Outcome not known",
    Reason.OVERDUE: "Overdue",
    Reason.GONE_EARLY: "Gone before the purge date",
    Reason.DUE: "Due to be deactivated",
    Reason.UNRECORDED: "Disabled without a receipt",
    Reason.PROTECTION_EXPIRED: "Protections that have ended",
    Reason.UNREADABLE: "Files that are not valid receipts",
}


def watch_lines(found: Watch) -> list[str]:
    """The lines of a log."""
    lines = [f"Watch of {found.created:%Y-%m-%d %H:%M} UTC, the next {found.days} days"]
    for reason, findings in _by_reason(found):
        lines.append(f"{_HEADINGS[reason]}:")
        for one in findings:
            lines.append(f"  {for_terminal(one.name, 300)}: {for_terminal(one.text, 1000)}")
            if one.command:
                lines.append(f"    {one.command}")
    if not found.findings:
        lines.append("Nothing needs attention.")
    return [*lines, *not_looked_lines(found)]


def not_looked_lines(found: Watch) -> list[str]:
    """Which tenants could not be looked at: nobody knows if they live again."""
    if not found.not_looked:
        return []
    reasons: dict[str, list[str]] = {}
    for name, words in found.not_looked:
        reasons.setdefault(words, []).append(for_terminal(name, 253))
    return [
        "Could not be checked, so they may be live again:",
        *(f"  {some(names)}: {for_terminal(words, 500)}" for words, names in reasons.items()),
    ]


def watch_markdown(found: Watch) -> str:
    """A short text for a chat. What comes from outside stands in code spans."""
    lines = [HEADING, ""]
    for reason, findings in _by_reason(found):
        lines.append(f"*{_HEADINGS[reason]}* ({len(findings)})")
        lines += [f"- {for_markdown(one.name, 253)}{_when(one)}" for one in findings[:_MOST]]
        if len(findings) > _MOST:
            lines.append(f"- and {len(findings) - _MOST} more")
        lines.append("")
    if not found.findings:
        lines += ["Nothing.", ""]
    if found.not_looked:
        lines += [f"{len(found.not_looked)} could not be checked.", ""]
    lines.append(f"As of {found.created:%Y-%m-%d %H:%M} UTC, the next {found.days} days.")
    return "\n".join(lines) + "\n"


def watch_data(found: Watch) -> dict[str, t.Any]:
    """The same as data. ``docs/watch.schema.json`` describes it."""
    return {
        "schema": SCHEMA,
        "created": write_time(found.created),
        "days": found.days,
        "findings": [
            {
                "reason": one.reason.value,
                "name": one.name,
                "text": one.text,
                "at": write_time(one.at) if one.at else None,
                "command": one.command,
            }
            for one in found.findings
        ],
        "looked_at": found.looked,
        "not_looked_at": [{"hostname": name, "problem": words} for name, words in found.not_looked],
    }


def _by_reason(found: Watch) -> list[tuple[Reason, list[Finding]]]:
    groups = [(reason, [one for one in found.findings if one.reason is reason]) for reason in Reason]
    return [(reason, findings) for reason, findings in groups if findings]


def _when(finding: Finding) -> str:
    return f" {finding.at:%Y-%m-%d}" if finding.at else ""
