# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""So many tenants within so many days, over all runs: by the receipts, and by the organization's list if they were lost."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, QlikError
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.max_in_days import MaxInDays
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import Policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import in_days_problem
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import ORG_CLIENT_ID, ORG_CLIENT_SECRET
from ansible_collections.tenantops.qlik.tests.unit.operate import options
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, event, intent, put, receipt, unborn
from ansible_collections.tenantops.qlik.tests.unit.waves import entry, wave_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

OPTION = "tenant_decommission_max_in_days"
THREE = Policy(max_in_days=MaxInDays(3, 30))


def gone(folder: Path, name: str, *, days: float, undone: bool = False, tenant_id: str | None = None) -> None:
    """The receipt of a tenant that was taken down some days ago."""
    at, hostname = ago(days=days), f"{name}.eu.qlikcloud.com"
    events = [intent(at), event("deactivated", at, status="disabled", purge_after_days=30)]
    events += [event("reactivated", ago(days=days / 2), status="active")] if undone else []
    put(
        folder / f"{hostname}.json",
        receipt(*events, hostname=hostname, hostnames=[hostname], tenant_id=tenant_id or f"id-{name}"),
    )


def wave(folder: Path, number: int = 1, *, policy: Policy = THREE, **given: t.Any) -> WaveInput:
    """A wave of so many tenants that are to go."""
    entries = [
        entry(f"new{count}.eu.qlikcloud.com", tenant_id=f"new{count}", receipts_dir=str(folder))
        for count in range(number)
    ]
    return wave_of(*entries, policy=policy, **given)


def refusal(folder: Path, number: int = 1, **given: t.Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        guard_wave(wave(folder, number, **given))
    return caught.value.message


def test_up_to_the_limit(tmp_path: Path) -> None:
    gone(tmp_path, "one", days=1)
    gone(tmp_path, "two", days=5)
    guard_wave(wave(tmp_path))


def test_more_are_refused_with_the_numbers_and_the_days(tmp_path: Path) -> None:
    gone(tmp_path, "one", days=1)
    gone(tmp_path, "two", days=5)
    assert refusal(tmp_path, 2).endswith(
        f"{OPTION} allows 3 tenants in 30 days. 2 were deactivated since 2026-10-25 12:00 UTC (2 according to receipts), and this play"
        " would deactivate 2. 1 can be deactivated now, all 2 from 2026-12-19 12:00 UTC on. Choose fewer with --limit, or wait."
    )
    gone(tmp_path, "three", days=7)
    assert (
        "0 can be deactivated now, the next one from 2026-12-17 12:00 UTC on, all 2 from 2026-12-19 12:00 UTC on."
        in refusal(tmp_path, 2)
    )


def test_more_than_the_limit_never_go_at_once(tmp_path: Path) -> None:
    words = (
        "and this play would deactivate 4. 3 can be deactivated now, and never 4 at once. Choose fewer with --limit."
    )
    assert refusal(tmp_path / "none", 4).endswith(words)
    none = Policy(max_in_days=MaxInDays(0, 30))
    words = f"0 can be deactivated now, and never 1 at once. Check {OPTION}."
    assert refusal(tmp_path / "none", policy=none).endswith(words)
    for name in ("one", "two", "three"):
        gone(tmp_path, name, days=1)
    assert refusal(tmp_path, 4).endswith("and never 4 at once. Choose fewer with --limit, and wait.")


def test_what_does_not_count(tmp_path: Path) -> None:
    gone(tmp_path, "old", days=31)
    gone(tmp_path, "undone", days=10, undone=True)
    (tmp_path / "summary.json").write_text("{}")
    put(tmp_path / "rehearsal-1.eu.qlikcloud.com.json", unborn(event("intent", action="create")))
    guard_wave(wave(tmp_path, 3))


def test_a_receipt_that_cannot_be_read_counts(tmp_path: Path) -> None:
    put(tmp_path / "broken.eu.qlikcloud.com.json", b"{")
    assert (
        "1 was deactivated since 2026-10-25 12:00 UTC (1 according to receipts, among them 1 that cannot be read)"
        in refusal(tmp_path, 3)
    )


def test_a_receipt_that_cannot_be_read_of_a_tenant_that_goes_counts_once(tmp_path: Path) -> None:
    put(tmp_path / "new0.eu.qlikcloud.com.json", b"{")
    assert "0 were deactivated since 2026-10-25 12:00 UTC (0 according to receipts)" in refusal(tmp_path, 4)


def test_a_tenant_that_goes_again_counts_once(tmp_path: Path) -> None:
    for name in ("new0", "new1"):
        gone(tmp_path, name, days=3)
    found = wave(
        tmp_path, 2, policy=Policy(max_in_days=MaxInDays(2, 30)), changed_before=frozenset(("new0.eu.qlikcloud.com",))
    )
    guard_wave(found)


def test_a_tenant_that_is_not_due_does_not_count(tmp_path: Path) -> None:
    gone(tmp_path, "one", days=1)
    later = entry("later.eu.qlikcloud.com", tenant_id="later", not_before="2027-01-01", receipts_dir=str(tmp_path))
    guard_wave(wave_of(later, policy=Policy(max_in_days=MaxInDays(1, 30))))


def test_a_plan_is_made_all_the_same(tmp_path: Path) -> None:
    found = wave(tmp_path, 4, planning=True)
    guard_wave(found)
    assert in_days_problem(found) is not None


def test_nothing_is_read_without_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave.read_recent", None)
    guard_wave(wave(tmp_path, policy=Policy()))


def test_a_folder_that_cannot_be_read_refuses(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InvalidInput) as caught:
        wave(file)
    assert f"{OPTION} cannot be checked: the folder of the receipts" in caught.value.message


# The organization's list.
@pytest.fixture(autouse=True)
def _console(wire: Wire) -> None:
    wire.on("token", answers.token())


def listed_problem(wire: Wire, run: Run, folder: Path, *tenants: dict[str, t.Any]) -> str | None:
    wire.on("read", answers.page(*tenants))
    found = wave(folder)
    params = options("qlik_wave_guard", org_client_id=ORG_CLIENT_ID, org_client_secret=ORG_CLIENT_SECRET)
    return in_days_problem(found, look_up_wave(found, params, run).taken_down)


def disabled(number: int, *, updated: str | None, purge: str | None = None, **more: t.Any) -> dict[str, t.Any]:
    return answers.listed(number, status="disabled", updatedAt=updated, deletionStartsAt=purge, **more)


def test_a_lost_folder_does_not_reset_the_count(wire: Wire, run: Run, tmp_path: Path) -> None:
    problem = listed_problem(wire, run, tmp_path, *(disabled(number, updated=ago(days=number)) for number in (1, 2, 3)))
    assert (
        "3 were deactivated since 2026-10-25 12:00 UTC (0 according to receipts, 3 more according to the organization's list)"
        in str(problem)
    )
    assert "the next one from 2026-12-21 12:00 UTC on" in str(problem)


def test_what_the_receipts_say_goes_before_the_list(wire: Wire, run: Run, tmp_path: Path) -> None:
    tenants = [disabled(number, updated=ago(days=1)) for number in (1, 2, 3)]
    for tenant in tenants:
        gone(tmp_path, tenant["hostnames"][0].partition(".")[0], days=40, tenant_id=tenant["id"])
    assert listed_problem(wire, run, tmp_path, *tenants) is None


def test_what_was_disabled_long_ago_by_the_list_does_not_count(wire: Wire, run: Run, tmp_path: Path) -> None:
    tenants = [
        disabled(1, updated=ago(days=31)),
        # Changed since, and purged so soon that it was disabled before.
        disabled(2, updated=ago(days=1), purge=ago(days=21)),
        # One that says nothing counts.
        *(disabled(number, updated=None) for number in (3, 4, 5)),
    ]
    assert "(0 according to receipts, 3 more according to the organization's list)" in str(
        listed_problem(wire, run, tmp_path, *tenants)
    )
    assert listed_problem(wire, run, tmp_path, *tenants[:-1]) is None


def test_a_list_that_is_not_shown_stops_the_wave(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.FORBIDDEN)
    params = options("qlik_wave_guard", org_client_id=ORG_CLIENT_ID, org_client_secret=ORG_CLIENT_SECRET)
    with pytest.raises(QlikError) as caught:
        look_up_wave(wave(tmp_path), params, run)
    assert (
        f"The wave is refused (all tenants of this play): nothing was changed. {OPTION} cannot be checked."
        in caught.value.message
    )
