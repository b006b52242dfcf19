# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_tenant_usage_info: who used a tenant and what is in it, what counts as what, and what is unknown."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    TENANT_ID,
    TENANT_TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.tenant_content import BEGIN, BEGUN, BOT, LISTS, TenantContent, login
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

# It is the 24th of November, noon.
YESTERDAY, LAST_WEEK, LAST_MONTH = "2026-11-23T08:00:00Z", "2026-11-17T08:00:00Z", "2026-10-20T08:00:00Z"
NOTHING_HAPPENED = {
    "last_login": None,
    "last_reload": None,
    "last_automation": None,
    "last_consumption": None,
    "active_users": 0,
}
NOTHING_IN_IT = {
    **dict.fromkeys(("users", "spaces", "app_bytes", "file_bytes", "automations", "webhooks", "api_keys"), 0),
    "oauth_clients": 0,
    "licenses_assigned": 0,
    "items": {},
}
REFUSALS = {
    "403": answers.FORBIDDEN,
    "404": answers.error(404, "HTTP-404", "Not found"),
    "500": answers.error(500, "HTTP-500", "Oops"),
    "HTML": answers.HTML,
    "no list": answers.as_json(200, {"data": "x"}),
    "a list of texts": answers.as_json(200, {"data": ["x"], "meta": {"count": "x"}}),
}


@pytest.fixture
def content(wire: Wire) -> TenantContent:
    return TenantContent(wire)


def usage(run: Run, **given: t.Any) -> dict[str, t.Any]:
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return operate("qlik_tenant_usage_info", run, **{**credentials, "hostname": HOSTNAME, "retries": 0, **given})


def activity(run: Run, **given: t.Any) -> dict[str, t.Any]:
    result = usage(run, subset=["activity"], **given)
    assert not result["failed"], result["msg"]
    return t.cast("dict[str, t.Any]", result["activity"])


def contents(run: Run) -> dict[str, t.Any]:
    result = usage(run, subset=["contents"])
    assert not result["failed"], result["msg"]
    return t.cast("dict[str, t.Any]", result["contents"])


def asked(wire: Wire, path: str) -> list[dict[str, str]]:
    """The queries of the requests of a path."""
    queries = [urlsplit(sent.url) for sent in wire.of("read")]
    return [
        {name: values[0] for name, values in parse_qs(parts.query).items()}
        for parts in queries
        if parts.path == f"/api/v1{path}"
    ]


def test_an_empty_tenant_has_nothing_and_nobody(wire: Wire, run: Run, content: TenantContent) -> None:
    result = usage(run, tenant_id=TENANT_ID)
    assert result == {"failed": False, "changed": False, "activity": NOTHING_HAPPENED, "contents": NOTHING_IN_IT}
    assert wire.sent[0].url == f"https://{HOSTNAME}/oauth/token"
    assert {sent.headers["Authorization"] for sent in wire.sent[1:]} == {f"Bearer {TENANT_TOKEN}"}
    assert {urlsplit(sent.url).netloc for sent in wire.sent} == {HOSTNAME}
    assert {sent.method for sent in wire.sent[1:]} == {"GET"}


def test_the_requests_are_those_of_the_reference(wire: Wire, run: Run, content: TenantContent) -> None:
    usage(run)
    page = {"limit": "100"}
    assert asked(wire, "/users") == [{"fields": "id,subject,status,createdAt", **page}]
    assert asked(wire, "/audits") == [
        {"eventType": BEGIN, "sort": "-eventTime", **page},
        {"eventType": BEGUN, "sort": "-eventTime", **page},
    ]
    assert asked(wire, "/reloads") == [{"limit": "1", "sort": "-creationTime"}]
    assert asked(wire, "/automations") == [{"listAll": "true", "sort": "-lastRunAt", **page}]
    assert asked(wire, "/licenses/consumption") == [{"limit": "10", "sort": "-endTime"}]
    assert asked(wire, "/spaces") == [{"limit": "1"}]
    assert asked(wire, "/items") == [{"noActions": "true", **page}]
    assert asked(wire, "/data-files/connections") == [{"includeSpaceStats": "true", **page}]
    assert asked(wire, "/api-keys") == [{"status": "active", **page}]
    assert asked(wire, "/webhooks") == asked(wire, "/oauth-clients") == [page]


def test_a_tenant_of_1000_items_costs_at_most_25_requests(wire: Wire, run: Run, content: TenantContent) -> None:
    content.lists["/items"] = [{"id": f"item-{number}", "resourceType": "app"} for number in range(1000)]
    content.lists["/users"] = [{"id": f"user-{number}", "subject": "s"} for number in range(150)]
    content.lists["/audits"] = [login(YESTERDAY, f"user-{number}") for number in range(500)]
    result = usage(run)
    assert (result["contents"]["items"], result["contents"]["users"]) == ({"app": 1000}, 150)
    assert len(wire.sent) <= 25


@pytest.mark.parametrize(("subset", "paths"), [("activity", "/items"), ("contents", "/audits")])
def test_what_is_not_asked_for_costs_nothing(
    wire: Wire, run: Run, content: TenantContent, subset: str, paths: str
) -> None:
    result = usage(run, subset=[subset])
    assert set(result) == {"failed", "changed", subset}
    assert asked(wire, paths) == []


# Logins


def test_the_later_login_of_the_two_events_counts(run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(LAST_WEEK, "user-1", BEGUN), login(YESTERDAY, "user-2", BEGIN)]
    assert activity(run) == {**NOTHING_HAPPENED, "last_login": YESTERDAY, "active_users": 2}


def test_a_person_who_logs_in_twice_is_one(run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(YESTERDAY), login(LAST_WEEK), login(LAST_WEEK, "user-1", BEGIN)]
    assert activity(run)["active_users"] == 1


def test_the_own_bot_is_no_person(run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(YESTERDAY, BOT), login(LAST_WEEK, BOT, BEGIN)]
    assert activity(run) == NOTHING_HAPPENED


def test_a_person_behind_a_page_of_the_bots_logins_is_found(wire: Wire, run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [*[login(YESTERDAY, BOT)] * 250, login(LAST_WEEK)]
    assert activity(run)["last_login"] == LAST_WEEK
    assert len(asked(wire, "/audits")) == 1 + 3


def test_more_logins_of_the_bot_than_are_read_make_it_unknown(wire: Wire, run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(YESTERDAY, BOT)] * 1500
    assert activity(run)["last_login"] == "unknown"
    assert len(asked(wire, "/audits")) <= 1 + 10


def test_if_the_own_bot_is_not_shown_each_login_counts(run: Run, content: TenantContent) -> None:
    content.replies["/users/me"] = answers.FORBIDDEN
    content.lists["/audits"] = [login(YESTERDAY, BOT)]
    assert activity(run)["last_login"] == YESTERDAY


def test_a_login_without_a_user_is_that_of_a_person(run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(YESTERDAY, None)]
    assert activity(run)["last_login"] == YESTERDAY


@pytest.mark.parametrize("time", [None, "", "yesterday", "0001-01-01T00:00:00Z", 7])
def test_a_login_without_a_time_makes_it_unknown(run: Run, content: TenantContent, time: t.Any) -> None:
    content.lists["/audits"] = [login(time), login(LAST_WEEK)]
    found = activity(run)
    assert (found["last_login"], found["active_users"]) == ("unknown", "unknown")


def test_a_server_that_does_not_sort_is_read_to_the_end(wire: Wire, run: Run, content: TenantContent) -> None:
    content.lists["/audits"] = [login(LAST_MONTH, "user-2"), *[login(LAST_WEEK)] * 150, login(YESTERDAY, "user-3")]
    found = activity(run)
    assert (found["last_login"], found["active_users"]) == (YESTERDAY, 2)


def test_a_server_that_does_not_filter_shows_other_events_too(run: Run, content: TenantContent) -> None:
    other = login(YESTERDAY, event="com.qlik.app.created")
    content.replies["/audits"] = answers.as_json(200, {"data": [other, login(LAST_WEEK)]})
    assert activity(run)["last_login"] == LAST_WEEK


@pytest.mark.parametrize(("days", "seen"), [(35, None), (36, LAST_MONTH), ("90", LAST_MONTH)])
def test_what_is_older_than_the_window_is_not_reported(
    run: Run, content: TenantContent, days: t.Any, seen: str | None
) -> None:
    # All of it was 35 days and 4 hours ago.
    content.lists["/audits"] = [login(LAST_MONTH)]
    content.lists["/reloads"] = [{"creationTime": LAST_MONTH}]
    content.lists["/automations"] = [{"lastRunAt": LAST_MONTH}]
    content.lists["/licenses/consumption"] = [{"endTime": LAST_MONTH}]
    times = dict.fromkeys(("last_login", "last_reload", "last_automation", "last_consumption"), seen)
    assert activity(run, activity_days=days) == {**times, "active_users": 1 if seen else 0}


# Other activity


def test_reloads_automations_and_consumption_are_apart_from_logins(run: Run, content: TenantContent) -> None:
    content.lists["/reloads"] = [{"creationTime": YESTERDAY, "endTime": None, "type": "chronos"}]
    content.lists["/automations"] = [{"id": "a", "lastRunAt": LAST_WEEK}, {"id": "b", "lastRunAt": None}]
    content.lists["/licenses/consumption"] = [
        {"endTime": YESTERDAY, "userId": BOT},
        {"endTime": LAST_WEEK, "userId": "user-1"},
    ]
    assert activity(run) == {
        **NOTHING_HAPPENED,
        "last_reload": YESTERDAY,
        "last_automation": LAST_WEEK,
        "last_consumption": LAST_WEEK,
    }


@pytest.mark.parametrize("never", [None, "", "0001-01-01T00:00:00Z"])
def test_an_automation_that_never_ran_has_no_last_run(run: Run, content: TenantContent, never: t.Any) -> None:
    content.lists["/automations"] = [{"id": "a", "lastRunAt": never}]
    result = usage(run)
    assert (result["activity"]["last_automation"], result["contents"]["automations"]) == (None, 1)


@pytest.mark.parametrize(
    ("path", "entry", "key"),
    [
        ("/reloads", {"creationTime": "soon"}, "last_reload"),
        ("/automations", {"lastRunAt": "soon"}, "last_automation"),
        ("/licenses/consumption", {}, "last_consumption"),
    ],
)
def test_something_without_a_time_is_unknown(
    run: Run, content: TenantContent, path: str, entry: dict[str, t.Any], key: str
) -> None:
    content.lists[path] = [entry]
    assert activity(run) == {**NOTHING_HAPPENED, key: "unknown"}


# Contents


def test_bots_and_deleted_users_are_no_people(run: Run, content: TenantContent) -> None:
    content.lists["/users"] = [
        {"id": "1", "subject": "auth0|1", "status": "active"},
        {"id": "2", "subject": "auth0|2", "status": "invited"},
        {"id": "3", "subject": "auth0|3", "status": "deleted"},
        {"id": BOT, "subject": "renamed", "status": "active"},
        {"id": "5", "subject": "qlikbot\\other", "status": "active"},
    ]
    assert contents(run) == {**NOTHING_IN_IT, "users": 2}


def test_numbers_and_sizes(run: Run, content: TenantContent) -> None:
    content.meta["/spaces"] = {"count": 12}
    content.lists["/items"] = [
        {"id": "1", "resourceType": "app", "resourceSize": {"appFile": 10, "appMemory": 99}},
        {"id": "2", "resourceType": "app", "resourceSize": {"appFile": 5.0}},
        {"id": "3", "resourceType": "app", "resourceSize": {}},
        {"id": "4", "resourceType": "dataset", "resourceSize": {"appFile": 1000}},
        {"id": "5"},
    ]
    content.lists["/data-files/connections"] = [{"id": "1", "spaceStats": {"aggregateFileSize": 7}}, {"id": "2"}]
    content.lists["/webhooks"] = [{"id": str(number)} for number in range(101)]
    content.lists["/oauth-clients"] = [{"clientId": str(number)} for number in range(201)]
    content.lists["/api-keys"] = [{"id": "1"}]
    content.others["/licenses/overview"]["allotments"] = [
        {"name": "professional", "units": 10, "unitsUsed": 3},
        {"name": "analyzer", "units": 10, "unitsUsed": 4},
        {"name": "analyzer_time", "units": 9000, "unitsUsed": 812},
    ]
    assert contents(run) == {
        "users": 0,
        "spaces": 12,
        "items": {"app": 3, "dataset": 1, "other": 1},
        "app_bytes": 15,
        "file_bytes": 7,
        "automations": 0,
        "webhooks": 101,
        "api_keys": 1,
        "oauth_clients": 201,
        "licenses_assigned": 7,
    }


def test_sizes_that_no_entry_shows_are_unknown_and_not_zero(run: Run, content: TenantContent) -> None:
    content.lists["/items"] = [{"id": "1", "resourceType": "app"}]
    content.lists["/data-files/connections"] = [{"id": "1", "spaceStats": {"aggregateFileSize": -1}}]
    found = contents(run)
    assert (found["items"], found["app_bytes"], found["file_bytes"]) == ({"app": 1}, "unknown", "unknown")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_type_is_harmless(run: Run, content: TenantContent, value: str) -> None:
    content.lists["/items"] = [{"id": "1", "resourceType": value[:5000]}]
    (kind,) = contents(run)["items"]
    assert is_harmless(kind)
    assert len(kind) <= 60


def test_a_server_cannot_make_up_types_without_end(run: Run, content: TenantContent) -> None:
    content.lists["/items"] = [{"id": str(number), "resourceType": f"type-{number}"} for number in range(1000)]
    found = contents(run)["items"]
    assert len(found) == 101
    assert found["other"] == 900


# Unknown

KEYS = {
    "/users": {"users"},
    "/audits": {"last_login", "active_users"},
    "/reloads": {"last_reload"},
    "/automations": {"last_automation", "automations"},
    "/licenses/consumption": {"last_consumption"},
    "/spaces": {"spaces"},
    "/items": {"items", "app_bytes"},
    "/data-files/connections": {"file_bytes"},
    "/webhooks": {"webhooks"},
    "/api-keys": {"api_keys"},
    "/oauth-clients": {"oauth_clients"},
    "/licenses/overview": {"licenses_assigned"},
}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("path", KEYS)
def test_what_the_server_does_not_show_is_unknown_and_nothing_else(
    run: Run, content: TenantContent, path: str, refusal: str
) -> None:
    assert set(KEYS) == {*LISTS, "/licenses/overview"}
    content.replies[path] = REFUSALS[refusal]
    result = usage(run)
    found = {**result["activity"], **result["contents"]}
    assert {key for key, value in found.items() if value == "unknown"} == KEYS[path]


@pytest.mark.parametrize("href", ["http://license/v1/items?limit=100", "https://[evil", f"?next={'x' * 5000}"])
def test_a_list_whose_next_page_cannot_be_found_is_unknown(run: Run, content: TenantContent, href: str) -> None:
    body = {"data": [{"id": "1", "resourceType": "app"}], "links": {"next": {"href": href}}}
    content.replies["/items"] = answers.as_json(200, body)
    assert contents(run)["items"] == "unknown"


def test_a_list_without_an_end_is_unknown(wire: Wire, run: Run, content: TenantContent) -> None:
    body = {"data": [{"id": "1"}], "links": {"next": {"href": "?page=1"}}}
    content.replies["/webhooks"] = answers.as_json(200, body)
    assert contents(run)["webhooks"] == "unknown"
    assert len(asked(wire, "/webhooks")) == 2


# What fails


def test_secrets_of_an_answer_are_in_no_result(run: Run, content: TenantContent) -> None:
    content.lists["/automations"] = [{"id": "a", "lastRunAt": YESTERDAY, "executionToken": "a-secret-execution-token"}]
    result = usage(run)
    assert "a-secret" not in str(result)
    assert secrets_in(result) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answers.deactivated(), "is deactivated: only a live tenant shows what is in it"),
        (answers.NOBODYS_HOST, "was not found"),
        (answers.UNKNOWN_CLIENT, "Check client_id and client_secret"),
        (Reply(503), "The server failed"),
    ],
)
def test_a_tenant_that_issues_no_token_fails(
    wire: Wire, run: Run, content: TenantContent, answer: Reply, words: str
) -> None:
    wire.on("probe", answer)
    result = usage(run)
    assert result["failed"]
    assert words in result["msg"]
    assert result["http_status"] == answer.status
    assert wire.sequence == ["probe"]


def test_a_host_that_does_not_answer_fails(wire: Wire, run: Run, content: TenantContent) -> None:
    wire.on("probe", faults.refused())
    assert usage(run)["failed"]


def test_the_host_of_another_tenant_fails(wire: Wire, run: Run, content: TenantContent) -> None:
    content.others["/users/me"] = {"id": BOT, "tenantId": "another\x1b[31m"}
    result = usage(run, tenant_id=TENANT_ID)
    assert result["failed"]
    assert f"{HOSTNAME} is the host of tenant another [31m, not of {TENANT_ID}" in result["msg"]
    assert wire.sequence == ["probe", "read"]


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"activity_days": 0}, "activity_days"),
        ({"activity_days": 91}, "activity_days"),
        ({"activity_days": "a month"}, "activity_days"),
        ({"hostname": "acme.example"}, "hostname"),
        ({"tenant_id": "../x"}, "tenant_id"),
        ({"subset": []}, "subset"),
        ({"region": "us"}, "region"),
        ({"client_id": None, "client_secret": None}, "client_secret"),
    ],
)
def test_a_wrong_option_sends_nothing(wire: Wire, run: Run, given: dict[str, t.Any], option: str) -> None:
    result = usage(run, **given)
    assert result["failed"]
    assert is_one_sentence_about(result["msg"], option)
    assert wire.sent == []
