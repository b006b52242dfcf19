# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The purge dates of a report on a line of time: where each mark of an SVG picture goes. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import Report, Situation, Tenant

# Days: how near a purge is to be marked, how far the picture looks back, and how far ahead it looks at least and at most.
SOON = 7
_BACK, _AHEAD, _FARTHEST = 28, 28, 95
_EDGE, _TOP, _BOTTOM, _LOWEST, _HIGHEST = 16.0, 30.0, 26.0, 44.0, 112.0
# Pixels: the least width of a column, the least distance between two labels, the largest and the smallest dot.
_COLUMN, _LABEL, _DOT, _LEAST = 9.0, 64.0, 6.0, 2.0
_MOST_NAMES = 12
# Not as the locale has them: the page is in English.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Mark:
    """A part of a column: a dot for one tenant, or a bar for several. ``kind`` is overdue, soon or later."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str

    @property
    def is_dot(self) -> bool:
        """One tenant, as a circle."""
        return self.width == self.height


@dataclass(frozen=True)
class Tick:
    """A date below the line."""

    x: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """A picture of a given width. ``earlier`` and ``undated`` are how many disabled tenants it does not show, and why."""

    width: float
    height: float
    base: float
    top: float
    today: float
    soon: float
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    earlier: int
    undated: int
    highest: int
    description: str


def timeline(report: Report, width: float) -> Timeline:
    """The picture of the disabled tenants by their purge dates."""
    today = report.created.date()
    disabled = [tenant for tenant in report.tenants if tenant.can_be_restored]
    dated = sorted(
        ((tenant.purge_date.date(), tenant) for tenant in disabled if tenant.purge_date),
        key=lambda pair: (pair[1].purge_date, pair[1].hostname),
    )
    first = max(min((day for day, _tenant in dated), default=today), today - timedelta(days=_BACK)) - timedelta(days=1)
    last = max([day for day, _tenant in dated] + [today + timedelta(days=_AHEAD)]) + timedelta(days=1)
    last = min(last, today + timedelta(days=_FARTHEST))
    days = (last - first).days + 1
    scale = (width - 2 * _EDGE) / days
    # Columns of whole days, counted from today, so that today is never in the middle of one.
    step = max(1, math.ceil(_COLUMN / scale))
    columns: defaultdict[int, list[tuple[date, Tenant]]] = defaultdict(list)
    for day, tenant in dated:
        if first <= day <= last:
            columns[math.floor((day - today).days / step)].append((day, tenant))
    highest = max(map(len, columns.values()), default=0)
    unit = min(2 * _DOT + 1, (_HIGHEST - 8) / max(highest, 1))
    base = round(_TOP + max(_LOWEST, highest * unit + 8), 2)

    def x_of(offset: float) -> float:
        return round(_EDGE + ((today - first).days + offset) * scale, 2)

    of_today = (report.created.hour * 60 + report.created.minute) / (24 * 60)
    marks: list[Mark] = []
    for column, content in sorted(columns.items()):
        left, right = x_of(column * step), x_of((column + 1) * step)
        if unit >= 2 * _LEAST:
            size = round(min(unit - 1, right - left - 1), 2)
            marks += _dots(content, middle=(left + right) / 2, base=base, unit=unit, size=size, today=today)
        else:
            marks += _bars(content, left=left, right=right, base=base, unit=unit, today=today)
    return Timeline(
        width=width,
        height=base + _BOTTOM,
        base=base,
        top=_TOP,
        today=x_of(of_today),
        soon=x_of(of_today + SOON),
        ticks=tuple(_ticks(today, first, last, scale)),
        marks=tuple(marks),
        earlier=sum(day < first for day, _tenant in dated),
        undated=len(disabled) - len(dated),
        highest=highest,
        description=_description(dated, report.created),
    )


def kind_of(tenant: Tenant, today: date) -> str:
    """How urgent the purge date of a disabled tenant is."""
    if tenant.situation is Situation.OVERDUE:
        return "overdue"
    return "soon" if tenant.purge_date and (tenant.purge_date.date() - today).days <= SOON else "later"


def _dots(
    content: list[tuple[date, Tenant]], *, middle: float, base: float, unit: float, size: float, today: date
) -> Iterator[Mark]:
    for number, (day, tenant) in enumerate(content):
        y = round(base - 4 - (number + 0.5) * unit, 2)
        yield Mark(kind_of(tenant, today), round(middle, 2), y, size, size, f"{tenant.hostname}: purge {day}")


def _bars(
    content: list[tuple[date, Tenant]], *, left: float, right: float, base: float, unit: float, today: date
) -> Iterator[Mark]:
    height = 0.0
    for kind in ("overdue", "soon", "later"):
        names = [(day, tenant.hostname) for day, tenant in content if kind_of(tenant, today) == kind]
        if not names:
            continue
        part = len(names) * unit
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        days = f"{names[0][0]}" if names[0][0] == names[-1][0] else f"{names[0][0]} to {names[-1][0]}"
        shown = ", ".join(name for _day, name in names[:_MOST_NAMES])
        title = f"{len(names)} tenant{'' if len(names) == 1 else 's'}, {days}: {shown}{more}"
        top = round(base - 1 - height - part, 2)
        yield Mark(kind, round(left + 0.5, 2), top, round(right - left - 1, 2), round(max(part, 0.75), 2), title)
        height += part


def _ticks(today: date, first: date, last: date, scale: float) -> Iterator[Tick]:
    step = 7 * max(1, math.ceil(_LABEL / (7 * scale)))
    offset = -((today - first).days // step) * step
    while today + timedelta(days=offset) < last:
        day = today + timedelta(days=offset)
        x = _EDGE + ((day - first).days + 0.5) * scale
        # The word for today stands above the line.
        if day >= first and offset:
            yield Tick(round(x, 2), f"{day.day} {_MONTHS[day.month - 1]}")
        offset += step


def _description(dated: list[tuple[date, Tenant]], now: datetime) -> str:
    if not dated:
        return "No disabled tenant has a known purge date."
    number = f"{len(dated):,} disabled tenant{' has a' if len(dated) == 1 else 's have a'} purge date"
    coming = [(day, tenant) for day, tenant in dated if tenant.purge_date and tenant.purge_date > now]
    following = f" The next one is {coming[0][1].hostname} on {coming[0][0]}." if coming else ""
    return f"{number}, from {dated[0][0]} to {dated[-1][0]}.{following}"
