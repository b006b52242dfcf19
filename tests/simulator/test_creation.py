# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator creates tenants as the reference says, and refuses what the reference says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator.process import Simulator
from simulator.test_simulator import BASE, EU, REGISTER, Client, error_of

ACME = "acme.eu.qlikcloud.com"
TENANTS = [{"hostname": ACME}, {"hostname": "gone.eu.qlikcloud.com", "status": "deleted"}]


def scenario(**creation: Any) -> dict[str, Any]:
    return {**BASE, "tenants": TENANTS, "creation": creation}


def key(client: Client) -> str:
    return client.log_in(ACME).call("GET", ACME, "/api/v1/licenses/overview").json()["licenseKey"]


def create(client: Client, license_key: str) -> requests.Response:
    client.log_in()
    return client.call("POST", REGISTER, "/api/v1/tenants", json={"licenseKey": license_key})


def patch(client: Client, tenant: dict[str, Any], **values: str) -> requests.Response:
    host = tenant["hostnames"][0]
    paths = {"name": "/name", "alias": "/hostnames/1", "region": "/region"}
    body = [{"op": "replace", "path": paths[name], "value": value} for name, value in values.items()]
    return client.log_in(host).call("PATCH", host, f"/api/v1/tenants/{tenant['id']}", json=body)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(scenario(quota=3)) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return Client(simulator)


def test_a_new_tenant_has_a_name_of_the_servers_choice_and_lives(client: Client, simulator: Simulator) -> None:
    license_key = key(client)
    response = create(client, license_key)
    tenant = response.json()
    assert (response.status_code, tenant["status"], tenant["createdByUser"]) == (201, "active", "")
    (hostname,) = tenant["hostnames"]
    assert hostname.endswith(".eu.qlikcloud.com")
    assert tenant["links"]["self"]["href"] == f"https://{REGISTER}/api/v1/tenants/{tenant['id']}"
    user = client.log_in(hostname).call("GET", hostname, "/api/v1/users/me").json()
    assert user["tenantId"] == tenant["id"]
    assert license_key not in simulator.files.log.read_text()


def test_a_repeat_makes_another_tenant_until_the_quota_is_reached(client: Client) -> None:
    license_key = key(client)
    # A deleted tenant uses no slot, a disabled one does.
    first = create(client, license_key).json()
    path = f"/api/v1/tenants/{first['id']}/actions/deactivate"
    confirm = {"qlik-confirm-hostname": first["hostnames"][0]}
    assert client.call("POST", REGISTER, path, headers=confirm).status_code == 200
    assert create(client, license_key).json()["id"] != first["id"]
    assert error_of(create(client, license_key)) == (403, "TENANTS-22")


def test_a_license_that_is_missing_or_wrong_is_refused(client: Client) -> None:
    client.log_in()
    assert error_of(client.call("POST", REGISTER, "/api/v1/tenants", json={})) == (400, "TENANTS-21")
    assert error_of(create(client, "another key")) == (403, "TENANTS-23")


def test_name_and_alias_are_set_and_a_replaced_alias_is_free_again(client: Client) -> None:
    license_key = key(client)
    one, other = (create(client, license_key).json() for _turn in range(2))
    alias = "rehearsal-1.eu.qlikcloud.com"
    answer = patch(client, one, name="Rehearsal", alias=alias)
    assert (answer.status_code, answer.content) == (204, b"")
    host = one["hostnames"][0]
    record = client.log_in(host).call("GET", host, f"/api/v1/tenants/{one['id']}").json()
    assert (record["name"], record["hostnames"]) == ("Rehearsal", [host, alias])
    assert client.ask_token(alias, EU).status_code == 200
    assert error_of(patch(client, other, alias=alias)) == (409, "HTTP-409")
    assert patch(client, one, alias="rehearsal-2.eu.qlikcloud.com").status_code == 204
    assert error_of(client.ask_token(alias, EU)) == (401, "LOGIN-2")
    assert patch(client, other, alias=alias).status_code == 204


def test_what_cannot_be_an_alias_or_be_set_changes_nothing(client: Client) -> None:
    tenant = create(client, key(client)).json()
    for alias in ("ab.eu.qlikcloud.com", "rehearsal-1.us.qlikcloud.com", "rehearsal-1"):
        assert error_of(patch(client, tenant, name="Other", alias=alias)) == (400, "TENANTS-10")
    assert error_of(patch(client, tenant, region="us")) == (400, "HTTP-400")
    host = tenant["hostnames"][0]
    record = client.call("GET", host, f"/api/v1/tenants/{tenant['id']}").json()
    assert (record["name"], record["hostnames"]) == (tenant["name"], [host])


def test_a_license_without_aliases_refuses_one_and_sets_the_name() -> None:
    with Simulator(scenario(aliases=False)) as simulator:
        client = Client(simulator)
        tenant = create(client, key(client)).json()
        assert error_of(patch(client, tenant, alias="rehearsal-1.eu.qlikcloud.com")) == (403, "AUTH-5")
        assert patch(client, tenant, name="Rehearsal").status_code == 204


def test_the_answer_to_a_creation_can_be_lost() -> None:
    lost = {"path": "/api/v1/tenants", "method": "POST", "do": {"drop": "after"}}
    with Simulator({**scenario(), "faults": [lost]}) as simulator:
        client = Client(simulator)
        with pytest.raises(requests.exceptions.ConnectionError):
            create(client, key(client))
        assert simulator.requests(method="POST", path="/api/v1/tenants")[0]["effective"] is True
