# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The undo with nothing but the receipts: the inventory that the tenants were deactivated by is gone."""

from __future__ import annotations

from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant


def posts(cloud):
    return [request["path"].rpartition("/")[2] for request in cloud.action_posts()]


def test_a_tenant_is_restored_from_its_receipt_alone(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")}, tenant_decommission_receipts_dir="evidence")
    done = terminal.decommission()
    assert done.status == 0, done
    (terminal.folder / "tenants.yml").unlink()
    terminal.write("inventory/x.qlik_receipts.yml", "plugin: tenantops.qlik.qlik_receipts\nreceipts_dir: ../evidence\n")
    restore = ("ansible-playbook", "-i", "inventory/x.qlik_receipts.yml", "tenantops.qlik.restore")

    unconfirmed = terminal.run(*restore, "--limit", "acme.eu.qlikcloud.com")
    assert unconfirmed.status == 2 and "tenant_restore_confirm_hostname" in unconfirmed.output
    assert posts(cloud) == ["deactivate", "deactivate"]

    confirmed = "tenant_restore_confirm_hostname=acme.eu.qlikcloud.com"
    done = terminal.run(*restore, "--limit", "acme.eu.qlikcloud.com", "-e", confirmed)
    assert done.status == 0, done
    assert posts(cloud) == ["deactivate", "deactivate", "reactivate"]
    assert "reactivated" in terminal.receipt("acme", folder="evidence").kinds
    assert "1 reactivated" in done.output
    assert (
        not (terminal.folder / "qlik-receipts").exists() and not (terminal.folder / "inventory/qlik-receipts").exists()
    )

    listed = terminal.run("ansible-inventory", "-i", "inventory/x.qlik_receipts.yml", "--graph")
    assert "@qlik_restored:\n  |  |--acme.eu.qlikcloud.com" in listed.stdout
    assert "@qlik_disabled:\n  |  |--beta.eu.qlikcloud.com" in listed.stdout
