# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.decommission, from beginning to end."""

from __future__ import annotations

import json

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    SECRETS,
    host,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.tiers import thorough_but
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS


@pytest.fixture
def two_regions(start_cloud, terminal):
    """Two tenants that live and one that is disabled, in two regions, and an inventory of them."""
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta", "us"), tenant("gone", "us", status="disabled")))
    terminal.go_online(cloud)
    inventory = {**host("acme"), **host("beta", "us"), **host("gone", "us")}
    terminal.write_inventory(inventory, tenant_decommission_credentials=CLIENTS)
    return cloud


def test_tenants_of_two_regions_are_deactivated_and_a_second_run_changes_nothing(two_regions, terminal):
    first = terminal.decommission()
    assert first.status == 0, first
    assert "3 tenants: 2 deactivated, 1 unchanged, 0 failed." in first.stdout
    posts = two_regions.action_posts()
    assert sorted(post["path"] for post in posts) == [
        f"/api/v1/tenants/{tenant_id('acme')}/actions/deactivate",
        f"/api/v1/tenants/{tenant_id('beta')}/actions/deactivate",
    ]
    assert all(post["effective"] and post["body"] == {"purgeAfterDays": 30} for post in posts)
    assert {post["headers"]["qlik-confirm-hostname"] for post in posts} == {
        "acme.eu.qlikcloud.com",
        "beta.us.qlikcloud.com",
    }

    second = terminal.decommission()
    assert second.status == 0, second
    assert "3 tenants: 0 deactivated, 3 unchanged, 0 failed." in second.stdout
    assert "changed=1" not in second.stdout
    assert len(two_regions.action_posts()) == 2


@pytest.mark.thorough
def test_one_token_a_region_is_asked_for_and_no_request_too_many_is_made(two_regions, terminal, refuse_reads):
    assert terminal.decommission().status == 0
    seen = two_regions.requests()
    tokens = [
        request for request in seen if request["path"] == "/oauth/token" and request["host"].startswith("register.")
    ]
    assert sorted(request["host"] for request in tokens) == ["register.eu.qlikcloud.com", "register.us.qlikcloud.com"]
    # Read, (probe,) deactivate, verify for each of two tenants; read and probe for the third.
    assert len(seen) == 2 + (4 * 2 + 2 if refuse_reads else 3 * 2 + 2)
    assert len({request["connection"] for request in seen}) <= 2 * 3 + 2


def test_check_mode_decides_as_a_real_run_does_and_sends_no_deactivation(two_regions, terminal):
    done = terminal.decommission("--check", "--diff")
    assert done.status == 0, done
    assert "3 tenants: 2 would be deactivated, 1 unchanged, 0 failed." in done.stdout
    assert '+    "status": "disabled"' in done.stdout
    assert two_regions.action_posts() == []
    assert len(two_regions.requests(path=f"/api/v1/tenants/{tenant_id('acme')}")) == 1


def test_each_host_ends_with_its_result(two_regions, terminal):
    done, results = terminal.decommission_each()
    assert done.status == 0, done
    acme = results["acme.eu.qlikcloud.com"]
    assert acme["estimated_purge_date"].startswith("20")
    expected = {
        # The batches of a play are one.
        "wave": results["gone.us.qlikcloud.com"]["wave"],
        "hostname": "acme.eu.qlikcloud.com",
        "tenant_id": tenant_id("acme"),
        "region": "eu",
        "action": "deactivate",
        "purge_after_days": 30,
        "changed": True,
        "previous_status": "active",
        "status": "disabled",
        "purge_date_computed": False,
        "probe_state": "deactivated",
        "receipt": str(terminal.folder / "qlik-receipts" / "acme.eu.qlikcloud.com.json"),
        "failed": False,
        "msg": "active → disabled",
    }
    assert {key: acme[key] for key in expected} == expected
    gone = results["gone.us.qlikcloud.com"]
    assert (gone["changed"], gone["status"], gone["estimated_purge_date"]) == (False, "disabled", None)


def test_one_tenant_of_ten_that_the_server_refuses_stops_alone(start_cloud, terminal):
    names = [f"tenant{number}" for number in range(10)]
    cloud = start_cloud(scenario(*(tenant(name, deactivation_disallowed=name == "tenant3") for name in names)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({key: value for name in names for key, value in host(name).items()})
    done = terminal.decommission()
    assert done.status == 2, done
    assert "10 tenants: 9 deactivated, 0 unchanged, 1 failed." in done.stdout
    refused = next(post for post in cloud.action_posts() if post["status"] == 403)
    failure = done.stdout[done.stdout.index("Failed:") :].splitlines()[1]
    assert failure.startswith("  tenant3.eu.qlikcloud.com: Deactivating tenant tenant3.eu.qlikcloud.com")
    assert "HTTP 403" in failure and "AUTH-5" in failure and "traceId" in failure
    assert sum(post["effective"] for post in cloud.action_posts()) == 9
    assert tenant_id("tenant3") in refused["path"]


@pytest.mark.thorough
def test_with_one_tenant_alone_and_refused_the_summary_is_printed_too(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme", deactivation_disallowed=True)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    done = terminal.decommission()
    assert done.status == 2
    assert "1 tenant: 0 deactivated, 0 unchanged, 1 failed." in done.stdout, done


def test_a_region_whose_credentials_fail_stops_its_own_tenants_alone(two_regions, terminal):
    wrong = {**CLIENTS, "us": {"client_id": "client-us", "client_secret": "wrong-secret"}}
    terminal.write_inventory({**host("acme"), **host("beta", "us")}, tenant_decommission_credentials=wrong)
    done = terminal.decommission()
    assert done.status == 2
    assert "2 tenants: 1 deactivated, 0 unchanged, 1 failed." in done.stdout, done
    assert "There is no token for region us" in done.stdout
    assert "HTTP 401" in done.stdout
    assert [post["host"] for post in two_regions.action_posts()] == ["register.eu.qlikcloud.com"]


@pytest.mark.thorough
def test_the_roles_certificates_reach_every_request_and_are_named_as_the_variable_that_was_set(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        terminal.environment.pop(name, None)
    terminal.write_inventory(host("acme", tenant_restore_confirm_hostname="acme.eu.qlikcloud.com"))
    for run, prefix in ((terminal.decommission, "tenant_decommission"), (terminal.restore, "tenant_restore")):
        wrong = run("-e", f"{prefix}_ca_path=nowhere.pem")
        assert wrong.status == 2, wrong
        assert f"{prefix}_ca_path is 'nowhere.pem'" in wrong.stdout, wrong
        # A comment of the role's source explains nothing here.
        assert " # " not in wrong.output, wrong
        done = run("-e", f"{prefix}_ca_path={cloud.ca}")
        assert done.status == 0, done
    assert len(cloud.action_posts()) == 2


@pytest.mark.thorough
def test_credentials_are_evaluated_once_a_region_and_only_for_regions_in_the_play(start_cloud, terminal):
    cloud = start_cloud(scenario(*(tenant(f"tenant{number}") for number in range(4)), tenant("beta", "us")))
    terminal.go_online(cloud)

    for region in ("eu", "us", "jp"):
        client = CLIENTS.get(region, {"client_id": "none", "client_secret": "none-of-these"})
        terminal.write(
            f"fetch-{region}",
            f"#!/bin/sh\necho {region} >> '{terminal.folder}/looked_up'\necho '{json.dumps(client)}'\n",
        )
        (terminal.folder / f"fetch-{region}").chmod(0o700)
    entries = {
        region: f"{{{{ lookup('ansible.builtin.pipe', '{terminal.folder}/fetch-{region}') | from_json }}}}"
        for region in ("eu", "us", "jp")
    }
    hosts = {key: value for number in range(4) for key, value in host(f"tenant{number}").items()}
    terminal.write_inventory({**hosts, **host("beta", "us")}, tenant_decommission_credentials=entries)
    done = terminal.decommission()
    assert done.status == 0, done
    looked_up = sorted((terminal.folder / "looked_up").read_text().split())
    # Before ansible-core 2.19, whoever reads one entry of a mapping evaluates all of them.
    assert looked_up == ["eu", "us"] if HAS_TAGS else set(looked_up) == {"eu", "jp", "us"}
    assert len(cloud.action_posts()) == 5


def test_in_batches_every_tenant_is_done_with_one_token_a_region_and_batch(start_cloud, terminal):
    names = [f"tenant{number}" for number in range(5)]
    cloud = start_cloud(scenario(*(tenant(name) for name in names)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({key: value for name in names for key, value in host(name).items()})
    terminal.write(
        "play.yml",
        [
            {
                "name": "In batches",
                "hosts": "qlik_tenants",
                "connection": "local",
                "gather_facts": False,
                "serial": 2,
                "roles": [{"role": "tenantops.qlik.tenant_decommission"}],
            }
        ],
    )
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 0, done
    assert len(cloud.requests(host="register.eu.qlikcloud.com", path="/oauth/token")) == 3
    assert sum(post["effective"] for post in cloud.action_posts()) == 5
    # The last summary is that of all.
    assert "5 tenants: 5 deactivated, 0 unchanged, 0 failed." in done.stdout


def test_an_inventory_with_ssh_and_become_for_all_changes_nothing(two_regions, terminal):
    ssh = terminal.write("ssh", '#!/bin/sh\ntouch "$0.was_called"\nexit 1\n')
    ssh.chmod(0o700)
    variables = {"ansible_connection": "ssh", "ansible_become": True, "ansible_ssh_executable": str(ssh)}
    terminal.write_inventory(host("acme"), tenant_decommission_credentials=CLIENTS, **variables)
    done = terminal.decommission("-vvv", watch_processes=True)
    assert done.status == 0, done
    assert "Using module file" not in done.output
    assert "EXEC" not in done.output
    assert not list(terminal.folder.glob("*.was_called"))
    assert str(ssh) not in done.commands_seen
    assert len(two_regions.action_posts()) == 1


@pytest.mark.thorough
def test_a_netrc_with_a_default_entry_changes_nothing(two_regions, terminal):
    netrc = terminal.home / ".netrc"
    netrc.write_text("default login somebody password something\n")
    netrc.chmod(0o600)
    done = terminal.decommission()
    assert done.status == 0, done
    assert len(two_regions.action_posts()) == 2


@pytest.mark.parametrize("succeeds", [pytest.param(True, marks=pytest.mark.thorough), False], ids=["succeeds", "fails"])
def test_neither_secret_nor_token_is_shown_anywhere(start_cloud, terminal, succeeds):
    cloud = start_cloud(scenario(tenant("acme", deactivation_disallowed=not succeeds), tenant("beta", "us")))
    terminal.go_online(cloud)
    terminal.environment["ANSIBLE_LOG_PATH"] = str(terminal.folder / "ansible.log")
    terminal.write_inventory({**host("acme"), **host("beta", "us")}, tenant_decommission_credentials=CLIENTS)
    done = terminal.decommission("-vvvv", "--diff", watch_processes=True)
    assert done.status == (0 if succeeds else 2), done
    log = (terminal.folder / "ansible.log").read_text()
    assert "2 tenants" in log
    for place in (done.output, log, done.commands_seen):
        # The simulator's tokens begin with "simulated-".
        for secret in (*SECRETS.values(), "simulated-"):
            assert secret not in place


@pytest.mark.thorough
def test_no_variable_holds_a_token_after_the_role(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta", "us")))
    terminal.go_online(cloud)
    terminal.write_inventory({**host("acme"), **host("beta", "us")}, tenant_decommission_credentials=CLIENTS)
    play = {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {"ansible.builtin.import_role": {"name": "tenantops.qlik.tenant_decommission"}},
            {"ansible.builtin.debug": {"var": "hostvars[inventory_hostname]"}},
        ],
    }
    terminal.write("play.yml", [play])
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 0, done
    assert len(cloud.action_posts()) == 2
    assert "_tenant_decommission_tokens" in done.stdout
    assert "simulated-" not in done.output


@pytest.mark.parametrize(
    "credentials",
    thorough_but("for each region", cases=("for each region", "in the environment", "in variables")),
)
def test_an_id_that_is_not_given_is_looked_up_by_the_hostname(two_regions, terminal, credentials):
    inventory = {**host("acme", qlik_tenant_id=None), **host("gone", "us", qlik_tenant_id=None)}
    variables = {"tenant_decommission_credentials": CLIENTS}
    if credentials != "for each region":
        del inventory["gone.us.qlikcloud.com"]
        terminal.log_in()
        variables = {}
    if credentials == "in variables":
        del terminal.environment["QLIK_CLIENT_ID"], terminal.environment["QLIK_CLIENT_SECRET"]
        variables = {f"tenant_decommission_{key}": value for key, value in CLIENTS["eu"].items()}
    terminal.write_inventory(inventory, **variables)
    done, results = terminal.decommission_each()
    assert done.status == 0, done
    assert results["acme.eu.qlikcloud.com"]["tenant_id"] == tenant_id("acme")
    assert [post["path"] for post in two_regions.action_posts()] == [
        f"/api/v1/tenants/{tenant_id('acme')}/actions/deactivate"
    ]
    if credentials == "for each region":
        # Nobody tells the id of a tenant that is disabled, and none is needed to leave it alone.
        gone = results["gone.us.qlikcloud.com"]
        assert (gone["changed"], gone["tenant_id"], gone["status"]) == (False, None, "disabled")


def test_a_tenant_that_does_not_answer_as_deactivated_in_time_is_failed_and_changed(start_cloud, terminal):
    still_alive = {"host": "acme.eu.qlikcloud.com", "method": "POST", "path": "/oauth/token", "times": None}
    still_alive["do"] = {
        "status": 401,
        "json": {"errors": [{"code": "OAUTH-14", "title": "Wrong client", "status": "401"}]},
    }
    cloud = start_cloud(scenario(tenant("acme"), faults=[still_alive]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"), tenant_decommission_verify_timeout=1)
    done = terminal.decommission()
    assert done.status == 2
    assert "after 1 s (verify_timeout) its own host does not answer as deactivated" in done.stdout, done
    assert "active → disabled, FAILED" in done.stdout
    assert '"changed": true' in done.stdout
    assert len(cloud.action_posts()) == 1
