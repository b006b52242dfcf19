# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points in time as the API writes them."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_FIRST_YEAR = 1970
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})")


def read_time(value: t.Any) -> datetime | None:
    """An RFC 3339 time of the API, in UTC; None where it is not one.

    Servers write the year 1 for "never": what is before 1970 is none.
    """
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        # Python 3.10 knows neither the Z nor every length of fraction.
        time = datetime.fromisoformat(value.replace("Z", "+00:00").replace("z", "+00:00"))
        time = (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        # OverflowError: the last hours of the year 9999 are none in UTC.
        return None
    return time if time.year >= _FIRST_YEAR else None


def read_zoned_time(value: t.Any) -> datetime | None:
    """As read_time(), but None for a text without a time of day or without a zone: nobody can say which moment that is."""
    return read_time(value) if isinstance(value, str) and _ZONED.fullmatch(value) else None


def write_time(value: datetime) -> str:
    """RFC 3339, UTC, whole seconds."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def days_after(time: datetime, days: int) -> datetime | None:
    """So many days later; None where the calendar has ended by then."""
    try:
        return time + timedelta(days=days)
    except OverflowError:
        return None


def read_http_date(value: str) -> datetime | None:
    """A date of an HTTP header, None where it is not one."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)
