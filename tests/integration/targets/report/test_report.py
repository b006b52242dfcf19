# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.report, on the receipts of a fleet and beside the organization's list."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import ORGANIZATION, SECRETS, host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.receipts import schema_faults


@pytest.fixture
def refuse_reads():
    """Not in this target: the register hosts are not asked."""
    return


def listed(name, **more):
    return {**tenant(name, **more), "id": tenant_id(name)}


@pytest.fixture
def fleet(terminal):
    write_folder(terminal.folder / "qlik-receipts", datetime.now(timezone.utc))
    terminal.write("fleet.qlik_receipts.yml", "plugin: tenantops.qlik.qlik_receipts\n")
    return terminal


def report_in(terminal, folder="qlik-report"):
    found = json.loads((terminal.folder / folder / "report.json").read_text())
    assert schema_faults("report", found) == []
    return found, {one["hostname"].partition(".")[0]: one for one in found["tenants"]}


def test_what_the_list_says_stands_beside_what_the_receipts_say(start_cloud, fleet):
    tenants = (
        listed("changed", status="disabled", purge_at="+27d"),
        listed("soon"),
        listed("restored"),
        listed("stranger", status="disabled"),
    )
    cloud = start_cloud(scenario(*tenants))
    fleet.go_online(cloud)
    for option, value in ORGANIZATION.items():
        fleet.environment[f"QLIK_{option.upper()}"] = value
    before = {path: path.read_bytes() for path in (fleet.folder / "qlik-receipts").iterdir()}
    done = fleet.run("ansible-playbook", "-i", "fleet.qlik_receipts.yml", "tenantops.qlik.report")
    assert done.status == 0, done
    found, by_name = report_in(fleet)
    assert found["organization"] == {"listed": 4, "message": None}
    assert (by_name["changed"]["listed_status"], by_name["changed"]["difference"]) == ("disabled", None)
    assert "somebody restored it" in by_name["soon"]["difference"]
    assert (by_name["restored"]["listed_status"], by_name["restored"]["difference"]) == ("active", None)
    assert "not in the organization's list" in by_name["overdue"]["difference"]
    assert found["unrecorded"] == ["stranger.eu.qlikcloud.com"]
    names = ("report.html", "report.csv", "report.json", "metrics.prom", "purges.ics")
    assert all(
        name in done.output and (fleet.folder / "qlik-report" / name).stat().st_mode & 0o077 == 0 for name in names
    )
    assert {request["host"] for request in cloud.requests()} == {"console.qlikcloud.com"}
    assert {path: path.read_bytes() for path in (fleet.folder / "qlik-receipts").iterdir()} == before
    written = "".join(path.read_text() for path in (fleet.folder / "qlik-report").iterdir() if path.is_file())
    assert not [secret for secret in SECRETS.values() if secret in written + done.output]


def test_who_used_a_tenant_and_what_was_in_it_comes_from_its_run_into_the_report(start_cloud, terminal):
    used = {"logins": 2, "last_login": "-60d", "users": 41, "spaces": 12, "items": {"app": 87}, "app_bytes": 14 * 10**9}
    cloud = start_cloud(scenario(tenant("acme", content=used), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(
        {**host("acme", tenant_decommission_idle_days=30), **host("beta", tenant_decommission_idle_days=None)}
    )
    done = terminal.decommission()
    assert done.status == 0, done
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.report")
    assert done.status == 0, done
    _found, by_name = report_in(terminal)
    acme, deactivated = by_name["acme"], terminal.receipt("acme").events[1]
    assert (acme["contents"], acme["activity"]) == (deactivated["contents"], deactivated["activity"])
    assert (acme["contents"]["users"], acme["contents"]["items"]) == (41, {"app": 87})
    last = f"{datetime.now(timezone.utc) - timedelta(days=60):%Y-%m-%d}"
    assert acme["activity"]["last_login"].startswith(last)
    # Of the other one it was not asked.
    assert (by_name["beta"]["contents"], by_name["beta"]["activity"]) == (None, None)
    page = (terminal.folder / "qlik-report" / "report.html").read_text()
    for words in ("41 users", "87 of type app", "14 GB of apps", f"last login {last}", "last reload none seen"):
        assert words in page


@pytest.mark.thorough
def test_it_needs_no_inventory_and_takes_a_limit(fleet):
    report = ("ansible-playbook", "tenantops.qlik.report")
    folder = ("-e", "tenant_decommission_receipts_dir=qlik-receipts", "-e", "qlik_report_dir=public")
    done = fleet.run(*report, *folder)
    assert done.status == 0, done
    found, by_name = report_in(fleet, "public")
    assert len(by_name) == 10 and "org_client_id and org_client_secret are not set" in found["organization"]["message"]

    limited = fleet.run(*report, "-i", "fleet.qlik_receipts.yml", "--limit", "qlik_overdue")
    assert limited.status == 0, limited
    assert list(report_in(fleet)[1]) == ["overdue"]

    for options, words in (
        (("--limit", "localhost"), "no hosts to target"),
        (("-e", "qlik_targets=tenants"), "The inventory has no group tenants"),
        (("-e", "qlik_report_folder=x"), "Did you mean qlik_report_dir?"),
        (("-e", "tenant_decommission_receipts_dir=nowhere"), "The folder of receipts, 'nowhere', cannot be read"),
    ):
        wrong = fleet.run(*report, "-i", "fleet.qlik_receipts.yml", *options)
        assert wrong.status != 0 and words in wrong.output.replace("\n", " "), (options, wrong)
