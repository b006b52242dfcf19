# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What preflight found, as lines for a terminal of 100 columns."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, table, wrapped

_READS = {True: "allows reads", False: "does not allow reads", None: "reads not checked"}
# Preflight sends no credentials: this is how a live tenant answers.
_ANSWERS = {"unauthorized": "live (unauthorized)"}
_HEADINGS = ("host", "planned", "status", "its own host answers", "receipt")


def preflight_lines(found: Mapping[str, t.Any]) -> list[str]:
    """The lines.

    :arg found: ``regions``, ``organization``, ``tenants`` and ``problems`` of the result of qlik_preflight_info.
    """
    tenants, problems = found["tenants"], found["problems"]
    lines = ["Regions"]
    rows = table([_region(region) for region in found["regions"]])
    for region, row in zip(found["regions"], rows, strict=True):
        lines += [*wrapped(row), *_way(region)]
    if found["organization"]:
        lines += ["Organization", *wrapped(f"  {_organization(found['organization'])}")]
    lines.append("Tenants")
    if tenants:
        heading, *rows = table([_HEADINGS, *map(_row, tenants)])
        lines += wrapped(heading)
        for tenant, row in zip(tenants, rows, strict=True):
            lines += wrapped(row)
            # What would stop it is below, with the problems.
            if tenant["message"] and tenant["planned_action"] != "stop":
                lines += wrapped(f"    {for_terminal(tenant['message'], 1000)}")
    if not problems:
        return [*lines, f"Nothing would stop a run of {_count(len(tenants), 'tenant')}."]
    lines.append("These problems would stop the run, or single tenants:")
    for problem in problems:
        lines += wrapped(f"  {for_terminal(problem, 4000)}")
    return lines


def _region(region: Mapping[str, t.Any]) -> Sequence[str]:
    if not region["token"]:
        return (region["region"], "NO TOKEN", "", "")
    skew = region["clock_skew"]
    return (
        region["region"],
        f"token until {region['expires_at'] or 'an unknown time'}",
        _READS[region["reads"]],
        "" if skew is None else _clock(skew),
    )


def _clock(skew: int) -> str:
    if skew == 0:
        return "clock agrees with the server's"
    return f"clock {abs(skew)} s {'ahead of' if skew > 0 else 'behind'} the server's"


def _way(region: Mapping[str, t.Any]) -> list[str]:
    """How its register host is reached."""
    if not region["token"]:
        return []
    return wrapped(
        f"    connected {for_terminal(region['route'])}; CA certificates from {for_terminal(region['ca_path'], 1000)}"
    )


def _organization(found: Mapping[str, t.Any]) -> str:
    if found["message"]:
        return for_terminal(found["message"], 2000)
    if found["tenants"] is None:
        return f"lists {_count(found['disabled'], 'disabled tenant')}"
    return f"lists {_count(found['tenants'], 'tenant')}, {found['disabled']} of them disabled"


def _row(tenant: Mapping[str, t.Any]) -> Sequence[str]:
    return (
        for_terminal(tenant["hostname"] or tenant["host"], 100),
        tenant["planned_action"] or "",
        for_terminal(tenant["status"] or "not shown", 40),
        _ANSWERS.get(tenant["probe_state"], tenant["probe_state"]) or "not asked",
        tenant["receipt_state"] or "none",
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
