# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signed plan with the playbooks: who approved it, what is not due yet, and limits that several runs share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import planned_host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading
from ansible_collections.tenantops.qlik.tests.unit.signing import make_key

pytestmark = one_reading

ACME, BETA, CROWN = (f"{name}.eu.qlikcloud.com" for name in ("acme", "beta", "crown"))
ALICE, BOB = "alice@example.com", "bob@example.com"


@pytest.fixture
def signed(start_cloud, terminal, tmp_path):
    """A plan by Alice of two tenants, of which Beta is not due, with the signatures of Alice and Bob; and what a run needs to apply it."""
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("crown")))
    terminal.go_online(cloud)
    terminal.log_in()
    # As a plugin would put it together from the end of a licence.
    beta = planned_host("beta", tenant_decommission_not_before="{{ licence_end }}T00:00:00Z", licence_end="2199-01-01")
    terminal.write_inventory({**planned_host("acme"), **beta})
    planned = terminal.plan("-e", f"qlik_planned_by={ALICE}")
    assert planned.status == 0, planned
    keys = {name: make_key(tmp_path, name) for name in (ALICE, BOB)}
    plan = terminal.folder / "plan.json"
    for name, key in keys.items():
        key.sign(plan, terminal.folder / f"{name}.sig")
    signers = tmp_path / "safe" / "allowed_signers"
    signers.parent.mkdir()
    signers.write_text("".join(f"{name} {key.public}\n" for name, key in keys.items()))
    given: dict[str, Any] = {
        "qlik_plan": "plan.json",
        "qlik_approvals_required": 1,
        "qlik_plan_signatures": [f"{ALICE}.sig", f"{BOB}.sig"],
        "qlik_allowed_signers": str(signers),
    }
    return cloud, given, keys


def test_people_approve_and_what_is_not_due_waits(signed, terminal):
    cloud, given, keys = signed
    assert {
        one["hostname"]: one["action"] for one in json.loads((terminal.folder / "plan.json").read_text())["tenants"]
    } == {
        ACME: "deactivate",
        BETA: "no-op",
    }
    assert cloud.requests(host=BETA) == []

    # Alice made the plan, so she is not one of two.
    since = cloud.mark()
    refused = terminal.decommission("-e", json.dumps({**given, "qlik_approvals_required": 2}))
    assert refused.status == 2, refused
    assert f"qlik_approvals_required is 2, and it is approved by {BOB} (" in refused.output
    assert f"{ALICE} ({keys[ALICE].fingerprint}) made the plan" in refused.output
    assert cloud.requests(since) == []

    done, summary = terminal.sum_up("decommission", "-e", json.dumps(given))
    assert done.status == 0, done
    facts = [{"identity": BOB, "key": keys[BOB].fingerprint}]
    assert summary["approvals"] == facts
    assert {
        event.get("approvals") and tuple(map(str, event["approvals"])) for event in terminal.receipt("acme").events
    } == {tuple(map(str, facts))}
    assert (summary["totals"]["changed"], summary["totals"]["not_due"]) == (1, 1)
    assert summary["tenants"][BETA]["not_before"] == "2199-01-01T00:00:00Z"
    assert cloud.requests(host=BETA) == []
    assert "can also change who may approve" not in done.output


@pytest.mark.thorough
def test_what_the_author_of_the_plan_may_not_set(signed, terminal):
    cloud, given, _keys = signed
    since = cloud.mark()
    # The list of approvers in the inventory.
    hosts = {**planned_host("acme"), **planned_host("beta")}
    terminal.write_inventory(hosts, qlik_allowed_signers=given.pop("qlik_allowed_signers"))
    refused = terminal.decommission("-e", json.dumps(given))
    assert refused.status == 2, refused
    assert "qlik_allowed_signers is set in the inventory" in refused.output
    assert cloud.requests(since) == []


@pytest.mark.thorough
def test_a_limit_that_several_runs_share_and_a_file_of_protected_tenants(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("crown")))
    terminal.go_online(cloud)
    terminal.log_in()
    hosts = {
        one: {**variables, "tenant_decommission_confirm_hostname": one}
        for name in ("acme", "beta", "crown")
        for one, variables in planned_host(name).items()
    }
    terminal.write_inventory(hosts, tenant_decommission_max_in_days={"tenants": 2, "days": 30})
    play = {"name": "In batches", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False, "serial": 1}
    terminal.write("play.yml", [{**play, "roles": [{"role": "tenantops.qlik.tenant_decommission"}]}])
    # One by one they would pass, if each batch were looked at alone.
    refused = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert refused.status == 2, refused
    assert "tenant_decommission_max_in_days allows 2 tenants in 30 days. 0 were deactivated since" in refused.output
    assert cloud.action_posts() == []
    first = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", "--limit", f"{ACME},{BETA}")
    assert first.status == 0, first

    # The next run, in check mode and for a plan.
    since = cloud.mark()
    for option in ("--check", "--diff"):
        again = terminal.decommission("--limit", CROWN, option)
        assert again.status == 2, again
        assert "2 were deactivated since" in again.output
    assert cloud.action_posts(since) == []
    planned = terminal.plan("--limit", CROWN)
    assert planned.status == 0, planned
    assert (
        "As it is now, a run with this plan would be refused: tenant_decommission_max_in_days allows 2"
        in planned.output
    )

    terminal.write("protected.yml", [{"pattern": "crown.*", "reason": "litigation", "by": "legal"}])
    protected = terminal.decommission("--limit", CROWN, "-e", "qlik_protected_file=protected.yml")
    assert (
        "crown.eu.qlikcloud.com is protected: its hostname matches 'crown.*' (litigation, by legal)" in protected.output
    )
    missing = terminal.decommission(
        "--limit", CROWN, "-e", "qlik_protected_file=none.yml", "-e", "qlik_require_protected_file=true"
    )
    assert "it does not exist, and qlik_require_protected_file is true" in missing.output
    assert cloud.action_posts(since) == []
