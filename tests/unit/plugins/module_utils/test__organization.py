# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants of an organization: page after page from one host, whatever the links say, each in its normal form."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tenantops.qlik.plugins.module_utils._connection import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._organization import literal
from ansible_collections.tenantops.qlik.tests.simulator import scim
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    PURGE_DATE,
    TENANT_ID,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

CONSOLE = "https://console.qlikcloud.com"
ORG = {"org_client_id": "org-client", "org_client_secret": "canary-secret-of-the-organization"}
NO_CLIENT = {"client_id": None, "client_secret": None}
FILTER = 'status eq "disabled"'


def tenant(number: int = 0, **more: t.Any) -> dict[str, t.Any]:
    """ "Organization API": a tenant."""
    return {
        "id": f"id{number}" if number else TENANT_ID,
        "name": "Acme",
        "hostnames": [f"t{number}.eu.qlikcloud.com"] if number else [HOSTNAME, ALIAS],
        "regionCode": "eu-west-1",
        "countryCode": "IE",
        "status": "disabled",
        "createdAt": "2024-01-15T09:30:00.000Z",
        "updatedAt": "2026-10-01T08:00:00.000Z",
        "licenseNumber": "9999",
        "subscriptionId": "sub-1",
        "licenseStartsAt": "2024-01-15T00:00:00.000Z",
        "licenseEndsAt": "2026-09-30T00:00:00.000Z",
        "deletionStartsAt": PURGE_DATE,
        **more,
    }


def page(*tenants: t.Any, following: t.Any = None) -> Reply:
    """ "Organization API": a page; ``following`` is the link to the next one."""
    links = {"self": {"href": CONSOLE}} | ({"next": {"href": following}} if following else {})
    return answers.as_json(200, {"data": list(tenants), "links": links})


def link(cursor: str, name: str = "next", host: str = "api.qlikcloud.com") -> str:
    return f"https://{host}/core/tenants?limit=20&{name}={cursor}"


def info(run: Run, **given: t.Any) -> dict[str, t.Any]:
    return operate("qlik_tenant_info", run, **{**ORG, **NO_CLIENT, **given})


@pytest.fixture(autouse=True)
def _token(wire: Wire) -> None:
    wire.on("token", answers.token())


def test_a_listing_asks_for_a_token_of_the_console_and_for_a_hundred_at_a_time(wire: Wire, run: Run) -> None:
    wire.on("list", page(tenant(1), following=link("c2")), page(tenant(2)))
    found = info(run, filter=FILTER)
    assert [one["id"] for one in found["tenants"]] == ["id1", "id2"]
    token, first, second = wire.sent
    assert (token.url, token.body["client_id"]) == (f"{CONSOLE}/oauth/token", "org-client")
    assert (first.method, first.url.split("?")[0]) == ("GET", f"{CONSOLE}/api/core/tenants")
    assert parse_qs(urlsplit(first.url).query) == {"limit": ["100"], "filter": [FILTER]}
    assert parse_qs(urlsplit(second.url).query) == {"limit": ["100"], "filter": [FILTER], "next": ["c2"]}
    assert {one.headers["Authorization"] for one in (first, second)} == {f"Bearer {TOKEN}"}


def test_the_normal_form_has_what_only_the_organization_knows(wire: Wire, run: Run) -> None:
    wire.on("list", page(tenant()))
    (found,) = info(run, filter=FILTER)["tenants"]
    assert found == {
        "id": TENANT_ID,
        "name": "Acme",
        "hostnames": [HOSTNAME, ALIAS],
        "region": "eu",
        "datacenter": "eu-west-1",
        "status": "disabled",
        "status_since": None,
        "created": "2024-01-15T09:30:00.000Z",
        "updated": "2026-10-01T08:00:00.000Z",
        "purge_date": PURGE_DATE,
        "subscription_id": "sub-1",
        "license_number": "9999",
        "license_starts_at": "2024-01-15T00:00:00.000Z",
        "license_ends_at": "2026-09-30T00:00:00.000Z",
    }


@pytest.mark.parametrize("name", ["next", "offset"])
@pytest.mark.parametrize("host", ["api.qlikcloud.com", "evil.example", "console.qlikcloud.com"])
def test_of_a_link_the_cursor_alone_is_taken(wire: Wire, run: Run, name: str, host: str) -> None:
    wire.on("list", page(tenant(1), following=link("a%2Bb%3D%3D", name, host)), page(tenant(2)))
    assert len(info(run, filter=FILTER)["tenants"]) == 2
    assert {urlsplit(one.url).hostname for one in wire.sent} == {"console.qlikcloud.com"}
    assert parse_qs(urlsplit(wire.sent[-1].url).query)["next"] == ["a+b=="]


@pytest.mark.parametrize("following", ["https://api.qlikcloud.com/core/tenants", "https://[", 7, ["x"]])
def test_a_link_without_a_cursor_is_no_end(wire: Wire, run: Run, following: t.Any) -> None:
    wire.on("list", page(tenant(1), following=following))
    found = info(run, filter=FILTER)
    assert found["failed"] is True
    assert "has no cursor" in found["msg"]


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([page(tenant(1), following=link("a")), page(tenant(2), following=link("a"))], "was there before"),
        ([page(tenant(1), following=link("a")), page(following=link("b"))], "holds none"),
    ],
)
def test_a_list_without_an_end_is_none(wire: Wire, run: Run, pages: list[Reply], told: str) -> None:
    wire.on("list", *pages)
    found = info(run, filter=FILTER)
    assert found["failed"] is True
    assert told in found["msg"]
    assert "tenants" not in found
    assert len(wire.of("list")) == 2


def test_a_tenant_that_comes_twice_while_the_list_changes_is_one(wire: Wire, run: Run) -> None:
    wire.on("list", page(tenant(1), tenant(2), following=link("a")), page(tenant(2), tenant(3)))
    assert [one["id"] for one in info(run, filter=FILTER)["tenants"]] == ["id1", "id2", "id3"]


@pytest.mark.parametrize(
    "reply",
    [
        answers.HTML,
        answers.EMPTY,
        answers.as_json(200, []),
        answers.as_json(200, {"data": {}}),
        page("acme"),
        page({"id": "../x"}),
    ],
)
def test_what_is_no_list_of_tenants_is_not_taken_for_one(wire: Wire, run: Run, reply: Reply) -> None:
    wire.on("list", reply)
    found = info(run, filter=FILTER)
    assert (found["failed"], found["http_status"]) == (True, 200)
    assert is_harmless(found["msg"])


def test_a_long_filter_travels_in_a_body(wire: Wire, run: Run) -> None:
    wire.on("list", page(tenant(1), following=link("a")), page(tenant(2)))
    long = " or ".join(f'subscriptionId eq "sub-{number}"' for number in range(60))
    assert len(info(run, filter=long)["tenants"]) == 2
    for sent in wire.of("list"):
        assert (sent.method, sent.url.split("?")[0]) == ("POST", f"{CONSOLE}/api/core/tenants/actions/filter")
        assert sent.body == {"filter": long}
        assert "filter" not in urlsplit(sent.url).query


def test_by_hostname_a_disabled_tenant_is_found_too(wire: Wire, run: Run) -> None:
    wire.on("list", page(tenant(5, hostnames=["other.eu.qlikcloud.com"]), tenant()))
    found = info(run, hostname=ALIAS.upper())
    assert [one["id"] for one in found["tenants"]] == [TENANT_ID]
    assert parse_qs(urlsplit(wire.of("list")[0].url).query)["filter"] == [f'hostnames eq "{ALIAS}"']
    assert wire.of("probe") == []


@pytest.mark.parametrize("shape", [{"data": [tenant()]}, tenant()], ids=["list", "bare"])
def test_by_id_either_shape_of_the_answer_is_taken(wire: Wire, run: Run, shape: t.Any) -> None:
    wire.on("list", answers.as_json(200, shape))
    found = info(run, tenant_id=TENANT_ID)
    assert [(one["id"], one["purge_date"]) for one in found["tenants"]] == [(TENANT_ID, PURGE_DATE)]
    assert wire.of("list")[0].url == f"{CONSOLE}/api/core/tenants/{TENANT_ID}"


def test_an_id_that_the_organization_has_not_is_nothing(wire: Wire, run: Run) -> None:
    wire.on("list", answers.NO_SUCH_TENANT)
    assert info(run, tenant_id=TENANT_ID)["tenants"] == []


@pytest.mark.parametrize("shape", [{"data": []}, {"data": [tenant(), tenant(1)]}, tenant(1), {}, []])
def test_another_answer_to_an_id_is_refused(wire: Wire, run: Run, shape: t.Any) -> None:
    wire.on("list", answers.as_json(200, shape))
    assert info(run, tenant_id=TENANT_ID)["failed"] is True


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answers.FORBIDDEN, "cloud-console.tenants:read"),
        (answers.error(400, "HTTP-400", "Invalid filter"), "Check the filter"),
        (answers.UNAUTHORIZED, "org_client_id"),
        (Reply(500), "vendor's support"),
    ],
)
def test_a_refusal_says_what_to_do(wire: Wire, run: Run, reply: Reply, told: str) -> None:
    wire.on("list", reply)
    found = info(run, filter=FILTER)
    assert (found["failed"], found["http_status"]) == (True, reply.status)
    assert told in found["msg"]


def test_an_expired_token_is_renewed_once(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token(expires_in=None, expires_at=None))
    wire.on("list", answers.UNAUTHORIZED, page(tenant()))
    assert info(run, filter=FILTER)["failed"] is False
    assert wire.sequence == ["token", "list", "token", "list"]


def test_the_rate_limit_is_waited_for(wire: Wire, run: Run, clock: t.Any) -> None:
    wire.on("list", answers.rate_limited("7"), page(tenant()))
    assert info(run, filter=FILTER)["failed"] is False
    assert sum(clock.sleeps) == 7


def test_a_token_that_is_not_issued_names_the_organizations_options(wire: Wire, run: Run) -> None:
    wire.on("token", answers.UNKNOWN_CLIENT)
    found = info(run, filter=FILTER)
    assert "org_client_id and org_client_secret" in found["msg"]
    assert "organization-level" in found["msg"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "Give one of tenant_id, hostname and filter"),
        ({"tenant_id": TENANT_ID, "filter": FILTER}, "Give one of"),
        ({"filter": ""}, "filter is ''"),
        ({"filter": "a\nb"}, "one line"),
        ({"filter": "x" * 9000}, "8192"),
        ({"filter": FILTER, "org_client_secret": None}, "org_client_secret is missing and org_client_id is given"),
        ({"filter": FILTER, "org_client_id": None, "org_client_secret": None}, "QLIK_ORG_CLIENT_ID"),
        ({"hostname": "acme.example"}, "hostname is 'acme.example'"),
        ({"tenant_id": "../x"}, "tenant_id is '../x'"),
    ],
)
def test_wrong_options_send_nothing(wire: Wire, run: Run, options: dict[str, t.Any], told: str) -> None:
    found = info(run, **options)
    assert found["failed"] is True
    assert told in found["msg"]
    assert wire.sent == []


def test_without_the_organizations_client_the_region_is_asked(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record())
    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "org_client_id": None, "org_client_secret": None}
    assert info(run, tenant_id=TENANT_ID, region="eu", **given)["tenants"][0]["subscription_id"] is None
    assert wire.sequence == ["token", "read"]


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_harmless(wire: Wire, run: Run, value: str) -> None:
    # A page of more than a megabyte is none.
    value = value[:100_000]
    wire.on("list", page(tenant(name=value, hostnames=[HOSTNAME, value], licenseNumber=value, status=value)))
    (found,) = info(run, filter=FILTER)["tenants"]
    texts = [one for one in (*found.values(), *found["hostnames"]) if isinstance(one, str)]
    assert all(is_harmless(text) for text in texts)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=40).filter(str.isprintable))
def test_no_value_breaks_out_of_its_literal(value: str) -> None:
    parsed = scim.parse(f"name eq {literal(value, 'name')}")
    assert parsed.matches({"name": value})
    assert not parsed.matches({"name": f"{value}x"})
