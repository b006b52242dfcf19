# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.watch: what needs a person, in both readings of the register host, and without any credentials."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import gone, tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.receipts import put, receipt, schema_faults

WATCH = (
    "ansible-playbook",
    "-i",
    "fleet.qlik_receipts.yml",
    "tenantops.qlik.watch",
    "-e",
    "qlik_watch_file=watch.json",
)


@pytest.fixture
def fleet(terminal):
    write_folder(terminal.folder / "qlik-receipts", datetime.now(timezone.utc))
    terminal.write("fleet.qlik_receipts.yml", "plugin: tenantops.qlik.qlik_receipts\n")
    return terminal


def known(name, **more):
    return {**tenant(name, **more), "id": tenant_id(name)}


def found_in(terminal):
    found = json.loads((terminal.folder / "watch.json").read_text())
    assert schema_faults("watch", found) == []
    return found, {(one["reason"], one["name"].partition(".")[0]) for one in found["findings"]}


@pytest.mark.parametrize("with_credentials", [True, False], ids=["client", "no-client"])
def test_a_tenant_that_lives_again_is_found(start_cloud, fleet, with_credentials):
    disabled = [known(name, status="disabled") for name in ("soon", "again", "refused", "seen", "overdue")]
    cloud = start_cloud(scenario(known("changed"), *disabled))
    fleet.go_online(cloud)
    if with_credentials:
        fleet.log_in()
    done = fleet.run(*WATCH, "-e", "qlik_watch_markdown=watch.md")
    assert done.status == 2, done
    found, reasons = found_in(fleet)
    assert reasons == {
        ("lives_again", "changed"),
        ("purge_near", "soon"),
        ("pending", "killed"),
        ("overdue", "overdue"),
    }
    assert (found["looked_at"], found["not_looked_at"]) == (6, [])
    assert "4 findings need attention" in done.output and "tenant_restore_confirm_hostname=soon" in done.output
    assert "`changed.eu.qlikcloud.com`" in (fleet.folder / "watch.md").read_text()
    assert cloud.action_posts() == []
    # No token of a tenant's own host was requested with credentials: that would create a bot user there.
    with_secret = [one for one in cloud.requests(path="/oauth/token") if "secret" in json.dumps(one["body"] or {})]
    assert {one["host"] for one in with_secret} <= {"register.eu.qlikcloud.com"}


def test_what_the_inventory_says_is_due_and_protected_is_watched(start_cloud, fleet):
    cloud = start_cloud(scenario(known("changed", status="disabled"), tenant("due"), tenant("later"), tenant("soon")))
    fleet.go_online(cloud)
    now = datetime.now(timezone.utc)
    day = {days: f"{now + timedelta(days=days):%Y-%m-%d}" for days in (-3, -1, 2, 30)}
    hosts = {
        **host("due", tenant_decommission_not_before=day[-1]),
        **host("near", tenant_decommission_not_before=f"{day[2]}T09:00"),
        **host("later", tenant_decommission_not_before=day[30]),
        # It was due, and is gone.
        **host("changed", tenant_decommission_not_before=day[-3], qlik_tenant_id=tenant_id("changed")),
    }
    ended = {"pattern": "vip.*", "reason": "audit", "by": "j.doe", "until": day[-1]}
    held = {"pattern": "bank.*", "until": day[30]}
    fleet.write_inventory(hosts, tenant_decommission_protected=[ended, held])
    fleet.write("protected.yml", [{"pattern": "older.*", "until": day[-3]}])
    options = ("-i", "tenants.yml", "-e", "qlik_protected_file=protected.yml", "-e", "qlik_time_zone=Etc/GMT-2")
    done = fleet.run(*WATCH, *options)
    assert done.status == 2, done
    found, reasons = found_in(fleet)
    assert {one for one in reasons if one[0] in ("due", "protection_expired")} == {
        *(("due", "due"), ("due", "near")),
        *(("protection_expired", "vip"), ("protection_expired", "older")),
    }
    at = {one["name"]: one["at"] for one in found["findings"]}
    assert at["near.eu.qlikcloud.com"] == f"{day[2]}T07:00:00Z"
    assert "due.eu.qlikcloud.com: It has been due since" in done.output and "Make a plan" in done.output
    assert "The protection 'vip.*' (audit, by j.doe, until" in done.output
    # The other hosts of the inventory are not asked.
    assert not [one for one in cloud.requests() if one["host"].startswith(("due.", "later.", "near."))]


@pytest.mark.thorough
def test_a_quiet_day_ends_with_0_and_says_what_was_not_looked_at(start_cloud, terminal):
    cloud = start_cloud(scenario(known("acme", status="disabled")))
    hostname = "acme.eu.qlikcloud.com"
    content = receipt(
        *gone(datetime.now(timezone.utc)), hostname=hostname, hostnames=[hostname], tenant_id=tenant_id("acme")
    )
    put(terminal.folder / "qlik-receipts" / f"{hostname}.json", content)
    terminal.write("fleet.qlik_receipts.yml", "plugin: tenantops.qlik.qlik_receipts\n")
    terminal.go_online(cloud)
    done = terminal.run(*WATCH)
    assert done.status == 0 and "Nothing needs attention." in done.output, done
    terminal.environment |= dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    blind = terminal.run(*WATCH, "-e", "tenant_decommission_retries=0")
    assert blind.status == 0 and "Could not be checked" in blind.output, blind
    assert [one["hostname"] for one in found_in(terminal)[0]["not_looked_at"]] == [hostname]
    for options, words in (
        (("-e", "qlik_watch_days=many"), "qlik_watch_days is 'many'"),
        (("-e", "qlik_watch_day=3"), "Did you mean qlik_watch_days?"),
        (("-e", "qlik_watch_markdown=fleet.qlik_receipts.yml"), "is not the text of a watch"),
    ):
        wrong = terminal.run(*WATCH, *options)
        assert wrong.status == 2 and words in wrong.output, wrong
