# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A result belongs to one host of one wave; and a run that did nothing, or not everything, does not end as a success."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from typing import Any

import pytest

from ansible_collections.tenantops.qlik.tests.integration.evidence import read_summary, totals
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, planned_host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading, thorough_but
from ansible_collections.tenantops.qlik.tests.unit.core import HAS_TAGS

pytestmark = one_reading

ROLE = "tenantops.qlik.tenant_decommission"
NAMES = ("acme", "beta", "golf")
THREE = {key: value for name in NAMES for key, value in host(name).items()}
ACME, BETA, GOLF = THREE


@pytest.fixture
def cloud(start_cloud, terminal):
    """Three confirmed tenants, and three more that live."""
    running = start_cloud(scenario(*(tenant(name) for name in (*NAMES, "hotel", "india", "julia"))))
    terminal.go_online(running)
    terminal.log_in()
    terminal.write_inventory(THREE)
    return running


def own_play(terminal, *tasks: dict[str, Any], hosts: str = "qlik_tenants", options: tuple[str, ...] = (), **more: Any):
    common = {"name": "Own play", "hosts": hosts, "connection": "local", "gather_facts": False}
    tasks = tasks or ({"name": "Role", "ansible.builtin.import_role": {"name": ROLE}},)
    terminal.write("play.yml", [{**common, "tasks": list(tasks), **more}])
    return terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", *options)


def role(how: str = "import_role", **keywords: Any) -> dict[str, Any]:
    return {"name": "Role", f"ansible.builtin.{how}": {"name": ROLE}, **keywords}


AROUND = {
    "import": {"tasks": [role(run_once=True)]},
    "include": {"tasks": [role("include_role", run_once=True)]},
    "include with apply": {
        "tasks": [
            {"name": "Role", "ansible.builtin.include_role": {"name": ROLE, "apply": {"run_once": True}}},
        ]
    },
    "block": {"tasks": [{"name": "Block", "run_once": True, "block": [role()]}]},
    "play": {"run_once": True, "tasks": [role()]},
    "a template": {"tasks": [role(run_once="{{ true }}")]},
    "role": {"tasks": [], "roles": [{"role": ROLE, "run_once": True}]},
}


@pytest.mark.parametrize("where", thorough_but("import", cases=AROUND))
def test_run_once_around_the_role_refuses_a_play_of_several_hosts(cloud, terminal, where):
    done = own_play(terminal, **AROUND[where])
    assert (done.status, cloud.requests()) == (2, []), done
    assert "run_once is set around the role, and the play has 3 hosts" in done.stdout
    assert "deactivated, 0 unchanged" not in done.stdout.replace("0 deactivated", "")


@pytest.mark.thorough
@pytest.mark.parametrize("strategy", ["free", "ansible.builtin.host_pinned"])
def test_a_strategy_that_keeps_no_order_refuses_the_wave(cloud, terminal, strategy):
    done = own_play(terminal, strategy=strategy)
    assert (done.status, cloud.requests()) == (2, []), done
    assert f"The strategy of the play is '{strategy}'" in done.stdout
    assert "strategy: linear" in done.stdout


@pytest.mark.thorough
def test_module_defaults_cannot_change_what_is_done(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme", status="disabled"), tenant("beta"), tenant("golf")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(THREE, tenant_decommission_max_tenants=1)
    other = {
        "operation": "restore",
        "variable_prefix": "tenant_restore_",
        "planning": True,
        "empty": True,
        "max_tenants": 99,
        "plan": "other.json",
        "plan_sha256": "0" * 64,
        "require_plan": False,
        "summary_file": "other.json",
        "result_variable": "other",
        "wave_variable": "other",
        "tokens_variable": "other",
        "prepared_variable": "other",
        "tenant": {"host": ACME},
        "tokens": [{"item": "eu", "access_token": "other"}],
        "dest": "other.json",
    }
    options = {
        "guard": (
            *(
                "operation",
                "variable_prefix",
                "planning",
                "empty",
                "max_tenants",
                "plan",
                "plan_sha256",
                "require_plan",
            ),
            "summary_file",
        ),
        "summary": ("operation", "result_variable", "dest"),
        "check": ("operation",),
        "tenant": ("wave_variable", "tokens_variable", "prepared_variable", "tenant", "tokens"),
    }
    defaults = {
        f"tenantops.qlik.qlik_wave_{name}": {option: other[option] for option in given}
        for name, given in options.items()
    }
    defaults["tenantops.qlik.qlik_region_token"] = {
        "region": "us",
        "credentials": {"client_id": "other", "client_secret": "other-secret"},
    }
    refused = own_play(terminal, module_defaults=defaults)
    assert (refused.status, cloud.requests()) == (2, []), refused
    assert "max_tenants allows 1" in refused.stdout
    terminal.write_inventory(THREE)
    done = own_play(terminal, module_defaults=defaults)
    assert done.status == 0, done
    assert "3 tenants: 2 deactivated, 1 unchanged, 0 failed." in done.stdout
    assert {post["path"].rpartition("/")[2] for post in cloud.action_posts()} == {"deactivate"}
    assert not (terminal.folder / "other.json").exists()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [
        "tenant_decommission_result",
        "_tenant_decommission_wave",
        "_tenant_decommission_tokens",
        "_tenant_decommission_prepared",
    ],
)
def test_what_the_role_registers_cannot_be_given(cloud, terminal, name):
    done = terminal.decommission("-e", json.dumps({name: {}}))
    assert (done.status, cloud.requests()) == (2, []), done
    assert f"{name} is set" in done.stdout


@pytest.mark.thorough
def test_the_parts_of_a_loop_add_up_for_limits_summary_and_statistics(cloud, terminal):
    names = (*NAMES, "hotel", "india")
    items = [{"name": f"{name}.eu.qlikcloud.com", "id": tenant_id(name)} for name in names]
    # A confirmation cannot come out of a loop, since it would be a template. A plan can.
    terminal.write_inventory({key: value for name in names for key, value in planned_host(name).items()})
    assert terminal.plan().status == 0
    given = {
        "tenant_decommission_hostname": "{{ item.name }}",
        "tenant_decommission_tenant_id": "{{ item.id }}",
        "tenant_decommission_summary_file": "summary.json",
        "qlik_plan": "plan.json",
        "qlik_plan_sha256": terminal.digest(),
    }
    loop = role("include_role", loop=items)
    terminal.environment["ANSIBLE_SHOW_CUSTOM_STATS"] = "1"
    done = own_play(terminal, loop, hosts="localhost", vars={**given, "tenant_decommission_max_tenants": 2})
    assert done.status == 2, done
    assert [post["headers"]["qlik-confirm-hostname"] for post in cloud.action_posts()] == [ACME, BETA]
    assert (
        "The play has 3 tenants to deactivate according to the plan (2 of the 3 in earlier runs of the role in this play)"
        in done.stdout
    )
    assert "The rest of the wave is refused" in done.stdout
    assert "tenant_decommission_max_tenants allows 2" in done.stdout
    content = json.loads((terminal.folder / "summary.json").read_text())
    assert [(one["hostname"], one["outcome"]) for one in content["tenants"]] == [
        (ACME, "changed"),
        (BETA, "changed"),
        (GOLF, "not_reached"),
    ]

    # Again, with a limit that fits: the last statistics are those of all.
    done = own_play(terminal, loop, hosts="localhost", vars={**given, "tenant_decommission_max_tenants": 5})
    assert done.status == 0, done
    assert "variable collisions" not in done.output
    content = json.loads((terminal.folder / "summary.json").read_text())
    assert content["totals"] == totals(changed=3, unchanged=2)
    shown = done.stdout.split("CUSTOM STATS:")[1]
    assert json.loads(shown[shown.index("{") : shown.rindex("}") + 1])["tenant_decommission_summary"] == content


@pytest.mark.thorough
def test_the_role_twice_in_a_play_counts_a_tenant_once(cloud, terminal):
    variables = {"tenant_decommission_summary_file": "summary.json", "tenant_decommission_max_tenants": 3}
    done = own_play(terminal, role(), role("include_role"), vars=variables)
    assert done.status == 0, done
    found = read_summary(terminal.folder / "summary.json")["totals"]
    assert found == totals(changed=3)
    assert len(cloud.action_posts()) == 3


def test_what_belongs_to_the_play_may_not_differ_between_hosts(cloud, terminal):
    more = {"tenant_decommission_max_tenants": 500, "qlik_plan_valid_hours": 4, "tenant_decommission_summary_file": "a"}
    terminal.write_inventory(
        {**host("acme", **more), **host("beta"), **host("golf")}, tenant_decommission_max_tenants=1
    )
    done = terminal.decommission()
    assert (done.status, cloud.requests()) == (2, []), done
    for words in (
        f"tenant_decommission_max_tenants is 500 for {ACME} and 1 for {BETA}",
        f"qlik_plan_valid_hours is 4 for {ACME} and not set for {BETA}",
        f"tenant_decommission_summary_file is 'a' for {ACME} and not set for {BETA}",
    ):
        assert words in done.stdout


@pytest.mark.thorough
def test_each_receipt_has_the_claims_of_its_own_host(cloud, terminal):
    claims = {name: {"qlik_ticket": f"OPS-{name}", "qlik_approved_by": f"{name}'s owner"} for name in NAMES}
    del claims["golf"]["qlik_ticket"]
    terminal.write_inventory({key: one for name in NAMES for key, one in host(name, **claims[name]).items()})
    assert terminal.decommission().status == 0
    for name in NAMES:
        for event in terminal.receipt(name).events:
            assert event["approved_by"] == f"{name}'s owner"
            assert event.get("ticket") == claims[name].get("qlik_ticket")


def test_half_a_batch_that_failed_stops_the_next_one_in_reverse_order(start_cloud, terminal):
    names = ("acme", "beta", "golf", "hotel")
    cloud = start_cloud(scenario(*(tenant(name, deactivation_disallowed=name == "golf") for name in names)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({key: value for name in names for key, value in host(name).items()})
    done = own_play(terminal, serial=2, order="reverse_sorted", max_fail_percentage=20)
    assert done.status == 2, done
    assert "in the previous batch 1 of 2 tenants failed, and max_fail_percentage allows 20 %" in done.stdout
    sent = {post["headers"]["qlik-confirm-hostname"].split(".")[0] for post in cloud.action_posts()}
    assert sent == {"golf", "hotel"}


PLAYBOOKS = ("decommission", "plan", "preflight", "restore")
NOTHING = {
    "an empty --limit": (("--limit", ""), "--limit is '' and names no host"),
    "a --limit of commas": (("--limit", " , "), "names no host"),
    "a --limit to others": (("--limit", "others"), '--limit "others" leaves no host of the group qlik_tenants'),
    "tags without the guard": (
        ("--tags", "x", "--skip-tags", "always"),
        'The option "--skip-tags always" skips the checks of the role',
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("how", NOTHING)
def test_a_run_of_any_playbook_that_has_nothing_to_do_by_mistake_fails(cloud, terminal, how):
    options, words = NOTHING[how]
    terminal.write(
        "tenants.yml", {"qlik_tenants": {"hosts": THREE}, "others": {"hosts": {"other.eu.qlikcloud.com": {}}}}
    )
    terminal.write("plan.json", "the old one")
    for playbook in PLAYBOOKS:
        name = f"tenantops.qlik.{playbook}"
        given = ("-e", "qlik_plan=plan.json") if playbook == "plan" else ()
        done = terminal.run("ansible-playbook", "-i", "tenants.yml", name, *given, *options)
        assert done.status != 0, (playbook, done)
        assert words in done.output.replace('\\"', '"'), (playbook, done)
    assert cloud.requests() == []
    assert (terminal.folder / "plan.json").read_text() == "the old one"


@pytest.mark.thorough
@pytest.mark.skipif(HAS_TAGS, reason="the setting has no effect since ansible-core 2.19")
def test_a_run_that_would_leave_undefined_templates_as_they_are_fails(cloud, terminal):
    terminal.write(
        "tenants.yml", {"qlik_tenants": {"hosts": THREE}, "others": {"hosts": {"other.eu.qlikcloud.com": {}}}}
    )
    terminal.environment["ANSIBLE_ERROR_ON_UNDEFINED_VARS"] = "False"
    for playbook in (*PLAYBOOKS, "watch"):
        for options in ((), ("--limit", "others")):
            done = terminal.run("ansible-playbook", "-i", "tenants.yml", f"tenantops.qlik.{playbook}", *options)
            assert done.status != 0, (playbook, options, done)
            assert "error_on_undefined_vars is false in Ansible's configuration" in done.output, (playbook, done)
    assert cloud.requests() == []


OPTIONS = {
    "plan": ("-e", "qlik_plan=plan.json"),
    # A wave in which nothing is confirmed is refused, whatever the tags are.
    "restore": ("-e", f"tenant_restore_confirm_hostname={ACME}"),
}


@pytest.mark.thorough
def test_tags_that_select_nothing_of_the_role_fail_and_say_so(cloud, terminal):
    for playbook, words in (
        ("decommission", "3 tenants were not reached"),
        ("restore", "3 tenants were not reached"),
        ("plan", "3 of 3 tenants could not be evaluated"),
    ):
        name = f"tenantops.qlik.{playbook}"
        for options in (("--tags", "x"), ("--skip-tags", "all")):
            given = OPTIONS.get(playbook, ())
            done = terminal.run("ansible-playbook", "-i", "tenants.yml", name, *given, *options)
            assert done.status == 2, (playbook, options, done)
            assert words in done.stdout, (playbook, options, done)
            if playbook != "plan":
                assert f"{' '.join(options)} left out tasks of the role" in done.stdout
    assert not (terminal.folder / "plan.json").exists()
    assert cloud.requests() == []


UNREADABLE = {"qlik_tenants": {"hosts": [ACME, BETA]}}


@pytest.mark.thorough
@pytest.mark.parametrize("besides", [(), ("-i", "good.yml")], ids=["alone", "beside a good one"])
def test_an_inventory_that_cannot_be_read_as_a_whole_fails(cloud, terminal, besides):
    terminal.write("tenants.yml", UNREADABLE)
    terminal.write("good.yml", {"qlik_tenants": {"hosts": host("golf")}})
    for playbook in PLAYBOOKS:
        given = ("-e", "qlik_plan=plan.json") if playbook == "plan" else ()
        name = f"tenantops.qlik.{playbook}"
        done = terminal.run("ansible-playbook", "-i", "tenants.yml", *besides, name, *given)
        assert done.status == 2, (playbook, done)
        assert "The inventory could not be read as a whole" in done.stdout, (playbook, done)
    assert cloud.requests() == []


END = "- name: Leave\n  ansible.builtin.meta: end_host\n  when: {}\n"
ONE_LEFT = {"one": (f"inventory_hostname == '{BETA}'", 2), "all": ("true", 0)}


@pytest.mark.parametrize("left", thorough_but("one", cases=ONE_LEFT))
def test_a_tenant_whose_own_tasks_end_it_was_not_reached(cloud, terminal, left):
    condition, posts = ONE_LEFT[left]
    terminal.write("first.yml", END.format(condition))
    done = terminal.decommission("-e", "tenant_decommission_pre_tasks=first.yml")
    assert done.status == 2, done
    assert ("1 tenant was not reached" if posts else "3 tenants were not reached") in done.stdout
    # Also if nothing else has shown it.
    assert f"3 tenants: {posts} deactivated" in done.stdout
    assert len(cloud.action_posts()) == posts


@pytest.mark.thorough
def test_a_run_that_ends_before_the_role_does_anything_fails(cloud, terminal):
    terminal.write("first.yml", "- name: Leave\n  ansible.builtin.meta: end_play\n")
    done = terminal.decommission("-e", "tenant_decommission_pre_tasks=first.yml")
    assert (done.status, cloud.action_posts()) == (2, []), done
    assert "3 tenants were not reached" in done.stdout


OWN = {
    "when": {"tasks": [role(when=f"inventory_hostname != '{BETA}'")]},
    "end_host": {
        "pre_tasks": [
            {"name": "Leave", "ansible.builtin.meta": "end_host", "when": f"inventory_hostname == '{BETA}'"},
        ]
    },
    "end_host in batches": {
        "serial": 1,
        "pre_tasks": [
            {"name": "Leave", "ansible.builtin.meta": "end_host", "when": f"inventory_hostname == '{BETA}'"},
        ],
    },
}


@pytest.mark.thorough
@pytest.mark.parametrize("how", OWN)
def test_a_tenant_that_a_play_of_ones_own_leaves_out_was_not_reached(cloud, terminal, how):
    done = own_play(terminal, **OWN[how])
    assert done.status == 2, done
    assert f"1 tenant was not reached: {BETA}." in done.stdout
    assert "beta" not in str([post["headers"] for post in cloud.action_posts()])


@pytest.mark.thorough
def test_errors_that_are_ignored_do_not_make_a_success_of_a_run_with_a_refused_or_failed_tenant(cloud, terminal):
    wrong = host("beta", tenant_decommission_confirm_hostname=GOLF)
    for inventory, group_vars, posts in (({**THREE, **wrong}, {}, 2), (THREE, {"tenant_decommission_days": 5}, 2)):
        terminal.write_inventory(inventory, **group_vars)
        done = own_play(terminal, ignore_errors=True)
        assert done.status == 2, done
        assert "ignore_errors is set around the role" in done.stdout
        assert len(cloud.action_posts()) == posts


@pytest.mark.thorough
def test_a_task_of_ones_own_that_fails_first_fails_the_run_and_not_the_other_tenants(cloud, terminal):
    fail = {"name": "Not yet", "ansible.builtin.fail": {"msg": "not yet"}, "when": f"inventory_hostname == '{BETA}'"}
    done = own_play(terminal, pre_tasks=[fail])
    assert done.status == 2, done
    assert "3 tenants: 2 deactivated, 0 unchanged, 0 failed, 1 not reached." in done.stdout


@pytest.mark.thorough
def test_json_on_stdout_stays_json(cloud, terminal):
    callback = terminal.write(
        "callbacks/all_json.py",
        "import json\n"
        "from ansible.plugins.callback import CallbackBase\n"
        "DOCUMENTATION = 'name: all_json\\ntype: stdout\\nshort_description: JSON\\ndescription: JSON'\n"
        "class CallbackModule(CallbackBase):\n"
        "    CALLBACK_TYPE = 'stdout'\n"
        "    CALLBACK_NAME = 'all_json'\n"
        "    def v2_playbook_on_stats(self, stats):\n"
        "        print(json.dumps({'hosts': sorted(stats.processed)}))\n",
    )
    terminal.environment["ANSIBLE_CALLBACK_PLUGINS"] = str(callback.parent)
    terminal.environment["ANSIBLE_STDOUT_CALLBACK"] = "all_json"
    for playbook, given in (("preflight", ()), ("plan", ("-e", "qlik_plan=p.json")), ("decommission", ())):
        done = terminal.run("ansible-playbook", "-i", "tenants.yml", f"tenantops.qlik.{playbook}", *given)
        assert done.status == 0, done
        assert ACME in json.loads(done.stdout)["hosts"], done
        assert ACME in done.output.replace(done.stdout, "")


def test_after_ctrl_c_the_summary_says_what_was_done_and_names_the_receipts(start_cloud, terminal):
    slow = {"host": "register.eu.qlikcloud.com", "method": "POST", "times": None, "do": {"delay": 60}}
    slow["path"] = f"/api/v1/tenants/{tenant_id('golf')}/actions/deactivate"
    cloud = start_cloud(scenario(*(tenant(name) for name in NAMES), faults=[slow]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(THREE, tenant_decommission_summary_file="summary.json")
    command = ("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.decommission", "--forks", "1")
    running = subprocess.Popen(
        command,
        cwd=terminal.folder,
        env=terminal.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for _wait in range(300):
        if len(cloud.action_posts()) > 1:
            break
        time.sleep(0.1)
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    out, errors = running.communicate(timeout=60)
    assert running.returncode == 99, (out, errors)
    assert "The run ended before its summary" in out
    assert re.search(rf"{ACME} +active → disabled", out), out
    assert str(terminal.folder / "qlik-receipts") in out
    outcomes = {
        one["host"]: one["outcome"] for one in read_summary(terminal.folder / "summary.json")["tenants"].values()
    }
    assert outcomes == {ACME: "changed", BETA: "changed", GOLF: "not_reached"}
    assert "interrupted: run the same command again" in " ".join(out.split())
