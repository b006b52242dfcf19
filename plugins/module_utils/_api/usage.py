# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who used a live tenant, and what is in it. Reference: "What is in a tenant".

Of each answer only numbers, times and the ids that are compared are kept. Some answers hold secrets (``licenseKey``,
``executionToken``).
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._base.errors import Refused, Stopped
from .._base.text import for_terminal
from .._base.timestamps import read_time
from .._domain.commands import Target
from .._domain.tenant import State
from .._domain.usage import UNKNOWN, Activity, Contents, Moment, Number, Unknown, Usage
from .._http.client import Client
from .paging import Page, Query, read_pages, with_query
from .tenant_host import TenantHost, open_tenant_host

ACTIVITY, CONTENTS = "activity", "contents"
SUBSETS = (ACTIVITY, CONTENTS)

# The same event under its older and its newer name.
LOGIN_EVENTS = ("com.qlik.user-session.begin", "com.qlik.core.user-session.begun")
_BOT_SUBJECT = "qlikbot\\"
_PAGE: Query = {"limit": "100"}
# Of logins, which are read until one of a person is found: 1,000 of each kind. Of everything else: 50,000.
_MOST_LOGIN_PAGES = 10
_MOST_PAGES = 500
# A hostile server can make up types.
_MOST_TYPES = 100
_OTHER_TYPE = "other"
# The units of an allotment of this name are minutes, and no assignments.
_CAPACITY = "analyzer_time"
_LARGEST_NUMBER = 2**63 - 1


T = t.TypeVar("T")


class _NotShown(Exception):
    """The answer does not hold what was asked for."""


def read_usage(client: Client, target: Target, *, days: int, subset: Collection[str] = SUBSETS) -> Usage:
    """What a live tenant shows with a token of its own host, which makes a bot user there.

    :arg days: the window of the activity: what is older is not reported.
    :raises InvalidInput: there are no credentials.
    :raises Refused: a live tenant issues no token.
    :raises Stopped: the tenant does not live, or the host is that of another tenant.
    :raises NoResponse: the host does not answer.
    :raises WaitTooLong: the server asks for more waiting than max_wait leaves.
    """
    hostname = target.address.hostname
    host = open_tenant_host(
        client,
        target.address,
        what=f"reading what is in {hostname}",
        if_no_credentials=f"client_id and client_secret of region {target.address.region} are missing: what is in {hostname} is read with a"
        " token of its own host.",
        if_refused="The tenant's host issues no token, so what is in it cannot be read. Check client_id and client_secret.",
    )
    if not isinstance(host, TenantHost):
        deactivated = host.state is State.DEACTIVATED
        raise Stopped(
            f"Tenant {target} {'is deactivated' if deactivated else 'was not found'}: only a live tenant shows what is in it."
            f" {host.description}.",
            **host.error_fields(),
        )
    return _Reader(host, _own_user(host, target), client.clock.now() - timedelta(days=days)).read(subset)


def _own_user(host: TenantHost, target: Target) -> str | None:
    """The id of the bot user that the token belongs to; None if the server does not show it.

    :raises Stopped: it is a user of another tenant.
    """
    answer = host.get("/api/v1/users/me")
    body = answer.body if answer.status == 200 and isinstance(answer.body, dict) else {}
    tenant_id, user = body.get("tenantId"), body.get("id")
    if target.tenant_id is not None and isinstance(tenant_id, str) and tenant_id != target.tenant_id:
        raise Stopped(
            f"{target.address.hostname} is the host of tenant {for_terminal(tenant_id, 128)}, not of {target.tenant_id}: check tenant_id"
            " and hostname."
        )
    return user if isinstance(user, str) else None


@dataclass(frozen=True)
class _Logins:
    last: datetime | None
    people: frozenset[str]


@dataclass(frozen=True)
class _Automations:
    number: int
    last: Moment


@dataclass(frozen=True)
class _Items:
    numbers: Mapping[str, int]
    app_bytes: Number


@dataclass(frozen=True)
class _Reader:
    """Reads one tenant. ``own_user``: the bot that reads; ``since``: the beginning of the window."""

    host: TenantHost
    own_user: str | None
    since: datetime

    def read(self, subset: Collection[str]) -> Usage:
        # Both parts have something of the automations.
        automations = _shown(self._automations)
        contents = self._contents(automations) if CONTENTS in subset else None
        # As late as possible: somebody may log in meanwhile.
        return Usage(self._activity(automations) if ACTIVITY in subset else None, contents)

    def _activity(self, automations: _Automations | Unknown) -> Activity:
        logins = _shown(self._all_logins)
        return Activity(
            last_login=UNKNOWN if isinstance(logins, Unknown) else logins.last,
            last_reload=_shown(self._last, "/reloads", "creationTime", 1),
            last_automation=UNKNOWN if isinstance(automations, Unknown) else automations.last,
            last_consumption=_shown(self._last, "/licenses/consumption", "endTime", 10),
            active_users=UNKNOWN if isinstance(logins, Unknown) else len(logins.people),
        )

    def _contents(self, automations: _Automations | Unknown) -> Contents:
        items = _shown(self._items)
        return Contents(
            users=_shown(self._people),
            spaces=_shown(self._spaces),
            items=UNKNOWN if isinstance(items, Unknown) else items.numbers,
            app_bytes=UNKNOWN if isinstance(items, Unknown) else items.app_bytes,
            file_bytes=_shown(self._file_bytes),
            automations=UNKNOWN if isinstance(automations, Unknown) else automations.number,
            webhooks=_shown(self._count, "/webhooks"),
            api_keys=_shown(self._count, "/api-keys", {"status": "active"}),
            oauth_clients=_shown(self._count, "/oauth-clients"),
            licenses_assigned=_shown(self._licenses_assigned),
        )

    def _pages(self, path: str, query: Query, most_pages: int = _MOST_PAGES) -> Iterator[Page]:
        return read_pages(
            lambda cursor: self.host.get(with_query(f"/api/v1{path}", {**query, **cursor})),
            # Nobody reads it: what is refused is unknown.
            next_step=lambda _answer: "",
            most_pages=most_pages,
        )

    def _entries(self, path: str, query: Query | None = None) -> Iterator[Mapping[str, t.Any]]:
        for page in self._pages(path, {**(query or {}), **_PAGE}):
            yield from _objects(page.entries)

    def _count(self, path: str, query: Query | None = None) -> int:
        return sum(1 for _entry in self._entries(path, query))

    def _in_window(self, time: datetime | None) -> datetime | None:
        return None if time is None or time < self.since else time

    def _all_logins(self) -> _Logins:
        """The logins under both names of the event: if one is not shown, the last login may be among those."""
        older, newer = (self._logins(event) for event in LOGIN_EVENTS)
        times = [last for last in (older.last, newer.last) if last is not None]
        return _Logins(max(times, default=None), older.people | newer.people)

    def _logins(self, event: str) -> _Logins:
        """The logins of people, read until one is found, or the window is over.

        A login without a time may be the last one, so it makes this unknown. So does a list that has no end within bounds.
        """
        query = {"eventType": event, "sort": "-eventTime", **_PAGE}
        times: list[datetime] = []
        people: dict[str, datetime] = {}
        for page in self._pages("/audits", query, _MOST_LOGIN_PAGES):
            for entry in _objects(page.entries):
                # A server that does not filter shows other events, too.
                if entry.get("eventType", event) not in LOGIN_EVENTS:
                    continue
                times.append(_time(entry, "eventTime"))
                user = entry.get("userId")
                if self.own_user is None or user != self.own_user:
                    name = str(user)
                    people[name] = max(times[-1], people.get(name, times[-1]))
            is_sorted = times == sorted(times, reverse=True)
            # A server that does not sort may show the last login on the last page.
            if is_sorted and times and (people or times[-1] < self.since):
                break
        return _Logins(
            self._in_window(max(people.values(), default=None)),
            frozenset(name for name, time in people.items() if time >= self.since),
        )

    def _last(self, path: str, field: str, limit: int) -> Moment:
        """The newest of a list, which is its first."""
        page = next(self._pages(path, {"sort": f"-{field}", "limit": str(limit)}))
        entries = [entry for entry in _objects(page.entries) if entry.get("userId", "") != self.own_user]
        return self._in_window(max((_time(entry, field) for entry in entries), default=None))

    def _automations(self) -> _Automations:
        """How many, and when one ran last. No more of an entry is kept: it holds a secret."""
        number = 0
        runs: list[datetime] = []
        for entry in self._entries("/automations", {"listAll": "true", "sort": "-lastRunAt"}):
            number += 1
            if not _is_never(entry.get("lastRunAt")):
                runs.append(_time(entry, "lastRunAt"))
        return _Automations(number, self._in_window(max(runs, default=None)))

    def _people(self) -> int:
        """The users without the bots, and without those that are deleted."""
        fields = {"fields": "id,subject,status,createdAt"}
        return sum(1 for user in self._entries("/users", fields) if self._is_person(user))

    def _is_person(self, user: Mapping[str, t.Any]) -> bool:
        is_bot = user.get("id") == self.own_user or str(user.get("subject")).startswith(_BOT_SUBJECT)
        return not is_bot and user.get("status") != "deleted"

    def _spaces(self) -> int:
        meta = next(self._pages("/spaces", {"limit": "1"})).body.get("meta")
        return _number(meta.get("count") if isinstance(meta, dict) else None)

    def _items(self) -> _Items:
        numbers: Counter[str] = Counter()
        sizes: list[t.Any] = []
        for item in self._entries("/items", {"noActions": "true"}):
            kind = item.get("resourceType")
            name = (for_terminal(kind, 60) if isinstance(kind, str) else "") or _OTHER_TYPE
            numbers[name if name in numbers or len(numbers) < _MOST_TYPES else _OTHER_TYPE] += 1
            size = item.get("resourceSize")
            if kind == "app":
                sizes.append(size.get("appFile") if isinstance(size, dict) else None)
        return _Items(dict(numbers), _total(sizes))

    def _file_bytes(self) -> Number:
        shown = [
            one.get("spaceStats") for one in self._entries("/data-files/connections", {"includeSpaceStats": "true"})
        ]
        return _total([one.get("aggregateFileSize") if isinstance(one, dict) else None for one in shown])

    def _licenses_assigned(self) -> int:
        answer = self.host.get("/api/v1/licenses/overview")
        allotments = answer.body.get("allotments") if answer.status == 200 and isinstance(answer.body, dict) else None
        if not isinstance(allotments, list):
            raise _NotShown
        return sum(_number(one.get("unitsUsed")) for one in _objects(allotments) if one.get("name") != _CAPACITY)


def _shown(read: Callable[..., T], *arguments: t.Any) -> T | Unknown:
    """What a part of the reading shows; unknown if the server refuses it, or shows something else."""
    try:
        return read(*arguments)
    except (Refused, _NotShown):
        return UNKNOWN


def _objects(entries: list[t.Any]) -> list[dict[str, t.Any]]:
    if not all(isinstance(entry, dict) for entry in entries):
        raise _NotShown
    return entries


def _time(entry: Mapping[str, t.Any], field: str) -> datetime:
    time = read_time(entry.get(field))
    if time is None:
        raise _NotShown
    return time


def _is_never(value: t.Any) -> bool:
    """What a server writes for something that never happened."""
    return value is None or value == "" or (isinstance(value, str) and value.startswith("0001-01-01"))


def _number(value: t.Any) -> int:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
        raise _NotShown
    return int(value)


def _total(sizes: list[t.Any]) -> Number:
    """The sum of those sizes that are shown; unknown if there are things, and none of them shows its size."""
    known = [size for size in (_shown(_number, size) for size in sizes) if not isinstance(size, Unknown)]
    return sum(known) if known or not sizes else UNKNOWN
