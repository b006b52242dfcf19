# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs of a run: what is wrong with them is said before the first request, with the variable that the user set, and once."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import CREDENTIALS, Play, guard, run_action, written
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.receipts import everything_below, receipt
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire


@pytest.fixture(autouse=True)
def _quiet(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output.display, "display", lambda *args, **kwargs: None)


def play(operation: str = "decommission") -> Play:
    return Play({HOSTNAME: written(operation=operation)})


def foreign(path: Path) -> None:
    path.write_text("qlik_tenants: {}\n")


def link(path: Path) -> None:
    (path.parent / "victim").write_text("precious")
    path.symlink_to("victim")


def a_receipt(path: Path) -> None:
    path.write_text(json.dumps(receipt()))


@pytest.mark.parametrize("make", [foreign, link, a_receipt, Path.mkdir])
@pytest.mark.parametrize("operation", ["decommission", "restore"])
def test_a_summary_that_must_not_be_written_there_refuses_the_wave(
    wire: Wire, tmp_path: Path, operation: str, make: t.Callable[[Path], t.Any]
) -> None:
    make(tmp_path / "out.json")
    before = everything_below(tmp_path)
    wave = guard(operation=operation, summary_file="out.json")
    assert (wave["failed"], wire.sent) == (True, [])
    assert f"tenant_{operation}_summary_file is 'out.json'" in wave["msg"]
    assert everything_below(tmp_path) == before
    # And the summary does not say it once more.
    found = run_action(
        "qlik_wave_summary", {"operation": operation, "wave": wave, "dest": "out.json"}, play(operation).task_vars
    )
    assert not found.get("failed")
    assert everything_below(tmp_path) == before


def test_the_folder_of_the_summary_is_made_before_the_first_request(wire: Wire, tmp_path: Path) -> None:
    wave = guard(summary_file="reports/o.json")
    assert (wave["failed"], wire.sent) == (False, [])
    assert (tmp_path / "reports").is_dir()
    run_action("qlik_wave_summary", {"wave": wave, "dest": "reports/o.json"}, play().task_vars)
    assert json.loads((tmp_path / "reports" / "o.json").read_bytes())["operation"] == "decommission"


def test_the_place_of_a_receipt_is_not_that_of_the_summary(wire: Wire, tmp_path: Path) -> None:
    # Neither of the two is there yet.
    wave = guard(summary_file=f"qlik-receipts/{HOSTNAME}.json")
    assert (wave["failed"], wire.sent) == (True, [])
    assert (
        f"summary_file is 'qlik-receipts/{HOSTNAME}.json': the receipt of a tenant is to be kept there" in wave["msg"]
    )
    assert not guard(summary_file="qlik-receipts/summary.json")["failed"]


def test_what_comes_into_the_way_of_the_summary_during_the_run_is_not_overwritten(wire: Wire, tmp_path: Path) -> None:
    # Such as the receipt of a tenant.
    wave = guard(summary_file="out.json")
    foreign(tmp_path / "out.json")
    found = run_action("qlik_wave_summary", {"wave": wave, "dest": "out.json"}, play().task_vars)
    assert found["failed"] is True
    assert "tenant_decommission_summary_file is 'out.json'" in found["msg"]
    assert (tmp_path / "out.json").read_text() == "qlik_tenants: {}\n"


@pytest.mark.parametrize(
    ("args", "more"), [({}, {}), ({}, {"check_mode": True}), ({"planning": True, "plan": "p"}, {})]
)
def test_a_state_folder_that_cannot_be_stops_a_run_once_and_before_the_first_request(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, args: dict[str, t.Any], more: dict[str, t.Any]
) -> None:
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", "/dev/null/state")
    wave = guard(task=more, **args)
    assert wire.sent == []
    # What changes nothing needs no lock.
    assert wave["failed"] is not (bool(more) or bool(args))
    assert ("TENANTOPS_QLIK_STATE_DIR" in wave.get("msg", "")) is wave["failed"]


@pytest.mark.parametrize("make", [foreign, link, a_receipt, Path.mkdir])
@pytest.mark.parametrize("name", ["plan.json", "plan.md", "plan.json.sha256"])
def test_a_plan_that_must_not_be_written_there_is_not_made(
    wire: Wire, tmp_path: Path, name: str, make: t.Callable[[Path], t.Any]
) -> None:
    make(tmp_path / name)
    before = everything_below(tmp_path)
    wave = guard(planning=True, plan="plan.json")
    assert (wave["failed"], wire.sent) == (True, [])
    assert "qlik_plan is 'plan.json'" in wave["msg"]
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("out.json", "dest"),
        ("{{ tenant_decommission_preflight_file | default(none) }}", "tenant_decommission_preflight_file"),
        ("{{ mine }}", "mine"),
        ("{{ lookup('ansible.builtin.env', 'FILE') }}", "dest"),
    ],
)
@pytest.mark.parametrize("make", [foreign, link, a_receipt, Path.mkdir])
def test_preflight_looks_at_its_file_before_the_first_request(
    wire: Wire, tmp_path: Path, make: t.Callable[[Path], t.Any], written: str, named: str
) -> None:
    make(tmp_path / "out.json")
    before = everything_below(tmp_path)
    task = {"tenantops.qlik.qlik_preflight_info": {"dest": written}}
    found = run_action("qlik_preflight_info", {**CREDENTIALS, "dest": "out.json"}, play().task_vars, _ds=task)
    assert (found["failed"], wire.sent) == (True, [])
    assert found["msg"].startswith(f"{named} is 'out.json'")
    assert everything_below(tmp_path) == before


def test_preflight_writes_into_a_new_folder_and_over_its_earlier_file(wire: Wire, tmp_path: Path) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("probe", answers.token())
    for _time in range(2):
        run_action("qlik_preflight_info", {**CREDENTIALS, "dest": "new/out.json"}, play().task_vars)
    assert {"regions", "tenants", "problems"} <= json.loads((tmp_path / "new" / "out.json").read_bytes()).keys()
