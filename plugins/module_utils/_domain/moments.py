# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Days and times that a person writes: from when something may be done, and until when it may not. Pure."""

from __future__ import annotations

import re
import typing as t
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .._base.errors import InvalidInput
from .._base.text import shown

# Newer Pythons read the days of weeks too.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A fraction of a second is left out.
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?:(:\d{2})(?:\.\d+)?)?(?: ?([Zz]|[+-]\d{2}:\d{2}))?", re.ASCII
)
_EXAMPLES = "a day such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z"


def check_time_zone(value: t.Any, option: str) -> tzinfo:
    """The time zone with a name of the IANA database; UTC if none is given.

    :raises InvalidInput: it has no such name, or this machine has no such zone.
    """
    if value is None:
        return timezone.utc
    try:
        if not isinstance(value, str) or not value:
            raise ValueError
        return timezone.utc if value == "UTC" else ZoneInfo(value)
    except (ValueError, KeyError, OSError):
        # KeyError: not found. OSError: the name of a folder.
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be the name of a time zone that this machine has, such as Europe/Berlin (from the"
            " package tzdata)."
        ) from None


def check_start(value: t.Any, option: str, zone: tzinfo) -> datetime | None:
    """The moment from which something may be done, in UTC; None if none is given. It has begun if the moment is not after now.

    :arg value: a day stands for its start. What has no zone of its own is in ``zone``.
    :raises InvalidInput: it is neither a day nor a time.
    """
    return None if value is None else _moment(value, option, zone, days=0)


def check_end(value: t.Any, option: str, zone: tzinfo) -> datetime | None:
    """The moment until which something holds, in UTC; None if none is given. As check_start(), but a day stands for its end. It is over
    if the moment is not after now.
    """
    return None if value is None else _moment(value, option, zone, days=1)


def check_day(value: t.Any, option: str, meaning: str) -> date | None:
    """The day that is given as a text or as YAML's date, and not as a time; None if none is given.

    :arg meaning: what the day is, for the message.
    :raises InvalidInput: it is no day.
    """
    if value is None:
        return None
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
        # A time is a date too, and Ansible's own dates are of types beneath these.
        if isinstance(value, date) and not isinstance(value, datetime):
            return date(value.year, value.month, value.day)
    except ValueError:
        pass
    raise InvalidInput(f"{option} is {shown(value)}: it must be {meaning}, such as 2026-11-26.")


def _moment(value: t.Any, option: str, zone: tzinfo, *, days: int) -> datetime:
    try:
        return _read(value, zone, days).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{option} is {shown(value)}: it must be {_EXAMPLES}.") from None


def _read(value: t.Any, zone: tzinfo, days: int) -> datetime:
    # YAML reads a day and a time without quotes as such.
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str):
        raise ValueError
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days), time(), zone)
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError
    day, minute, second, offset = found.groups()
    written = datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{(offset or '').upper().replace('Z', '+00:00')}")
    return written if written.tzinfo else written.replace(tzinfo=zone)
