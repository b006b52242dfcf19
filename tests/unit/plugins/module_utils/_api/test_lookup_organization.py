# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_tenant_info by the organization: by filter, by hostname and by id, and which credentials go where."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.answers import listed, page
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    CONSOLE,
    GIVEN_TOKEN,
    HOSTNAME,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    PURGE_DATE,
    REGION,
    TENANT_ID,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

TENANTS = f"https://{CONSOLE}/api/core/tenants"
ORGANIZATION = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}
REGIONAL = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
DISABLED = listed(status="disabled", deletionStartsAt=PURGE_DATE)
# What is looked up by, and what the API answers where it is found.
WAYS: dict[str, tuple[dict[str, str], Reply]] = {
    "filter": ({"filter": 'status eq "disabled"'}, page(DISABLED)),
    "hostname": ({"hostname": HOSTNAME}, page(DISABLED)),
    "id": ({"tenant_id": TENANT_ID}, page(DISABLED)),
    "id, bare": ({"tenant_id": TENANT_ID}, answers.as_json(200, DISABLED)),
}


def info(run: Run, **given: t.Any) -> dict[str, t.Any]:
    return operate("qlik_tenant_info", run, **{**ORGANIZATION, **given})


@pytest.fixture(autouse=True)
def _organization(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", page(listed()))


@pytest.mark.parametrize("way", WAYS)
def test_a_disabled_tenant_is_found_with_the_date_of_its_purge(wire: Wire, run: Run, way: str) -> None:
    given, reply = WAYS[way]
    wire.on("read", reply)
    result = info(run, **given)
    assert (result["failed"], result["changed"]) == (False, False)
    assert [(one["id"], one["status"], one["purge_date"]) for one in result["tenants"]] == [
        (TENANT_ID, "disabled", PURGE_DATE)
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"filter": 'name eq "acme"'}, "?limit=100&totalResults=true&filter=name%20eq%20%22acme%22"),
        (
            {"hostname": HOSTNAME.upper()},
            f"?limit=100&totalResults=true&filter=hostnames%20eq%20%22{HOSTNAME}%22",
        ),
        ({"tenant_id": TENANT_ID}, f"/{TENANT_ID}"),
    ],
)
def test_two_requests_are_sent_and_both_to_the_console(wire: Wire, run: Run, given: dict[str, str], path: str) -> None:
    # The region's credentials are there too, and stay where they are.
    info(run, **REGIONAL, access_token=GIVEN_TOKEN, **given)
    assert [(sent.method, sent.url) for sent in wire.sent] == [
        ("POST", f"https://{CONSOLE}/oauth/token"),
        ("GET", TENANTS + path),
    ]
    assert wire.sent[0].body["client_id"] == ORG_CLIENT_ID
    assert wire.sent[1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert secrets_in(*(sent for sent in wire.sent if sent.method == "GET")) == [TOKEN]


@pytest.mark.parametrize("way", ["filter", "hostname"])
def test_no_such_tenant_is_none_and_no_failure(wire: Wire, run: Run, way: str) -> None:
    wire.on("read", page())
    result = info(run, **WAYS[way][0])
    assert (result["failed"], result["tenants"]) == (False, [])


def test_an_id_that_the_organization_does_not_know_is_none(wire: Wire, run: Run) -> None:
    wire.on("read", answers.NO_SUCH_TENANT)
    result = info(run, tenant_id=TENANT_ID)
    assert (result["failed"], result["tenants"]) == (False, [])


@pytest.mark.parametrize("order", [1, -1])
def test_a_hostname_that_a_dead_tenant_had_too_shows_both_the_live_one_first(wire: Wire, run: Run, order: int) -> None:
    wire.on("read", page(*[listed(), listed(1, hostnames=[HOSTNAME], status="deleted")][::order]))
    found = info(run, hostname=HOSTNAME)["tenants"]
    assert [one["status"] for one in found] == ["active", "deleted"]


def test_all_pages_of_a_filter_are_one_result(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(), following="next=1"), page(listed(1), listed(2)))
    assert len(info(run, filter='status ne "deleted"')["tenants"]) == 3


def test_an_entry_that_is_no_tenant_is_warned_of(wire: Wire, run: Run) -> None:
    wire.on("read", page({"id": "../x"}, listed()))
    result = info(run, filter='status eq "active"')
    assert len(result["tenants"]) == 1
    assert "1 entry of the organization's list could not be read, and was left out" in result["warnings"][0]


def test_a_list_without_oddities_warns_of_nothing(run: Run) -> None:
    assert not info(run, filter='status eq "active"').get("warnings")


@pytest.mark.parametrize("region", [REGION, REGION.upper()])
@pytest.mark.parametrize("way", ["hostname", "id"])
def test_a_region_that_is_the_tenants_is_fine(run: Run, way: str, region: str) -> None:
    assert len(info(run, region=region, **WAYS[way][0])["tenants"]) == 1


def test_the_id_of_a_tenant_of_another_region_fails(run: Run) -> None:
    result = info(run, tenant_id=TENANT_ID, region="us")
    assert result["failed"]
    assert "region eu" in result["msg"]


def test_the_id_of_a_tenant_whose_region_nobody_can_tell_is_found(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(hostnames=[])))
    result = info(run, tenant_id=TENANT_ID, region="us")
    assert [(one["id"], one["region"]) for one in result["tenants"]] == [(TENANT_ID, None)]


def test_a_region_beside_a_filter_leaves_out_the_others(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(), listed(1, hostnames=["beta.us.qlikcloud.com"]), "no tenant"))
    result = info(run, filter='status eq "active"', region="US")
    assert [one["id"] for one in result["tenants"]] == ["id0001"]
    assert result["warnings"]
    assert "region is" in info(run, filter="x", region="../x")["msg"]


def test_a_live_tenant_answers_for_itself_where_the_organization_wants_a_subscription(wire: Wire, run: Run) -> None:
    refused = answers.error(400, "CORE-1", "subscriptionId is required in the filter.")
    wire.on("read", refused, refused, answers.record())
    wire.on("probe", answers.tenant_token())
    assert info(run, hostname=HOSTNAME)["http_status"] == 400
    wire.on("read", refused, refused, answers.record())
    result = info(run, **REGIONAL, hostname=HOSTNAME)
    assert [one["id"] for one in result["tenants"]] == [TENANT_ID]
    assert wire.sent[-1].url.startswith(f"https://{HOSTNAME}/")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Give one of tenant_id, hostname and filter"),
        ({"hostname": HOSTNAME, "filter": "x"}, "Give one of tenant_id, hostname and filter"),
        ({"tenant_id": TENANT_ID, "filter": "x"}, "Give one of tenant_id, hostname and filter"),
        ({"tenant_id": TENANT_ID, "hostname": HOSTNAME}, "Give one of tenant_id, hostname and filter"),
        ({"filter": ""}, "filter is ''"),
        ({"filter": 'status eq "active"\r\nX-Evil: 1'}, "filter is"),
        ({"tenant_id": "../users"}, "tenant_id is '../users'"),
        ({"hostname": "acme.evil.example"}, "hostname is 'acme.evil.example'"),
        ({"hostname": HOSTNAME, "region": "us"}, "the two must agree"),
        ({"filter": "x", "org_client_secret": None}, "org_client_secret is missing and org_client_id is given"),
        ({"hostname": HOSTNAME, "org_client_id": None}, "org_client_id is missing and org_client_secret is given"),
        ({"tenant_id": TENANT_ID, "org_client_id": None}, "QLIK_ORG_CLIENT_ID and QLIK_ORG_CLIENT_SECRET"),
        ({"filter": "x", "timeout": 0}, "timeout is 0"),
    ],
)
def test_a_wrong_question_sends_nothing(wire: Wire, run: Run, given: dict[str, t.Any], words: str) -> None:
    result = info(run, **given)
    assert result["failed"]
    assert words in result["msg"]
    assert wire.sent == []


def test_a_filter_without_the_organizations_client_sends_nothing(wire: Wire, run: Run) -> None:
    result = operate("qlik_tenant_info", run, **REGIONAL, filter='status eq "active"')
    assert result["msg"] == (
        "org_client_id and org_client_secret are missing: give both, or QLIK_ORG_CLIENT_ID and QLIK_ORG_CLIENT_SECRET in the"
        " environment."
    )
    assert wire.sent == []


def test_without_the_organizations_client_the_region_is_asked(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record())
    operate("qlik_tenant_info", run, **REGIONAL, tenant_id=TENANT_ID, region=REGION)
    assert {sent.url.split("/")[2] for sent in wire.sent} == {f"register.{REGION}.qlikcloud.com"}


@pytest.mark.parametrize("way", WAYS)
def test_a_foreign_subscription_is_said_with_what_to_check(wire: Wire, run: Run, way: str) -> None:
    wire.on("read", answers.error(403, "AUTH-5", "Forbidden", "The subscription is not one of this organization."))
    result = info(run, **WAYS[way][0])
    assert (result["failed"], result["http_status"], result["code"]) == (True, 403, "AUTH-5")
    assert "The subscription is not one of this organization" in result["msg"]
    assert "the scope cloud-console.tenants:read" in result["msg"]


@pytest.mark.parametrize("way", WAYS)
def test_credentials_that_are_refused_are_named_and_not_shown(wire: Wire, run: Run, way: str) -> None:
    wire.on("token", answers.error(401, "OAUTH-14", f"Wrong: {ORG_CLIENT_SECRET}"))
    result = info(run, **WAYS[way][0])
    assert (result["failed"], result["http_status"]) == (True, 401)
    assert "Check org_client_id and org_client_secret" in result["msg"]
    # A server that says a secret back.
    assert "Wrong: ********" in result["msg"]
    assert secrets_in(result) == []
