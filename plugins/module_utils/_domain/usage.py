# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who used a tenant, and what is in it: values.

What the server does not show is ``unknown``. That is neither zero nor idle.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .._base.timestamps import read_time, write_time


class Use(enum.Enum):
    """Whether a person used a tenant within some days."""

    USED = "used"
    IDLE = "idle"
    UNKNOWN = "unknown"


class Unknown(enum.Enum):
    """What the server does not show."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN

# As union types of Python 3.10 they would be taken for operations of classes by Ansible's own lint.
Number = t.Union[int, Unknown]  # noqa: UP007
# None: none in the time that was looked at.
Moment = t.Union[datetime, None, Unknown]  # noqa: UP007

# Reference: "What is in a tenant": audits are kept for 90 days.
LONGEST_WINDOW_DAYS = 90


@dataclass(frozen=True)
class Activity:
    """When the tenant was last used, and by how many people, in the days that were looked at.

    A login is that of a person. Reloads and automations run by themselves. ``active_users`` is a lower bound.
    """

    last_login: Moment
    last_reload: Moment
    last_automation: Moment
    last_consumption: Moment
    active_users: Number

    @property
    def last_use(self) -> datetime | None:
        """When a person last used the tenant, as far as that is known. Analyzer capacity is used by people only."""
        known = [time for time in (self.last_login, self.last_consumption) if isinstance(time, datetime)]
        return max(known, default=None)

    def use_since(self, since: datetime) -> Use:
        """Whether a person used the tenant since then, which must be within the days that were looked at."""
        if self.last_use is not None and self.last_use >= since:
            return Use.USED
        return Use.UNKNOWN if isinstance(self.last_login, Unknown) else Use.IDLE

    def result(self) -> dict[str, t.Any]:
        """As result keys."""
        return _result(self)

    @classmethod
    def unknown(cls) -> Activity:
        """Nothing is shown."""
        return cls(*[UNKNOWN] * len(dataclasses.fields(cls)))

    @classmethod
    def from_result(cls, found: Mapping[str, t.Any]) -> Activity:
        """What result() wrote."""
        names = [field.name for field in dataclasses.fields(cls)]
        values: dict[str, t.Any] = {name: _read_moment(found.get(name, UNKNOWN.value)) for name in names}
        return cls(**{**values, "active_users": _read_number(found.get("active_users"))})


@dataclass(frozen=True)
class Contents:
    """What is in the tenant, as far as the client may see it: all numbers are lower bounds. ``users`` are people."""

    users: Number
    spaces: Number
    items: Mapping[str, int] | Unknown
    app_bytes: Number
    file_bytes: Number
    automations: Number
    webhooks: Number
    api_keys: Number
    oauth_clients: Number
    licenses_assigned: Number

    @property
    def bytes(self) -> Number:
        """The size of apps and files together."""
        if isinstance(self.app_bytes, Unknown) or isinstance(self.file_bytes, Unknown):
            return UNKNOWN
        return self.app_bytes + self.file_bytes

    def items_of(self, kind: str) -> Number:
        """How many items of a type there are."""
        return UNKNOWN if isinstance(self.items, Unknown) else self.items.get(kind, 0)

    def result(self) -> dict[str, t.Any]:
        """As result keys."""
        return _result(self)

    @classmethod
    def unknown(cls) -> Contents:
        """Nothing is shown."""
        return cls(*[UNKNOWN] * len(dataclasses.fields(cls)))

    @classmethod
    def from_result(cls, found: Mapping[str, t.Any]) -> Contents:
        """What result() wrote."""
        names = [field.name for field in dataclasses.fields(cls)]
        values: dict[str, t.Any] = {name: _read_number(found.get(name)) for name in names}
        return cls(**{**values, "items": _read_items(found.get("items"))})


@dataclass(frozen=True)
class Usage:
    """What was asked for; the other part is None."""

    activity: Activity | None
    contents: Contents | None

    def result(self) -> dict[str, t.Any]:
        """As result keys, of what was asked for."""
        parts = (("activity", self.activity), ("contents", self.contents))
        return {name: part.result() for name, part in parts if part is not None}


def _result(values: Activity | Contents) -> dict[str, t.Any]:
    return {field.name: _written(getattr(values, field.name)) for field in dataclasses.fields(values)}


def _written(value: t.Any) -> t.Any:
    if isinstance(value, Unknown):
        return value.value
    if isinstance(value, datetime):
        return write_time(value)
    return dict(value) if isinstance(value, Mapping) else value


def _read_number(value: t.Any) -> Number:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else UNKNOWN


def _read_moment(value: t.Any) -> Moment:
    return None if value is None else read_time(value) or UNKNOWN


def _read_items(value: t.Any) -> Mapping[str, int] | Unknown:
    if not isinstance(value, Mapping):
        return UNKNOWN
    numbers = {str(kind): _read_number(number) for kind, number in value.items()}
    known = {kind: number for kind, number in numbers.items() if not isinstance(number, Unknown)}
    return known if len(known) == len(numbers) else UNKNOWN
