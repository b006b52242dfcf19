# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who used a tenant and what is in it, in a line of words. Nothing in it comes from outside but numbers and dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import (
    LONGEST_WINDOW_DAYS,
    Activity,
    Contents,
    Moment,
    Number,
    Unknown,
)

# What a reader wants to know of the contents, as words and as a number.
_COUNTED: tuple[tuple[str, Callable[[Contents], Number]], ...] = (
    ("user", lambda contents: contents.users),
    ("space", lambda contents: contents.spaces),
    ("app", lambda contents: contents.items_of("app")),
)
_IN_TOTAL = ("user", "app")


def contents_words(contents: Contents) -> str:
    """41 users, 12 spaces, 87 apps, 14 GB."""
    return ", ".join([*(_counted(number(contents), noun) for noun, number in _COUNTED), size_words(contents.bytes)])


def activity_words(activity: Activity, days: int = LONGEST_WINDOW_DAYS) -> str:
    """last login 2026-08-03.

    :arg days: the days that were looked at.
    """
    login, other = activity.last_login, activity.last_consumption
    words = f"no login in {days} days" if login is None else f"last login {day(login)}"
    is_later = isinstance(other, datetime) and not (isinstance(login, datetime) and login >= other)
    return f"{words}, analyzer capacity used {day(other)}" if is_later else words


def total_words(contents: Sequence[Contents]) -> str:
    """412 users, 1,203 apps, 96 GB. What is unknown of a tenant makes it a lower bound."""
    numbers = {noun: [number(one) for one in contents] for noun, number in _COUNTED if noun in _IN_TOTAL}
    sizes = [one.bytes for one in contents]
    words = [*(_counted(_sum(found), noun) for noun, found in numbers.items()), size_words(_sum(sizes))]
    unknown = any(isinstance(number, Unknown) for found in (*numbers.values(), sizes) for number in found)
    return f"{'at least ' if unknown else ''}{', '.join(words)}"


def size_words(number: Number) -> str:
    """14 GB."""
    if isinstance(number, Unknown):
        return "size unknown"
    size, unit = float(number), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        # 999.6 GB would be shown as 1000 GB.
        if round(size) < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:,.1f} {unit}" if unit != "bytes" and size < 9.95 else f"{size:,.0f} {unit}"


def day(time: Moment) -> str:
    """A time as its day."""
    return f"{time:%Y-%m-%d}" if isinstance(time, datetime) else "unknown" if isinstance(time, Unknown) else "-"


def _counted(number: Number, noun: str) -> str:
    if isinstance(number, Unknown):
        return f"{noun}s unknown"
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _sum(numbers: Sequence[Number]) -> int:
    return sum(number for number in numbers if not isinstance(number, Unknown))
