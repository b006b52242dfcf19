# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of a tenant's own host that shows what is in the tenant. Reference, "What is in a tenant"."""

from __future__ import annotations

import base64
import datetime
import re
import urllib.parse
from collections.abc import Callable
from typing import Any, NamedTuple

from simulator import answers, clock
from simulator.answers import Answer
from simulator.content import CURSORS, Content
from simulator.host import Call, Route
from simulator.tenants import Tenant

# An example of the vendor's links to such a place. A client must not follow it.
_LINKED = "http://license/v1"
_GIB = 1 << 30


class _Entries(NamedTuple):
    """So many things, each made when a page has it. ``more``: what the answer has beside them."""

    count: int
    make: Callable[[int], dict[str, Any]]
    more: dict[str, Any] | None = None


class _Listing(NamedTuple):
    """A call that answers in pages."""

    name: str
    path: str
    entries: Callable[[Tenant, Call], _Entries]
    cursor: str = "next"
    default: int = 20
    most: int = 100


class ContentRoutes:
    """The routes; `tenant_of` finds the tenant of a call."""

    def __init__(self, tenant_of: Callable[[Call], Tenant]) -> None:
        self._tenant_of = tenant_of
        self._listings = (
            _Listing("users", "/users", _users),
            _Listing("audits", "/audits", _audits, default=10),
            _Listing("reloads", "/reloads", _reloads, default=10),
            _Listing("automations", "/automations", _automations),
            _Listing("consumption", "/licenses/consumption", _consumption, cursor="page", most=200),
            _Listing("spaces", "/spaces", _spaces, default=10),
            _Listing("items", "/items", _items, default=10),
            _Listing("files", "/data-files/connections", _files, cursor="page"),
            _Listing("webhooks", "/webhooks", _webhooks),
            _Listing("api-keys", "/api-keys", _api_keys, cursor="startingAfter"),
            _Listing("oauth-clients", "/oauth-clients", _oauth_clients, cursor="page"),
        )

    def routes(self) -> list[Route]:
        """All of Tier 1."""
        single = {
            "user-count": ("/users/actions/count", self._user_count),
            "quotas": ("/quotas", self._quotas),
            "license": ("/licenses/overview", self._license),
        }
        found = [(name, path, handler) for name, (path, handler) in single.items()]
        found += [(listing.name, listing.path, self._lister(listing)) for listing in self._listings]
        return [Route("GET", f"/api/v1{path}", self._refusing(name, handler), tier=1) for name, path, handler in found]

    def _refusing(self, name: str, handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            status = self._tenant_of(call).content.refuse.get(name)
            return handler(call) if status is None else answers.content_refused(status)

        return answer

    def _lister(self, listing: _Listing) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            tenant = self._tenant_of(call)
            query = call.request.query
            limit = query.get("limit", str(listing.default))
            if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= listing.most:
                return answers.bad_request(f"limit must be from 1 to {listing.most}.")
            given = next((query[name] for name in CURSORS if name in query), None)
            start = 0 if given is None else _place(given)
            if start is None:
                return answers.bad_request("The cursor is not valid.")
            entries = listing.entries(tenant, call)
            end = min(entries.count, start + int(limit))
            links = {}
            if end < entries.count:
                cursor = tenant.content.cursors.get(listing.name, listing.cursor)
                kept = {name: value for name, value in query.items() if name not in CURSORS}
                links["next"] = f"{_LINKED}{listing.path}?{urllib.parse.urlencode({**kept, cursor: _cursor(end)})}"
            return answers.content_page([entries.make(number) for number in range(start, end)], links, entries.more)

        return answer

    def _user_count(self, call: Call) -> Answer:
        tenant = self._tenant_of(call)
        return answers.document(200, {"total": _users(tenant, call).count})

    def _quotas(self, call: Call) -> Answer:
        content = self._tenant_of(call).content
        return answers.quotas({"app_mem_size": (5 * _GIB, content.app_bytes), "shared_spaces": (100, content.spaces)})

    def _license(self, call: Call) -> Answer:
        tenant = self._tenant_of(call)
        return answers.license_overview(tenant) if tenant.content.licensed else answers.content_refused(404)


def _cursor(place: int) -> str:
    """With the characters that have to be quoted in a URL."""
    return base64.b64encode(f"after>?{place}".encode()).decode("ascii")


def _place(cursor: str) -> int | None:
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except ValueError:
        return None
    match = re.fullmatch(r"after>\?([0-9]+)", text)
    return int(match.group(1)) if match else None


def _sorted_by(call: Call, content: Content, field: str, entries: _Entries) -> _Entries:
    """Newest first if the call asks for it, as a server does that sorts; else oldest first."""
    if content.sorts and call.request.query.get("sort") == f"-{field}":
        return entries
    return entries._replace(make=lambda number: entries.make(entries.count - 1 - number))


def _back(moment: datetime.datetime, **since: float) -> str:
    return clock.stamp(moment - datetime.timedelta(**since))


def _users(tenant: Tenant, call: Call) -> _Entries:
    """People first, then the bots: those of other clients, and of the clients that asked for a token here."""
    content = tenant.content
    bots = [f"other{number}" for number in range(content.bots)] + sorted(tenant.bots)

    def make(number: int) -> dict[str, Any]:
        if number >= content.users:
            return answers.bot_user(tenant, bots[number - content.users])
        return {
            "id": f"user-{number}",
            "tenantId": tenant.id,
            "subject": f"auth0|{number:024x}",
            "name": f"{content.names} {number}",
            "status": ("active", "invited", "disabled")[number % 3],
            "createdAt": clock.stamp(tenant.created_at),
        }

    return _Entries(content.users + len(bots), make)


def _audits(tenant: Tenant, call: Call) -> _Entries:
    """Begun sessions, those of the bot that asks as the newest: one per minute until now. Those of people: one per hour until the last."""
    content = tenant.content
    event = call.request.query.get("eventType", content.login_event)
    count = content.bot_logins + content.logins if event == content.login_event else 0
    grant = call.grant

    def make(number: int) -> dict[str, Any]:
        if number < content.bot_logins:
            user, time = answers.bot_id(grant.client if grant else ""), _back(clock.now(), minutes=number)
        else:
            number -= content.bot_logins
            user, time = f"user-{number % content.users}", _back(content.last_login, hours=number)
        entry = {
            "id": f"audit-{number}",
            "eventType": content.login_event,
            "userId": user,
            "tenantId": tenant.id,
            "data": {"userAgent": content.names},
        }
        return {**entry, "eventTime": time} if content.dated else entry

    return _sorted_by(call, content, "eventTime", _Entries(count, make))


def _reloads(tenant: Tenant, call: Call) -> _Entries:
    """One per day until the last one."""
    content = tenant.content

    def make(number: int) -> dict[str, Any]:
        return {
            "id": f"reload-{number}",
            "appId": f"app-{number}",
            "type": "chronos",
            "status": "SUCCEEDED",
            "creationTime": _back(content.last_reload, days=number),
            "endTime": _back(content.last_reload, days=number, minutes=-1),
            "log": content.names,
        }

    return _sorted_by(call, content, "creationTime", _Entries(30 if content.last_reload else 0, make))


def _automations(tenant: Tenant, call: Call) -> _Entries:
    """Each but the last one ran a day before the next; without a last run none ever ran."""
    content = tenant.content

    def make(number: int) -> dict[str, Any]:
        ran = None if content.last_automation is None else _back(content.last_automation, days=number)
        return {
            "id": f"automation-{number}",
            "name": f"{content.names} {number}",
            "state": "available",
            "ownerId": f"user-{number % max(content.users, 1)}",
            "lastRunAt": ran,
            "lastRunStatus": None if ran is None else "finished",
            "executionToken": answers.execution_token(tenant, number),
        }

    return _sorted_by(call, content, "lastRunAt", _Entries(content.automations, make))


def _consumption(tenant: Tenant, call: Call) -> _Entries:
    content = tenant.content

    def make(number: int) -> dict[str, Any]:
        end = _back(content.last_consumption, hours=number)
        return {"id": f"use-{number}", "userId": "user-0", "endTime": end, "minutesUsed": 6}

    return _sorted_by(call, content, "endTime", _Entries(3 if content.last_consumption else 0, make))


def _spaces(tenant: Tenant, call: Call) -> _Entries:
    names = tenant.content.names

    def make(number: int) -> dict[str, Any]:
        return {"id": f"space-{number}", "name": f"{names} {number}", "type": "shared"}

    return _Entries(tenant.content.spaces, make, {"meta": {"count": tenant.content.spaces}})


def _items(tenant: Tenant, call: Call) -> _Entries:
    content = tenant.content
    kinds = [kind for kind, number in content.items.items() for _dummy in range(number)]
    wanted = call.request.query.get("resourceType")
    if wanted is not None:
        kinds = [kind for kind in kinds if kind in wanted.split(",")]
    apps = kinds.count("app")
    first_app = kinds.index("app") if apps else None

    def make(number: int) -> dict[str, Any]:
        size = {}
        if kinds[number] == "app":
            rest = content.app_bytes % apps if number == first_app else 0
            size = {"appFile": content.app_bytes // apps + rest, "appMemory": content.app_bytes // apps * 3}
        return {
            "id": f"item-{number}",
            "name": f"{content.names} {number}",
            "resourceType": kinds[number],
            "ownerId": f"user-{number % max(content.users, 1)}",
            "spaceId": f"space-{number % content.spaces}" if content.spaces else "",
            "resourceSize": size,
            "updatedAt": clock.stamp(tenant.created_at),
        }

    return _Entries(len(kinds), make)


def _files(tenant: Tenant, call: Call) -> _Entries:
    content = tenant.content
    count = content.connections or min(content.file_bytes, 1)

    def make(number: int) -> dict[str, Any]:
        connection = {"id": f"connection-{number}", "name": content.names}
        if call.request.query.get("includeSpaceStats") != "true":
            return connection
        rest = content.file_bytes % count if number == 0 else 0
        return {**connection, "spaceStats": {"aggregateFileSize": content.file_bytes // count + rest}}

    return _Entries(count, make)


def _webhooks(tenant: Tenant, call: Call) -> _Entries:
    return _Entries(tenant.content.webhooks, lambda number: {"id": f"webhook-{number}", "name": tenant.content.names})


def _api_keys(tenant: Tenant, call: Call) -> _Entries:
    """Twice as many as are active: a call that does not ask for those gets the revoked ones too."""
    count = tenant.content.api_keys if call.request.query.get("status") == "active" else 2 * tenant.content.api_keys

    def make(number: int) -> dict[str, Any]:
        status = "active" if number < tenant.content.api_keys else "revoked"
        return {"id": f"key-{number}", "description": tenant.content.names, "status": status}

    return _Entries(count, make)


def _oauth_clients(tenant: Tenant, call: Call) -> _Entries:
    return _Entries(
        tenant.content.oauth_clients, lambda number: {"clientId": f"oauth-{number}", "clientName": tenant.content.names}
    )
