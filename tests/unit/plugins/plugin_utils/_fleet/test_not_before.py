# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant that is not due yet: nothing is asked or sent for it, it counts for nothing, and everybody sees its date."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.moments import check_time_zone
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave, pass_tenants
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import (
    digest_of,
    make_plan,
    plan_entry,
    read_plan,
    write_plan,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import plan_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import Policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight import preflight
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    NOW,
    REGION,
    TENANT_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import change_guarded, options
from ansible_collections.tenantops.qlik.tests.unit.receipts import schema_faults
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, WAVE, entry, fleet, wave_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

TOMORROW, START = "2026-11-25", "2026-11-25T00:00:00Z"


def not_due(hostname: str = HOSTNAME, **given: t.Any) -> t.Any:
    return entry(hostname, **{"not_before": TOMORROW, **given})


def guard(*entries: t.Any, **given: t.Any) -> WaveInput:
    wave = wave_of(*entries, **given)
    guard_wave(wave)
    return wave


def result_of(wave: WaveInput, run: Run) -> dict[str, t.Any]:
    (passed,) = pass_tenants(wave, WAVE, one_client=False, purge_dates={})
    return change_guarded(passed, run, tokens=[])


def test_nothing_is_asked_or_sent(wire: Wire, run: Run) -> None:
    wave = guard(not_due())
    assert (wave.regions, wave.to_change, wave.counting) == ([], 0, frozenset())
    result = result_of(wave, run)
    assert (result["failed"], result["changed"], result["action"]) == (False, False, "no-op")
    assert (result["not_before"], result["msg"]) == (START, f"not due before {START}")
    assert (result["hostname"], result["tenant_id"], result["region"]) == (HOSTNAME, TENANT_ID, REGION)
    assert wire.sent == []


@pytest.mark.parametrize(
    ("value", "zone", "due"),
    [
        ("2026-11-24", None, True),
        ("2026-11-24T12:00:00Z", None, True),
        ("2026-11-24T12:00:01Z", None, False),
        # It is noon in UTC, and still night there.
        ("2026-11-24", "Pacific/Honolulu", True),
        ("2026-11-24T03:00", "Pacific/Honolulu", False),
        ("2026-11-25", "Pacific/Auckland", True),
        (None, None, True),
    ],
)
def test_when_a_tenant_is_due(value: t.Any, zone: str | None, *, due: bool) -> None:
    wave = guard(entry(not_before=value), policy=Policy(zone=check_time_zone(zone, "zone")))
    assert (wave.regions == [REGION]) is due


def test_it_counts_for_no_limit() -> None:
    wave = guard(
        *[not_due(f"t{number}.eu.qlikcloud.com", tenant_id=f"x{number}") for number in range(5)], entry(), max_tenants=1
    )
    assert (wave.to_change, wave.size) == (1, 6)
    with pytest.raises(InvalidInput) as caught:
        guard(*fleet(2), not_due(), max_tenants=1)
    assert "The play has 2 tenants to deactivate, and tenant_decommission_max_tenants allows 1" in caught.value.message


def test_it_needs_no_confirmation_until_it_is_due() -> None:
    guard(not_due(confirm_hostname=None))
    guard(not_due(confirm_hostname=None), entry("beta.eu.qlikcloud.com", tenant_id="b"))
    with pytest.raises(InvalidInput):
        guard(entry(confirm_hostname=None))


def test_what_is_wrong_with_it_is_said_at_once() -> None:
    (tenant,) = guard(not_due(purge_after_days=5)).tenants
    assert tenant.not_before is None
    assert "tenant_decommission_purge_after_days is 5" in str(tenant.fault)


def test_a_date_that_is_none_stops_its_tenant() -> None:
    wave = guard(not_due(not_before="New Year"), entry("beta.eu.qlikcloud.com", tenant_id="b"))
    assert "tenant_decommission_not_before is 'New Year': it must be a day" in str(wave.tenants[0].fault)
    assert wave.tenants[1].fault is None


def test_a_protected_tenant_refuses_the_wave_also_before_its_day() -> None:
    with pytest.raises(InvalidInput):
        guard(not_due(protected=[HOSTNAME]))


def test_the_plan_leaves_it_alone_and_says_why(wire: Wire, run: Run) -> None:
    wave = guard(not_due(confirm_hostname=None), planning=True)
    planned = plan_entry(TenantResult.from_json(result_of(wave, run)), NOW)
    assert (planned["action"], planned["status"], planned["not_before"]) == ("no-op", "unknown", START)
    assert planned["reason"] == f"not due before {START}"
    plan = make_plan([planned], NOW, 72)
    assert schema_faults("plan", plan) == []
    assert any("not due before 2026-11-25 00:00 UTC" in line for line in plan_lines(plan, "0" * 64, "plan.json"))
    assert wire.sent == []


def test_what_the_plan_leaves_alone_is_left_alone_after_its_day(wire: Wire, run: Run) -> None:
    """Whoever approved the plan approved that nothing is done."""
    made = plan_entry(TenantResult.from_json(result_of(guard(not_due(), planning=True), run)), NOW)
    content = write_plan(make_plan([made], NOW, 72))
    later = NOW + timedelta(days=2)
    plan = read_plan(content, digest_of(content), later, 72)
    wave = guard(not_due(confirm_hostname=None), plan=plan, now=later)
    assert (wave.regions, wave.to_change) == ([], 0)
    run.clock.now = lambda: later  # type: ignore[method-assign]
    result = result_of(wave, run)
    assert (result["failed"], result["changed"]) == (False, False)
    assert (
        "not changed: the plan was made before the tenant was due (2026-11-25T00:00:00Z); make a new plan"
        in result["msg"]
    )
    assert wire.sent == []


def test_a_plan_that_takes_it_down_waits_for_its_day(wire: Wire, run: Run) -> None:
    made = {**plan_entry(TenantResult.from_json(result_of(guard(not_due(), planning=True), run)), NOW)}
    made |= {"action": "deactivate", "status": "active", "purge_after_days": 30, "not_before": None, "reason": None}
    content = write_plan(make_plan([made], NOW, 72))  # type: ignore[list-item]
    wave = guard(not_due(confirm_hostname=None), plan=read_plan(content, digest_of(content), NOW, 72))
    assert result_of(wave, run)["not_before"] == START
    assert wire.sent == []


def test_the_summary_has_its_date(run: Run) -> None:
    result = TenantResult.from_json(result_of(guard(not_due()), run))
    found = summarize([(HOSTNAME, result)], operation="decommission", error=None, check_mode=False, run_id="r", now=NOW)
    assert schema_faults("summary", found["summary"]) == []
    assert found["summary"]["totals"]["not_due"] == 1
    (tenant,) = found["summary"]["tenants"]
    assert (tenant["outcome"], tenant["not_before"]) == ("not_due", START)
    assert f"  {HOSTNAME}  not due  before 2026-11-25 00:00 UTC" in found["lines"]
    assert "1 tenant: 0 deactivated, 0 unchanged, 0 failed, 1 not due." in found["lines"]


def test_the_preflight_does_not_look_at_it(wire: Wire, run: Run) -> None:
    params = options("qlik_preflight_info", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    found = preflight([not_due()], prefix=PREFIX, params=params, run=run)
    assert (found["problems"], wire.sent) == ([], [])
    assert found["tenants"][0]["message"] == f"not due before {START}"
