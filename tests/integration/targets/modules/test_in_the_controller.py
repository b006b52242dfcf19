# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-core offers around a task works with ours too: environment, async, delegation, timeout, defaults, check mode."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, SECRETS, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading

pytestmark = pytest.mark.thorough

ACME = {"tenant_id": tenant_id("acme"), "hostname": "acme.eu.qlikcloud.com"}
DEACTIVATE = "tenantops.qlik.qlik_tenant_deactivate"
REACTIVATE = "tenantops.qlik.qlik_tenant_reactivate"
TOKEN = "tenantops.qlik.qlik_region_token"
PROBE = "tenantops.qlik.qlik_tenant_probe"
CREDENTIALS = {"QLIK_CLIENT_ID": CLIENTS["eu"]["client_id"], "QLIK_CLIENT_SECRET": SECRETS["eu"]}
RECEIPT = {"receipt_path": "receipts/acme.json"}
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


@one_reading
def test_a_token_that_was_registered_can_be_used(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    _token, done = terminal.run_tasks(
        {TOKEN: {"region": "eu", "credentials": CLIENTS["eu"]}},
        {DEACTIVATE: {**ACME, "access_token": "{{ result_0.access_token }}"}},
    )
    assert done["changed"]
    assert len(cloud.requests(host="register.eu.qlikcloud.com", path="/oauth/token")) == 1


@one_reading
def test_a_token_that_expired_is_renewed_once_where_credentials_are_there(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    without, with_credentials = terminal.run_tasks(
        {DEACTIVATE: {**ACME, "access_token": "long-expired"}},
        {DEACTIVATE: {**ACME, "access_token": "long-expired", **CLIENTS["eu"]}},
    )
    assert without["failed"] and without["http_status"] == 401
    assert with_credentials["changed"]
    assert len(cloud.requests(path="/oauth/token", host="register.eu.qlikcloud.com")) == 1
    assert sum(post["effective"] for post in cloud.action_posts()) == 1


@pytest.mark.parametrize("delegate", [{}, {"delegate_to": "worker"}], ids=["controller", "delegated"])
@one_reading
def test_credentials_proxy_and_ca_come_from_the_environment_of_the_task(start_cloud, terminal, delegate):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    results = terminal.run_tasks(
        {DEACTIVATE: ACME, "environment": {**cloud.environment, **CREDENTIALS}, **delegate},
        {PROBE: {"hostname": "acme.eu.qlikcloud.com", "retries": 0, "timeout": 2}},
        play={"hosts": "acme.eu.qlikcloud.com"},
        options=("-vvvv",),
    )
    deactivated, probed = results
    assert deactivated["changed"], results.done
    # The next task does not have that environment any more.
    assert probed["state"] != "deactivated"
    assert not any(secret in results.done.output for secret in SECRETS.values())


@one_reading
def test_secrets_in_the_environment_of_a_delegated_task_are_in_no_command_line(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    play = [
        {
            "name": "Play",
            "hosts": "acme.eu.qlikcloud.com",
            "gather_facts": False,
            "tasks": [
                {
                    "name": "Delegated",
                    DEACTIVATE: ACME,
                    "environment": {**cloud.environment, **CREDENTIALS},
                    "delegate_to": "worker",
                }
            ],
        }
    ]
    terminal.write("play.yml", play)
    done = terminal.run("ansible-playbook", "-i", "inventory.yml", "play.yml", "-vvvv", watch_processes=True)
    assert done.status == 0, done
    assert "AnsiballZ" in done.commands_seen
    for secret in SECRETS.values():
        assert secret not in done.commands_seen
        assert secret not in done.output


@one_reading
def test_a_delegated_task_that_is_repeated_has_its_credentials_each_time(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    (probed,) = terminal.run_tasks(
        {
            PROBE: {"hostname": "acme.eu.qlikcloud.com"},
            "environment": {**cloud.environment, **CREDENTIALS},
            "delegate_to": "worker",
            "until": "result_0.attempts > 1",
            "retries": 2,
            "delay": 0,
        },
        play={"hosts": "acme.eu.qlikcloud.com"},
    )
    assert probed["attempts"] == 2
    assert probed["state"] == "active"
    assert [one["body"].get("client_id") for one in cloud.requests(path="/oauth/token")] == [
        CLIENTS["eu"]["client_id"]
    ] * 2


@one_reading
def test_async_runs_the_module_on_this_machine(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    # Ansible's own module that looks after the job is no matter of ours: it needs a Python, and a folder that does not depend on
    # the home, which is none of the password file's here.
    looking_after = {
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "ansible_async_dir": str(terminal.folder / "jobs"),
    }
    (result,) = terminal.run_tasks(
        {DEACTIVATE: {**ACME, "verify": True}, "async": 60, "poll": 1, "vars": looking_after}
    )
    assert result.get("status") == "disabled", result.get("msg", result)
    assert (result["changed"], result["probe"]["state"]) == (True, "deactivated")
    assert len(cloud.action_posts()) == 1


@one_reading
def test_async_is_refused_where_it_would_keep_a_token_or_speak_to_the_tenant_by_ssh(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    by_ssh = {"vars": {"ansible_connection": "ssh"}}
    token, deactivation = terminal.run_tasks(
        {TOKEN: {"region": "eu"}, "async": 60, "poll": 1},
        {DEACTIVATE: ACME, "async": 60, "poll": 1, **by_ssh},
    )
    assert token["failed"] and "refuses async" in token["msg"]
    assert deactivation["failed"] and "would connect to the tenant's host by ssh" in deactivation["msg"]
    assert cloud.requests() == []


@one_reading
def test_the_keyword_timeout_ends_a_task_cleanly_and_says_whether_something_was_sent(start_cloud, terminal):
    slow = [
        {
            "name": "slow read",
            "method": "GET",
            "path": f"/api/v1/tenants/{tenant_id('acme')}",
            "do": {"delay": 30, "when": "before"},
        },
        {"name": "slow answer", "method": "POST", "path": "*/actions/deactivate", "do": {"delay": 30, "when": "after"}},
    ]
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), faults=slow))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    before, after, again = terminal.run_tasks(
        {DEACTIVATE: ACME, "timeout": 2},
        {DEACTIVATE: {"tenant_id": tenant_id("beta"), "hostname": "beta.eu.qlikcloud.com"}, "timeout": 2},
        {DEACTIVATE: {"tenant_id": tenant_id("beta"), "hostname": "beta.eu.qlikcloud.com"}},
    )
    assert (before["failed"], before["changed"]) == (True, False)
    assert "No request that changes a tenant had been sent" in before["msg"]
    assert (after["failed"], after["changed"]) == (True, True)
    assert "had been sent, and its effect is not known" in after["msg"]
    assert (again["failed"], again["changed"], again["status"]) == (False, False, "disabled")
    assert len(cloud.action_posts()) == 1


@one_reading
def test_module_defaults_of_the_action_group_reach_every_module(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    del terminal.environment["REQUESTS_CA_BUNDLE"]
    of_group = {
        **CLIENTS["eu"],
        "region": "eu",
        "ca_path": cloud.ca,
        "timeout": 10,
        "access_token": "a-token-that-is-refused",
    }
    play = {"module_defaults": {"group/tenantops.qlik.qlik": of_group}}
    (terminal.folder / "qlik-receipts").mkdir()
    token, probe, report, deactivation, refused = terminal.run_tasks(
        # These three do not have the option access_token, and the report has no region and no client.
        {TOKEN: {}},
        {PROBE: {"hostname": ACME["hostname"]}},
        {"tenantops.qlik.qlik_report": {}},
        {DEACTIVATE: ACME},
        {"tenantops.qlik.qlik_report": {}, "module_defaults": {"tenantops.qlik.qlik_report": {"license_key": "x"}}},
        play=play,
    )
    assert not report["failed"], report
    assert "Unsupported parameters for (tenantops.qlik.qlik_report) module: license_key" in refused["msg"]
    assert token["host"] == "register.eu.qlikcloud.com"
    assert probe["state"] == "active"
    assert deactivation["changed"]


@one_reading
def test_check_mode_sends_no_deactivation(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    (result,) = terminal.run_tasks({DEACTIVATE: {**ACME, "verify": True}}, options=("--check", "--diff"))
    assert (result["changed"], result["status"], result["previous_status"]) == (True, "disabled", "active")
    assert result["diff"]["before"] == {"status": "active"}
    assert cloud.action_posts() == []


@one_reading
def test_a_purge_date_moves_only_when_it_is_asked_for(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    first, second, moved = terminal.run_tasks(
        {DEACTIVATE: {**ACME, "purge_after_days": 30}},
        {DEACTIVATE: {**ACME, "purge_after_days": 60}},
        {DEACTIVATE: {**ACME, "purge_after_days": 60, "reset_purge_timer": True}},
    )
    assert first["changed"] and not second["changed"] and moved["changed"]
    assert first["estimated_purge_date"] < moved["estimated_purge_date"]
    assert [post["body"]["purgeAfterDays"] for post in cloud.action_posts()] == [30, 60]


@pytest.mark.parametrize("delegate", [{}, {"delegate_to": "worker"}], ids=["controller", "delegated"])
@one_reading
def test_without_requests_nothing_is_sent_and_the_message_says_what_to_install(start_cloud, terminal, delegate):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    hidden = terminal.folder / "hidden"
    hidden.mkdir()
    (hidden / "requests.py").write_text("raise ImportError('No module named requests')\n")
    terminal.environment["PYTHONPATH"] = f"{hidden}:{terminal.environment.get('PYTHONPATH', '')}"
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    (result,) = terminal.run_tasks({DEACTIVATE: ACME, **delegate}, play={"hosts": "acme.eu.qlikcloud.com"})
    assert result["failed"]
    assert "requests" in result["msg"] and "Python library" in result["msg"], result
    assert cloud.requests() == []


@one_reading
def test_a_wave_step_refuses_to_run_as_a_module(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    elsewhere = {"delegate_to": "worker"}
    results = terminal.run_tasks(
        {"tenantops.qlik.qlik_wave_guard": {}, **elsewhere},
        {"tenantops.qlik.qlik_wave_tenant": {"tenant": {}, "tokens": []}, **elsewhere},
        {"tenantops.qlik.qlik_wave_summary": {"wave": {}}, **elsewhere},
        play={"hosts": "acme.eu.qlikcloud.com"},
    )
    assert all(
        result["failed"] and "must run on the controller: remove async and delegate_to" in result["msg"]
        for result in results
    )
    assert cloud.requests() == []


def test_a_look_up_by_id_asks_the_register_host(start_cloud, terminal, refuse_reads):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    info = "tenantops.qlik.qlik_tenant_info"
    known, unknown = terminal.run_tasks(
        {info: {"region": "eu", "tenant_id": tenant_id("acme")}},
        {info: {"region": "eu", "tenant_id": tenant_id("nobody")}},
    )
    if refuse_reads:
        assert known["failed"]
        assert "does not show the tenant. Give hostname instead" in known["msg"]
    else:
        assert [one["hostnames"] for one in known["tenants"]] == [["acme.eu.qlikcloud.com"]]
        assert unknown["tenants"] == []


@pytest.mark.parametrize("answer", ["guide", "reference"])
def test_a_reactivation_is_confirmed_by_a_look_whatever_the_answer_says(start_cloud, terminal, answer):
    cloud = start_cloud(scenario(tenant("gone", status="disabled"), reactivate_answer=answer))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    (result,) = terminal.run_tasks(
        {"tenantops.qlik.qlik_tenant_reactivate": {"tenant_id": tenant_id("gone"), "hostname": "gone.eu.qlikcloud.com"}}
    )
    assert (result["changed"], result["status"], result["previous_status"]) == (True, "active", "disabled")
    assert [post["body"] for post in cloud.action_posts()] == [None]


@one_reading
def test_a_reactivation_without_effect_is_no_success(start_cloud, terminal):
    fault = {"name": "f", "path": "*/actions/reactivate", "do": {"json": {"status": "active"}}, "times": None}
    cloud = start_cloud(scenario(tenant("gone", status="disabled"), faults=[fault]))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    options = {"tenant_id": tenant_id("gone"), "hostname": "gone.eu.qlikcloud.com", "retries": 1}
    (result,) = terminal.run_tasks({"tenantops.qlik.qlik_tenant_reactivate": options})
    assert (result["failed"], result["changed"]) == (True, True)
    assert "The reactivation of tenant gone.eu.qlikcloud.com" in result["msg"]
    assert "was sent and is not confirmed" in result["msg"]
    assert len(cloud.action_posts()) == 1


@one_reading
def test_a_receipt_is_kept_and_read_by_the_next_task_and_its_path_counts_from_the_start_of_the_run(
    start_cloud, terminal
):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    (terminal.folder / "elsewhere").mkdir()
    claims = {"run_id": "job-7", "approved_by": "Ann", "ticket": "OPS-7"}
    # Delegated to this machine it is kept, too.
    checked, first, second, back = terminal.run_tasks(
        {DEACTIVATE: {**ACME, **RECEIPT}, "check_mode": True},
        {DEACTIVATE: {**ACME, **RECEIPT, **claims, "verify": True}},
        {DEACTIVATE: {**ACME, **RECEIPT}},
        {REACTIVATE: {**ACME, **RECEIPT}, "delegate_to": "localhost"},
        started_in="elsewhere",
    )
    assert (checked["changed"], first["changed"], second["changed"], back["changed"]) == (True, True, False, True)
    assert second["estimated_purge_date"] == first["estimated_purge_date"]
    receipt = Receipt(terminal.folder / "elsewhere" / "receipts" / "acme.json")
    assert {result["receipt"] for result in (checked, first, second, back)} == {str(receipt.path)}
    assert receipt.kinds == ["intent", "deactivated", "observed", "intent", "reactivated"]
    for event in receipt.events[:3]:
        assert {key: event[key] for key in ("run", "approved_by", "ticket")} == {
            "run": "job-7",
            "approved_by": "Ann",
            "ticket": "OPS-7",
        }
    # The tasks of one run of ansible-playbook share a name, where none is given; and no claim is made for them.
    assert len({event["run"] for event in receipt.events[3:]}) == 1
    assert not any("approved_by" in event or "ticket" in event for event in receipt.events[3:])
    assert len(cloud.action_posts()) == 2


@one_reading
@pytest.mark.parametrize("module", [DEACTIVATE, REACTIVATE], ids=["deactivate", "reactivate"])
def test_a_receipt_is_refused_where_the_task_runs_elsewhere(start_cloud, terminal, module):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.environment |= CREDENTIALS
    terminal.write("inventory.yml", {"all": {"hosts": {"acme.eu.qlikcloud.com": {}, "worker": LOCAL}}})
    results = terminal.run_tasks(
        {module: {**ACME, **RECEIPT}, "delegate_to": "worker"},
        {module: {**ACME, **RECEIPT}, "async": 60, "poll": 1, "vars": {"ansible_connection": "local"}},
        play={"hosts": "acme.eu.qlikcloud.com"},
    )
    for result in results:
        assert (result["failed"], result["changed"]) == (True, False)
        assert "receipt_path is given" in result["msg"]
        assert "receipts are written only on this machine" in result["msg"]
    assert cloud.requests() == []
    assert not list(terminal.folder.rglob("acme.json"))


@one_reading
def test_a_token_that_the_server_says_back_is_in_no_receipt(start_cloud, terminal):
    token = "canary-token-3e9a"
    said = {"status": 403, "json": {"errors": [{"code": token, "title": token}], "traceId": f"trace-{token}"}}
    cloud = start_cloud(scenario(tenant("acme"), faults=[{"name": "echo", "path": "*/actions/deactivate", "do": said}]))
    terminal.go_online(cloud)
    results = terminal.run_tasks({DEACTIVATE: {**ACME, **RECEIPT, "access_token": "{{ 'canary-token' ~ '-3e9a' }}"}})
    assert results[0]["http_status"] == 403
    assert token not in results.done.output
    assert token not in str(results[0])
    assert token not in (terminal.folder / "receipts" / "acme.json").read_text()
