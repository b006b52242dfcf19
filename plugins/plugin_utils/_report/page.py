# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as a page: one file of HTML without network, which can be read without scripts.

``page.html.j2`` is the page, with ``page.css`` and ``page.js`` put into it. Jinja2 escapes every value. The page allows only these
two, by their digests, so that a text that got out of its place could neither run nor fetch anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import typing as t
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._base.version import VERSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.contents import activity_lines, content_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import SOURCE, Act, Report, Situation, Tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.timeline import SOON, kind_of, timeline

GENERATOR = "tenantops.qlik report"
_HERE = Path(__file__).parent
_WIDE, _NARROW = 1160, 350
# How many entries of a list are shown before the table takes over.
_MOST_UNDO, _MOST_ENTRIES = 8, 6
# A receipt is a file that anybody may have written: only a plain URL becomes a link.
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[!-;=?-~]*)?")

_LABELS = {
    Situation.OVERDUE: ("overdue", "Overdue"),
    Situation.DISABLED: ("later", "Disabled"),
    Situation.RESTORED: ("good", "Restored"),
    Situation.LIVE: ("rest", "Live"),
    Situation.UNKNOWN: ("rest", "Not known"),
    Situation.PURGED: ("rest", "Purged"),
}
_RANKS = {situation: rank for rank, situation in enumerate(_LABELS)}


@dataclass(frozen=True)
class Badge:
    """A word in a colour."""

    kind: str
    label: str


@dataclass(frozen=True)
class Detail:
    """One more fact of a tenant. ``link``: the value is a URL that may be opened. ``code``: it is to be copied."""

    label: str
    value: str
    link: bool = False
    code: bool = False


@dataclass(frozen=True)
class Group:
    """What a person has to look at for one reason. ``more``: how many entries are not shown, and ``where`` they are."""

    kind: str
    label: str
    advice: str
    count: str
    entries: list[dict[str, str | None]]
    more: int
    where: str


def report_page(report: Report) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return environment.get_template("page.html.j2").render(
        generator=f"{GENERATOR} {VERSION}",
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        view=_view(report),
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _view(report: Report) -> dict[str, t.Any]:
    tenants = sorted(report.tenants, key=_urgency)
    undo = [tenant for tenant in tenants if tenant.can_be_restored]
    ahead = [tenant for tenant in undo if tenant.purge_date and tenant.purge_date > report.created]
    totals = report.totals
    return {
        "created": write_time(report.created),
        "created_day": f"{report.created:%Y-%m-%d}",
        "created_text": f"{report.created:%Y-%m-%d %H:%M} UTC",
        "count": _count(len(tenants), "receipt"),
        "folders": some([for_terminal(folder, 300) for folder in report.folders]),
        "listed": report.listed is not None,
        "list_text": _list_text(report),
        "figures": list(_figures(report, ahead)),
        "attention": [group for group in _attention(report, tenants) if group.entries],
        "wide": timeline(report, _WIDE),
        "narrow": timeline(report, _NARROW),
        "soon_days": SOON,
        "source": SOURCE,
        "undo_count": _count(len(ahead), "tenant"),
        "undo_more": len(ahead) > _MOST_UNDO,
        "undo": [_undo(tenant, report.created) for tenant in ahead[:_MOST_UNDO]],
        "states": [
            {"value": one.value, "label": label, "count": totals[one.value]}
            for one, (_kind, label) in _LABELS.items()
            if totals[one.value]
        ],
        "regions": sorted({tenant.region for tenant in tenants}),
        "rows": [_row(tenant, report.created) for tenant in tenants],
    }


def _urgency(tenant: Tenant) -> tuple[t.Any, ...]:
    date = tenant.purge_date.timestamp() if tenant.can_be_restored and tenant.purge_date else float("inf")
    return _RANKS[tenant.situation], date, tenant.hostname


def _list_text(report: Report) -> str:
    if report.listed is not None:
        return f"The organization lists {_count(report.listed, 'tenant')}. The states in the list are shown next to those in the receipts."
    return report.not_listed or "The current state in Qlik Cloud was not read."


def _figures(report: Report, ahead: list[Tenant]) -> Iterator[dict[str, t.Any]]:
    totals, attention = report.totals, report.attention
    yield {"kind": "later", "label": "Can be restored", "value": f"{len(ahead):,}", "note": None}
    if ahead:
        first = ahead[0]
        yield {
            "kind": f"next {kind_of(first, report.created.date())}",
            "label": "Next purge date",
            "value": f"{first.purge_date:%Y-%m-%d}",
            "note": first.hostname,
        }
    for kind, label, number in (
        ("overdue", "Overdue", totals[Situation.OVERDUE.value]),
        ("overdue", "Failed", attention["failed"]),
        ("soon", "Outcome not known", attention["pending"]),
        ("soon", "Differ from the list", attention["differs"]),
        ("good", "Restored", totals[Situation.RESTORED.value]),
        ("", "Purged", totals[Situation.PURGED.value]),
    ):
        if number or label in ("Overdue", "Restored", "Purged"):
            yield {"kind": kind if number else "", "label": label, "value": f"{number:,}", "note": None}


def _attention(report: Report, tenants: list[Tenant]) -> Iterator[Group]:
    """What a person has to look at, one group per reason."""
    overdue = [tenant for tenant in tenants if tenant.situation is Situation.OVERDUE]
    yield _group("overdue", "Overdue", OVERDUE, [(one.hostname, f"purge date {_date(one)}") for one in overdue])
    pending = [(for_terminal(one.receipt, 300), one.text) for one in report.creations]
    pending += [(one.hostname, f"{_what(one.pending)}, {_minute(one.pending)}") for one in tenants if one.pending]
    yield _group("soon", "Outcome not known", PENDING, pending)
    yield _group("overdue", "Failed", FAILED, [(one.hostname, one.failure_text) for one in tenants if one.failure])
    yield _group("soon", "Differs", DIFFERS, [(one.hostname, one.difference) for one in tenants if one.difference])
    unrecorded = [(name, None) for name in report.unrecorded]
    yield _group("soon", "No receipt", UNRECORDED, unrecorded, where="")
    unreadable = [
        (for_terminal(os.path.basename(one.path), 300), f"{one.problem}. {one.next_step}") for one in report.unreadable
    ]
    yield _group("overdue", "Unreadable", UNREADABLE, unreadable, noun="file", where="")


def _group(
    kind: str,
    label: str,
    advice: str,
    entries: Sequence[tuple[str, str | None]],
    *,
    noun: str = "tenant",
    where: str = ", in the table below",
) -> Group:
    shown = [{"name": name, "text": text} for name, text in entries[:_MOST_ENTRIES]]
    return Group(kind, label, advice, _count(len(entries), noun), shown, max(0, len(entries) - _MOST_ENTRIES), where)


OVERDUE = (
    "According to the receipts, these tenants are still disabled more than 48 hours after their purge date. Run the decommission again: it"
    " records the purge, or shows what Qlik Cloud answers."
)
PENDING = "A run sent a request, or was about to, and its outcome is not known. Run the same playbook again: it reads the state first."
FAILED = "The last attempt failed and changed nothing. Fix the cause, then run the same playbook again."
DIFFERS = "The organization's list and the receipt disagree. Find out who changed the tenant without this collection."
UNRECORDED = "Disabled in the organization's list, but there is no receipt. Find out who deactivated the tenant."
UNREADABLE = "Left out of this report."


def _undo(tenant: Tenant, now: datetime) -> dict[str, t.Any]:
    return {
        "kind": kind_of(tenant, now.date()),
        "name": tenant.hostname,
        "date": _date(tenant),
        "iso": write_time(tenant.purge_date) if tenant.purge_date else "",
        "left": _left(tenant.purge_date, now),
        "command": tenant.restore_command,
    }


def _row(tenant: Tenant, now: datetime) -> dict[str, t.Any]:
    taken, date = tenant.taken, tenant.purge_date
    shows_date = date is not None and tenant.situation in (Situation.DISABLED, Situation.OVERDUE, Situation.PURGED)
    did_it = taken is not None and taken.kind == "deactivated"
    return {
        "name": tenant.hostname,
        "region": tenant.region,
        "state": tenant.situation.value,
        "rank": _RANKS[tenant.situation],
        "badges": list(_badges(tenant, now)),
        "attention": _needs_attention(tenant),
        "purge": f"{date:%Y-%m-%d}" if shows_date else None,
        "about": tenant.purge_computed,
        "purge_iso": write_time(date) if shows_date and date else "",
        "left": _left(date, now) if tenant.can_be_restored else None,
        "no_purge": "not known" if tenant.can_be_restored else "\N{EN DASH}",
        "taken": f"{taken.at:%Y-%m-%d}" if taken else None,
        "taken_iso": write_time(taken.at) if taken else "",
        "by": taken.user if taken and did_it else "seen disabled" if taken else None,
        "ticket": taken.ticket if taken else None,
        "command": tenant.restore_command if tenant.can_be_restored else None,
        "details": [detail for detail in _details(tenant) if detail.value],
    }


def _badges(tenant: Tenant, now: datetime) -> Iterator[Badge]:
    kind, label = _LABELS[tenant.situation]
    if tenant.situation is Situation.DISABLED:
        kind = kind_of(tenant, now.date())
    yield Badge(kind, label)
    if tenant.pending:
        yield Badge("soon", "Outcome not known")
    if tenant.failure:
        yield Badge("overdue", "Failed")
    if tenant.difference:
        yield Badge("soon", "Differs")


def _needs_attention(tenant: Tenant) -> bool:
    return tenant.situation is Situation.OVERDUE or any((tenant.pending, tenant.failure, tenant.difference))


def _details(tenant: Tenant) -> Iterator[Detail]:
    yield Detail("id", tenant.tenant_id or "")
    yield Detail("also called", ", ".join(tenant.aliases))
    if tenant.can_be_restored or tenant.situation is Situation.PURGED:
        computed = ", computed" if tenant.purge_computed else ""
        yield Detail("purge", f"{tenant.purge_date:%Y-%m-%d %H:%M} UTC{computed}" if tenant.purge_date else "")
        yield Detail("server's own text", tenant.purge_text or "")
        yield Detail("days", str(tenant.purge_after_days or ""))
    yield from _act("out of service", "seen disabled", tenant.taken, "deactivated")
    yield from _act("restored", "seen live again", tenant.restored, "reactivated")
    yield from _act("seen gone", "seen gone", tenant.purged, "purged")
    yield Detail("failed", tenant.failure_text or "")
    yield Detail("outcome not known", tenant.pending_text or "")
    if tenant.listed:
        date = f", purge {tenant.listed.purge_date:%Y-%m-%d %H:%M} UTC" if tenant.listed.purge_date else ""
        yield Detail("organization's list", f"{tenant.listed.status or 'no status'}{date}")
    yield Detail("differs", tenant.difference or "")
    yield Detail("last used", "; ".join(activity_lines(tenant.activity)))
    yield Detail("contents", "; ".join(content_lines(tenant.contents)))
    yield Detail("receipt", tenant.receipt, code=True)


def _act(label: str, seen: str, act: Act | None, kind: str) -> Iterator[Detail]:
    """Who did something when, and what it was approved by. What was only seen has no author."""
    if act is None:
        return
    at = f"{act.at:%Y-%m-%d %H:%M} UTC"
    if act.kind != kind:
        yield Detail(seen, at)
        return
    by = f", by {act.user or 'somebody'}{f' on {act.machine}' if act.machine else ''}"
    yield Detail(label, f"{at}{by}")
    if act.approvers:
        yield Detail("signed by", ", ".join(act.approvers))
    yield Detail("approved by", f"{act.approved_by} (a claim)" if act.approved_by else "")
    yield Detail("ticket", act.ticket or "")
    yield Detail("plan", act.plan_sha256 or "", code=True)
    yield Detail("job", act.job or "", link=bool(_URL.fullmatch(act.job or "")))
    yield Detail("trace id", act.trace_id or "", code=True)


def _what(act: Act | None) -> str:
    return "reactivation" if act and act.action == "reactivate" else "deactivation"


def _minute(act: Act | None) -> str:
    return f"{act.at:%Y-%m-%d %H:%M} UTC" if act else ""


def _date(tenant: Tenant) -> str:
    about = "about " if tenant.purge_computed else ""
    return f"{about}{tenant.purge_date:%Y-%m-%d %H:%M} UTC"


def _left(date: datetime | None, now: datetime) -> str | None:
    """How far away a date is, in whole days."""
    if date is None:
        return None
    days = (date.date() - now.date()).days
    if days in (0, 1):
        return "tomorrow" if days else "today"
    number = _count(abs(days), "day")
    return f"in {number}" if days > 0 else f"{number} ago"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
