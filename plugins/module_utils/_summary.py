# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run in lines of text: a line a tenant, totals, failures with the server's words."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ._output import for_terminal
from ._times import read_time

_SEEN = {
    "active": "still works for its users",
    "deactivated": "its users see it deactivated",
    "unauthorized": "still answers its users",
    "not_found": "nobody has this hostname",
    "unreachable": "its host gives no answer",
}


def summarize(
    hosts: Sequence[tuple[str, Mapping[str, t.Any] | None]], *, refusal: str | None, check_mode: bool
) -> dict[str, t.Any]:
    """The summary of a wave.

    :arg hosts: each host's name in the inventory with the role's result, None where it was not reached.
    :arg refusal: why the wave as a whole was refused, where it was.
    :returns: ``lines``, and ``totals`` with the numbers ``changed``, ``unchanged``, ``failed``, ``not_reached``.
    """
    counts = {"changed": 0, "unchanged": 0, "failed": 0, "not_reached": 0}
    rows: list[tuple[str, str, str, str]] = []
    failures: list[str] = []
    for host, result in hosts:
        name = for_terminal((result or {}).get("hostname") or host, 100)
        if result is None:
            counts["not_reached"] += 1
            rows.append((name, "not reached", "", ""))
            continue
        if result.get("failed"):
            counts["failed"] += 1
            failures.append(f"  {name}: {for_terminal(result.get('msg'), 2000)}")
        else:
            counts["changed" if result.get("changed") else "unchanged"] += 1
        rows.append(
            (
                name,
                _change(result),
                _purge(result, check_mode=check_mode),
                _SEEN.get(str(result.get("probe_state")), ""),
            )
        )
    lines = ["Tenants taken out of service" + (" (check mode: nothing was changed)" if check_mode else "")]
    if refusal:
        lines.append(f"  {for_terminal(refusal, 4000)}")
    else:
        lines += table(rows)
    done = "would be deactivated" if check_mode else "deactivated"
    tenants = "1 tenant" if len(hosts) == 1 else f"{len(hosts)} tenants"
    totals = [f"{counts['changed']} {done}", f"{counts['unchanged']} unchanged", f"{counts['failed']} failed"]
    if counts["not_reached"]:
        totals.append(f"{counts['not_reached']} not reached")
    lines.append(f"{tenants}: {', '.join(totals)}.")
    if failures:
        lines += ["Failed:", *failures]
    return {"lines": lines, "totals": counts}


def _change(result: Mapping[str, t.Any]) -> str:
    before = for_terminal(result.get("previous_status") or "unknown", 40)
    after = result.get("status")
    if result.get("failed"):
        doubt = " (sent, not confirmed)" if result.get("changed") and not after else ""
        return f"{before} → {for_terminal(after, 40)}, FAILED" if after else f"{before}, FAILED{doubt}"
    if not result.get("changed"):
        return f"{before}, unchanged"
    return f"{before} → {for_terminal(after, 40)}"


def _purge(result: Mapping[str, t.Any], *, check_mode: bool) -> str:
    date = read_time(result.get("estimated_purge_date"))
    if date:
        about = "about " if result.get("purge_date_reckoned") else ""
        return f"purge {about}{date:%Y-%m-%d %H:%M} UTC"
    if result.get("status") == "disabled" and not check_mode:
        return "purge date unknown"
    return ""


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
