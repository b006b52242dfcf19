# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts of tasks: kept in the controller alone, and all tasks of a run name the same run in them."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import CREDENTIALS, Play, guard, run_action, written
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.receipts import content_of, everything_below
from ansible_collections.tenantops.qlik.tests.unit.waves import TOKENS
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

TENANT = {**CREDENTIALS, "tenant_id": TENANT_ID, "hostname": HOSTNAME}
CHANGES = ["qlik_tenant_deactivate", "qlik_tenant_reactivate"]


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: None)
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    "task",
    [{"async_val": 60}, {"delegate_to": "jump.example"}, {"async_val": 60, "delegate_to": "jump.example"}],
    ids=["async", "delegated", "both"],
)
def test_a_receipt_is_refused_where_the_task_runs_elsewhere(
    wire: Wire, tmp_path: Path, name: str, task: dict[str, t.Any]
) -> None:
    # A connection that is touched fails the test.
    result = run_action(name, {**TENANT, "receipt_path": "receipts/a.json"}, **task)
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    for words in ("receipt_path", name, "async", "delegate_to"):
        assert words in result["msg"]
    assert everything_below(tmp_path) == {}


@pytest.mark.parametrize("delegate", [None, "localhost", "127.0.0.1", HOSTNAME])
def test_a_receipt_is_kept_where_the_task_runs_here(wire: Wire, tmp_path: Path, delegate: str | None) -> None:
    result = run_action("qlik_tenant_deactivate", {**TENANT, "receipt_path": "receipts/a.json"}, delegate_to=delegate)
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["receipt"] == str(tmp_path / "receipts" / "a.json")
    assert [one["event"] for one in content_of(tmp_path / "receipts" / "a.json")["events"]] == ["intent", "deactivated"]


def test_all_tasks_of_a_run_name_the_same_run(wire: Wire, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run_action("qlik_tenant_deactivate", {**TENANT, "receipt_path": f"receipts/{name}.json"})
    runs = {one["run"] for name in "ab" for one in content_of(tmp_path / "receipts" / f"{name}.json")["events"]}
    assert runs == {Run().run_id}


def test_the_workers_that_are_forked_name_the_run_of_their_parent() -> None:
    there, here = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(here, Run().run_id.encode())
        os._exit(0)
    os.close(here)
    assert os.read(there, 100).decode() == Run().run_id
    os.close(there)
    assert os.waitpid(pid, 0)[1] == 0


def test_a_name_that_is_given_goes_before_the_runs_own(tmp_path: Path) -> None:
    run_action("qlik_tenant_deactivate", {**TENANT, "receipt_path": "a.json", "run_id": "night-7"})
    assert {one["run"] for one in content_of(tmp_path / "a.json")["events"]} == {"night-7"}


def test_a_wave_its_receipts_and_its_summary_name_the_same_run_and_the_same_claims(wire: Wire, tmp_path: Path) -> None:
    play = Play({HOSTNAME: {**written(), "qlik_approved_by": "eve", "qlik_ticket": "OPS-7"}})
    wave = guard(play.hosts)
    result = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS})
    summary = run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)["summary"]
    # No file names the host: its receipt is in the folder that the run was started in.
    path = tmp_path / "qlik-receipts" / f"{HOSTNAME}.json"
    assert result["receipt"] == summary["tenants"][0]["receipt"] == str(path)
    events = content_of(path)["events"]
    assert [one["event"] for one in events] == ["intent", "deactivated", "observed"]
    assert {(one["run"], one["approved_by"], one["ticket"]) for one in events} == {(summary["run"], "eve", "OPS-7")}


def test_a_claim_that_was_changed_after_the_guard_sends_nothing(wire: Wire, tmp_path: Path) -> None:
    tenant = guard()["tenants"][HOSTNAME]
    for key, value in {
        "approved_by": "eve",
        "counted": False,
        "receipts_dir": "/elsewhere",
        "operation": "restore",
    }.items():
        result = run_action("qlik_wave_tenant", {"tenant": {**tenant, key: value}, "tokens": TOKENS})
        assert (result["failed"], wire.sent) == (True, [])
    # The guard has made the state folder.
    assert {name.partition("/")[0] for name in everything_below(tmp_path)} == {".local"}


@pytest.mark.parametrize("name", CHANGES)
def test_check_mode_leaves_no_trace(wire: Wire, tmp_path: Path, name: str) -> None:
    result = run_action(name, {**TENANT, "receipt_path": "receipts/a.json"}, check_mode=True)
    assert result["failed"] is False
    assert everything_below(tmp_path) == {}
