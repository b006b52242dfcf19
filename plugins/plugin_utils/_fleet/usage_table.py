# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who used the tenants of a fleet, and what is in them: as a table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import (
    for_spreadsheet,
    for_terminal,
    table,
    wrapped,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import (
    Activity,
    Contents,
    Number,
    Unknown,
    Use,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_text import day, size_words, total_words

SCHEMA = 1

_HEADINGS = ("host", "last use", "active users", "users", "spaces", "apps", "size", "last reload")
_LEFT_OUT = "not read"

# A column of the CSV: its value for a host.
_Column = t.Callable[["FleetUsage", "HostUsage"], t.Any]


@dataclass(frozen=True)
class HostUsage:
    """The usage of a host's tenant. Without it, ``message`` says why it was not read."""

    host: str
    activity: Activity | None = None
    contents: Contents | None = None
    message: str = ""

    @classmethod
    def from_result(cls, host: str, result: t.Any) -> HostUsage:
        """The usage in the result of qlik_tenant_usage_info for a host."""
        found = result if isinstance(result, Mapping) else {}
        activity, contents = found.get("activity"), found.get("contents")
        if isinstance(activity, Mapping) and isinstance(contents, Mapping):
            return cls(host, Activity.from_result(activity), Contents.from_result(contents))
        return cls(host, message=for_terminal(found.get("msg") or "its task was not run", 1000))


@dataclass(frozen=True)
class FleetUsage:
    """The usage of a fleet, at a time, with the days that were looked at."""

    hosts: Sequence[HostUsage]
    days: int
    now: datetime

    def use_of(self, host: HostUsage) -> Use:
        """Whether a person used the tenant in these days."""
        if host.activity is None:
            return Use.UNKNOWN
        return host.activity.use_since(self.now - timedelta(days=self.days))

    @property
    def idle(self) -> list[str]:
        """The hosts whose tenants nobody used in these days."""
        return [host.host for host in self.hosts if self.use_of(host) is Use.IDLE]

    def lines(self) -> list[str]:
        """For a terminal of 100 columns. Those that nobody used come first, and then those whose last use is the longest ago."""
        hosts = sorted(self.hosts, key=self._rank)
        heading, *rows = table([_HEADINGS, *map(self._row, hosts)])
        lines = [f"Usage in the last {self.days} days", *wrapped(heading)]
        for host, row in zip(hosts, rows, strict=True):
            lines += wrapped(row)
            if host.message:
                lines += wrapped(f"    {host.message}")
        known = [host.contents for host in self.hosts if host.contents is not None]
        uses = [self.use_of(host) for host in self.hosts]
        counts = ", ".join(f"{uses.count(use)} {use.value}" for use in Use)
        lines.append(f"{len(self.hosts)} tenants: {counts}.")
        if known:
            lines.append(f"In those that were read: {total_words(known)}.")
        return lines

    def _rank(self, host: HostUsage) -> tuple[int, float]:
        use = self.use_of(host)
        last = host.activity.last_use if host.activity and use is Use.USED else None
        return (Use.IDLE, Use.USED, Use.UNKNOWN).index(use), last.timestamp() if last else 0.0

    def _row(self, host: HostUsage) -> Sequence[str]:
        name = for_terminal(host.host, 100)
        if host.activity is None or host.contents is None:
            return (name, _LEFT_OUT, *[""] * (len(_HEADINGS) - 2))
        contents = host.contents
        numbers = (host.activity.active_users, contents.users, contents.spaces, contents.items_of("app"))
        return (
            name,
            self._last_use(host),
            *map(_shown_number, numbers),
            size_words(contents.bytes).removeprefix("size "),
            day(host.activity.last_reload),
        )

    def _last_use(self, host: HostUsage) -> str:
        use = self.use_of(host)
        if use is Use.USED and host.activity is not None:
            return day(host.activity.last_use)
        return "none" if use is Use.IDLE else use.value

    def as_dict(self) -> dict[str, t.Any]:
        """For JSON."""
        return {
            "schema": SCHEMA,
            "created": write_time(self.now),
            "days": self.days,
            "tenants": [
                {
                    "host": host.host,
                    "use": self.use_of(host).value,
                    "activity": host.activity.result() if host.activity else None,
                    "contents": host.contents.result() if host.contents else None,
                    "message": host.message,
                }
                for host in self.hosts
            ],
        }

    def as_csv(self) -> bytes:
        """For a spreadsheet: one row per tenant. The number of items is that of all types."""
        file = io.StringIO()
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for host in self.hosts:
            rows.writerow([_cell(value(self, host)) for value in _COLUMNS.values()])
        return file.getvalue().encode()


def _of_activity(name: str) -> _Column:
    return lambda _fleet, host: getattr(host.activity, name, None)


def _of_contents(name: str) -> _Column:
    return lambda _fleet, host: getattr(host.contents, name, None)


def _all_items(contents: Contents) -> Number:
    return contents.items if isinstance(contents.items, Unknown) else sum(contents.items.values())


def _shown_number(number: Number) -> str:
    return number.value if isinstance(number, Unknown) else f"{number:,}"


def _cell(value: t.Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Unknown):
        return value.value
    return write_time(value) if isinstance(value, datetime) else for_spreadsheet(value, 1000)


_COLUMNS: dict[str, _Column] = {
    "host": lambda _fleet, host: host.host,
    "use": lambda fleet, host: fleet.use_of(host).value,
    **{
        name: _of_activity(name)
        for name in ("last_login", "last_consumption", "last_reload", "last_automation", "active_users")
    },
    "users": _of_contents("users"),
    "spaces": _of_contents("spaces"),
    "apps": lambda _fleet, host: host.contents and host.contents.items_of("app"),
    "items": lambda _fleet, host: host.contents and _all_items(host.contents),
    **{
        name: _of_contents(name)
        for name in (
            "app_bytes",
            "file_bytes",
            "automations",
            "webhooks",
            "api_keys",
            "oauth_clients",
            "licenses_assigned",
        )
    },
    "message": lambda _fleet, host: host.message,
}
# The first line of the CSV. By it an earlier file is recognised and may be overwritten.
CSV_HEADING = ",".join(_COLUMNS)
