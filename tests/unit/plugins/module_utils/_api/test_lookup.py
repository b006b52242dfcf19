# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_tenant_info: by the id at the register host, by the hostname at the tenant's own."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._api.lookup import normal_form
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    REGION,
    TENANT_ID,
    TENANT_TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

ORGANIZATION = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}
OWN = f"https://{HOSTNAME}/api/v1"


def info(run: Run, **given: t.Any) -> dict[str, t.Any]:
    return operate("qlik_tenant_info", run, **{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **given})


def redirect(place: str) -> Reply:
    return Reply(302, b"", {"Location": place})


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("probe", answers.tenant_token())
    wire.on("read", redirect(f"{OWN}/tenants/{TENANT_ID}"), answers.record())


def test_by_its_id_the_register_host_is_asked(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record())
    result = info(run, tenant_id=TENANT_ID, region=REGION)
    assert wire.sequence == ["token", "read"]
    assert [(one["id"], one["hostnames"], one["region"]) for one in result["tenants"]] == [
        (TENANT_ID, [HOSTNAME, ALIAS], "eu")
    ]


def test_an_id_that_nobody_has_shows_nothing(wire: Wire, run: Run) -> None:
    wire.on("read", answers.NO_SUCH_TENANT)
    result = info(run, tenant_id=TENANT_ID, region=REGION)
    assert (result["failed"], result["tenants"]) == (False, [])


@pytest.mark.parametrize(
    "answer", [answers.FORBIDDEN, answers.HTML, answers.record(id="other")], ids=["403", "HTML", "other"]
)
def test_what_is_no_record_of_that_tenant_fails(wire: Wire, run: Run, answer: Reply) -> None:
    wire.on("read", answer)
    assert info(run, tenant_id=TENANT_ID, region=REGION)["failed"]


def test_by_its_hostname_the_tenant_is_asked_with_a_token_of_its_own(wire: Wire, run: Run) -> None:
    result = info(run, hostname=HOSTNAME.upper())
    assert [(sent.method, sent.url) for sent in wire.sent] == [
        ("POST", f"https://{HOSTNAME}/oauth/token"),
        ("GET", f"{OWN}/tenants/me"),
        ("GET", f"{OWN}/tenants/{TENANT_ID}"),
    ]
    assert {sent.headers["Authorization"] for sent in wire.of("read")} == {f"Bearer {TENANT_TOKEN}"}
    assert (result["tenants"][0]["id"], result["state"]) == (TENANT_ID, "active")


@pytest.mark.parametrize(
    "place", ["https://evil.example/api/v1/tenants/{id}", "//evil.example/api/v1/tenants/{id}", "/api/v1/tenants/{id}"]
)
def test_of_where_a_redirect_leads_only_the_id_is_taken(wire: Wire, run: Run, place: str) -> None:
    wire.on("read", redirect(place.format(id=TENANT_ID)), answers.record())
    assert info(run, hostname=HOSTNAME)["tenants"][0]["id"] == TENANT_ID
    assert {sent.url.split("/")[2] for sent in wire.sent} == {HOSTNAME}


@pytest.mark.parametrize("place", ["https://evil.example/", "http://[evil", "/api/v1/tenants/a/../../users", ""])
def test_where_it_leads_to_no_id_the_user_is_asked(wire: Wire, run: Run, place: str) -> None:
    wire.on("read", redirect(place), answers.as_json(200, {"tenantId": TENANT_ID}), answers.record())
    assert info(run, hostname=HOSTNAME)["tenants"][0]["id"] == TENANT_ID
    assert [sent.url for sent in wire.of("read")] == [
        f"{OWN}/tenants/me",
        f"{OWN}/users/me",
        f"{OWN}/tenants/{TENANT_ID}",
    ]


@pytest.mark.parametrize("tenant_id", ["../../v1/users", "me", "", 7, None])
def test_an_id_that_is_none_is_not_asked_for(wire: Wire, run: Run, tenant_id: t.Any) -> None:
    wire.on("read", redirect(""), answers.as_json(200, {"tenantId": tenant_id}))
    assert info(run, hostname=HOSTNAME)["failed"]
    assert len(wire.of("read")) == 2


def test_a_host_that_shows_another_tenant_fails(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record(hostnames=["beta.eu.qlikcloud.com"]))
    result = info(run, hostname=HOSTNAME)
    assert result["failed"]
    assert "beta.eu.qlikcloud.com" in result["msg"]


@pytest.mark.parametrize(
    ("answer", "state"), [(answers.deactivated(), "deactivated"), (answers.NOBODYS_HOST, "not_found")]
)
def test_a_tenant_that_shows_nothing_is_none_and_says_why(wire: Wire, run: Run, answer: Reply, state: str) -> None:
    wire.on("probe", answer)
    result = info(run, hostname=HOSTNAME)
    assert (result["failed"], result["tenants"], result["state"]) == (False, [], state)


@pytest.mark.parametrize("given", [{}, {"tenant_id": TENANT_ID, "hostname": HOSTNAME}, {"tenant_id": TENANT_ID}])
def test_an_incomplete_question_sends_nothing(wire: Wire, run: Run, given: dict[str, str]) -> None:
    assert info(run, **given)["failed"]
    assert wire.sent == []


def test_a_hostile_name_is_harmless_in_the_normal_form() -> None:
    record = normal_form({"id": TENANT_ID, "name": "\x1b[31mEvil\r\nX", "hostnames": [HOSTNAME, "\x9b31m"]})
    assert record is not None
    assert (record["name"], record["hostnames"][1]) == ("[31mEvil X", "31m")


def test_the_three_sources_have_one_normal_form(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record())
    (of_the_register_host,) = info(run, tenant_id=TENANT_ID, region=REGION)["tenants"]
    wire.on("read", answers.page(answers.listed()))
    (of_the_organization,) = info(run, tenant_id=TENANT_ID, **ORGANIZATION)["tenants"]
    assert list(of_the_register_host) == list(of_the_organization)
    same = ("id", "name", "hostnames", "region", "datacenter", "status", "created", "updated")
    assert {key: of_the_register_host[key] for key in same} == {key: of_the_organization[key] for key in same}


@pytest.mark.parametrize("kind", ["read", "probe"])
def test_a_server_that_fails_is_what_the_message_is_about(wire: Wire, run: Run, kind: str) -> None:
    wire.on("token", answers.token())
    wire.on(kind, Reply(503))
    given = {"tenant_id": TENANT_ID, "region": REGION} if kind == "read" else {"hostname": HOSTNAME}
    result = operate("qlik_tenant_info", run, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, retries=0, **given)
    assert (result["failed"], result["http_status"]) == (True, 503)
    assert "The server failed." in result["msg"]
    assert "client_secret" not in result["msg"]
