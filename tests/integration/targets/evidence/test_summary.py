# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a run as data: a file on demand, and Ansible's custom stats. Wherever it is read here, its schema is held."""

from __future__ import annotations

import json
import stat
from xml.etree import ElementTree

import pytest

from ansible_collections.tenantops.qlik.tests.integration.evidence import read_summary, totals
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading


def test_a_summary_has_each_tenant_with_what_became_of_it(start_cloud, terminal):
    cloud = start_cloud(
        scenario(tenant("acme"), tenant("gone", status="disabled"), tenant("kept", deactivation_disallowed=True))
    )
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(
        {**host("acme"), **host("gone"), **host("kept"), **host("unsure", tenant_decommission_confirm_hostname=None)}
    )
    terminal.environment["ANSIBLE_SHOW_CUSTOM_STATS"] = "1"
    terminal.environment["GITHUB_STEP_SUMMARY"] = str(terminal.write("page.md", "earlier\n"))
    done, summary = terminal.sum_up("decommission", "-e", "qlik_summary_junit=junit.xml")
    assert done.status == 2, done
    assert "  ansible-playbook -i tenants.yml tenantops.qlik.restore --limit acme.eu.qlikcloud.com \\\n" in done.output
    page = (terminal.folder / "page.md").read_text()
    assert (
        page.startswith("earlier\n### Tenants taken out of service\n")
        and "| `kept.eu.qlikcloud.com` | failed |" in page
    )
    suites = ElementTree.parse(terminal.folder / "junit.xml").getroot()
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("4", "2", "0")
    assert stat.S_IMODE((terminal.folder / "summary.json").stat().st_mode) == 0o600
    assert (summary["operation"], summary["check_mode"], summary["error"]) == ("decommission", False, None)
    assert summary["totals"] == totals(changed=1, unchanged=1, failed=2)
    assert (summary["removable"], summary["overdue"]) == ([], [])
    receipt = terminal.receipt("acme")
    assert {summary["run"]} == receipt.runs == terminal.receipt("gone").runs == terminal.receipt("kept").runs

    acme, gone, kept, unsure = (
        summary["tenants"][f"{name}.eu.qlikcloud.com"] for name in ("acme", "gone", "kept", "unsure")
    )
    # Whether these are all keys, the schema says.
    expected = {
        "host": "acme.eu.qlikcloud.com",
        "outcome": "changed",
        "changed": True,
        "hostname": "acme.eu.qlikcloud.com",
        "tenant_id": tenant_id("acme"),
        "region": "eu",
        "previous_status": "active",
        "status": "disabled",
        "estimated_purge_date": receipt.events[1]["estimated_purge_date"],
        "purge_date_computed": False,
        "overdue": False,
        "probe_state": "deactivated",
        "receipt": str(receipt.path),
        "http_status": None,
        "code": None,
        "trace_id": None,
        "msg": "active → disabled",
        "notes": [],
        "purge_after_days": 30,
    }
    assert {key: acme[key] for key in expected} == expected
    assert (gone["outcome"], gone["previous_status"], gone["status"]) == ("unchanged", "disabled", "disabled")
    assert (gone["estimated_purge_date"], gone["overdue"]) == (None, False)
    assert (kept["outcome"], kept["http_status"], kept["code"]) == ("failed", 403, "AUTH-5")
    assert kept["trace_id"] in kept["msg"]
    assert (unsure["outcome"], unsure["changed"], unsure["http_status"]) == ("failed", False, None)
    assert "tenant_decommission_confirm_hostname is missing" in unsure["msg"]

    # The same is shown as a custom stat, which Automation controller keeps with a job.
    _play, shown = done.stdout.split("CUSTOM STATS:")
    assert "tenant_decommission_summary" in shown
    stats = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])["tenant_decommission_summary"]
    assert stats == json.loads((terminal.folder / "summary.json").read_text())


def test_a_summary_names_what_can_be_dropped_and_what_is_overdue(start_cloud, terminal, refuse_reads):
    terminal.log_in()
    names = ("gone", "overdue", "waiting")
    terminal.write_inventory({key: value for name in names for key, value in host(name).items()})
    terminal.go_online(start_cloud(scenario(*(tenant(name) for name in names))))
    assert terminal.decommission().status == 0
    for name in ("gone", "overdue"):
        # Thirty days were asked for.
        terminal.receipt(name).age(days=33)
    terminal.receipt("waiting").age(days=31)

    late = {name: tenant(name, status="disabled", purge_at="+1d") for name in ("overdue", "waiting")}
    terminal.go_online(start_cloud(scenario(tenant("gone", status="disabled", purge_at="-1d"), *late.values())))
    done, summary = terminal.sum_up("decommission")
    assert summary["overdue"] == ["overdue.eu.qlikcloud.com"]
    assert "still disabled after their purge date: overdue.eu.qlikcloud.com." in done.stdout
    for name in names:
        assert summary["tenants"][f"{name}.eu.qlikcloud.com"]["overdue"] is (name == "overdue")
    if refuse_reads:
        # Nobody but a probe says that it is gone.
        assert (done.status, summary["removable"]) == (2, [])
    else:
        assert (done.status, summary["removable"]) == (0, ["gone.eu.qlikcloud.com"])
        assert "Purged. Remove these hosts from the inventory: gone.eu.qlikcloud.com." in done.stdout


@pytest.mark.thorough
@one_reading
def test_a_refused_wave_has_its_summary_too(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")}, tenant_decommission_max_tenants=1)
    done, summary = terminal.sum_up("decommission")
    assert done.status == 2, done
    assert summary["error"].startswith(
        "The wave is refused (all tenants of this play): nothing was changed. The play has 2 tenants to deactivate"
    )
    assert summary["totals"] == totals(not_reached=2)
    assert {result["outcome"] for result in summary["tenants"].values()} == {"not_reached"}
    assert cloud.requests() == []


@pytest.mark.thorough
def test_a_run_in_which_every_tenant_failed_has_its_summary_too(start_cloud, terminal):
    names = ("acme", "beta")
    cloud = start_cloud(scenario(*(tenant(name, deactivation_disallowed=True) for name in names)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")})
    done, summary = terminal.sum_up("decommission")
    assert done.status == 2, done
    assert summary["error"] is None
    assert summary["totals"] == totals(failed=2)
    assert len({result["trace_id"] for result in summary["tenants"].values()}) == 2


@pytest.mark.thorough
def test_check_mode_writes_a_summary_of_what_would_be(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("gone", status="disabled")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("gone")})
    done, summary = terminal.sum_up("decommission", "--check")
    assert done.status == 0, done
    assert summary["check_mode"] is True
    assert summary["totals"] == totals(changed=1, unchanged=1)
    acme = summary["tenants"]["acme.eu.qlikcloud.com"]
    # It would be disabled; nobody has told a date yet.
    assert (acme["previous_status"], acme["status"], acme["estimated_purge_date"]) == ("active", "disabled", None)
    assert cloud.action_posts() == []


@pytest.mark.thorough
def test_in_batches_the_last_summary_is_that_of_all_and_they_are_one_run(start_cloud, terminal):
    names = [f"tenant{number}" for number in range(5)]
    cloud = start_cloud(scenario(*(tenant(name) for name in names)))
    terminal.go_online(cloud)
    terminal.log_in()
    hosts = {key: value for name in names for key, value in host(name).items()}
    terminal.write_inventory(hosts, tenant_decommission_summary_file="summary.json")
    play = {
        "name": "In batches",
        "hosts": "qlik_tenants",
        "connection": "local",
        "gather_facts": False,
        "serial": 2,
        "roles": [{"role": "tenantops.qlik.tenant_decommission"}],
    }
    terminal.write("play.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 0, done
    # The first batch's summary says that the others are to come.
    assert "5 tenants: 2 deactivated, 0 unchanged, 0 failed, 3 not started yet." in done.stdout
    summary = read_summary(terminal.folder / "summary.json")
    assert summary["totals"] == totals(changed=5)
    assert set().union(*(terminal.receipt(name).runs for name in names)) == {summary["run"]}
    assert sum(post["effective"] for post in cloud.action_posts()) == 5


ROLE = {"role": "tenantops.qlik.tenant_decommission"}
FAIL = {"name": "Fail", "ansible.builtin.fail": {"msg": "not yet"}}
# Plays with several parts, and what the page of the job says of the second and the third tenant.
PARTS = {
    "batches": ({"serial": 1, "roles": [ROLE]}, "changed"),
    "a stop after the first batch": ({"serial": 1, "roles": [ROLE], "post_tasks": [FAIL]}, "not reached"),
    "the role twice": ({"roles": [ROLE, {**ROLE, "vars": {"turn": 2}}]}, "changed"),
}


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("how", PARTS)
def test_the_page_of_a_job_has_one_summary_per_play_whatever_parts_it_has(start_cloud, terminal, how):
    more, of_the_others = PARTS[how]
    names = ("acme", "beta", "golf")
    terminal.go_online(start_cloud(scenario(*(tenant(name) for name in names))))
    terminal.log_in()
    terminal.write_inventory({key: value for name in names for key, value in host(name).items()})
    terminal.environment["GITHUB_STEP_SUMMARY"] = str(terminal.write("page.md", "earlier\n"))
    play = {"name": "In parts", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False, **more}
    terminal.write("play.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    page = (terminal.folder / "page.md").read_text()
    assert page.startswith("earlier\n### Tenants taken out of service\n"), done
    assert page.count("### Tenants taken out of service") == 1
    rows = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| `")]
    outcomes = ("changed", of_the_others, of_the_others)
    assert rows == [[f"| `{name}.eu.qlikcloud.com`", one] for name, one in zip(names, outcomes, strict=True)]


@pytest.mark.thorough
def test_a_summary_goes_into_a_new_folder(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"), tenant_decommission_summary_file="reports/2026/summary.json")
    done = terminal.decommission()
    assert done.status == 0, done
    assert read_summary(terminal.folder / "reports" / "2026" / "summary.json")["totals"]["changed"] == 1


@pytest.mark.thorough
def test_a_file_that_is_no_summary_stops_the_run_before_the_first_request(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"), tenant_decommission_summary_file="tenants.yml")
    before = (terminal.folder / "tenants.yml").read_bytes()
    done = terminal.decommission()
    assert done.status == 2, done
    assert "tenant_decommission_summary_file is 'tenants.yml': it is a file that is not a summary" in done.stdout
    assert "1 tenant: 0 deactivated, 0 unchanged, 0 failed, 1 not reached." in done.stdout
    assert cloud.requests() == []
    assert (terminal.folder / "tenants.yml").read_bytes() == before
