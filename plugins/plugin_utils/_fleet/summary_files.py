# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A summary for pipelines: as Markdown for the page of a job, and as JUnit for its list of tests."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time

HEADINGS = {"decommission": "Tenants taken out of service", "restore": "Tenants brought back into service"}
# The page of a job has room for 1 MiB.
_MOST = 500
# By it an earlier file is recognised and may be overwritten.
SUITES = "tenantops.qlik"


def summary_markdown(summary: Mapping[str, t.Any], undo: list[str]) -> str:
    """The summary as Markdown. What comes from outside stands in code spans.

    :arg undo: the lines that say how it can be undone.
    """
    totals, tenants = summary["totals"], summary["tenants"]
    counted = ", ".join(f"{count} {outcome}".replace("_", " ") for outcome, count in totals.items() if count)
    check = " (check mode: nothing was changed)" if summary["check_mode"] else ""
    lines = [f"### {HEADINGS[summary['operation']]}{check}", ""]
    if summary["error"]:
        lines += [for_markdown(summary["error"], 4000), ""]
    number = f"{len(tenants)} tenant{'' if len(tenants) == 1 else 's'}"
    lines += [f"{number}: {counted}." if counted else "No tenants.", ""]
    if tenants:
        lines += ["| tenant | outcome | status | purge date | message |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_cells(tenant))} |" for tenant in tenants[:_MOST]]
        if len(tenants) > _MOST:
            lines.append(f"| and {len(tenants) - _MOST} more | | | | |")
        lines.append("")
    if undo:
        lines += ["```text", *(line.replace("`", "'") for line in undo), "```", ""]
    return "\n".join(lines) + "\n"


def _cells(tenant: Mapping[str, t.Any]) -> tuple[str, ...]:
    date = read_time(tenant["estimated_purge_date"])
    about = "about " if tenant["purge_date_computed"] else ""
    return (
        for_markdown(tenant["hostname"] or tenant["host"], 253),
        str(tenant["outcome"]).replace("_", " "),
        for_markdown(tenant["status"]) if tenant["status"] else "",
        f"{about}{date:%Y-%m-%d}" if date else "",
        for_markdown(tenant["msg"]) if tenant["outcome"] in ("failed", "not_due") else "",
    )


def summary_junit(summary: Mapping[str, t.Any]) -> bytes:
    """The summary as JUnit: one test per tenant. Failed is a failure, not due is skipped, and not reached is an error. A refused wave is an
    error of its own.
    """
    tenants, totals = summary["tenants"], summary["totals"]
    refused = summary["error"] is not None
    counts = {
        "tests": str(len(tenants) + refused),
        "failures": str(totals["failed"]),
        "errors": str(totals["not_reached"] + refused),
        "skipped": str(totals["not_due"]),
    }
    suites = Xml.Element("testsuites", {"name": SUITES, **counts})
    of_run = {"name": str(summary["operation"]), **counts, "timestamp": str(summary["created"])}
    suite = Xml.SubElement(suites, "testsuite", of_run)
    if refused:
        Xml.SubElement(_case(suite, "the wave", summary), "error", {"message": summary["error"]})
    for tenant in tenants:
        case = _case(suite, tenant["hostname"] or tenant["host"], summary)
        if tenant["outcome"] == "failed":
            Xml.SubElement(case, "failure", {"message": tenant["msg"] or "failed"})
        elif tenant["outcome"] == "not_reached":
            Xml.SubElement(case, "error", {"message": tenant["msg"] or "not reached"})
        elif tenant["outcome"] == "not_due":
            Xml.SubElement(case, "skipped", {"message": tenant["msg"]})
        else:
            Xml.SubElement(
                case, "system-out"
            ).text = f"{tenant['outcome']}: {tenant['previous_status']}, now {tenant['status']}"
    content: bytes = Xml.tostring(suites, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _case(suite: Xml.Element, name: str, summary: Mapping[str, t.Any]) -> Xml.Element:
    return Xml.SubElement(suite, "testcase", {"classname": f"{SUITES}.{summary['operation']}", "name": name})
