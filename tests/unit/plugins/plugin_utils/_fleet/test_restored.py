# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A restored tenant in a wave: what was undone is not done again, but with a confirmation of its own or by a later plan."""

from __future__ import annotations

import typing as t
from datetime import date, timedelta
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.preflight import preflight
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, options
from ansible_collections.tenantops.qlik.tests.unit.plans import apply, look, to_deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, content_of, event, failed, intent, put, receipt
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, decommission, entry
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

GONE = event("deactivated", ago(days=9))
DAY = f"{NOW - timedelta(days=3):%Y-%m-%d}"
BACK = event("reactivated", ago(days=3), by={"user": "ann", "host": "desk"}, ticket="CHG-7")
# Receipts of restored tenants → how the message puts it.
RESTORED: dict[str, tuple[list[dict[str, t.Any]], str]] = {
    "restored": ([GONE, BACK], f"restored on {DAY}, by ann, ticket CHG-7"),
    "restored, and seen live since": (
        [GONE, BACK, event("observed", ago(days=1), status="active")],
        f"restored on {DAY}, by ann, ticket CHG-7",
    ),
    "a restore that was killed": (
        [GONE, intent(ago(days=3), "reactivate", by={"user": "ann", "host": "desk"})],
        f"restored on {DAY}, by ann",
    ),
    "seen live again": ([GONE, event("observed", ago(days=3), status="active")], f"seen live again on {DAY}"),
}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


def put_receipt(folder: Path, *events: dict[str, t.Any]) -> dict[str, t.Any]:
    put(folder / f"{HOSTNAME}.json", receipt(*events))
    return {"receipts_dir": str(folder)}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("case", RESTORED)
def test_the_confirmation_of_its_deactivation_does_not_count_any_more(
    wire: Wire, run: Run, tmp_path: Path, *, case: str, check_mode: bool
) -> None:
    events, words = RESTORED[case]
    run.check_mode = check_mode
    result = decommission(run, **put_receipt(tmp_path, *events))
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"was {words}, after its last deactivation" in result["msg"]
    assert f"set {PREFIX}confirm_restored to {DAY}" in result["msg"]
    assert "Nothing was changed" in result["msg"]


@pytest.mark.parametrize("value", [DAY, date.fromisoformat(DAY)], ids=["text", "date of YAML"])
@pytest.mark.parametrize("case", RESTORED)
def test_the_day_of_its_restore_confirms_it(wire: Wire, run: Run, tmp_path: Path, *, case: str, value: t.Any) -> None:
    result = decommission(run, **put_receipt(tmp_path, *RESTORED[case][0]), confirm_restored=value)
    assert (result["failed"], result["changed"]) == (False, True)
    assert len(wire.of("deactivate")) == 1
    assert result["restored_on"] == DAY


@pytest.mark.parametrize("value", ["2026-11-20", f"{NOW:%Y-%m-%d}"])
def test_another_day_does_not(wire: Wire, run: Run, tmp_path: Path, value: str) -> None:
    result = decommission(run, **put_receipt(tmp_path, GONE, BACK), confirm_restored=value)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert f"{PREFIX}confirm_restored is {value}" in result["msg"]


def test_a_value_that_is_no_day_stops_the_tenant_whatever_its_receipt_says(wire: Wire, run: Run) -> None:
    result = decommission(run, confirm_restored="yes")
    assert (result["failed"], wire.sent) == (True, [])
    assert result["msg"].startswith(f"{PREFIX}confirm_restored is 'yes'")


@pytest.mark.parametrize(
    "events",
    [[], [event("observed", ago(days=1), status="active")], [intent(), failed()], [intent(ago(hours=1))]],
)
def test_a_tenant_that_was_not_restored_since_needs_no_such_day(
    wire: Wire, run: Run, tmp_path: Path, events: list[dict[str, t.Any]]
) -> None:
    result = decommission(run, **put_receipt(tmp_path, *events))
    assert (result["failed"], result["changed"]) == (False, True)
    assert "restored_on" not in result
    assert len(wire.of("deactivate")) == 1


# Somebody else has restored the tenant, and no run has seen that: events of its receipt, the newest of which is 9 days or 1 day old.
UNSEEN: dict[str, list[dict[str, t.Any]]] = {
    "deactivated": [GONE],
    "restored and deactivated": [GONE, BACK, event("deactivated", ago(days=1))],
    "seen disabled": [event("observed", ago(days=9), status="disabled")],
    "purged": [GONE, event("purged", ago(days=1), probe_state="not_found")],
}
TODAY = f"{NOW:%Y-%m-%d}"


@pytest.mark.parametrize("case", UNSEEN)
def test_a_tenant_that_somebody_else_restored_stops_and_goes_with_the_day_on_which_that_was_seen(
    wire: Wire, run: Run, tmp_path: Path, case: str
) -> None:
    given = put_receipt(tmp_path, *UNSEEN[case])
    stopped = decommission(run, **given)
    assert (stopped["failed"], stopped["changed"], wire.of("deactivate")) == (True, False, [])
    assert f"was seen live again on {TODAY}, after its last deactivation" in stopped["msg"]
    assert f"set {PREFIX}confirm_restored to {TODAY}" in stopped["msg"]
    # The day stays the same, whenever the next run is.
    seen = content_of(tmp_path / f"{HOSTNAME}.json")["events"][-1]
    assert (seen["event"], seen["status"]) == ("observed", "active")
    run.clock.sleep(3 * 86400)
    assert f"seen live again on {TODAY}" in decommission(run, **given)["msg"]
    result = decommission(run, **given, confirm_restored=TODAY)
    assert (result["failed"], result["changed"], result["restored_on"]) == (False, True, TODAY)
    assert len(wire.of("deactivate")) == 1


def test_a_check_of_it_says_the_same_and_writes_nothing(wire: Wire, run: Run, tmp_path: Path) -> None:
    given = put_receipt(tmp_path, GONE)
    before = (tmp_path / f"{HOSTNAME}.json").read_bytes()
    run.check_mode = True
    assert f"was seen live again on {TODAY}" in decommission(run, **given)["msg"]
    assert decommission(run, **given, confirm_restored=TODAY)["changed"] is True
    assert (tmp_path / f"{HOSTNAME}.json").read_bytes() == before
    assert wire.of("deactivate") == []


def test_a_restart_of_the_countdown_is_no_restore(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.record("disabled"))
    path = tmp_path / f"{HOSTNAME}.json"
    put_receipt(tmp_path, GONE)
    assert deactivate(run, receipt_path=str(path), reset_purge_timer=True).get("warnings") is None
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize(("plan_age", "goes"), [(2, True), (10, False)])
def test_a_plan_that_has_it_as_live_was_made_after_its_restore_if_it_is_newer_than_the_deactivation(
    wire: Wire, run: Run, tmp_path: Path, *, plan_age: int, goes: bool
) -> None:
    result = apply(run, to_deactivate(), plan_created=ago(days=plan_age), **put_receipt(tmp_path, GONE))
    assert (result["failed"], result["changed"]) == (not goes, goes)
    assert ("after the plan was made" in result["msg"]) is not goes
    assert look(run, **put_receipt(tmp_path, GONE))["restored_on"] == TODAY


def test_preflight_says_that_it_would_stop(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("probe", answers.error(400, "OAUTH-5"))
    params = options("qlik_preflight_info", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    (tenant,) = preflight([entry(HOSTNAME, **put_receipt(tmp_path, GONE))], prefix=PREFIX, params=params, run=run)[
        "tenants"
    ]
    assert (tenant["planned_action"], f"seen live again on {TODAY}" in tenant["message"]) == ("stop", True)


@pytest.mark.parametrize("case", [case for case in RESTORED if case != "seen live again"])
@pytest.mark.parametrize("confirmed", [None, DAY])
def test_a_plan_that_was_made_before_the_restore_does_not_deactivate_it(
    wire: Wire, run: Run, tmp_path: Path, *, case: str, confirmed: str | None
) -> None:
    events, words = RESTORED[case]
    given = {**put_receipt(tmp_path, *events), "confirm_restored": confirmed}
    result = apply(run, to_deactivate(), plan_created=ago(days=4), **given)
    assert (result["failed"], result["changed"], wire.of("deactivate")) == (True, False, [])
    assert f"was {words}, after the plan was made" in result["msg"]
    assert "Make a new plan" in result["msg"]


@pytest.mark.parametrize("case", RESTORED)
def test_a_plan_that_was_made_after_the_restore_deactivates_it(wire: Wire, run: Run, tmp_path: Path, case: str) -> None:
    result = apply(run, to_deactivate(), plan_created=ago(days=2), **put_receipt(tmp_path, *RESTORED[case][0]))
    assert (result["failed"], result["changed"]) == (False, True)
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize("case", RESTORED)
def test_a_plan_of_it_can_be_made_and_says_when_it_was_restored(
    wire: Wire, run: Run, tmp_path: Path, case: str
) -> None:
    result = look(run, **put_receipt(tmp_path, *RESTORED[case][0]))
    assert (result["failed"], result["action"], result["restored_on"]) == (False, "deactivate", DAY)
    assert wire.of("deactivate") == []


def test_a_restored_tenant_that_is_disabled_again_is_left_as_it_is(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.record("disabled"))
    result = decommission(run, **put_receipt(tmp_path, GONE, BACK))
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "disabled")


def test_the_module_by_itself_does_what_its_task_says_and_warns(wire: Wire, run: Run, tmp_path: Path) -> None:
    put_receipt(tmp_path, GONE, BACK)
    result = deactivate(run, receipt_path=str(tmp_path / f"{HOSTNAME}.json"))
    assert (result["failed"], result["changed"]) == (False, True)
    (warning,) = result["warnings"]
    assert f"{HOSTNAME} ({TENANT_ID}) was restored on {DAY}, by ann, ticket CHG-7" in warning


def test_the_run_that_was_approved_is_not_stopped_by_what_it_writes_itself(
    wire: Wire, run: Run, tmp_path: Path
) -> None:
    # The outcome of a restore that was killed is written by the run that deactivates the tenant again.
    given = put_receipt(tmp_path, *RESTORED["a restore that was killed"][0])
    wire.on("deactivate", answers.FORBIDDEN, answers.disabled())
    for fails in (True, False):
        result = apply(run, to_deactivate(), plan_created=write_time(NOW - timedelta(days=1)), **given)
        assert result["failed"] is fails


@pytest.mark.parametrize("confirmed", [None, DAY])
def test_preflight_says_that_a_restored_tenant_would_stop_unless_that_is_confirmed(
    wire: Wire, run: Run, tmp_path: Path, confirmed: str | None
) -> None:
    wire.on("probe", answers.error(400, "OAUTH-5"))
    params = options("qlik_preflight_info", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    host = entry(HOSTNAME, **put_receipt(tmp_path, GONE, BACK), confirm_restored=confirmed)
    (tenant,) = preflight([host], prefix=PREFIX, params=params, run=run)["tenants"]
    assert tenant["planned_action"] == ("deactivate" if confirmed else "stop")
    assert (f"restored on {DAY}, by ann" in tenant["message"]) is (confirmed is None)


@pytest.mark.parametrize("answer", [answers.Reply(403, b"<html>"), answers.error(401, "WAF-1")])
def test_preflight_says_that_a_tenant_behind_a_block_page_would_stop(
    wire: Wire, run: Run, answer: answers.Reply
) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answer)
    params = options("qlik_preflight_info", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    (tenant,) = preflight([entry(HOSTNAME)], prefix=PREFIX, params=params, run=run)["tenants"]
    assert (tenant["planned_action"], tenant["probe_state"]) == ("stop", "unknown")


def test_a_plan_is_not_made_of_a_tenant_behind_a_block_page(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.Reply(403, b"<html>"))
    result = look(run)
    assert (result["failed"], result["action"], wire.of("deactivate")) == (True, None, [])


def test_the_organizations_list_is_proof_of_life_against_the_receipt(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.UNKNOWN_CLIENT, answers.deactivated())
    for listed_live, changed in ((False, False), (True, True)):
        result = decommission(
            run, **put_receipt(tmp_path, GONE), listed_live=listed_live, confirm_restored=f"{NOW:%Y-%m-%d}"
        )
        assert (result["failed"], result["changed"]) == (not changed, changed)
        wire.on("probe", answers.UNKNOWN_CLIENT, answers.deactivated())
