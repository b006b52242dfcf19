# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the organization's list to a wave: the group, the plan, the apply; how large a part may go, and the dates of what is gone."""

from __future__ import annotations

import json

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    ORGANIZATION,
    SECRETS,
    host,
    scenario,
    tenant,
    tenant_id,
)

pytestmark = pytest.mark.thorough

CONSOLE = "console.qlikcloud.com"
LIST = "/api/core/tenants"
REGIONS = ("eu", "us")


@pytest.fixture
def refuse_reads():
    """Once is enough: how a register host takes part is the subject of other targets."""
    return


@pytest.fixture
def online(start_cloud, terminal):
    """Starts a Qlik Cloud of these tenants, with the organization's client in the environment."""

    def start(*tenants, **organization):
        known = {"id": ORGANIZATION["org_client_id"], "secret": ORGANIZATION["org_client_secret"]}
        cloud = start_cloud(
            scenario(
                *tenants,
                organization={"clients": [known], "subscription": ["sub-1", "sub-2"], **organization},
                rate_limits={"model": "off"},
            )
        )
        terminal.go_online(cloud)
        for option, value in ORGANIZATION.items():
            terminal.environment[f"QLIK_{option.upper()}"] = value
        return cloud

    return start


def listings(cloud):
    """How often the list was read from its beginning, and how often from a later page."""
    pages = [one["query"] for one in cloud.requests(host=CONSOLE, path=LIST)]
    later = sum("next" in query for query in pages)
    return len(pages) - later, later


def test_250_tenants_whose_licence_ended_go_by_an_approved_plan(online, terminal):
    ended = [(f"ended{number:03d}", REGIONS[number % 2]) for number in range(250)]
    others = [
        *(tenant(f"lately{number}", license_ends_at="-59d") for number in range(10)),
        *(tenant(f"gone{number}", status="disabled", purge_at="+9d", license_ends_at="-99d") for number in range(10)),
        *(tenant(f"runs{number}", "us", license_ends_at="+300d") for number in range(10)),
    ]
    cloud = online(*(tenant(name, region, license_ends_at="-61d") for name, region in ended), *others)
    terminal.write(
        "ended.qlik_tenants.yml",
        {
            "plugin": "tenantops.qlik.qlik_tenants",
            "statuses": ["active"],
            "license_ended_before": "60d",
            "keyed_groups": [{"key": "qlik_region", "prefix": "region"}],
        },
    )
    terminal.write_group_vars(
        tenant_decommission_credentials=CLIENTS,
        tenant_decommission_max_tenants=250,
        tenant_decommission_max_percent=93,
    )

    def run(playbook, *options):
        return terminal.run("ansible-playbook", "-i", "ended.qlik_tenants.yml", playbook, *options, timeout=300)

    hostnames = sorted(f"{name}.{region}.qlikcloud.com" for name, region in ended)
    shown = terminal.run("ansible-inventory", "-i", "ended.qlik_tenants.yml", "--list")
    assert sorted(json.loads(shown.stdout)["qlik_tenants"]["hosts"]) == hostnames
    assert len(json.loads(shown.stdout)["region_eu"]["hosts"]) == 125

    planned = run("tenantops.qlik.plan", "-e", "qlik_plan=plan.json")
    assert planned.status == 0, planned
    plan = json.loads((terminal.folder / "plan.json").read_text())
    assert [(one["hostname"], one["action"]) for one in plan["tenants"]] == [(name, "deactivate") for name in hostnames]
    assert cloud.action_posts() == []

    # A plan confirms them, and not that they are so many: 250 of the 270 live ones are 92.59 %.
    before = cloud.mark()
    approved = ("-e", f"qlik_plan=plan.json qlik_plan_sha256={terminal.digest()}")
    refused = run("tenantops.qlik.decommission", *approved, "-e", "tenant_decommission_max_percent=92")
    assert refused.status == 2
    assert "This run would deactivate 250 of the 270 live tenants of subscription sub-1 (92.59 %)" in " ".join(
        refused.stdout.split()
    )
    assert {one["host"] for one in cloud.requests(since=before)} == {CONSOLE}

    applied = run("tenantops.qlik.decommission", *approved)
    assert applied.status == 0, applied
    assert "250 tenants: 250 deactivated, 0 unchanged, 0 failed." in applied.stdout
    posts = cloud.action_posts()
    assert sorted(one["headers"]["qlik-confirm-hostname"] for one in posts) == hostnames
    assert all(one["effective"] for one in posts)
    assert len(list((terminal.folder / "qlik-receipts").iterdir())) == 250

    # What is gone is no longer in the list of what is to go.
    again = run("tenantops.qlik.decommission", *approved)
    assert again.status == 0, again
    assert len(cloud.action_posts()) == 250
    for done in (planned, refused, applied, again):
        assert not [secret for secret in SECRETS.values() if secret in done.output]


def four_of_eight(terminal, **group_vars):
    """An inventory of four of eight tenants: three live ones, and one that is disabled."""
    hosts = host("a") | host("b") | host("c", "us") | host("gone")
    terminal.write_inventory(hosts, tenant_decommission_credentials=CLIENTS, **group_vars)


@pytest.fixture
def eight(online):
    """A Qlik Cloud of eight tenants, one of which is disabled."""
    others = [tenant(f"other{number}") for number in range(4)]
    gone = tenant("gone", status="disabled", purge_at="+9d")
    return online(tenant("a"), tenant("b"), tenant("c", "us"), gone, *others)


def test_more_than_the_percentage_is_refused_before_anything_but_the_list(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent=42)
    done, summary = terminal.sum_up("decommission")
    assert done.status == 2
    assert "This run would deactivate 3 of the 7 live tenants of subscription sub-1 (42.86 %)" in summary["error"]
    assert "tenant_decommission_max_percent allows 42 %" in summary["error"]
    assert {one["host"] for one in eight.requests()} == {CONSOLE}
    assert summary["totals"]["not_reached"] == 4


@pytest.mark.parametrize("check", [(), ("--check", "--diff")])
def test_up_to_the_percentage_it_goes_with_one_listing(eight, terminal, check):
    four_of_eight(terminal, tenant_decommission_max_percent=43)
    done, summary = terminal.sum_up("decommission", *check)
    assert done.status == 0, done
    assert (summary["totals"]["changed"], summary["totals"]["unchanged"]) == (3, 1)
    assert listings(eight) == (1, 0)
    assert len(eight.action_posts()) == (0 if check else 3)


def test_without_credentials_of_the_organization_a_percentage_is_an_error(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent=50)
    del terminal.environment["QLIK_ORG_CLIENT_ID"], terminal.environment["QLIK_ORG_CLIENT_SECRET"]
    done = terminal.decommission()
    assert done.status == 2
    text = " ".join(done.stdout.split())
    assert "give tenant_decommission_org_client_id and tenant_decommission_org_client_secret" in text
    assert "QLIK_ORG_CLIENT_SECRET in the environment. Nothing was changed" in text
    assert eight.requests() == []
    four_of_eight(
        terminal,
        tenant_decommission_max_percent=50,
        **{f"tenant_decommission_{option}": value for option, value in ORGANIZATION.items()},
    )
    done = terminal.decommission("-vvvv")
    assert done.status == 0, done
    assert not [secret for secret in SECRETS.values() if secret in done.output]


def test_a_disabled_tenant_has_its_purge_date_from_the_list(eight, terminal):
    four_of_eight(terminal)
    _done, summary = terminal.sum_up("decommission")
    gone = summary["tenants"]["gone.eu.qlikcloud.com"]
    assert (gone["outcome"], gone["purge_date_computed"]) == ("unchanged", False)
    # Nine days from now, as the simulator was told.
    date = gone["estimated_purge_date"]
    assert date is not None
    receipt = json.loads((terminal.folder / "qlik-receipts" / "gone.eu.qlikcloud.com.json").read_text())
    assert [(one["event"], one["estimated_purge_date"]) for one in receipt["events"]] == [("observed", date)]
    assert receipt["tenant_id"] == tenant_id("gone")
    assert listings(eight) == (1, 0)
    # The next run finds it in the receipt, and leaves that as it is.
    before = (terminal.folder / "qlik-receipts" / "gone.eu.qlikcloud.com.json").read_bytes()
    del terminal.environment["QLIK_ORG_CLIENT_ID"], terminal.environment["QLIK_ORG_CLIENT_SECRET"]
    _done, summary = terminal.sum_up("decommission")
    assert summary["tenants"]["gone.eu.qlikcloud.com"]["estimated_purge_date"] == date
    assert (terminal.folder / "qlik-receipts" / "gone.eu.qlikcloud.com.json").read_bytes() == before


def test_a_list_that_fails_stops_no_tenant_without_a_percentage(eight, terminal):
    four_of_eight(terminal)
    terminal.environment["QLIK_ORG_CLIENT_SECRET"] = "wrong-secret"
    done, summary = terminal.sum_up("decommission")
    assert done.status == 0, done
    assert (summary["totals"]["changed"], summary["totals"]["unchanged"]) == (3, 1)
    assert "Purge dates of tenants that are disabled already are not known" in " ".join(done.output.split())
    done = terminal.decommission("-e", "tenant_decommission_max_percent=100")
    assert done.status == 2
    assert "tenant_decommission_max_percent cannot be checked" in " ".join(done.stdout.split())


def test_the_preflight_says_what_the_organization_says(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent=10)
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.preflight")
    assert done.status == 2
    assert "tenant_decommission_max_percent allows 10 %" in " ".join(done.stdout.split())
    done = terminal.run(
        "ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.preflight", "-e", "tenant_decommission_max_percent=50"
    )
    assert done.status == 0, done
    assert "lists 8 tenants" in done.stdout
    assert eight.action_posts() == []


def test_receipts_do_not_hide_a_tenant_that_lives_from_the_percentage(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent=43)
    assert terminal.decommission().status == 0
    four_of_eight(terminal, tenant_decommission_max_percent=10)
    for name, region in (("a", "eu"), ("b", "eu"), ("c", "us")):
        hostname = f"{name}.{region}.qlikcloud.com"
        variables = f"tenant_restore_confirm_hostname={hostname}"
        # Brought back elsewhere: these receipts do not know.
        where = {"tenant_restore_credentials": CLIENTS, "tenant_restore_receipts_dir": "elsewhere"}
        done = terminal.restore("--limit", hostname, "-e", variables, "-e", json.dumps(where))
        assert done.status == 0, done
    before = eight.mark()
    done = terminal.decommission()
    assert done.status == 2, done
    assert "would deactivate 3 of the 7 live tenants of subscription sub-1 (42.86 %)" in " ".join(done.stdout.split())
    assert eight.action_posts(before) == []


def test_a_percentage_that_cannot_be_evaluated_is_not_none(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent="{{ house_limit }}")
    done, summary = terminal.sum_up("decommission")
    assert done.status == 2
    assert summary["totals"]["failed"] == 4
    assert "tenant_decommission_max_percent" in summary["tenants"]["a.eu.qlikcloud.com"]["msg"]
    assert eight.action_posts() == []


def test_a_percentage_of_some_hosts_holds_for_their_subscription(online, terminal):
    cloud = online(
        *(tenant(name) for name in ("a", "b", "c")), *(tenant(name, "us", subscription="sub-2") for name in ("d", "e"))
    )
    hosts = host("a") | host("d", "us", tenant_decommission_max_percent=10) | host("e", "us")
    terminal.write_inventory(hosts, tenant_decommission_credentials=CLIENTS)
    done = terminal.decommission()
    assert done.status == 2
    assert "This run would deactivate 2 of the 2 live tenants of subscription sub-2 (100 %)" in " ".join(
        done.stdout.split()
    )
    assert cloud.action_posts() == []


def test_the_making_of_a_plan_warns_that_it_would_be_refused(eight, terminal):
    four_of_eight(terminal, tenant_decommission_max_percent=10)
    done = terminal.plan()
    assert done.status == 0, done
    assert "As it is now, a run with this plan would be refused: This run would deactivate" in " ".join(
        done.output.split()
    )
    # Whoever approves it reads the files.
    (warning,) = json.loads((terminal.folder / "plan.json").read_text())["warnings"]
    assert warning.startswith("As it is now, a run with this plan would be refused: This run would deactivate")
    assert f"- `{warning}`" in (terminal.folder / "plan.md").read_text()
