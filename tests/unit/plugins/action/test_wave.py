# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the role as actions: each takes its input from the step before, and acts on nothing else."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import CREDENTIALS, Play, guard, run_action, written
from ansible_collections.tenantops.qlik.tests.unit.core import template
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_SECRET, HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, TOKENS
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed."""
    printed: list[str] = []
    monkeypatch.setattr(output.display, "display", lambda line, *args, **kwargs: printed.append(line))
    return printed


def decommission(tenant: t.Any, tokens: t.Any = None, **task: t.Any) -> dict[str, t.Any]:
    return run_action("qlik_wave_tenant", {"tenant": tenant, "tokens": TOKENS if tokens is None else tokens}, **task)


def test_what_the_guard_passes_is_acted_on(wire: Wire) -> None:
    wave = guard({HOSTNAME: written()})
    assert (wave["failed"], wave["changed"], wave["regions"], wave["count"]) == (False, False, ["eu"], 1)
    assert wire.sent == []
    result = decommission(wave["tenants"][HOSTNAME])
    assert wire.sequence == ["read", "deactivate", "probe"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")


def test_check_mode_guards_reads_and_decides_and_sends_no_post(wire: Wire) -> None:
    result = decommission(guard({HOSTNAME: written()})["tenants"][HOSTNAME], check_mode=True)
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hostname", "other.eu.qlikcloud.com"),
        ("confirm_hostname", HOSTNAME.upper()),
        ("tenant_id", "another"),
        ("purge_after_days", 10),
        ("protected", ["nothing"]),
        ("verify", False),
        ("min_purge_days", 11),
        ("host", "another"),
        ("one_client", False),
        ("prefix", "other_"),
        ("error", None),
        ("seal", "0" * 64),
    ],
)
def test_an_entry_that_was_changed_after_the_guard_sends_nothing(wire: Wire, key: str, value: t.Any) -> None:
    tenant = {**guard({HOSTNAME: written()})["tenants"][HOSTNAME], key: value}
    result = decommission(tenant)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "was not checked at the beginning of this run" in result["msg"]


@pytest.mark.parametrize("tenant", [{}, {"seal": None}, {"hostname": HOSTNAME, "confirm_hostname": HOSTNAME}])
def test_a_tenant_that_the_guard_did_not_see_sends_nothing(wire: Wire, tenant: dict[str, t.Any]) -> None:
    result = decommission(tenant)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert HOSTNAME in result["msg"]


@pytest.mark.parametrize("tokens", [[], [{}], [{"item": "eu", "skipped": True}]])
def test_without_the_step_that_asks_for_tokens_nothing_is_sent(wire: Wire, tokens: list[t.Any]) -> None:
    result = decommission(guard({HOSTNAME: written()})["tenants"][HOSTNAME], tokens)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)


def test_a_refused_wave_hands_on_no_tenant() -> None:
    wave = guard(
        {HOSTNAME: written(), "other.eu.qlikcloud.com": written("other.eu.qlikcloud.com", tenant_id="o")}, max_tenants=1
    )
    assert (wave["failed"], wave["changed"]) == (True, False)
    assert "tenants" not in wave
    assert "2 tenants" in wave["msg"]


def test_the_tenants_own_guards_hold_for_a_signed_entry(wire: Wire) -> None:
    other = "other.eu.qlikcloud.com"
    wave = guard({HOSTNAME: written(confirm_hostname=None), other: written(other, tenant_id="o")})
    assert wave["failed"] is False
    result = decommission(wave["tenants"][HOSTNAME])
    assert wire.sent == []
    assert result["failed"] is True
    assert f"{PREFIX}confirm_hostname" in result["msg"]


def test_a_host_whose_variables_cannot_be_evaluated_stops_alone(wire: Wire) -> None:
    other = "other.eu.qlikcloud.com"
    wave = guard({HOSTNAME: written(), other: written(other, tenant_id=template("{{ nowhere }}"))})
    assert wave["failed"] is False
    assert decommission(wave["tenants"][other])["failed"] is True
    assert wire.sent == []
    assert decommission(wave["tenants"][HOSTNAME])["failed"] is False


def test_defaults_of_the_guard_are_those_of_the_role(wire: Wire) -> None:
    decommission(guard({HOSTNAME: written()})["tenants"][HOSTNAME])
    assert wire.of("deactivate")[0].body == {"purgeAfterDays": 30}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"client_id": None, "client_secret": None}, "credentials for region eu"),
        ({"client_id": None, "client_secret": None, "regions_with_credentials": []}, "credentials for region eu"),
        ({"regions_with_credentials": ["us"]}, "credentials for region eu"),
        ({"client_secret": None}, "client_secret is missing"),
    ],
)
def test_without_credentials_for_its_region_no_wave_passes(args: dict[str, t.Any], told: str) -> None:
    wave = guard({HOSTNAME: written()}, **args)
    assert wave["failed"] is True
    assert told in wave["msg"]


@pytest.mark.parametrize(
    ("args", "one_client"),
    [
        ({}, True),
        ({"regions_with_credentials": []}, True),
        ({"regions_with_credentials": ["eu"]}, False),
        ({"regions_with_credentials": ["eu", "us"], "client_id": None, "client_secret": None}, False),
    ],
)
def test_a_client_is_taken_for_all_regions_where_they_have_none_of_their_own(
    args: dict[str, t.Any], one_client: bool
) -> None:
    assert guard({HOSTNAME: written()}, **args)["tenants"][HOSTNAME]["one_client"] is one_client


def test_the_entries_of_the_guard_hold_no_secret() -> None:
    assert CLIENT_SECRET not in str(guard({HOSTNAME: written()}))


def test_the_summary_prints_a_line_a_tenant_and_the_totals(wire: Wire, displayed: list[str]) -> None:
    play = Play({HOSTNAME: written(), "other.eu.qlikcloud.com": written("other.eu.qlikcloud.com", tenant_id="o")})
    wave = guard(play.hosts)
    decommission(wave["tenants"][HOSTNAME])
    summary = run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)
    assert summary["summary"]["totals"] == {
        "changed": 1,
        "unchanged": 0,
        "purged": 0,
        "not_due": 0,
        "failed": 0,
        "not_reached": 1,
    }
    assert displayed == summary["lines"]
    assert any(HOSTNAME in line and "active → disabled" in line for line in displayed)
    assert summary["changed"] is False


def test_the_summary_of_a_refused_wave_says_why(displayed: list[str]) -> None:
    play = Play({HOSTNAME: written()})
    wave = guard(play.hosts, max_tenants=0)
    summary = run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)
    assert summary["failed"] is False
    assert any("max_tenants" in line for line in displayed)


def test_the_summary_of_check_mode_says_so(wire: Wire, displayed: list[str]) -> None:
    play = Play({HOSTNAME: written()})
    wave = guard(play.hosts, task={"check_mode": True})
    decommission(wave["tenants"][HOSTNAME], check_mode=True)
    run_action("qlik_wave_summary", {"wave": wave}, play.task_vars, check_mode=True)
    assert "check mode" in displayed[0]
    assert any("1 would be deactivated" in line for line in displayed)


@pytest.mark.parametrize(
    "client", [{"client_id": "", "client_secret": CLIENT_SECRET}, {"client_secret": CLIENT_SECRET}, "x"]
)
def test_a_client_of_a_region_that_is_none_is_named_as_the_variable(wire: Wire, client: t.Any) -> None:
    asked = run_action("qlik_wave_token", {"region": "eu", "credentials": client})
    tenant = guard(regions_with_credentials=["eu"])["tenants"][HOSTNAME]
    changed = run_action("qlik_wave_tenant", {"tenant": tenant, "tokens": TOKENS, "credentials": client})
    for result in (asked, changed):
        assert (result["failed"], wire.sent) == (True, [])
        assert result["msg"].startswith(f"{PREFIX}credentials of region eu")


def test_an_empty_client_id_is_named_as_the_variable(wire: Wire) -> None:
    for result in (
        guard(client_id=""),
        run_action("qlik_wave_token", {"region": "eu", **CREDENTIALS, "client_id": ""}),
    ):
        assert (result["failed"], wire.sent) == (True, [])
        assert f"{PREFIX}client_id is missing" in result["msg"]


@pytest.mark.parametrize("option", ["timeout", "retries", "max_wait", "max_tenants", "plan_max_hours"])
def test_null_counts_as_not_set(option: str) -> None:
    assert guard(**{option: None})["failed"] is False
