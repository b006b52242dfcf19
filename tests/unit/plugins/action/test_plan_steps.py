# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan and apply as actions: what the guard refuses, what is written, and that nothing is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.tenantops.qlik.plugins.action import qlik_wave_plan
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import Play, run_action
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.receipts import schema_faults
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, TOKENS
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
OTHER = "other.eu.qlikcloud.com"


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    monkeypatch.setattr(qlik_wave_plan.display, "display", lambda *_a, **_k: None)


def host(hostname: str = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    """A host without a confirmation."""
    written = {"hostname": hostname, "tenant_id": TENANT_ID, **given}
    return {f"{PREFIX}{name}": value for name, value in written.items()}


def guard(play: Play, **args: t.Any) -> dict[str, t.Any]:
    return run_action("qlik_wave_guard", {**CREDENTIALS, **args}, play.task_vars)


def make_plan(tmp_path: Path, **more: t.Any) -> tuple[Path, str]:
    """The plan of the tenant of the tests, and its digest."""
    play = Play({HOSTNAME: host()})
    path = tmp_path / "plan.json"
    wave = guard(play, planning=True, plan=str(path))
    found = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS})
    assert (found["failed"], found["changed"], found["action"]) == (False, False, "deactivate")
    play.registered[HOSTNAME]["tenant_decommission_result"] = found
    made = run_action("qlik_wave_plan", {"wave": wave, "dest": str(path), **more}, play.task_vars)
    assert made["failed"] is False
    return path, made["plan_sha256"]


def test_a_plan_is_written_with_its_digest_and_a_table_and_sends_no_action(wire: Wire, tmp_path: Path) -> None:
    path, digest = make_plan(tmp_path)
    assert wire.sequence == ["read"]
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    assert (tmp_path / "plan.json.sha256").read_text() == f"{digest}  plan.json\n"
    assert f"`{HOSTNAME}`" in (tmp_path / "plan.md").read_text()
    assert schema_faults("plan", json.loads(content)) == []
    assert {one.stat().st_mode & 0o777 for one in tmp_path.glob("plan*")} == {0o600}


def test_the_statistics_of_the_run_have_the_plan_and_not_its_digest(tmp_path: Path) -> None:
    play = Play({HOSTNAME: host()})
    wave = guard(play, planning=True, plan="plan.json")
    found = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS})
    play.registered[HOSTNAME]["tenant_decommission_result"] = found
    made = run_action("qlik_wave_plan", {"wave": wave, "dest": str(tmp_path / "plan.json")}, play.task_vars)
    data = made["ansible_stats"]["data"]
    assert base64.b64decode(data["qlik_plan_base64"]) == (tmp_path / "plan.json").read_bytes()
    assert made["plan_sha256"] not in str(data)


def test_what_was_passed_for_planning_is_never_acted_on(wire: Wire) -> None:
    wave = guard(Play({HOSTNAME: host(confirm_hostname=HOSTNAME)}), planning=True, plan="plan.json")
    found = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS}, check_mode=False)
    assert wire.sequence == ["read"]
    assert found["changed"] is False


@pytest.mark.parametrize("result", [None, {"failed": True, "msg": "no answer"}])
def test_a_plan_that_lacks_a_tenant_is_none_and_leaves_the_old_files(tmp_path: Path, result: t.Any) -> None:
    path, _digest = make_plan(tmp_path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()}
    play = Play({HOSTNAME: host(), OTHER: host(OTHER, tenant_id="o")})
    wave = guard(play, planning=True, plan=str(path))
    found = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS})
    play.registered[HOSTNAME]["tenant_decommission_result"] = found
    if result:
        play.registered[OTHER]["tenant_decommission_result"] = result
    made = run_action("qlik_wave_plan", {"wave": wave, "dest": str(path)}, play.task_vars)
    assert made["failed"] is True
    assert "1 of 2 tenants" in made["msg"]
    assert "plan of an earlier run" in made["msg"]
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()} == before


def test_an_approved_plan_is_the_confirmation_and_stands_in_the_receipt(wire: Wire, tmp_path: Path) -> None:
    path, digest = make_plan(tmp_path)
    play = Play({HOSTNAME: host(receipts_dir=str(tmp_path / "receipts"))})
    wave = guard(play, plan=str(path), plan_sha256=digest.upper(), approved_by="Ada", ticket="CHG-1")
    assert (wave["failed"], wave["plan_sha256"], wave["to_change"]) == (False, digest, 1)
    found = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS})
    assert wire.sequence == ["read", "read", "deactivate", "probe"]
    assert found["changed"] is True
    events = json.loads((tmp_path / "receipts" / f"{HOSTNAME}.json").read_text())["events"]
    assert {(one["plan_sha256"], one["approved_by"], one["ticket"]) for one in events} == {(digest, "Ada", "CHG-1")}


@pytest.mark.parametrize(
    ("args", "hosts", "told"),
    [
        ({"plan_sha256": None}, [HOSTNAME], "qlik_plan_sha256 is missing"),
        ({"plan_sha256": ""}, [HOSTNAME], "qlik_plan_sha256 is missing"),
        ({"plan_sha256": "abc"}, [HOSTNAME], "64 digits"),
        ({"plan_sha256": "0" * 64}, [HOSTNAME], "not the plan that was approved"),
        ({"plan": None}, [HOSTNAME], "qlik_plan is missing"),
        ({"plan": "nowhere.json"}, [HOSTNAME], "cannot be read"),
        ({"plan_max_hours": 24}, [HOSTNAME], "qlik_plan_max_hours allows 24"),
        ({"plan_max_hours": "long"}, [HOSTNAME], "qlik_plan_max_hours is 'long'"),
        ({"max_tenants": 0}, [HOSTNAME], "1 tenant to deactivate by the plan"),
        ({}, [HOSTNAME, OTHER], f"The plan lacks {OTHER}"),
    ],
)
def test_a_wave_that_is_not_as_approved_is_refused(
    wire: Wire, tmp_path: Path, args: dict[str, t.Any], hosts: list[str], told: str
) -> None:
    path, digest = make_plan(tmp_path)
    sent = len(wire.sent)
    play = Play({one: host(one, tenant_id=TENANT_ID if one == HOSTNAME else "o") for one in hosts})
    wave = guard(play, **{"plan": str(path), "plan_sha256": digest, **args})
    assert wave["failed"] is True
    assert told in wave["msg"]
    assert "tenants" not in wave
    assert len(wire.sent) == sent


def test_an_expired_plan_and_a_changed_file_are_refused(tmp_path: Path) -> None:
    path, digest = make_plan(tmp_path, valid_hours=0)
    play = Play({HOSTNAME: host()})
    assert "it expired at" in guard(play, plan=str(path), plan_sha256=digest)["msg"]
    path.write_bytes(path.read_bytes() + b" ")
    assert "not the plan that was approved" in guard(play, plan=str(path), plan_sha256=digest)["msg"]


def test_hosts_that_mean_other_tasks_than_the_play_was_loaded_with_refuse_the_wave() -> None:
    play = Play({HOSTNAME: host(pre_tasks="mine.yml", confirm_hostname=HOSTNAME)}, {f"{PREFIX}pre_tasks": "loaded.yml"})
    wave = guard(play)
    assert wave["failed"] is True
    assert "is not what the play was loaded with ('loaded.yml')" in wave["msg"]


@pytest.mark.parametrize(
    ("mark", "arguments", "acts"),
    [
        ("right", {}, True),
        ("right", {"tags": ["all"], "skip_tags": []}, True),
        (None, {}, False),
        ("wrong", {}, False),
        ("right", {"skip_tags": ["slow"]}, False),
        ("right", {"tags": ["untagged"]}, False),
        ("right", {"tags": ["all", "slow"]}, False),
    ],
)
def test_a_tenant_whose_tasks_come_first_needs_the_mark_that_all_of_them_ran(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, mark: str | None, arguments: dict[str, t.Any], acts: bool
) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs(arguments))
    play = Play({HOSTNAME: host(pre_tasks="p.yml", confirm_hostname=HOSTNAME)}, {f"{PREFIX}pre_tasks": "p.yml"})
    entry = guard(play)["tenants"][HOSTNAME]
    assert entry["prepares"] is True
    variables = {"_tenant_decommission_prepared": entry["seal"] if mark == "right" else mark}
    found = run_action("qlik_wave_tenant", {"tenant": entry, "tokens": TOKENS}, variables)
    assert found["changed"] is acts
    assert found["failed"] is not acts
    assert ("deactivate" in wire.sequence) is acts


def test_the_entry_of_another_host_is_none(wire: Wire) -> None:
    wave = guard(Play({HOSTNAME: host(confirm_hostname=HOSTNAME)}))
    entry = wave["tenants"][HOSTNAME]
    found = run_action("qlik_wave_tenant", {"tenant": entry, "tokens": TOKENS}, {"inventory_hostname": OTHER})
    assert found["failed"] is True
    assert wire.sent == []
