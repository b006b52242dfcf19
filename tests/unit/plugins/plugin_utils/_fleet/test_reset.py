# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarting the countdown of a tenant that is disabled already: in the role, in a plan, and in the summary."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import make_plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import plan_lines
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.plans import DIGEST, apply, entry_of, look, to_deactivate, to_leave
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, event, put, receipt
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, decommission, entry, wave_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

TO_RESET = to_deactivate(status="disabled", action="reset", purge_after_days=60)
RESET: dict[str, t.Any] = {"reset_purge_timer": True, "purge_after_days": 60}


@pytest.fixture(autouse=True)
def _disabled(wire: Wire) -> None:
    wire.on("read", answers.record("disabled"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder with the receipt of a tenant that was deactivated with 30 days."""
    put(tmp_path / f"{HOSTNAME}.json", receipt(event("deactivated", ago(days=3), purge_after_days=30)))
    return str(tmp_path)


def lines_of(result: dict[str, t.Any], *, check_mode: bool = False) -> list[str]:
    summary = summarize(
        [(HOSTNAME, TenantResult.from_json(result))],
        operation=DECOMMISSION,
        error=None,
        check_mode=check_mode,
        run_id="r",
        now=NOW,
    )
    return t.cast("list[str]", summary["lines"])


def test_without_it_a_disabled_tenant_is_not_changed_and_other_days_are_told(wire: Wire, run: Run, folder: str) -> None:
    result = decommission(run, receipts_dir=folder, purge_after_days=60)
    assert wire.of("deactivate") == []
    assert (result["changed"], result["action"]) == (False, "no-op")
    (told,) = [line for line in lines_of(result) if "30 days" in line]
    assert f"{PREFIX}purge_after_days is 60 now" in told
    assert f"set {PREFIX}reset_purge_timer to true" in told


@pytest.mark.parametrize("days", [30, "30"])
def test_the_same_days_are_no_news(run: Run, folder: str, days: t.Any) -> None:
    assert "notes" not in decommission(run, receipts_dir=folder, purge_after_days=days)


def test_with_it_the_countdown_is_restarted_with_the_new_days(wire: Wire, run: Run, folder: str) -> None:
    result = decommission(run, receipts_dir=folder, **RESET)
    assert [sent.body for sent in wire.of("deactivate")] == [{"purgeAfterDays": 60}]
    assert (result["changed"], result["action"], result["status"]) == (True, "reset", "disabled")
    assert any("disabled, countdown restarted" in line for line in lines_of(result))


def test_it_needs_the_confirmation_of_a_deactivation(wire: Wire, run: Run, folder: str) -> None:
    result = decommission(run, receipts_dir=folder, confirm_hostname=None, **RESET)
    assert (result["failed"], wire.sent) == (True, [])


def test_it_counts_for_the_limit_although_the_receipt_says_disabled(folder: str) -> None:
    assert wave_of(entry(receipts_dir=folder)).to_change == 0
    assert wave_of(entry(receipts_dir=folder, reset_purge_timer=True)).to_change == 1


def test_a_plan_has_it_as_an_action_of_its_own(wire: Wire, run: Run, folder: str) -> None:
    result = look(run, receipts_dir=folder, **RESET)
    assert (wire.of("deactivate"), result["changed"], result["action"]) == ([], False, "reset")
    planned = entry_of(result, NOW)
    assert (planned["action"], planned["status"], planned["purge_after_days"]) == ("reset", "disabled", 60)
    lines = plan_lines(make_plan([planned], NOW, 72), DIGEST, "plan.json")
    assert any("disabled → reset" in line and "60 days, about 2027-01-23" in line for line in lines)
    assert "1 tenant: 0 to deactivate, 1 with a new countdown, 0 without a change." in lines


def test_a_plan_restarts_a_countdown_once_however_often_it_is_applied(wire: Wire, run: Run, folder: str) -> None:
    first, second = (apply(run, TO_RESET, receipts_dir=folder, **RESET) for _time in range(2))
    assert (first["action"], first["changed"]) == ("reset", True)
    assert (second["failed"], second["changed"]) == (False, False)
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize(
    ("planned", "reset"), [(TO_RESET, False), (to_leave(), True)], ids=["planned, not in the inventory", "not planned"]
)
def test_the_inventory_and_the_plan_have_to_agree(
    wire: Wire, run: Run, planned: dict[str, t.Any], *, reset: bool
) -> None:
    result = apply(run, planned, reset_purge_timer=reset, purge_after_days=60)
    assert (result["failed"], wire.sent) == (True, [])
    assert f"{PREFIX}reset_purge_timer is {str(reset).lower()}" in result["msg"]


def test_a_planned_deactivation_that_somebody_did_already_is_not_done_again(wire: Wire, run: Run) -> None:
    result = apply(run, to_deactivate(), reset_purge_timer=True)
    assert (result["failed"], result["changed"], wire.of("deactivate")) == (False, False, [])


def test_a_live_tenant_that_was_planned_to_be_reset_stops(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active"))
    result = apply(run, TO_RESET, **RESET)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert TENANT_ID in result["msg"]


def test_check_mode_shows_days_and_date(run: Run) -> None:
    run.check_mode = True
    result = decommission(run, purge_after_days=24, reset_purge_timer=True)
    assert any("24 days, about 2026-12-18" in line for line in lines_of(result, check_mode=True))
