# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.preflight and its step qlik_preflight_info: it sees what a run would rest on, and changes nothing."""

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


def look(terminal, *options):
    file = terminal.folder / "found.json"
    done = terminal.run(
        "ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.preflight",
        "-e", f"tenant_decommission_preflight_file={file}", *options,
    )  # fmt: skip
    return done, json.loads(file.read_text()) if file.exists() else None


def only_reads(cloud):
    """No token of a tenant's own host, either: the first one creates a bot user in the tenant."""
    shown = [request for request in cloud.requests(path="/oauth/token") if "client_secret" in (request["body"] or {})]
    assert all(request["host"].startswith(("register.", "console.")) for request in shown)
    return all(request["method"] == "GET" or request["path"] == "/oauth/token" for request in cloud.requests())


@pytest.fixture
def cloud(start_cloud, terminal):
    """Two tenants that live and one that is disabled, in two regions, and a clock that is wrong."""
    tenants = [tenant("acme"), tenant("beta", "us"), tenant("gone", "us", status="disabled")]
    running = start_cloud(scenario(*tenants, clock_skew=100))
    terminal.go_online(running)
    return running


def test_where_all_is_well_it_says_what_a_run_would_do(cloud, terminal, refuse_reads):
    inventory = {**host("acme", qlik_tenant_id=None), **host("beta", "us"), **host("gone", "us")}
    terminal.write_inventory(inventory, tenant_decommission_credentials=CLIENTS)
    done, found = look(terminal)
    assert done.status == 0, done
    assert "Nothing would stop a run of 3 tenants." in done.stdout
    assert {one["host"]: one["planned_action"] for one in found["tenants"]} == {
        "acme.eu.qlikcloud.com": "deactivate",
        "beta.us.qlikcloud.com": "deactivate",
        "gone.us.qlikcloud.com": "no-op",
    }
    eu, us = found["regions"]
    # Without an id there was nothing to read in eu.
    assert (eu["token"], us["token"], eu["reads"], us["reads"]) == (True, True, None, not refuse_reads)
    assert -105 <= eu["clock_skew"] <= -95
    assert eu["route"].startswith("through http://127.0.0.1:")
    assert eu["ca_path"] == cloud.ca
    acme = next(one for one in found["tenants"] if one["host"].startswith("acme"))
    assert (acme["tenant_id"], acme["probe_state"]) == (None, "unauthorized")
    assert "its id is not known here" in acme["message"]
    assert only_reads(cloud)


def test_what_would_stop_a_run_is_named_and_ends_it_non_zero(cloud, terminal):
    inventory = {
        **host("acme", tenant_decommission_confirm_hostname=None),
        **host("beta", "us", qlik_tenant_id=tenant_id("acme")),
        **host("unknown"),
    }
    terminal.write_inventory(inventory, tenant_decommission_credentials=CLIENTS, tenant_decommission_max_tenants=2)
    done, found = look(terminal)
    assert done.status == 2, done
    assert "tenant_decommission_max_tenants allows 2" in done.stdout
    assert "tenant_decommission_confirm_hostname is missing" in done.stdout
    assert "2 hosts have the tenant_id" in done.stdout
    assert next(one for one in found["tenants"] if one["host"].startswith("unknown"))["planned_action"] == "stop"
    assert only_reads(cloud)


@pytest.mark.thorough
def test_a_region_without_working_credentials_is_named(cloud, terminal):
    wrong = {"eu": CLIENTS["eu"], "us": {"client_id": "client-us", "client_secret": "wrong-secret"}}
    terminal.write_inventory({**host("acme"), **host("beta", "us")}, tenant_decommission_credentials=wrong)
    done, found = look(terminal)
    assert done.status == 2, done
    assert [one["token"] for one in found["regions"]] == [True, False]
    assert "us  NO TOKEN" in done.stdout
    assert [one["host"] for one in found["tenants"]] == ["acme.eu.qlikcloud.com", "beta.us.qlikcloud.com"]
    assert found["tenants"][1]["message"] == "not looked at: no token for region us"
    assert max(map(len, found["lines"])) <= 100
    assert only_reads(cloud)


@pytest.mark.thorough
def test_it_shows_no_secret(cloud, terminal):
    terminal.write_inventory({**host("acme"), **host("beta", "us")}, tenant_decommission_credentials=CLIENTS)
    done, _found = look(terminal, "-vvvv")
    written = (terminal.folder / "found.json").read_text()
    assert (terminal.folder / "found.json").stat().st_mode & 0o777 == 0o600
    for secret in (*SECRETS.values(), "simulated-"):
        assert secret not in done.output
        assert secret not in written
