# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_wave_usage: which tenant is read, with which client, and what is no failure."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.controller import run_action
from ansible_collections.tenantops.qlik.tests.unit.core import template
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.tenant_content import TenantContent, login
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
ONE_CLIENT = {f"tenant_decommission_{name}": value for name, value in CLIENT.items()}


@pytest.fixture
def content(wire: Wire) -> TenantContent:
    return TenantContent(wire)


def read(variables: dict[str, t.Any], host: str = HOSTNAME, **options: t.Any) -> dict[str, t.Any]:
    task_vars = {"inventory_hostname": host, "tenant_decommission_retries": 0, **variables}
    return run_action("qlik_wave_usage", {"step": "read", **options}, task_vars=task_vars)


@pytest.mark.parametrize(
    ("host", "variables"),
    [
        (HOSTNAME, {}),
        ("acme", {"qlik_hostname": HOSTNAME}),
        ("acme", {"qlik_hostname": "other.eu.qlikcloud.com", "tenant_decommission_hostname": HOSTNAME}),
    ],
)
def test_the_tenant_is_named_as_for_the_role(
    wire: Wire, content: TenantContent, host: str, variables: dict[str, t.Any]
) -> None:
    result = read({**ONE_CLIENT, **variables}, host)
    assert not result.get("failed"), result
    assert (result["activity"]["last_login"], result["contents"]["users"]) == (None, 0)
    assert {sent.url.split("/")[2] for sent in wire.sent} == {HOSTNAME}
    assert secrets_in(result) == []


def test_the_client_is_that_of_the_region_and_no_other_is_evaluated(wire: Wire, content: TenantContent) -> None:
    clients = {"eu": CLIENT, "us": {"client_id": template("{{ undefined_here }}"), "client_secret": "x"}}
    assert not read({"tenant_decommission_credentials": clients}).get("failed")
    assert wire.sent[0].body["client_id"] == CLIENT_ID


def test_a_client_that_cannot_be_evaluated_does_not_show_its_template(wire: Wire, content: TenantContent) -> None:
    client = {"client_id": "x", "client_secret": template("{{ lookup('canary-of-a-path') }}")}
    result = read({"tenant_decommission_credentials": {"eu": client}})
    assert (result["failed"], wire.sent) == (True, [])
    assert "tenant_decommission_credentials of region eu cannot be evaluated" in result["msg"]
    assert "canary" not in str(result)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"tenant_decommission_credentials": {"us": CLIENT}, **ONE_CLIENT},
            "tenant_decommission_credentials has no client for region eu",
        ),
        ({}, "client_id and client_secret of region eu are missing"),
        ({**ONE_CLIENT, "qlik_region": "us"}, "region"),
        ({**ONE_CLIENT, "qlik_hostname": "acme.example"}, "hostname"),
        ({**ONE_CLIENT, "qlik_tenant_id": "../x"}, "tenant_id"),
        ({**ONE_CLIENT, "tenant_decommission_timeout": "soon"}, "tenant_decommission_timeout"),
    ],
)
def test_a_wrong_variable_sends_nothing(
    wire: Wire, content: TenantContent, variables: dict[str, t.Any], words: str
) -> None:
    result = read(variables)
    assert result["failed"]
    assert words in result["msg"]
    assert wire.sent == []


def test_a_tenant_with_another_id_fails(content: TenantContent) -> None:
    assert read({**ONE_CLIENT, "qlik_tenant_id": "another"})["failed"]
    assert not read({**ONE_CLIENT, "qlik_tenant_id": TENANT_ID}).get("failed")


@pytest.mark.parametrize("code", ["TENANT_DEACTIVATED", "TENANT_DISABLED"])
def test_a_tenant_that_is_out_of_service_is_no_failure(wire: Wire, content: TenantContent, code: str) -> None:
    wire.on("probe", answers.deactivated(code))
    result = read(ONE_CLIENT)
    assert not result.get("failed")
    assert "is deactivated" in result["msg"]
    assert "activity" not in result


def test_a_tenant_that_is_not_found_fails(wire: Wire, content: TenantContent) -> None:
    wire.on("probe", answers.NOBODYS_HOST)
    assert read(ONE_CLIENT)["failed"]


@pytest.mark.parametrize(("variables", "users"), [({}, 1), ({"qlik_usage_days": 30}, 0)])
def test_a_variable_says_how_many_days_back(content: TenantContent, variables: dict[str, t.Any], users: int) -> None:
    content.lists["/audits"] = [login((datetime.now(timezone.utc) - timedelta(days=40)).isoformat())]
    assert read({**ONE_CLIENT, **variables})["activity"]["active_users"] == users


@pytest.mark.parametrize("days", [0, 91, "x"])
def test_wrong_days_send_nothing(wire: Wire, content: TenantContent, days: t.Any) -> None:
    result = read({**ONE_CLIENT, "qlik_usage_days": days})
    assert result["failed"]
    assert "qlik_usage_days" in result["msg"]
    assert wire.sent == []
