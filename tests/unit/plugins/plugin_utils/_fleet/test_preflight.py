# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_preflight: it looks at what a run would rest on, and sends nothing that changes anything."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight import preflight
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import (
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


def look(run: Run, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    params = options("qlik_preflight", **{**client, **given})
    return preflight(entries, prefix="tenant_decommission_", params=params, run=run)


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record())
    wire.on("probe", answers.tenant_token())


def test_a_region_and_a_tenant_are_looked_at_with_three_requests(wire: Wire, run: Run) -> None:
    found = look(run, entry(HOSTNAME))
    assert wire.sequence == ["token", "read", "probe"]
    (region,), (tenant,) = found["regions"], found["tenants"]
    assert (region["token"], region["host"], region["reads"], region["route"]) == (True, REGISTER, True, "directly")
    assert (tenant["status"], tenant["probe_state"], tenant["would"]) == ("active", "active", "deactivate")
    assert found["problems"] == []


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


def test_credentials_that_fail_are_a_problem_and_no_tenant_is_asked(wire: Wire, run: Run) -> None:
    wire.on("token", answers.UNKNOWN_CLIENT)
    found = look(run, entry(HOSTNAME))
    assert wire.sequence == ["token"]
    assert (found["regions"][0]["token"], len(found["problems"])) == (False, 1)


@pytest.mark.parametrize(
    "wrong", [{"confirm_hostname": None}, {"purge_after_days": 9}, {"region": "us"}, {"error": "no such variable"}]
)
def test_what_would_stop_a_tenant_is_a_problem(run: Run, wrong: dict[str, t.Any]) -> None:
    found = look(run, entry(HOSTNAME, **wrong))
    assert found["tenants"][0]["would"] == "stop"
    assert found["problems"]


def test_what_would_stop_the_wave_is_a_problem(run: Run) -> None:
    found = look(run, entry(HOSTNAME), max_tenants=0)
    assert "tenant_decommission_max_tenants allows 0" in found["problems"][0]
    assert found["lines"][-2].startswith("This would stop a run")


def test_the_organization_is_looked_at_where_its_credentials_are_given(wire: Wire, run: Run) -> None:
    wire.on("read", answers.page(answers.listed(), answers.listed(1)), answers.record())
    found = look(run, entry(HOSTNAME, max_percent=50), **ORGANIZATION)
    assert wire.sequence == ["token", "read", "token", "read", "probe"]
    assert (found["organization"], found["problems"]) == ({"tenants": 2, "message": ""}, [])
    assert "  lists 2 tenants" in found["lines"]


def test_a_part_that_is_too_large_is_a_problem(wire: Wire, run: Run) -> None:
    wire.on("read", answers.page(answers.listed(), answers.listed(1)), answers.record())
    found = look(run, entry(HOSTNAME, max_percent=49), **ORGANIZATION)
    assert "tenant_decommission_max_percent allows 49 %" in found["problems"][0]
    assert found["organization"] == {"tenants": 2, "message": ""}


def test_a_list_that_is_not_shown_is_told_and_stops_nothing_without_a_limit(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN, answers.record())
    found = look(run, entry(HOSTNAME), **ORGANIZATION)
    assert found["problems"] == []
    assert "HTTP 403" in found["organization"]["message"]
