# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two runs at once on one machine: each tenant is one run's at a time, and both runs end well."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.plugins.module_utils._local.locks import TenantLocks
from ansible_collections.tenantops.qlik.tests.integration.evidence import read_summary
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.running import (
    Running,
    processes_with,
    wait_for,
)
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.verdict import (
    posts_to,
    records,
    watched_scenario,
    wrong_with_deactivation,
)

pytestmark = pytest.mark.thorough

NAMES = [f"both{letter}" for letter in "abcdef"]
FORKS = 5
NEVER = 3600
LATENCY = 0.1


def group(*hosts, **variables):
    return {"qlik_tenants": {"hosts": {key: value for one in hosts for key, value in one.items()}, "vars": variables}}


@pytest.fixture
def state(terminal, monkeypatch):
    """The state folder of both runs, and of this process."""
    folder = terminal.folder / "state"
    terminal.environment["TENANTOPS_QLIK_STATE_DIR"] = str(folder)
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", str(folder))
    return folder


@contextlib.contextmanager
def starting_line(state, *hostnames) -> Iterator[None]:
    """Hold these tenants until the workers of two runs wait for them."""
    locks = TenantLocks(Clock(), 0, print)
    with locks.until_released():
        for hostname in hostnames:
            locks.hold(hostname)
        yield
        wait_for(lambda: processes_with(state / "tenants.lock") == 2 * FORKS)


def run_together(terminal, state, hostnames, *commands, statuses=(0,)):
    """Two runs whose workers begin with their tenants at one time; their summaries."""
    with contextlib.ExitStack() as both:
        with starting_line(state, *hostnames):
            options = ("--forks", str(FORKS), "-e")
            running = [
                both.enter_context(Running(terminal, "ansible-playbook", *command, *options, f"{variable}=sum{n}.json"))
                for n, (variable, command) in enumerate(commands)
            ]
        for one in running:
            done = one.wait()
            assert done.status in statuses, done
    return [read_summary(terminal.folder / f"sum{n}.json")["tenants"] for n, _command in enumerate(commands)]


def decommission(inventory):
    return "tenant_decommission_summary_file", ("-i", inventory, "tenantops.qlik.decommission")


def restore(inventory):
    return "tenant_restore_summary_file", ("-i", inventory, "tenantops.qlik.restore")


@pytest.mark.parametrize("second", ["the same", "other receipts", "other hostnames"])
def test_two_runs_deactivate_each_tenant_once(second, start_cloud, terminal, state, refuse_reads):
    cloud = start_cloud(
        watched_scenario(*(tenant(name, aliases=[f"{name}-old.eu.qlikcloud.com"]) for name in NAMES), latency=LATENCY)
    )
    terminal.go_online(cloud)
    terminal.log_in()
    hosts = [host(name) for name in NAMES]
    folders = ["qlik-receipts", "qlik-receipts"]
    files = [NAMES, NAMES]
    terminal.write("first.yml", group(*hosts))
    if second == "other hostnames":
        files = [NAMES, [f"{name}-old" for name in NAMES]]
        aliases = [host(f"{name}-old", qlik_tenant_id=tenant_id(name)) for name in NAMES]
        terminal.write("second.yml", group(*aliases))
    elif second == "other receipts":
        folders = ["qlik-receipts", "others"]
        terminal.write("second.yml", group(*hosts, tenant_decommission_receipts_dir="others"))
    else:
        terminal.write("second.yml", group(*hosts))

    hostnames = {f"{name}.eu.qlikcloud.com" for names in files for name in names}
    summaries = run_together(terminal, state, hostnames, decommission("first.yml"), decommission("second.yml"))

    found = records(cloud, NAMES)
    for number, name in enumerate(NAMES):
        results = [
            summary[f"{names[number]}.eu.qlikcloud.com"] for summary, names in zip(summaries, files, strict=True)
        ]
        assert sorted(result["changed"] for result in results) == [False, True], name
        assert [result["status"] for result in results] == ["disabled", "disabled"]
        receipts = [
            terminal.receipt(names[number], folder=folder) for names, folder in zip(files, folders, strict=True)
        ]
        winner = [result["changed"] for result in results].index(True)
        # The one that came second saw what it has no record of, or what it has.
        assert receipts[winner].kinds == ["intent", "deactivated", "observed"]
        assert len(receipts[winner].runs) == 1
        if second != "the same":
            assert receipts[1 - winner].kinds == ["observed"]
        posts = posts_to(cloud, name)
        wrong = wrong_with_deactivation(found[name], posts, receipts[winner], reads=refuse_reads is None)
        assert [*wrong] == [], name
    assert len(cloud.action_posts()) == len(NAMES)


def test_a_decommission_beside_a_restore_leaves_what_the_receipts_tell(start_cloud, terminal, state):
    half = len(NAMES) // 2
    tenants = [tenant(name) for name in NAMES[:half]] + [tenant(name, status="disabled") for name in NAMES[half:]]
    cloud = start_cloud(watched_scenario(*tenants, latency=LATENCY))
    terminal.go_online(cloud)
    terminal.log_in()
    hostnames = [f"{name}.eu.qlikcloud.com" for name in NAMES]
    terminal.write(
        "tenants.yml",
        group(
            *(
                host(name, tenant_restore_confirm_hostname=hostname)
                for name, hostname in zip(NAMES, hostnames, strict=True)
            )
        ),
    )
    # A tenant that was restored a moment ago is not deactivated again: what confirmed its deactivation does not count any more.
    both = run_together(
        terminal, state, hostnames, decommission("tenants.yml"), restore("tenants.yml"), statuses=(0, 2)
    )
    failures = [one["msg"] for tenants in both for one in tenants.values() if one["outcome"] == "failed"]
    assert all("was restored on " in msg for msg in failures), failures

    found = records(cloud, NAMES)
    outcomes = {"deactivate": "deactivated", "reactivate": "reactivated"}
    for name in NAMES:
        posts = posts_to(cloud, name)
        assert all(post["effective"] for post in posts), posts
        actions = [post["path"].rpartition("/")[2] for post in posts]
        assert len(set(actions)) == len(actions) <= 2
        receipt = terminal.receipt(name)
        if not receipt.path.exists():
            assert (actions, found[name]["status"]) == ([], "active")
            continue
        # Each request has its intent and its outcome, in the order in which they were sent; between them nothing else was written.
        expected = [kind for action in actions for kind in ("intent", outcomes[action])]
        assert [kind for kind in receipt.kinds if kind != "observed"] == expected
        # What was seen last is what is so.
        assert receipt.kinds[-1] == "observed"
        assert receipt.events[-1]["status"] == found[name]["status"]
        assert len({event["run"] for event in receipt.events if event["event"] == "intent"}) == len(actions)


def test_a_run_gives_up_on_a_tenant_that_another_does_not_let_go_until_that_is_killed(
    start_cloud, terminal, state, refuse_reads
):
    hangs = {"name": "no answer", "path": "*/actions/deactivate", "do": {"delay": NEVER, "when": "after"}}
    cloud = start_cloud(watched_scenario(tenant("acme"), faults=[hangs]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    play = {
        "name": "Decommission",
        "hosts": "qlik_tenants",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"group/tenantops.qlik.qlik": {"max_wait": "{{ max_wait }}", "timeout": "{{ seconds }}"}},
        "tasks": [{"name": "Do it", "ansible.builtin.import_role": {"name": "tenantops.qlik.tenant_decommission"}}],
    }
    terminal.write("play.yml", [play])

    def command(max_wait, seconds):
        return ("ansible-playbook", "-i", "tenants.yml", "play.yml", "-e", f"max_wait={max_wait} seconds={seconds}")

    receipt = terminal.receipt("acme")
    with Running(terminal, *command(0, NEVER)) as first:
        wait_for(lambda: posts_to(cloud, "acme"), or_for=first.is_over)
        written, before = receipt.path.read_bytes(), cloud.mark()
        refused = terminal.run(*command(1, 30))
        assert refused.status == 2
        assert "Another run on this machine works on tenant acme.eu.qlikcloud.com, and has not ended within 1 s." in (
            refused.stdout
        )
        assert "Nothing was changed. Run again when it has ended." in refused.stdout
        assert {entry["path"] for entry in cloud.requests(since=before)} == {"/oauth/token"}
        assert {entry["host"] for entry in cloud.requests(since=before)} == {"register.eu.qlikcloud.com"}
        assert receipt.path.read_bytes() == written
        first.kill_all()
    # Not one moment is waited for the lock.
    done = terminal.run(*command(0, 30))
    assert done.status == 0, done
    assert receipt.kinds[:2] == ["intent", "deactivated"]
    posts = posts_to(cloud, "acme")
    wrong = wrong_with_deactivation(records(cloud, ["acme"])["acme"], posts, receipt, reads=refuse_reads is None)
    assert [*wrong] == []
