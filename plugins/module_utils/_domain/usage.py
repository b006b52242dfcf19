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

from .._base.timestamps import write_time


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

    def result(self) -> dict[str, t.Any]:
        """As result keys."""
        return _result(self)


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

    def result(self) -> dict[str, t.Any]:
        """As result keys."""
        return _result(self)


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
