# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.restore: the undo of a decommission, with its guards and its receipts."""

from __future__ import annotations

import json

import pytest

from ansible_collections.tenantops.qlik.tests.integration.evidence import state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading, thorough_but
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS

# Where nothing is sent, it makes no difference whether the register host answers reads.
DONE = ["intent", "deactivated", "observed"]
UNDONE = ["intent", "reactivated", "observed"]


def both(name, region="eu", **more):
    """A tenant of the inventory that is confirmed for both ways."""
    return host(name, region, **{"tenant_restore_confirm_hostname": f"{name}.{region}.qlikcloud.com", **more})


@pytest.fixture
def disabled(start_cloud, terminal):
    """Three tenants of one region that are disabled, with the credentials in the environment; nobody has a receipt yet."""
    cloud = start_cloud(scenario(*(tenant(name, status="disabled") for name in ("acme", "beta", "crown"))))
    terminal.go_online(cloud)
    terminal.log_in()
    return cloud


def test_tenants_go_and_come_back_and_go_again(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta", "us")))
    terminal.go_online(cloud)
    # Neither ids nor credentials are said for the restore: those are the receipt's, these the decommission's.
    lookups = terminal.folder / "looked_up"
    credentials = {}
    for region, client in CLIENTS.items():
        fetch = terminal.write(
            f"fetch-{region}", f"#!/bin/sh\necho {region} >> '{lookups}'\necho '{json.dumps(client)}'\n"
        )
        fetch.chmod(0o700)
        credentials[region] = f"{{{{ lookup('ansible.builtin.pipe', '{fetch}') | from_json }}}}"
    terminal.write_inventory(
        {**both("acme", qlik_tenant_id=None), **both("beta", "us", qlik_tenant_id=None)},
        tenant_decommission_credentials=credentials,
        tenant_decommission_receipts_dir="evidence",
    )
    assert terminal.decommission().status == 0
    receipts = [terminal.receipt("acme", folder="evidence"), terminal.receipt("beta", "us", folder="evidence")]
    first_dates = [receipt.events[1]["estimated_purge_date"] for receipt in receipts]

    # Check mode decides, and neither sends nor writes.
    since, before = cloud.mark(), state_of(terminal.folder / "evidence")
    checked, summary = terminal.sum_up("restore", "--check", "--diff")
    assert checked.status == 0, checked
    assert "2 tenants: 2 would be reactivated, 0 unchanged, 0 failed." in checked.stdout
    assert '+    "status": "active"' in checked.stdout
    assert (summary["operation"], summary["check_mode"], summary["totals"]["changed"]) == ("restore", True, 2)
    assert cloud.action_posts(since) == []
    assert state_of(terminal.folder / "evidence") == before

    lookups.unlink()
    since = cloud.mark()
    restored, summary = terminal.sum_up("restore", "-e", "qlik_ticket=OPS-7")
    assert restored.status == 0, restored
    assert "2 tenants: 2 reactivated, 0 unchanged, 0 failed." in restored.stdout
    looked_up = lookups.read_text().split()
    # Before 2.19 Ansible evaluates a variable anew for each host and task.
    assert sorted(looked_up if HAS_TAGS else {*looked_up}) == ["eu", "us"]
    assert sorted(
        (post["path"], post["headers"]["qlik-confirm-hostname"], post["body"]) for post in cloud.action_posts(since)
    ) == [
        (f"/api/v1/tenants/{tenant_id('acme')}/actions/reactivate", "acme.eu.qlikcloud.com", None),
        (f"/api/v1/tenants/{tenant_id('beta')}/actions/reactivate", "beta.us.qlikcloud.com", None),
    ]
    for receipt in receipts:
        assert receipt.kinds == [*DONE, *UNDONE]
        intent, reactivated, observed = receipt.events[3:]
        assert {event["run"] for event in (intent, reactivated, observed)} == {summary["run"]}
        assert {event["ticket"] for event in (intent, reactivated, observed)} == {"OPS-7"}
        assert (intent["action"], intent["previous_status"]) == ("reactivate", "disabled")
        assert (reactivated["http_status"], observed["status"]) == (200, "active")
        # Its host was asked without credentials, and says that it lives.
        assert observed["probe_state"] == "active"
        assert "http_status" not in observed
        assert "estimated_purge_date" not in reactivated

    restored_at = receipts[0].events[4]["at"]
    before, since = state_of(terminal.folder / "evidence"), cloud.mark()
    again = terminal.restore()
    assert again.status == 0, again
    assert "2 tenants: 0 reactivated, 2 unchanged, 0 failed." in again.stdout
    assert state_of(terminal.folder / "evidence") == before

    # A tenant that came back counts again.
    too_many = terminal.decommission("-e", "tenant_decommission_max_tenants=1")
    assert too_many.status == 2, too_many
    assert "The play has 2 tenants to deactivate, and tenant_decommission_max_tenants allows 1" in too_many.stdout
    assert cloud.action_posts(since) == []
    # The inventory still confirms it, as before the restore: that counts no more.
    undone = terminal.decommission("-e", "tenant_decommission_max_tenants=2")
    day = restored_at[:10]
    assert undone.status == 2, undone
    assert undone.stdout.count(f"restored on {day}, by ") >= 2
    assert f"set tenant_decommission_confirm_restored to {day}" in undone.stdout
    assert cloud.action_posts(since) == []
    confirmed = json.dumps({"tenant_decommission_max_tenants": 2, "tenant_decommission_confirm_restored": day})
    gone_again, summary = terminal.sum_up("decommission", "-e", confirmed)
    assert gone_again.status == 0, gone_again
    assert [post["effective"] for post in cloud.action_posts(since)] == [True, True]
    for receipt, first_date in zip(receipts, first_dates, strict=True):
        assert receipt.kinds == [*DONE, *UNDONE, *DONE]
        assert receipt.events[7]["estimated_purge_date"] > first_date
        hostname = receipt.content["hostname"]
        assert summary["tenants"][hostname]["estimated_purge_date"] == receipt.events[7]["estimated_purge_date"]


@pytest.mark.thorough
def test_a_tenant_that_somebody_brought_back_is_left_alone_and_its_receipt_learns_of_it_once(start_cloud, terminal):
    terminal.log_in()
    terminal.write_inventory({**both("acme"), **both("fresh")})
    terminal.go_online(start_cloud(scenario(tenant("acme"))))
    assert terminal.decommission("--limit", "acme.eu.qlikcloud.com").status == 0
    cloud = start_cloud(scenario(tenant("acme"), tenant("fresh")))
    terminal.go_online(cloud)

    first = terminal.restore()
    assert first.status == 0, first
    assert "2 tenants: 0 reactivated, 2 unchanged, 0 failed." in first.stdout
    receipt = terminal.receipt("acme")
    assert receipt.kinds == [*DONE, "observed"]
    assert receipt.events[-1]["status"] == "active"
    # What was never taken out of service needs no receipt.
    assert not terminal.receipt("fresh").path.exists()
    before = state_of(receipt.path.parent)
    assert terminal.restore().status == 0
    assert state_of(receipt.path.parent) == before

    # So it counts again.
    refused = terminal.decommission("-e", "tenant_decommission_max_tenants=1")
    assert refused.status == 2
    assert "The play has 2 tenants to deactivate, and" in refused.stdout, refused
    assert cloud.action_posts() == []


WAVES = {
    "too many": (
        {"tenant_restore_max_tenants": 2},
        {},
        "The play has 3 tenants to reactivate, and tenant_restore_max_tenants allows 2",
    ),
    "protected": (
        {"tenant_restore_protected": ["CROWN.*"]},
        {},
        "crown.eu.qlikcloud.com is protected: its hostname matches 'CROWN.*' in tenant_restore_protected",
    ),
    "the same id twice": (
        {},
        {"qlik_tenant_id": tenant_id("beta")},
        f"2 hosts have the tenant_id '{tenant_id('beta')}'",
    ),
    "the same hostname twice": (
        {},
        {"qlik_hostname": "BETA.eu.qlikcloud.com"},
        "2 hosts have the hostname 'beta.eu.qlikcloud.com'",
    ),
    "no credentials for its region": (
        {"tenant_restore_credentials": {"us": CLIENTS["us"]}},
        {},
        "There are no credentials for region eu in tenant_restore_credentials, which has the keys",
    ),
}


@one_reading
@pytest.mark.parametrize("wave", thorough_but("protected", cases=WAVES))
def test_whatever_is_wrong_with_the_wave_stops_it_before_the_first_request(disabled, terminal, wave):
    variables, of_acme, words = WAVES[wave]
    # What the decommission allows is not what the restore allows.
    others = {"tenant_decommission_max_tenants": 100, "tenant_decommission_protected": []}
    terminal.write_inventory({**both("acme", **of_acme), **both("beta"), **both("crown")}, **others, **variables)
    done, summary = terminal.sum_up("restore")
    assert done.status == 2, done
    assert words in done.stdout
    assert words in summary["error"]
    assert summary["totals"]["not_reached"] == 3
    assert disabled.requests() == []
    assert not (terminal.folder / "qlik-receipts").exists()


def test_a_tenant_that_is_not_confirmed_for_the_restore_stops_alone(disabled, terminal):
    # The confirmation of its decommission is none.
    missing = host("acme")
    wrong = both("beta", tenant_restore_confirm_hostname="acme.eu.qlikcloud.com")
    terminal.write_inventory({**missing, **wrong, **both("crown")})
    done, summary = terminal.sum_up("restore")
    assert done.status == 2, done
    messages = {host: result["msg"] for host, result in summary["tenants"].items()}
    assert messages["acme.eu.qlikcloud.com"].startswith("tenant_restore_confirm_hostname is missing")
    assert messages["beta.eu.qlikcloud.com"].startswith("tenant_restore_confirm_hostname is 'acme.eu.qlikcloud.com'")
    assert "3 tenants: 1 reactivated, 0 unchanged, 2 failed." in done.stdout
    assert [post["path"] for post in disabled.action_posts()] == [
        f"/api/v1/tenants/{tenant_id('crown')}/actions/reactivate"
    ]
    # It had none before, and what is live now has one that says since when.
    assert terminal.receipt("crown").kinds == UNDONE


TASKS = {
    "Ask for one token per region": "was not checked at the beginning of this run",
    "Reactivate and verify each tenant": "was not checked at the beginning of this run",
    "Sum up": "The check of all tenants did not run, so nothing was changed",
}


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize("task", TASKS)
def test_starting_at_a_later_task_sends_no_action(disabled, terminal, task):
    terminal.write_inventory(both("acme"))
    done = terminal.restore("--start-at-task", f"tenantops.qlik.tenant_restore : {task}")
    assert disabled.action_posts() == [], done
    assert done.status == 2, done
    assert TASKS[task] in done.stdout
    assert " 1 reactivated" not in done.stdout


@pytest.mark.thorough
@one_reading
@pytest.mark.parametrize(
    "options", [("--tags", "sum"), ("--tags", "untagged", "--skip-tags", "all"), ("--skip-tags", "untagged")]
)
def test_choosing_tags_sends_no_action(disabled, terminal, options):
    terminal.write_inventory(both("acme"))
    terminal.restore(*options)
    assert disabled.action_posts() == []


@one_reading
def test_what_the_guard_of_a_restore_passed_does_not_deactivate(disabled, terminal):
    terminal.write_inventory(both("acme"))
    play = {"name": "Mixed", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False}
    guard = {
        "tenantops.qlik.qlik_wave_guard": {"operation": "restore", "variable_prefix": "tenant_restore_"},
        "run_once": True,
    }
    entry = "{{ wave.tenants[inventory_hostname] | combine({'operation': 'decommission'}) }}"
    act = {"tenantops.qlik.qlik_wave_tenant": {"tenant": entry, "tokens": []}}
    play["tasks"] = [{"name": "Guard", **guard, "register": "wave"}, {"name": "Act", **act}]
    terminal.write("mixed.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "mixed.yml")
    assert done.status == 2
    assert "was not checked at the beginning of this run" in done.stdout, done
    assert disabled.requests() == []


@pytest.mark.thorough
def test_after_the_purge_nothing_brings_it_back_and_the_message_says_so(start_cloud, terminal, refuse_reads):
    terminal.log_in()
    terminal.write_inventory({**both("acme"), **both("unknown"), **both("nameless", qlik_tenant_id=None)})
    terminal.go_online(start_cloud(scenario(tenant("acme"))))
    assert terminal.decommission("--limit", "acme.eu.qlikcloud.com").status == 0
    receipt = terminal.receipt("acme")
    receipt.age(days=33)
    purge_date = receipt.events[1]["estimated_purge_date"]

    gone = tenant("acme", status="disabled", purge_at="-3d")
    cloud = start_cloud(scenario(gone, tenant("nameless", status="disabled")))
    terminal.go_online(cloud)
    before = state_of(terminal.folder / "qlik-receipts")
    done, summary = terminal.sum_up("restore")
    assert done.status == 2, done
    messages = {host.partition(".")[0]: result["msg"] for host, result in summary["tenants"].items()}
    absent = "It may have been purged, and then nothing can restore it"
    assert f"{absent}. Its purge date, {purge_date}, has passed." in messages["acme"]
    assert f"{absent}." in messages["unknown"]
    assert "purge date" not in messages["unknown"]
    # Disabled, and neither inventory nor receipt has an id: a host that is deactivated tells none.
    assert "no tenant id is known, and a tenant cannot be changed without it" in messages["nameless"]
    assert summary["totals"]["failed"] == 3
    assert cloud.action_posts() == []
    assert state_of(terminal.folder / "qlik-receipts") == before


@pytest.mark.thorough
def test_a_tenant_that_does_not_answer_as_live_in_time_is_failed_and_changed(start_cloud, terminal, refuse_reads):
    asleep = {"errors": [{"code": "TENANT_DEACTIVATED", "title": "Tenant has been deactivated.", "status": "401"}]}
    fault = {"name": "asleep", "host": "acme.*", "do": {"status": 401, "json": asleep}, "times": None}
    cloud = start_cloud(scenario(tenant("acme", status="disabled"), faults=[fault]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(both("acme", tenant_restore_verify_timeout=1))
    role = {
        "name": "Restore",
        "hosts": "qlik_tenants",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"tenantops.qlik.qlik_wave_tenant": {"retries": 1}},
        "roles": [{"role": "tenantops.qlik.tenant_restore"}],
    }
    terminal.write("play.yml", [role])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 2, done
    assert '"changed": true' in done.stdout
    events = terminal.receipt("acme").events
    if refuse_reads:
        # What a user sees is all that could confirm it.
        assert "was sent and is not confirmed" in done.stdout
        assert [(event["event"], event.get("effect")) for event in events] == [("intent", None), ("failed", "unknown")]
    else:
        assert "after 1 s (verify_timeout) its own host does not answer as live" in done.stdout
        assert "disabled → active, FAILED" in done.stdout
        assert [(event["event"], event.get("probe_state")) for event in events] == [
            ("intent", None),
            ("reactivated", None),
            ("observed", "deactivated"),
        ]
    assert len(cloud.action_posts()) == 1
