# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook itself is ended in the middle of a wave, and run again: the same end as if nothing had happened."""

from __future__ import annotations

import json
import signal

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, host, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.running import Running, wait_for
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.verdict import (
    posts_to,
    records,
    watched_scenario,
    wrong_with_deactivation,
)
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import in_each_reading_or_one

pytestmark = pytest.mark.thorough

# The requests of a whole run of four tenants: a token, and three or four a tenant.
REQUESTS = {True: 13, False: 17}
ENDINGS = {
    # Everything at one instant, as when the machine loses its power.
    "all killed": (Running.kill_all, 5),
    # The workers are in groups of their own: they end their tenants while the next run begins.
    "group killed": (lambda running: running.signal_group(signal.SIGKILL), 2),
    "interrupted": (Running.interrupt, 2),
}
# How long a request may still take effect after its run was killed, s.
TIMEOUT = 4
NEVER = 3600

DECOMMISSION = {
    "name": "Decommission",
    "hosts": "qlik_tenants",
    "connection": "local",
    "gather_facts": False,
    "module_defaults": {"group/tenantops.qlik.qlik": {"timeout": TIMEOUT}},
    "tasks": [{"name": "Decommission", "ansible.builtin.import_role": {"name": "tenantops.qlik.tenant_decommission"}}],
}
RUN = ("ansible-playbook", "-i", "tenants.yml", "play.yml", "--forks", "2")


def seen(cloud, number):
    return lambda: cloud.mark() >= number


@in_each_reading_or_one(ENDINGS, both="all killed")
def test_a_wave_that_is_ended_at_any_request_is_done_by_the_next_run(ending, start_cloud, tmp_path, refuse_reads):
    end, count = ENDINGS[ending]
    reads = refuse_reads is None
    # The last is left out: with it the run may be over.
    numbers = [1 + round(place * (REQUESTS[reads] - 2) / (count - 1)) for place in range(count)]
    waves = {number: [f"n{number:02}{letter}" for letter in "abcd"] for number in numbers}
    tenants = [tenant(name) for wave in waves.values() for name in wave]
    cloud = start_cloud(watched_scenario(*tenants, latency=0.1))
    problems, cut_short = [], []
    for number, wave in waves.items():
        terminal = Terminal(tmp_path / f"ended at {number}")
        terminal.go_online(cloud)
        terminal.log_in()
        terminal.write_inventory({key: value for name in wave for key, value in host(name).items()})
        terminal.write("play.yml", [DECOMMISSION])
        before = cloud.mark()
        with Running(terminal, *RUN) as first:
            assert wait_for(seen(cloud, before + number), or_for=first.is_over), first.wait()
            end(first)
            ended = first.wait()
        second = terminal.run(*RUN)
        assert second.status == 0, second
        assert "4 tenants:" in second.stdout and " 0 failed" in second.stdout
        found = records(cloud, wave)
        for name in wave:
            wrong = wrong_with_deactivation(found[name], posts_to(cloud, name), terminal.receipt(name), reads=reads)
            problems += [f"{name}, {ending} at request {number}: {problem}" for problem in wrong]
        cut_short.append(ended.status not in (0, 2))
    assert not problems, "\n".join(problems)
    # An interrupt can be lost: see Running.interrupt().
    assert any(cut_short) if ending == "interrupted" else all(cut_short)


def test_tasks_that_run_into_their_keyword_timeout_say_what_was_sent_and_are_resolved(
    start_cloud, terminal, refuse_reads
):
    post, probed = "*/actions/deactivate", "/oauth/token"
    # Where each is when the time is over.
    faults = {
        "looking": {"path": "/api/v1/tenants/*", "method": "GET", "do": {"delay": NEVER}},
        "sent": {"path": post, "do": {"delay": 8, "when": "before"}},
        "unanswered": {"path": post, "do": {"delay": NEVER, "when": "after"}},
        # Where reads are refused, the first probe decides.
        "verifying": {
            "path": probed,
            "host": "verifying.*",
            "skip": int(refuse_reads is not None),
            "do": {"delay": NEVER},
        },
    }
    described = [{"name": name, "tenant": tenant_id(name), **fault} for name, fault in faults.items()]
    cloud = start_cloud(watched_scenario(*map(tenant, faults), faults=described))
    terminal.go_online(cloud)
    terminal.write_inventory({key: value for name in faults for key, value in host(name).items()})

    def play(**task):
        deactivation = {
            "tenant_id": "{{ qlik_tenant_id }}",
            "hostname": "{{ inventory_hostname }}",
            "receipt_path": "qlik-receipts/{{ inventory_hostname }}.json",
            "verify": True,
            **CLIENTS["eu"],
            **task.pop("options", {}),
        }
        keep = {"content": "{{ result | to_json }}", "dest": "{{ inventory_hostname }}.json"}
        tasks = [
            {
                "name": "Deactivate",
                "tenantops.qlik.qlik_tenant_deactivate": deactivation,
                "register": "result",
                "ignore_errors": True,
                **task,
            },
            {"name": "Keep the result", "ansible.builtin.copy": keep},
        ]
        # Every tenant at once.
        interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        common = {"hosts": "all", "connection": "local", "gather_facts": False, "vars": interpreter}
        terminal.write("play.yml", [{"name": "Play", **common, "tasks": tasks}])
        done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", "--forks", "4")
        assert done.status == 0, done
        return {name: json.loads((terminal.folder / f"{name}.eu.qlikcloud.com.json").read_text()) for name in faults}

    first = play(timeout=5)
    assert {name: (result["failed"], result["changed"]) for name, result in first.items()} == {
        "looking": (True, False),
        "sent": (True, True),
        "unanswered": (True, True),
        "verifying": (True, True),
    }
    assert "No request that changes a tenant had been sent" in first["looking"]["msg"]
    assert all(
        "A request that changes the tenant had been sent" in first[name]["msg"] for name in first if name != "looking"
    )
    assert not terminal.receipt("looking").path.exists()
    assert terminal.receipt("sent").kinds == terminal.receipt("unanswered").kinds == ["intent"]
    assert terminal.receipt("verifying").kinds == ["intent", "deactivated"]

    # The request that was sent is on its way still, and the second run knows from its time-out for how long it may be.
    second = play(options={"timeout": 12})
    assert not any(result["failed"] for result in second.values()), second
    assert {name for name, result in second.items() if result["changed"]} == {"looking"}
    found = records(cloud, faults)
    for name in faults:
        receipt = terminal.receipt(name)
        wrong = wrong_with_deactivation(found[name], posts_to(cloud, name), receipt, reads=refuse_reads is None)
        assert [*wrong] == [], name
