# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live tenant behind the wire that shows what is in it, in pages. Reference: "What is in a tenant"."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlencode, urlsplit

from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Sent, Wire

BOT = "bot-1"
BEGIN, BEGUN = "com.qlik.user-session.begin", "com.qlik.core.user-session.begun"

# Each list, and what a link to its next page calls the cursor.
LISTS = {
    "/users": "next",
    "/audits": "next",
    "/reloads": "next",
    "/automations": "cursor",
    "/licenses/consumption": "page",
    "/spaces": "next",
    "/items": "next",
    "/data-files/connections": "page",
    "/webhooks": "next",
    "/api-keys": "startingAfter",
    "/oauth-clients": "page",
}


class TenantContent:
    """What each call answers: ``lists`` have entries, ``others`` a body, ``replies`` a whole response that goes before both.

    ``/audits`` filters by the type of event. No list sorts: the entries are as they were put in.
    """

    def __init__(self, wire: Wire) -> None:
        self.lists: dict[str, list[t.Any]] = {path: [] for path in LISTS}
        self.others: dict[str, t.Any] = {
            "/users/me": {"id": BOT, "tenantId": TENANT_ID, "subject": "qlikbot\\1"},
            "/licenses/overview": {"licenseKey": "a-secret-licence-key", "allotments": []},
        }
        self.replies: dict[str, Reply] = {}
        self.meta: dict[str, t.Any] = {"/spaces": {"count": 0}}
        wire.on("probe", answers.tenant_token())
        self._usual = wire.reply
        wire.reply = self._reply  # type: ignore[method-assign]
        self._wire = wire

    def _reply(self, sent: Sent) -> Reply:
        if sent.kind != "read" or sent.url.split("/")[2].startswith("register."):
            return self._usual(sent)
        self._wire.sent.append(sent)
        parts = urlsplit(sent.url)
        path = parts.path.removeprefix("/api/v1")
        if path in self.replies:
            return self.replies[path]
        if path in self.others:
            return answers.as_json(200, self.others[path])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._page(path, query)

    def _page(self, path: str, query: dict[str, str]) -> Reply:
        entries = self.lists[path]
        if "eventType" in query:
            entries = [one for one in entries if one.get("eventType") == query["eventType"]]
        cursor = LISTS[path]
        start = int(query.pop(cursor, "0"))
        end = start + int(query.get("limit", "20"))
        links = {}
        if end < len(entries):
            # An example of the vendor's links is of another host.
            links["next"] = {"href": f"http://license/v1{path}?{urlencode({**query, cursor: str(end)})}"}
        body: dict[str, t.Any] = {"data": entries[start:end], "links": links}
        return answers.as_json(200, {**body, **({"meta": self.meta[path]} if path in self.meta else {})})


def login(time: t.Any, user: t.Any = "user-1", event: str = BEGUN, **more: t.Any) -> dict[str, t.Any]:
    """An event of the audit log: a session was begun."""
    return {"eventTime": time, "eventType": event, "userId": user, "data": {}, **more}
