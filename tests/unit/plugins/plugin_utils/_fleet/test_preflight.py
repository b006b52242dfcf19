# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_preflight_info: it looks at what a run would rest on, and sends nothing that changes anything."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight import preflight
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    REGISTER,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import options
from ansible_collections.tenantops.qlik.tests.unit.waves import entry
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

ORGANIZATION = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}


def look(run: Run, *entries: Entry, **given: t.Any) -> dict[str, t.Any]:
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    params = options("qlik_preflight_info", **{**client, **given})
    return preflight(entries, prefix="tenant_decommission_", params=params, run=run)


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record())
    wire.on("probe", answers.error(400, "OAUTH-5", "Client id is missing."))


def test_a_region_and_a_tenant_are_looked_at_with_three_requests(wire: Wire, run: Run) -> None:
    found = look(run, entry(HOSTNAME))
    assert wire.sequence == ["token", "read", "probe"]
    (region,), (tenant,) = found["regions"], found["tenants"]
    assert (region["token"], region["host"], region["reads"], region["route"]) == (True, REGISTER, True, "directly")
    assert (tenant["status"], tenant["probe_state"], tenant["planned_action"]) == (
        "active",
        "unauthorized",
        "deactivate",
    )
    assert found["problems"] == []
    # The word alone looks like a mistake in the credentials, and none were sent.
    assert any("live (unauthorized)" in line for line in found["lines"])


def test_the_hosts_of_tenants_are_shown_no_credentials(wire: Wire, run: Run) -> None:
    # The first token of a live tenant's host creates a bot user in the tenant.
    wire.on("read", answers.FORBIDDEN)
    look(run, entry(HOSTNAME, tenant_id=None), entry("beta.eu.qlikcloud.com", tenant_id="x1"))
    assert [sent.body for sent in wire.of("probe")] == [{"grant_type": "client_credentials"}] * 2
    assert not any("Authorization" in sent.headers for sent in wire.of("probe"))
    assert {sent.url for sent in wire.of("read")} == {f"https://{REGISTER}/api/v1/tenants/x1"}


def test_a_live_tenant_without_an_id_would_be_looked_up_by_a_run(wire: Wire, run: Run) -> None:
    found = look(run, entry(HOSTNAME, tenant_id=None))
    (tenant,) = found["tenants"]
    assert wire.sequence == ["token", "probe"]
    assert (tenant["planned_action"], tenant["tenant_id"], found["problems"]) == ("deactivate", None, [])
    assert "creates a bot user there; set tenant_decommission_tenant_id" in tenant["message"]


def test_a_tenant_named_by_its_alias_is_told_the_hostname_that_never_changes(run: Run) -> None:
    (tenant,) = look(run, entry(ALIAS))["tenants"]
    assert tenant["planned_action"] == "deactivate"
    assert f"{ALIAS} is an alias" in tenant["message"]
    assert f"name this tenant by {HOSTNAME}, its hostname that never changes" in tenant["message"]
    assert "alias" not in look(run, entry(HOSTNAME))["tenants"][0]["message"]


def test_clocks_that_differ_are_told(wire: Wire, run: Run) -> None:
    token = answers.token()
    wire.on("token", Reply(200, token.body, {"Date": "Tue, 24 Nov 2026 11:58:20 GMT"}))
    assert look(run, entry(HOSTNAME))["regions"][0]["clock_skew"] == 100


@pytest.mark.parametrize("refusal", answers.REFUSED_READS.values(), ids=answers.REFUSED_READS.keys())
def test_a_register_host_that_refuses_reads_is_told_and_stops_nothing(wire: Wire, run: Run, refusal: Reply) -> None:
    wire.on("read", refusal)
    found = look(run, entry(HOSTNAME))
    assert (found["regions"][0]["reads"], found["problems"]) == (False, [])


def test_where_record_and_host_disagree_it_is_told(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.deactivated())
    assert "its own host answers as deactivated" in look(run, entry(HOSTNAME))["tenants"][0]["message"]


def test_the_tenants_of_a_region_without_a_token_are_listed_and_its_reason_is_given_once(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token(), answers.UNKNOWN_CLIENT)
    hosts = [HOSTNAME, *(f"t{number}.us.qlikcloud.com" for number in range(5))]
    found = look(run, *(entry(host, tenant_id=f"x{number}") for number, host in enumerate(hosts)))
    # In the play's order; the read of an unknown id is not what this is about.
    assert [tenant["host"] for tenant in found["tenants"]] == hosts
    assert [region["token"] for region in found["regions"]] == [True, False]
    for tenant in found["tenants"][1:]:
        assert (tenant["region"], tenant["planned_action"]) == ("us", "stop")
        assert tenant["message"] == "not looked at: no token for region us"
    us = [problem for problem in found["problems"] if "region us" in problem]
    assert len(us) == 1
    assert us[0].startswith(
        "t0.us.qlikcloud.com, t1.us.qlikcloud.com, t2.us.qlikcloud.com and 2 more: not looked at: no token for region us. "
    )
    assert "OAUTH-14" in us[0]
    assert sum("t4.us.qlikcloud.com" in line for line in found["lines"]) == 1


def test_a_region_that_the_credentials_lack_is_named_and_nothing_is_sent_for_it(wire: Wire, run: Run) -> None:
    mapping = {"eu": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}}
    found = look(run, entry(HOSTNAME), entry("b.us.qlikcloud.com", tenant_id="x1"), credentials=mapping)
    assert wire.sequence == ["token", "read", "probe"]
    assert [tenant["message"] for tenant in found["tenants"]] == ["", "not looked at: no token for region us"]
    assert [problem for problem in found["problems"] if "b.us.qlikcloud.com" in problem] == [
        "b.us.qlikcloud.com: not looked at: no token for region us. There are no credentials for region us."
    ]


def test_no_line_is_wider_than_a_terminal(wire: Wire, run: Run) -> None:
    long = f"{'x' * 63}.eu.qlikcloud.com"
    wire.on("read", answers.record("user-access-disabled"), answers.FORBIDDEN)
    found = look(
        run,
        entry(ALIAS, purge_after_days=9),
        entry(long, tenant_id=None),
        entry("b.us.qlikcloud.com", tenant_id="x2", error="word " * 50),
    )
    assert max(map(len, found["lines"])) <= 100
    assert "id unknown" not in str(found["lines"])
    assert any(line.startswith("      ") for line in found["lines"])


@pytest.mark.parametrize(
    "wrong", [{"confirm_hostname": None}, {"purge_after_days": 9}, {"region": "us"}, {"error": "no such variable"}]
)
def test_what_would_stop_a_tenant_is_a_problem(run: Run, wrong: dict[str, t.Any]) -> None:
    found = look(run, entry(HOSTNAME, **wrong))
    assert found["tenants"][0]["planned_action"] == "stop"
    assert found["problems"]


def test_what_would_stop_the_wave_is_a_problem(run: Run) -> None:
    found = look(run, entry(HOSTNAME), max_tenants=0)
    assert "tenant_decommission_max_tenants allows 0" in found["problems"][0]
    assert "These problems would stop the run, or single tenants:" in found["lines"]


def test_the_organization_is_looked_at_where_its_credentials_are_given(wire: Wire, run: Run) -> None:
    wire.on("read", answers.page(answers.listed(), answers.listed(1)), answers.record())
    found = look(run, entry(HOSTNAME, max_percent=50), **ORGANIZATION)
    assert wire.sequence == ["token", "read", "token", "read", "probe"]
    assert (found["organization"], found["problems"]) == ({"tenants": 2, "disabled": 0, "message": ""}, [])
    assert "  lists 2 tenants, 0 of them disabled" in found["lines"]


def test_a_part_that_is_too_large_is_a_problem(wire: Wire, run: Run) -> None:
    wire.on("read", answers.page(answers.listed(), answers.listed(1)), answers.record())
    found = look(run, entry(HOSTNAME, max_percent=49), **ORGANIZATION)
    assert "tenant_decommission_max_percent allows 49 %" in found["problems"][0]
    assert found["organization"] == {"tenants": 2, "disabled": 0, "message": ""}


@pytest.mark.parametrize(
    ("limit", "statuses", "line"),
    [
        (None, ["disabled"], "  lists 1 disabled tenant"),
        (None, [], "  lists 0 disabled tenants"),
        (None, ["disabled", "deactivated"], "  lists 2 disabled tenants"),
        (100, ["active"], "  lists 1 tenant, 0 of them disabled"),
        (100, ["active", "disabled", "deactivated"], "  lists 3 tenants, 2 of them disabled"),
    ],
)
def test_the_organization_says_what_it_counts(
    wire: Wire, run: Run, limit: int | None, statuses: list[str], line: str
) -> None:
    listed = [answers.listed(number, status=status) for number, status in enumerate(statuses)]
    wire.on("read", answers.page(*listed), answers.record())
    found = look(run, entry(HOSTNAME, max_percent=limit), **ORGANIZATION)
    assert found["lines"][found["lines"].index("Organization") + 1] == line


def test_a_list_that_is_not_shown_is_told_and_stops_nothing_without_a_limit(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN, answers.record())
    found = look(run, entry(HOSTNAME), **ORGANIZATION)
    assert found["problems"] == []
    assert "HTTP 403" in found["organization"]["message"]


def test_a_wrong_policy_is_told_once_for_all_its_tenants(run: Run) -> None:
    found = look(
        run, *(entry(f"t{number}.eu.qlikcloud.com", tenant_id=f"x{number}", min_purge_days=5) for number in range(2))
    )
    assert str(found["problems"]).count("tenant_decommission_min_purge_days is 5") == 1
    assert [tenant["planned_action"] for tenant in found["tenants"]] == ["stop", "stop"]
