# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated tenant shows of what is in it."""

from __future__ import annotations

import urllib.parse
from typing import Any

import pytest

from simulator.checks import ScenarioError
from simulator.cloud import Cloud
from simulator.request import Request
from simulator.scenario import build

HOST = "acme.eu.qlikcloud.com"
BEGUN, BEGIN = "com.qlik.core.user-session.begun", "com.qlik.user-session.begin"


class Tenant:
    """A tenant with this content, and a client that has a token of it."""

    def __init__(self, content: dict[str, Any], **more: Any) -> None:
        regions = {"eu": {"clients": [{"id": "me", "secret": "my-secret"}]}}
        tenants = [{"hostname": HOST, "content": content}]
        self.cloud = Cloud(build({"regions": regions, "tenants": tenants, "rate_limits": {"model": "off"}, **more}))
        self.token = ""
        fields = "grant_type=client_credentials&client_id=me&client_secret=my-secret"
        form = {"content-type": "application/x-www-form-urlencoded"}
        self.token = self._send("POST", "/oauth/token", headers=form, body=fields.encode())[1]["access_token"]

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
        parts = urllib.parse.urlsplit(path)
        request = Request(HOST, method, parts.path, parts.query, headers, body)
        answer = self.cloud.answer(request)
        return answer.status, Request(HOST, method, "", "", {}, answer.content).document

    def get(self, path: str) -> tuple[int, Any]:
        return self._send("GET", f"/api/v1{path}", {"authorization": f"Bearer {self.token}"})

    def data(self, path: str) -> list[dict[str, Any]]:
        status, body = self.get(path)
        assert status == 200, body
        return list(body["data"])

    def pages(self, path: str) -> list[list[dict[str, Any]]]:
        """All pages, by the query of each link; what host the link names does not matter."""
        found, following = [], path
        while following:
            status, body = self.get(following)
            assert status == 200, body
            found.append(body["data"])
            link = body["links"].get("next")
            following = link and f"{path.partition('?')[0]}?{urllib.parse.urlsplit(link['href']).query}"
        return found


def test_an_empty_tenant_shows_empty_lists_and_its_bot() -> None:
    tenant = Tenant({})
    lists = ("/reloads", "/automations", "/licenses/consumption", "/spaces", "/items", "/data-files/connections")
    for path in (*lists, "/webhooks", "/api-keys", "/oauth-clients", f"/audits?eventType={BEGUN}"):
        assert tenant.data(path) == [], path
    assert [user["subject"] for user in tenant.data("/users")] == ["qlikbot\\me"]
    assert tenant.get("/users/actions/count") == (200, {"total": 1})


def test_users_are_people_and_bots_and_come_in_pages() -> None:
    tenant = Tenant({"users": 41, "bots": 2})
    pages = tenant.pages("/users?limit=20&fields=id")
    assert [len(page) for page in pages] == [20, 20, 4]
    users = [user for page in pages for user in page]
    assert len({user["id"] for user in users}) == 44
    assert len([user for user in users if user["subject"].startswith("qlikbot\\")]) == 3
    assert users[-1]["id"] == tenant.get("/users/me")[1]["id"]
    assert tenant.get("/users?limit=101")[0] == 400


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *(("/users", "next"), ("/items", "next"), ("/webhooks", "next"), ("/automations", "next")),
        *(
            ("/api-keys?status=active", "startingAfter"),
            ("/oauth-clients", "page"),
            ("/data-files/connections", "page"),
        ),
    ],
)
def test_each_list_has_its_own_cursor_and_links_to_a_foreign_host(path: str, name: str) -> None:
    many = {"users": 150, "items": {"app": 150}, "webhooks": 150, "automations": 150, "api_keys": 150}
    tenant = Tenant({**many, "oauth_clients": 150, "connections": 150})
    separator = "&" if "?" in path else "?"
    href = tenant.get(f"{path}{separator}limit=100")[1]["links"]["next"]["href"]
    parts = urllib.parse.urlsplit(href)
    assert parts.netloc == "license"
    query = urllib.parse.parse_qs(parts.query)
    assert query[name]
    assert query["limit"] == ["100"]
    assert sum(len(page) for page in tenant.pages(f"{path}{separator}limit=100")) in (150, 151)


def test_a_cursor_can_have_another_name() -> None:
    tenant = Tenant({"automations": 25, "cursors": {"automations": "cursor"}})
    assert "cursor=" in tenant.get("/automations?limit=10")[1]["links"]["next"]["href"]
    assert [len(page) for page in tenant.pages("/automations?limit=10")] == [10, 10, 5]
    assert tenant.get("/automations?cursor=nonsense")[0] == 400


def test_logins_are_shown_under_their_event_name_only() -> None:
    tenant = Tenant({"users": 2, "logins": 3, "last_login": "2026-08-03", "login_event": BEGIN})
    assert tenant.data(f"/audits?eventType={BEGUN}&sort=-eventTime") == []
    events = tenant.data(f"/audits?eventType={BEGIN}&sort=-eventTime&limit=5")
    assert [(event["eventTime"], event["userId"]) for event in events] == [
        ("2026-08-03T00:00:00.000Z", "user-0"),
        ("2026-08-02T23:00:00.000Z", "user-1"),
        ("2026-08-02T22:00:00.000Z", "user-0"),
    ]


def test_the_bots_own_logins_come_first_and_a_server_may_sort_or_not() -> None:
    content = {"users": 1, "logins": 1, "last_login": "2026-08-03", "bot_logins": 2}
    newest_first = Tenant(content).data(f"/audits?eventType={BEGUN}&sort=-eventTime")
    assert [event["userId"] for event in newest_first] == ["bot-me", "bot-me", "user-0"]
    unsorted = Tenant({**content, "sorts": False}).data(f"/audits?eventType={BEGUN}&sort=-eventTime")
    assert [event["userId"] for event in unsorted] == ["user-0", "bot-me", "bot-me"]


def test_events_may_lack_their_time() -> None:
    tenant = Tenant({"users": 1, "logins": 1, "last_login": "-1d", "dated": False})
    (event,) = tenant.data(f"/audits?eventType={BEGUN}")
    assert "eventTime" not in event


def test_the_newest_of_a_kind_is_the_first_of_a_sorted_list() -> None:
    last = {"last_reload": "2026-10-01", "last_automation": "2026-10-02", "last_consumption": "2026-10-03"}
    tenant = Tenant({**last, "automations": 2})
    assert tenant.data("/reloads?limit=1&sort=-creationTime")[0]["creationTime"] == "2026-10-01T00:00:00.000Z"
    assert [one["lastRunAt"] for one in tenant.data("/automations?sort=-lastRunAt")] == [
        "2026-10-02T00:00:00.000Z",
        "2026-10-01T00:00:00.000Z",
    ]
    assert tenant.data("/licenses/consumption?sort=-endTime&limit=1")[0]["endTime"] == "2026-10-03T00:00:00.000Z"


def test_sizes_add_up() -> None:
    tenant = Tenant({"items": {"dataset": 2, "app": 3}, "app_bytes": 1001, "file_bytes": 10, "connections": 4})
    items = tenant.data("/items?noActions=true&limit=100")
    assert sorted(item["resourceType"] for item in items) == ["app", "app", "app", "dataset", "dataset"]
    assert sum(item["resourceSize"].get("appFile", 0) for item in items) == 1001
    assert len(tenant.data("/items?resourceType=app")) == 3
    connections = tenant.data("/data-files/connections?includeSpaceStats=true")
    assert sum(one["spaceStats"]["aggregateFileSize"] for one in connections) == 10
    assert "spaceStats" not in tenant.data("/data-files/connections")[0]


def test_numbers_of_spaces_quotas_and_licences() -> None:
    tenant = Tenant({"spaces": 12, "licenses_assigned": 7, "app_bytes": 5})
    assert tenant.get("/spaces?limit=1")[1]["meta"] == {"count": 12}
    usage = {one["id"]: one["attributes"]["usage"] for one in tenant.data("/quotas?reportUsage=true")}
    assert usage == {"app_mem_size": 5, "shared_spaces": 12}
    overview = tenant.get("/licenses/overview")[1]
    assert sum(one["unitsUsed"] for one in overview["allotments"]) == 7
    assert overview["licenseKey"]
    assert Tenant({"licensed": False}).get("/licenses/overview")[0] == 404


def test_each_call_can_be_refused() -> None:
    tenant = Tenant({"users": 1, "refuse": {"audits": 403, "user-count": 404, "items": 500}})
    assert [tenant.get(path)[0] for path in ("/audits", "/users/actions/count", "/items", "/users")] == [
        403,
        404,
        500,
        200,
    ]


def test_a_tenant_can_have_a_limit_of_its_own() -> None:
    limits = {"model": "window", "window": 60, "tier1": 1000}
    tenant = Tenant({"tier1": 3}, rate_limits=limits)
    assert [tenant.get("/items")[0] for _turn in range(4)] == [200, 200, 200, 429]


def test_names_are_as_hostile_as_they_are_told() -> None:
    tenant = Tenant({"users": 1, "names": "\x1b[31m", "items": {"\x1b[2Japp": 1}})
    assert tenant.data("/users")[0]["name"].startswith("\x1b[31m")
    assert tenant.data("/items")[0]["resourceType"] == "\x1b[2Japp"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"user": 1}, "unknown key 'user'"),
        ({"users": -1}, "content.users: must be a whole number"),
        ({"logins": 1}, "logins and last_login go together"),
        ({"logins": 1, "last_login": "-1d"}, "there are none"),
        ({"refuse": {"audit": 403}}, "content.refuse: must be one of"),
        ({"cursors": {"users": "after"}}, "content.cursors.users: must be one of"),
    ],
)
def test_a_wrong_content_is_an_error(content: dict[str, Any], words: str) -> None:
    regions = {"eu": {"clients": []}}
    with pytest.raises(ScenarioError, match=words):
        build({"regions": regions, "tenants": [{"hostname": HOST, "content": content}]})
