# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_tenant_info through the organization's API: every region, disabled tenants too, page after page."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    ORG_SECRET,
    ORGANIZATION,
    scenario,
    tenant,
    tenant_id,
)

INFO = "tenantops.qlik.qlik_tenant_info"
# The register hosts are not asked.
pytestmark = pytest.mark.parametrize("refuse_reads", [None], indirect=True, ids=["reads"])


@pytest.fixture
def start(start_cloud, terminal):
    def started(**organization):
        fleets = [{"count": 230, "region": "us", "prefix": "fleet"}]
        named = [tenant("acme", status="disabled", purge_at="+12d"), tenant("beta")]
        cloud = start_cloud(scenario(*named, fleets=fleets, organization={**ORGANIZATION, **organization}))
        terminal.go_online(cloud)
        terminal.environment |= {"QLIK_ORG_CLIENT_ID": "client-org", "QLIK_ORG_CLIENT_SECRET": ORG_SECRET}
        return cloud

    return started


@pytest.mark.parametrize(("cursor", "by_id"), [("next", "list"), ("offset", "bare")])
def test_tenants_are_found_by_filter_hostname_and_id(start, terminal, cursor, by_id):
    cloud = start(cursor=cursor, by_id=by_id)
    results = terminal.run_tasks(
        {INFO: {"filter": 'regionCode eq "us-east-1"'}},
        {INFO: {"hostname": "ACME.eu.qlikcloud.com"}},
        {INFO: {"tenant_id": tenant_id("acme")}},
        {INFO: {"hostname": "nobody.eu.qlikcloud.com"}},
        options=("-vvvv",),
    )
    listed, acme, same, nobody = results
    assert len(listed["tenants"]) == len({one["id"] for one in listed["tenants"]}) == 230
    assert {one["region"] for one in listed["tenants"]} == {"us"}
    assert [one["status"] for one in acme["tenants"]] == ["disabled"]
    assert acme["tenants"][0]["purge_date"] is not None
    assert same["tenants"] == acme["tenants"]
    assert nobody["tenants"] == []
    assert {request["host"] for request in cloud.requests()} == {"console.qlikcloud.com"}
    # Two hundred and thirty are three pages.
    assert len(cloud.requests(path="/api/core/tenants")) == 3 + 1 + 1
    assert ORG_SECRET not in results.done.output


def test_what_the_organization_refuses_is_told_with_what_to_do(start, terminal):
    start()
    results = terminal.run_tasks(
        {INFO: {"filter": 'subscriptionId eq "somebody-elses"'}},
        {INFO: {"filter": 'status is "disabled"'}},
        {INFO: {"filter": 'status eq "disabled"', "org_client_secret": "wrong"}},
    )
    foreign, wrong, client = results
    assert all(result["failed"] for result in results)
    assert "subscription that is not this organization's" in foreign["msg"]
    assert (foreign["http_status"], wrong["http_status"], client["http_status"]) == (403, 400, 401)
    assert "Check the filter" in wrong["msg"]
    assert "organization-level OAuth client" in client["msg"]
