# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One table of tasks, run as actions in the controller and as modules on another machine: the results are the same."""

from __future__ import annotations

import sys

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    CLIENTS,
    ORGANIZATION,
    SECRETS,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

pytestmark = pytest.mark.thorough

# Written as templates: ansible-core quotes the lines of a playbook around a task that fails.
EU = {"client_id": "{{ eu.client_id }}", "client_secret": "{{ eu.client_secret }}"}
CONSOLE = {name: f"{{{{ organization.{name} }}}}" for name in ORGANIZATION}


def token(**more):
    return {"tenantops.qlik.qlik_region_token": {"region": "eu", **EU, **more}}


def probe(name, **more):
    return {"tenantops.qlik.qlik_tenant_probe": {"hostname": f"{name}.eu.qlikcloud.com", **EU, **more}}


def deactivate(name, **more):
    common = {"tenant_id": tenant_id(name), "hostname": f"{name}.eu.qlikcloud.com"}
    options = {**common, **EU, **more}
    return {
        "tenantops.qlik.qlik_tenant_deactivate": {key: value for key, value in options.items() if value is not None}
    }


def reactivate(name, **more):
    common = {"tenant_id": tenant_id(name), "hostname": f"{name}.eu.qlikcloud.com"}
    return {"tenantops.qlik.qlik_tenant_reactivate": {**common, **EU, **more}}


def info(**options):
    return {"tenantops.qlik.qlik_tenant_info": {**EU, **options}}


def ask_organization(**options):
    return {"tenantops.qlik.qlik_tenant_info": {**CONSOLE, **options}}


# What is asked, and what the result must hold at least; words that the message must have.
TABLE = {
    "a token": (
        token(),
        {"failed": False, "changed": False, "token_type": "bearer", "host": "register.eu.qlikcloud.com"},
        "",
    ),
    "a token for wrong credentials": (
        token(client_secret="wrong-secret"),
        {"failed": True, "http_status": 401},
        "No token was issued",
    ),
    "a token of a region that is a URL": (
        token(region="evil.example/#"),
        {"failed": True},
        "region is 'evil.example/#'",
    ),
    "a token of a region that is a domain": (token(region="eu.qlikcloud.com.evil"), {"failed": True}, "region is"),
    "a probe of a live tenant": (
        probe("acme"),
        {"failed": False, "changed": False, "state": "active", "http_status": 200},
        "",
    ),
    "a probe of a disabled tenant": (
        probe("gone"),
        {"failed": False, "state": "deactivated", "http_status": 401, "code": "TENANT_DISABLED"},
        "",
    ),
    "a probe of nobody": (probe("nobody"), {"failed": False, "state": "not_found", "code": "LOGIN-2"}, ""),
    "a probe with wrong credentials": (
        probe("acme", client_secret="wrong-secret"),
        {"failed": False, "state": "unauthorized"},
        "",
    ),
    "a probe without credentials": (
        {"tenantops.qlik.qlik_tenant_probe": {"hostname": "gone.eu.qlikcloud.com"}},
        {"failed": False, "state": "deactivated"},
        "",
    ),
    "a probe that expects what is": (
        probe("gone", expect="deactivated"),
        {"failed": False, "state": "deactivated"},
        "",
    ),
    "a probe that expects what is not": (
        probe("acme", expect="deactivated", wait_timeout=1),
        {"failed": True, "changed": False, "state": "active"},
        "is active, and expect is deactivated",
    ),
    "a confirmation of another": (
        deactivate("acme", confirm_hostname="beta.eu.qlikcloud.com"),
        {"failed": True, "changed": False},
        "confirm_hostname is 'beta.eu.qlikcloud.com'",
    ),
    **{
        f"days {days!r}": (
            deactivate("acme", purge_after_days=days),
            {"failed": True, "changed": False},
            f"purge_after_days is {days!r}: it must be a whole number of days from 10 to 90",
        )
        for days in (91, "ten")
    },
    **{
        f"hostname {hostname!r}": (
            deactivate("acme", hostname=hostname),
            {"failed": True, "changed": False},
            "hostname is",
        )
        for hostname in (
            "acme.eu.qlikcloud.com\r\nX-Evil: 1",
            "acme.eu.qlikcloud.com.evil.example",
        )
    },
    "the government cloud": (
        deactivate("acme", hostname="acme.us.qlikcloudgov.com"),
        {"failed": True},
        "not offered in Qlik Cloud Government",
    ),
    "another region": (deactivate("acme", region="us"), {"failed": True}, "region is 'us'"),
    **{
        f"id {value!r}": (deactivate("acme", tenant_id=value), {"failed": True}, f"tenant_id is {value!r}")
        for value in ("", "../../v1/users")
    },
    "half credentials": (deactivate("acme", client_secret=None), {"failed": True}, "client_secret is missing"),
    "no credentials": (
        deactivate("acme", client_id=None, client_secret=None),
        {"failed": True},
        "client_id and client_secret are missing",
    ),
    "an option that does not exist": (deactivate("acme", tenant="x"), {"failed": True}, "Unsupported parameters"),
    "CA certificates that are not there": (
        deactivate("acme", ca_path="/no/such/ca.pem"),
        {"failed": True},
        "ca_path is",
    ),
    "a tenant that may not be deactivated": (
        deactivate("kept"),
        {"failed": True, "changed": False, "http_status": 403, "code": "AUTH-5", "id": tenant_id("kept")},
        "traceId",
    ),
    "a tenant that nobody knows": (
        deactivate("nobody"),
        {"failed": True, "changed": False},
        "was not found in region eu",
    ),
    "the id of another": (
        deactivate("acme", tenant_id=tenant_id("beta")),
        {"failed": True, "changed": False},
        "beta.eu.qlikcloud.com|412",
    ),
    "a tenant that is disabled": (
        deactivate("gone", verify=True),
        {
            "failed": False,
            "changed": False,
            "status": "disabled",
            "previous_status": "disabled",
            "estimated_purge_date": None,
        },
        "",
    ),
    "a live tenant": (
        deactivate(
            "acme",
            hostname="ACME.eu.qlikcloud.com",
            confirm_hostname="acme.EU.qlikcloud.com",
            purge_after_days="45",
            verify=True,
        ),
        {
            "failed": False,
            "changed": True,
            "id": tenant_id("acme"),
            "hostname": "acme.eu.qlikcloud.com",
            "region": "eu",
            "status": "disabled",
            "previous_status": "active",
            "purge_after_days": 45,
        },
        "",
    ),
    "the same tenant again": (
        deactivate("acme"),
        {"failed": False, "changed": False, "previous_status": "disabled"},
        "",
    ),
    "the countdown anew": (
        deactivate("acme", reset_purge_timer=True, purge_after_days=20),
        {"failed": False, "changed": True, "previous_status": "disabled", "purge_after_days": 20},
        "",
    ),
}

TABLE |= {
    "a reactivation that another is confirmed for": (
        reactivate("acme", confirm_hostname="beta.eu.qlikcloud.com"),
        {"failed": True, "changed": False},
        "confirm_hostname is 'beta.eu.qlikcloud.com'",
    ),
    "a reactivation": (
        reactivate("acme", verify=True),
        {
            "failed": False,
            "changed": True,
            "id": tenant_id("acme"),
            "hostname": "acme.eu.qlikcloud.com",
            "status": "active",
            "previous_status": "disabled",
        },
        "",
    ),
    "a reactivation of what lives": (
        reactivate("acme", verify=True),
        {"failed": False, "changed": False, "status": "active", "previous_status": "active"},
        "",
    ),
    "a reactivation of what is gone": (
        reactivate("purged"),
        {"failed": True, "changed": False},
        "It may have been purged, and then nothing can restore it",
    ),
    "a reactivation of another's id": (
        reactivate("gone", tenant_id=tenant_id("beta")),
        {"failed": True, "changed": False},
        "beta.eu.qlikcloud.com|412",
    ),
    "a look-up by hostname": (
        info(hostname="ACME.eu.qlikcloud.com"),
        {"failed": False, "changed": False, "state": "active"},
        "",
    ),
    "a look-up of a disabled tenant by hostname": (
        info(hostname="gone.eu.qlikcloud.com"),
        {"failed": False, "tenants": [], "state": "deactivated"},
        "",
    ),
    "a look-up of nobody by hostname": (
        info(hostname="nobody.eu.qlikcloud.com"),
        {"failed": False, "tenants": [], "state": "not_found"},
        "",
    ),
    "a look-up by hostname with wrong credentials": (
        info(hostname="acme.eu.qlikcloud.com", client_secret="wrong-secret"),
        {"failed": True, "http_status": 401},
        "issues no token",
    ),
    "a look-up by both": (
        info(hostname="acme.eu.qlikcloud.com", tenant_id="x"),
        {"failed": True},
        "Give one of tenant_id",
    ),
    "a look-up by nothing": (info(), {"failed": True}, "Give one of tenant_id"),
    "a look-up by id without a region": (info(tenant_id=tenant_id("acme")), {"failed": True}, "region is missing"),
    "a look-up of a disabled tenant in the organization": (
        ask_organization(hostname="GONE.eu.qlikcloud.com"),
        {"failed": False, "changed": False},
        "",
    ),
    "a look-up by id in the organization": (ask_organization(tenant_id=tenant_id("gone")), {"failed": False}, ""),
    "a look-up by a filter": (ask_organization(filter='status eq "disabled"'), {"failed": False}, ""),
    "a look-up of nobody in the organization": (
        ask_organization(tenant_id=tenant_id("nobody")),
        {"failed": False, "tenants": []},
        "",
    ),
    "a look-up by a filter that is none": (
        ask_organization(filter="status like active"),
        {"failed": True, "http_status": 400},
        "Check the filter",
    ),
    "a look-up in somebody else's subscription": (
        ask_organization(filter='subscriptionId eq "sub-of-others"'),
        {"failed": True, "http_status": 403, "code": "AUTH-5"},
        "belongs to the organization of this client",
    ),
    "a look-up by a filter with a region's client": (
        info(filter='status eq "disabled"'),
        {"failed": True, "http_status": None},
        "org_client_id and org_client_secret are missing",
    ),
    "a look-up with a region's client for the organization's": (
        ask_organization(hostname="acme.eu.qlikcloud.com", org_client_id=EU["client_id"]),
        {"failed": True, "http_status": 401},
        "an organization-level OAuth client is needed",
    ),
}

MACHINE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
WAYS = {
    # Were anything run on the tenant's host, it would fail.
    "action": {"ansible_connection": "ssh", "ansible_become": True, "ansible_ssh_executable": "/bin/false"},
    "module": {},
}


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def both_ways(request, tmp_path_factory):
    """The results of the table in both ways, each with a cloud of its own, and these clouds' requests."""
    seen = {}
    for way, variables in WAYS.items():
        terminal = Terminal(tmp_path_factory.mktemp(way) / "terminal")
        tenants = [
            tenant("acme"),
            tenant("beta"),
            tenant("gone", status="disabled", deactivated_code="TENANT_DISABLED"),
            tenant("kept", deactivation_disallowed=True),
            tenant("purged", status="disabled", purge_at="-3d"),
        ]
        directory = tmp_path_factory.mktemp("cloud")
        with Simulator(scenario(*tenants), directory=directory, refuse_reads=request.param) as cloud:
            terminal.go_online(cloud)
            hosts = {"acme.eu.qlikcloud.com": {**variables, "eu": CLIENTS["eu"], "organization": ORGANIZATION}}
            terminal.write(
                "inventory.yml", {"all": {"hosts": hosts, "children": {"machines": {"hosts": {"worker": MACHINE}}}}}
            )
            play = {"hosts": "acme.eu.qlikcloud.com"}
            delegated = {"delegate_to": "worker"} if way == "module" else {}
            tasks = [{**task, **delegated} for task, _result, _words in TABLE.values()]
            results = terminal.run_tasks(*tasks, options=("-vvv", "--diff"), play=play)
            seen[way] = (dict(zip(TABLE, results, strict=True)), cloud.requests(), results.done)
    return seen


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", TABLE)
def test_a_task_does_what_it_is_documented_to_do(both_ways, way, case):
    _task, wanted, words = TABLE[case]
    result = both_ways[way][0][case]
    assert {key: result.get(key) for key in wanted} == wanted, result
    assert any(word in result.get("msg", "") for word in words.split("|")), result["msg"]
    assert not any(secret in str(result) for secret in SECRETS.values())


def without_chance(result):
    """The result without what is another in each run."""
    if isinstance(result, list):
        return [without_chance(one) for one in result]
    if isinstance(result, dict):
        times = ("expires_at", "expires_in", "estimated_purge_date", "purge_date", "status_since", "created", "updated")
        by_chance = ("access_token", "trace_id", "exception", "attempts", *times)
        core = ("ansible_facts", "_ansible_delegated_vars", "failed_when_result", "deprecations")
        kept = {key: without_chance(value) for key, value in result.items() if key not in (*by_chance, *core)}
        if "msg" in kept:
            kept["msg"] = kept["msg"].split("traceId")[0].replace("tenantops.qlik.", "")
        return kept
    return result


@pytest.mark.parametrize("case", TABLE)
def test_both_ways_give_the_same_result(both_ways, case):
    action, module = (without_chance(both_ways[way][0][case]) for way in WAYS)
    assert action == module


def test_both_ways_send_the_same_requests(both_ways):
    action, module = (
        [(one["host"], one["method"], one["path"], one["body"], one["status"]) for one in both_ways[way][1]]
        for way in WAYS
    )
    assert action == module


def test_the_action_starts_no_module_process_and_opens_no_connection(both_ways):
    action, module = (both_ways[way][2].output for way in WAYS)
    assert "Using module file" in module
    # The run's only modules are those that keep the results.
    assert "qlik" not in "".join(line for line in action.splitlines() if "Using module file" in line)
    assert "SSH" not in action


def test_no_secret_is_shown_in_either_way(both_ways):
    for _results, _requests, done in both_ways.values():
        for secret in (*SECRETS.values(), "simulated-"):
            assert secret not in done.output


def test_bad_input_sent_nothing(both_ways):
    for results, requests, _done in both_ways.values():
        refused = [
            case
            for case, result in results.items()
            if result["failed"] and "http_status" in result and result["http_status"] is None
        ]
        assert refused
        # Only hosts of the table's good tenants were ever spoken to.
        assert {one["host"] for one in requests} <= {
            "register.eu.qlikcloud.com",
            "console.qlikcloud.com",
            *(f"{name}.eu.qlikcloud.com" for name in ("acme", "beta", "gone", "kept", "nobody", "purged")),
        }


def test_a_look_up_shows_the_tenant_in_its_normal_form(both_ways):
    for results, _requests, _done in both_ways.values():
        (found,) = results["a look-up by hostname"]["tenants"]
        assert found["id"] == tenant_id("acme")
        assert (found["hostnames"], found["region"]) == (["acme.eu.qlikcloud.com"], "eu")
        assert (found["status"], found["purge_date"]) == ("active", None)


def test_the_organization_shows_a_disabled_tenant_with_the_date_of_its_purge(both_ways):
    for results, _requests, _done in both_ways.values():
        for case in ("a look-up of a disabled tenant in the organization", "a look-up by id in the organization"):
            (found,) = results[case]["tenants"]
            assert (found["id"], found["status"], found["region"]) == (tenant_id("gone"), "disabled", "eu")
            assert found["purge_date"] and found["subscription_id"]
        by_filter = [one["id"] for one in results["a look-up by a filter"]["tenants"]]
        assert tenant_id("gone") in by_filter
        assert tenant_id("beta") not in by_filter
