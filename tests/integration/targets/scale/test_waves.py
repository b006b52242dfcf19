# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Big fleets in parts: batches, their end when all of one fail, a limit of failures, and the failed ones once more."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading

pytestmark = [pytest.mark.thorough, one_reading]

NAMES = [f"t{number}" for number in range(6)]


@pytest.fixture
def refusing(start_cloud, terminal):
    """Six tenants, of which the server lets the first two not be deactivated."""
    cloud = start_cloud(scenario(*(tenant(name, deactivation_disallowed=name in NAMES[:2]) for name in NAMES)))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({key: value for name in NAMES for key, value in host(name).items()})
    return cloud


def run(terminal, *options, **play):
    common = {"name": "Wave", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False}
    later = {
        "name": "Later",
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.debug": {"msg": "LATER"}}],
    }
    roles = [{"role": "tenantops.qlik.tenant_decommission"}]
    terminal.write("wave.yml", [{**common, "roles": roles, **play}, later])
    return terminal.run("ansible-playbook", "-i", "tenants.yml", "wave.yml", *options)


def done(cloud):
    return {post["path"].split("/")[4] for post in cloud.action_posts() if post["effective"]}


def test_a_batch_in_which_all_fail_ends_the_playbook_and_is_summed_up(refusing, terminal):
    ended = run(terminal, serial=2)
    assert ended.status == 2, ended
    assert done(refusing) == set()
    assert "6 tenants: 0 deactivated, 0 unchanged, 2 failed, 4 not reached." in ended.stdout
    assert "LATER" not in ended.stdout


def test_a_batch_in_which_one_survives_goes_on_and_the_failed_ones_are_run_again(refusing, terminal):
    ended = run(terminal, serial=3)
    assert ended.status == 2, ended
    assert done(refusing) == {tenant_id(name) for name in NAMES[2:]}
    assert "6 tenants: 4 deactivated, 0 unchanged, 2 failed." in ended.stdout
    terminal.write("failed", "\n".join(f"{name}.eu.qlikcloud.com" for name in NAMES[:2]))
    since = refusing.mark()
    again = run(terminal, "--limit", "@failed", serial=3)
    assert again.status == 2, again
    assert "2 tenants: 0 deactivated, 0 unchanged, 2 failed." in again.stdout
    assert {request["host"] for request in refusing.requests(since, path="/api/v1/*")} == {"register.eu.qlikcloud.com"}
    assert len(refusing.action_posts(since)) == 2


def test_more_failures_than_are_allowed_end_the_run_before_the_next_batch(refusing, terminal):
    ended = run(terminal, serial=3, max_fail_percentage=50)
    assert ended.status == 2, ended
    assert done(refusing) == {tenant_id("t2")}
    assert "in the previous batch 2 of 3 tenants failed, and max_fail_percentage allows 50 %" in ended.stdout
    # What the first batch has done is told all the same.
    assert "6 tenants: 1 deactivated, 0 unchanged, 2 failed, 3 not reached." in ended.stdout
    assert "t2.eu.qlikcloud.com  active → disabled" in ended.stdout
    assert len(refusing.action_posts()) == 3


def test_a_limit_takes_a_part_and_nothing_of_the_rest(refusing, terminal):
    ended = run(terminal, "--limit", "t4*:t5*")
    assert ended.status == 0, ended
    assert done(refusing) == {tenant_id("t4"), tenant_id("t5")}
    assert "LATER" in ended.stdout or "no hosts matched" in ended.stdout
