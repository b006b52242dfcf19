# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of tenant_decommission_pre_tasks: they come before a deactivation, can stop it, and cannot change it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.fleet import host, planned_host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import thorough_but

# Says for whom it has run, and stops those whose export is not done.
SAY = {"name": "Say so", "ansible.builtin.debug": {"msg": "prepared {{ inventory_hostname }}."}}
CHECK = {
    "name": "The export is done",
    "ansible.builtin.fail": {"msg": "no export of {{ inventory_hostname }}"},
    "when": "inventory_hostname.startswith('late')",
}


OPTION = ("-e", "tenant_decommission_pre_tasks=first.yml")


@pytest.fixture
def cloud(tmp_path_factory, terminal):
    """A Qlik Cloud with four tenants, one of which is late with its export."""
    names = ("acme", "beta", "late", "done")
    with Simulator(scenario(*(tenant(name) for name in names)), directory=tmp_path_factory.mktemp("cloud")) as running:
        terminal.go_online(running)
        terminal.log_in()
        yield running


def fleet_of(*names: str, **more: Any) -> dict[str, Any]:
    return {key: value for name in names for key, value in host(name, **more).items()}


def prepared(done: Done) -> list[str]:
    """The tenants that the tasks have run for."""
    return sorted(re.findall(r"prepared ([a-z0-9-]+)\.", done.stdout))


def deactivated(cloud: Simulator, since: int = 0) -> list[str]:
    """The tenants whose deactivation was sent."""
    return sorted(post["headers"]["qlik-confirm-hostname"].partition(".")[0] for post in cloud.action_posts(since))


def own_play(terminal: Terminal, *, role: dict[str, Any] | None = None, **play: Any) -> None:
    common = {"name": "Own play", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False}
    roles = [{"role": "tenantops.qlik.tenant_decommission", **(role or {})}]
    terminal.write("plays/site.yml", [{**common, **play, "roles": roles}])


def run_own_play(terminal: Terminal, *options: str) -> Done:
    return terminal.run(
        "ansible-playbook", "-i", "../tenants.yml", "../plays/site.yml", *options, started_in="elsewhere"
    )


def given_as(variable: str) -> dict[str, Any]:
    return {"tenant_decommission_pre_tasks": variable}


# How the file is named. The runs are started in the folder "elsewhere", which a relative path counts from.


def by_option(terminal: Terminal) -> Done:
    command = ("ansible-playbook", "-i", "../tenants.yml", "tenantops.qlik.decommission")
    return terminal.run(*command, "-e", json.dumps(given_as("checks/first.yml")), started_in="elsewhere")


def by_option_and_whole_path(terminal: Terminal) -> Done:
    path = str(terminal.folder / "elsewhere" / "checks" / "first.yml")
    return terminal.decommission("-e", json.dumps(given_as(path)))


def by_a_variable_of_the_play(terminal: Terminal) -> Done:
    own_play(terminal, vars=given_as("{{ folder }}/first.yml"))
    return run_own_play(terminal, "-e", "folder=checks")


def by_a_parameter_of_the_role(terminal: Terminal) -> Done:
    own_play(terminal, role=given_as("checks/first.yml"))
    return run_own_play(terminal)


WAYS: dict[str, Callable[[Terminal], Done]] = {
    "by -e, as a relative path": by_option,
    "by -e, as a whole path": by_option_and_whole_path,
    "by a variable of the play": by_a_variable_of_the_play,
    "by a parameter of the role": by_a_parameter_of_the_role,
}


@pytest.mark.parametrize("way", thorough_but("by -e, as a relative path", cases=WAYS))
def test_the_tasks_run_for_each_tenant_and_one_that_fails_stops_its_tenant_alone(cloud, terminal, way):
    terminal.write("elsewhere/checks/first.yml", [SAY, CHECK])
    terminal.write_inventory(fleet_of("late", "acme", "beta"))
    done = WAYS[way](terminal)
    assert done.status == 2, done
    assert prepared(done) == ["acme", "beta", "late"]
    assert "3 tenants: 2 deactivated, 0 unchanged, 1 failed." in done.stdout
    assert "the task 'The export is done' in " in done.stdout
    assert "no export of late.eu.qlikcloud.com" in done.stdout
    assert deactivated(cloud) == ["acme", "beta"]
    assert not terminal.receipt("late").path.exists()


@pytest.mark.thorough
def test_with_no_tenant_left_there_is_a_summary_all_the_same(cloud, terminal):
    terminal.write("first.yml", [CHECK])
    terminal.write_inventory(fleet_of("late"))
    done = terminal.decommission(*OPTION)
    assert done.status == 2, done
    assert "1 tenant: 0 deactivated, 0 unchanged, 1 failed." in done.stdout
    # The token of the region. No request is about a tenant.
    assert [one["path"] for one in cloud.requests()] == ["/oauth/token"]


# What refuses the wave: the inventory's variables, and options.
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...], str]] = {
    "a variable of the group": (
        {},
        given_as("first.yml"),
        (),
        "has another value than in the play (not set)",
    ),
    "a variable of a host": (given_as("first.yml"), {}, (), "has another value than in the play (not set)"),
    "a template that only a host has": (
        {"mine": "first.yml"},
        {},
        ("-e", json.dumps(given_as("{{ mine | default('') }}"))),
        "has another value than in the play",
    ),
}


@pytest.mark.parametrize("how", thorough_but("a variable of the group", cases=REFUSED))
def test_given_where_it_comes_too_late_it_refuses_the_wave(cloud, terminal, how):
    of_host, of_group, options, words = REFUSED[how]
    terminal.write("first.yml", [CHECK])
    terminal.write_inventory({**fleet_of("acme"), **fleet_of("late", **of_host)}, **of_group)
    done = terminal.decommission(*options)
    assert done.status == 2, done
    assert words in done.stdout, done
    assert "Set tenant_decommission_pre_tasks with -e" in done.stdout
    assert cloud.requests() == []


@pytest.mark.thorough
def test_a_file_that_is_not_there_or_is_none_stops_the_play(cloud, terminal):
    terminal.write_inventory(fleet_of("acme"))
    terminal.write("none.yml", "no: list\n")
    for name in ("missing.yml", "none.yml"):
        done = terminal.decommission("-e", f"tenant_decommission_pre_tasks={name}")
        assert done.status != 0, done
        assert name in done.output
    assert cloud.requests() == []


# Whatever the tasks do to variables: what is sent is what was guarded, or nothing.

OTHER = {
    "tenant_decommission_purge_after_days": 90,
    "tenant_decommission_min_purge_days": 90,
    "tenant_decommission_hostname": "crown.eu.qlikcloud.com",
    "tenant_decommission_confirm_hostname": "crown.eu.qlikcloud.com",
    "tenant_decommission_tenant_id": tenant_id("crown"),
    "tenant_decommission_region": "us",
    "tenant_decommission_max_tenants": 0,
    "tenant_decommission_protected": ["*"],
    "tenant_decommission_receipts_dir": "nowhere",
    "qlik_tenant_id": tenant_id("crown"),
    "qlik_hostname": "crown.eu.qlikcloud.com",
    "qlik_region": "us",
    "qlik_approved_by": "nobody",
    "_tenant_decommission_planning": True,
}
WAVE = "_tenant_decommission_wave"
ENTRY = f"{WAVE}.tenants[inventory_hostname]"


def with_entry(entry: str) -> dict[str, Any]:
    """The host's entry in what the guard has passed replaced by another one."""
    return {
        "ansible.builtin.set_fact": {
            WAVE: f"{{{{ {WAVE} | combine({{'tenants': {{inventory_hostname: {entry}}}}}) }}}}"
        }
    }


# By tenant: the task, and whether it is deactivated as guarded.
TAMPERED: dict[str, tuple[dict[str, Any], bool]] = {
    "facts": ({"ansible.builtin.set_fact": OTHER}, True),
    "cached": ({"ansible.builtin.set_fact": {**OTHER, "cacheable": True}}, True),
    "included": ({"ansible.builtin.include_vars": {"file": "{{ inventory_dir }}/other.yml"}}, True),
    "longer": (with_entry(f"{ENTRY} | combine({{'purge_after_days': 90}})"), False),
    "another": (with_entry(f"{WAVE}.tenants['facts.eu.qlikcloud.com']"), False),
    "renamed": (with_entry(f"{ENTRY} | combine({{'tenant_id': '{tenant_id('crown')}'}})"), False),
    "hosted": (
        with_entry(f"{WAVE}.tenants['facts.eu.qlikcloud.com'] | combine({{'host': inventory_hostname}})"),
        False,
    ),
    "unprepared": (with_entry(f"{ENTRY} | combine({{'prepares': false}})"), False),
    "unplanned": (with_entry(f"{ENTRY} | combine({{'planned': none, 'counted': true, 'protected': []}})"), False),
    "nothing": ({"ansible.builtin.set_fact": {WAVE: {}}}, False),
    "text": ({"ansible.builtin.set_fact": {WAVE: "{{ 'no wave' }}"}}, False),
    # And then a task fails.
    "forged": (
        {
            "ansible.builtin.set_fact": {
                "tenant_decommission_result": {"failed": False, "changed": True, "status": "disabled"}
            }
        },
        False,
    ),
}


@pytest.fixture(scope="module")
def tampered(tmp_path_factory):
    """One play with a tenant for each attempt; the summary, and what was sent."""
    terminal = Terminal(tmp_path_factory.mktemp("tampered") / "terminal")
    described = scenario(*(tenant(name) for name in ("crown", *TAMPERED)))
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        terminal.write("other.yml", OTHER)
        tasks = [
            {"name": f"As {name}", **task, "when": f"inventory_hostname.startswith('{name}')"}
            for name, (task, _sent) in TAMPERED.items()
        ]
        tasks.append({"name": "Fail", "ansible.builtin.fail": {}, "when": "inventory_hostname.startswith('forged')"})
        terminal.write("first.yml", tasks)
        terminal.write_inventory(fleet_of(*TAMPERED), tenant_decommission_max_tenants=100)
        done, summary = terminal.sum_up("decommission", *OPTION)
        yield done, summary, cloud.action_posts(), terminal


@pytest.mark.parametrize("name", TAMPERED)
def test_the_tasks_cannot_change_what_is_sent(tampered, name):
    done, summary, posts, terminal = tampered
    _task, is_sent = TAMPERED[name]
    hostname = f"{name}.eu.qlikcloud.com"
    sent = [(post["path"], post["body"]) for post in posts if post["headers"]["qlik-confirm-hostname"] == hostname]
    path = f"/api/v1/tenants/{tenant_id(name)}/actions/deactivate"
    assert sent == ([(path, {"purgeAfterDays": 30})] if is_sent else []), done
    assert (summary["tenants"][hostname]["outcome"] == "changed") == is_sent
    assert terminal.receipt(name).path.exists() == is_sent


def test_no_other_tenant_is_touched_by_them(tampered):
    _done, _summary, posts, _terminal = tampered
    assert not [post for post in posts if "crown" in json.dumps([post["path"], post["headers"]])]
    assert len(posts) == sum(is_sent for _task, is_sent in TAMPERED.values())


# Nobody gets around them.

TAGGED = [SAY, {**CHECK, "tags": ["export"]}]
AROUND = {
    "their own tag is skipped": ("--skip-tags", "export"),
    "another tag is skipped": ("--skip-tags", "something"),
    "what has no tags is chosen": ("--tags", "untagged"),
    "their names are not chosen": ("--tags", "untagged,something"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("around", AROUND)
def test_tags_do_not_lead_around_the_tasks(cloud, terminal, around):
    terminal.write("first.yml", TAGGED)
    terminal.write_inventory(fleet_of("acme", "late"))
    done = terminal.decommission(*OPTION, *AROUND[around])
    assert "late" not in deactivated(cloud), done
    assert done.status == 2, done
    if "--skip-tags" in AROUND[around]:
        assert deactivated(cloud) == []
        assert "--tags or --skip-tags may skip some of them" in done.stdout


@pytest.mark.thorough
def test_starting_at_a_later_task_deactivates_no_tenant(cloud, terminal):
    terminal.write("first.yml", [SAY, CHECK])
    terminal.write_inventory(fleet_of("acme"))
    listed = terminal.decommission(*OPTION, "--list-tasks")
    names = re.findall(r"^ +(tenantops\.qlik\.tenant_decommission : .+?)\tTAGS", listed.stdout, re.MULTILINE)
    role, _colon, first = names[0].partition(" : ")
    # With the first one everything runs in its order.
    assert (role, first) == ("tenantops.qlik.tenant_decommission", "Check all tenants together")
    assert len(names) == 6, listed
    # What comes in any case is not listed.
    for name in (*names[1:], f"{role} : Sum up"):
        done = terminal.decommission(*OPTION, "--start-at-task", name)
        assert cloud.action_posts() == [], done
        assert done.status == 2, done
        assert " 1 deactivated" not in done.stdout


@pytest.mark.thorough
def test_a_task_that_runs_once_has_run_before_any_tenant_is_deactivated(cloud, terminal):
    """It runs for the first host of the play, which may be one that the tasks leave out."""
    terminal.write(
        "first.yml", [{"name": "No change freeze", "ansible.builtin.fail": {"msg": "freeze"}, "run_once": True}]
    )
    terminal.write_inventory(fleet_of("done"))
    assert terminal.decommission().status == 0
    terminal.write_inventory(fleet_of("done", "acme", "beta"))
    since = cloud.mark()
    done = terminal.decommission(*OPTION)
    assert deactivated(cloud, since) == [], done
    assert done.status == 2, done


# For whom they run


@pytest.mark.thorough
def test_a_tenant_that_its_receipt_calls_disabled_is_left_out_and_counts_again_where_it_is_back(
    tmp_path_factory, terminal
):
    terminal.write("first.yml", [SAY])
    terminal.log_in()
    terminal.write_inventory(fleet_of("acme", "beta"))

    def start(**more: Any) -> Simulator:
        return Simulator(scenario(tenant("acme", **more), tenant("beta")), directory=tmp_path_factory.mktemp("cloud"))

    with start() as cloud:
        terminal.go_online(cloud)
        assert terminal.decommission("--limit", "acme.eu.qlikcloud.com").status == 0
        checked = terminal.decommission(*OPTION, "--check")
        assert checked.status == 0, checked
        assert "2 tenants: 1 would be deactivated, 1 unchanged, 0 failed." in checked.stdout
        assert prepared(checked) == ["beta"]
        assert len(cloud.action_posts()) == 1
        done = terminal.decommission(*OPTION)
        assert (done.status, prepared(done)) == (0, ["beta"]), done
        assert deactivated(cloud) == ["acme", "beta"]
    # Somebody brings both back.
    with start() as cloud:
        terminal.go_online(cloud)
        stopped = terminal.decommission(*OPTION)
        assert (stopped.status, prepared(stopped)) == (2, []), stopped
        assert "the tasks that come before a deactivation did not run for it" in stopped.stdout
        assert cloud.action_posts() == []
        day = terminal.receipt("acme").events[-1]["at"][:10]
        again = terminal.decommission(*OPTION, "-e", f"tenant_decommission_confirm_restored={day}")
        assert (again.status, prepared(again)) == (0, ["acme", "beta"]), again
        assert deactivated(cloud) == ["acme", "beta"]


@pytest.mark.thorough
def test_with_a_plan_they_run_for_the_tenants_that_it_deactivates(tmp_path_factory, terminal):
    described = scenario(tenant("acme"), tenant("late"), tenant("gone", status="disabled"))
    terminal.write("first.yml", [SAY, CHECK])
    terminal.log_in()
    names = ("acme", "gone", "late")
    terminal.write_inventory({key: value for name in names for key, value in planned_host(name).items()})
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as cloud:
        terminal.go_online(cloud)
        made = terminal.plan(*OPTION)
        # Making a plan prepares nothing.
        assert (made.status, prepared(made)) == (0, []), made
        done = terminal.apply(terminal.digest(), *OPTION)
        assert (done.status, prepared(done)) == (2, ["acme", "late"]), done
        assert "3 tenants: 1 deactivated, 1 unchanged, 1 failed." in done.stdout
        assert deactivated(cloud) == ["acme"]

        # What is done by its receipt is left out here too.
        terminal.write("first.yml", [SAY])
        again = terminal.apply(terminal.digest(), *OPTION)
        assert again.status == 0, again
        assert deactivated(cloud) == ["acme", "late"]
        assert prepared(again) == ["late"]
