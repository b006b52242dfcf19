# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One inventory that grows for years: tenants that are gone by their receipts do not count, and are not to be touched again unseen."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.tests.integration.evidence import state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant, tenant_id

pytestmark = pytest.mark.thorough

OLD = [f"old{number:02}" for number in range(12)]
NEW = ["new1", "new2", "new3"]
DONE = ["intent", "deactivated", "observed"]


@pytest.fixture
def grown(start_cloud, terminal):
    """Twelve tenants that were deactivated, three that are to be, and a limit of three."""
    cloud = start_cloud(scenario(*(tenant(name) for name in (*OLD, *NEW))))
    terminal.go_online(cloud)
    terminal.log_in()
    hosts = {key: value for name in (*OLD, *NEW) for key, value in host(name).items()}
    terminal.write_inventory(hosts, tenant_decommission_max_tenants=3)
    done = terminal.decommission("--limit", "old*", "-e", "tenant_decommission_max_tenants=12", "--forks", "12")
    assert done.status == 0, done
    return cloud


def deactivations(posts):
    return sorted(post["path"].split("/")[-3] for post in posts if post["effective"])


def test_what_is_disabled_by_its_receipt_does_not_count(grown, terminal):
    since, before = grown.mark(), state_of(terminal.folder / "qlik-receipts")
    # Without a receipt it counts.
    receipt = terminal.receipt("old00").path
    receipt.rename(terminal.folder / "taken-away")
    refused = terminal.decommission("--forks", "15")
    assert refused.status == 2, refused
    assert (
        "The play has 4 tenants to deactivate (11 more are disabled or purged according to their receipts, and are not counted), and"
        " tenant_decommission_max_tenants allows 3" in refused.stdout
    )
    assert grown.requests(since) == []
    (terminal.folder / "taken-away").rename(receipt)

    # A run that would be refused is refused in check mode, and one that passes, passes.
    checked = terminal.decommission("--check", "--forks", "15")
    assert checked.status == 0, checked
    assert "15 tenants: 3 would be deactivated, 12 unchanged, 0 failed." in checked.stdout
    done = terminal.decommission("--forks", "15")
    assert done.status == 0, done
    assert "15 tenants: 3 deactivated, 12 unchanged, 0 failed." in done.stdout
    assert deactivations(grown.action_posts(since)) == [tenant_id(name) for name in NEW]
    after = state_of(terminal.folder / "qlik-receipts")
    assert {name: file for name, file in after.items() if name.startswith("old")} == before


def test_one_of_them_that_somebody_brought_back_is_stopped_and_goes_in_a_wave_that_is_small_enough(
    grown, start_cloud, terminal
):
    live = {"old07", *NEW}
    cloud = start_cloud(
        scenario(*(tenant(name, status="active" if name in live else "disabled") for name in (*OLD, *NEW)))
    )
    terminal.go_online(cloud)
    receipt = terminal.receipt("old07")
    before = receipt.path.read_bytes()

    checked = terminal.decommission("--check", "--forks", "15")
    assert receipt.path.read_bytes() == before
    done = terminal.decommission("--forks", "15")
    for one, words in ((checked, "3 would be deactivated"), (done, "3 deactivated")):
        assert one.status == 2, one
        assert f"15 tenants: {words}, 11 unchanged, 1 failed." in one.stdout
        assert "is active, but its receipt said that it was disabled. So it was not counted" in one.stdout
    assert deactivations(cloud.action_posts()) == [tenant_id(name) for name in NEW]
    # The run has put right what the receipt says, so that the next one counts the tenant.
    assert receipt.kinds == [*DONE, "observed"]

    since = cloud.mark()
    day = receipt.events[-1]["at"][:10]
    assert f"set tenant_decommission_confirm_restored to {day}" in done.stdout
    # As a date of YAML.
    variables = terminal.write("confirmed.yml", f"tenant_decommission_confirm_restored: {day}\n")
    alone = terminal.decommission("--limit", "old06*:old07*:old08*", "-e", f"@{variables}")
    assert alone.status == 0, alone
    assert "3 tenants: 1 deactivated, 2 unchanged, 0 failed." in alone.stdout
    assert deactivations(cloud.action_posts(since)) == [tenant_id("old07")]
    assert receipt.kinds == [*DONE, "observed", *DONE]
