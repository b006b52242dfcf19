# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signed plan from its making to the receipts: who approved it is checked before anything else, and recorded as a fact."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import CREDENTIALS, Play, run_action, written
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW
from ansible_collections.tenantops.qlik.tests.unit.plans import plan_of, put_plan, to_deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import content_of, schema_faults
from ansible_collections.tenantops.qlik.tests.unit.signing import Key, make_key
from ansible_collections.tenantops.qlik.tests.unit.waves import TOKENS
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

ALICE, BOB = "alice@example.com", "bob@example.com"
PLAN = plan_of(to_deactivate(), planned_by="carol@example.com")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Key]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in (ALICE, BOB)}


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", lambda self: NOW)
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def signed(keys: dict[str, Key], tmp_path: Path) -> dict[str, t.Any]:
    """The options of a run that applies a plan which both have signed."""
    plan = tmp_path / "plan.json"
    put_plan(plan, PLAN)
    allowed = tmp_path / "safe" / "allowed_signers"
    allowed.parent.mkdir()
    allowed.write_text("".join(f"{name} {key.public}\n" for name, key in keys.items()))
    signatures = [str(key.sign(plan)) for key in keys.values()]
    return {
        "plan": str(plan),
        "approvals_required": 2,
        "plan_signatures": signatures,
        "allowed_signers": str(allowed),
    }


def guard(options: dict[str, t.Any], play: Play | None = None, **more: t.Any) -> dict[str, t.Any]:
    play = play or Play({HOSTNAME: written(confirm_hostname=None)})
    return run_action("qlik_wave_guard", {**CREDENTIALS, **options, **more}, play.task_vars)


def refusal(wire: Wire, options: dict[str, t.Any], **more: t.Any) -> str:
    wave = guard(options, **more)
    assert wave["failed"] is True
    assert wire.sent == []
    return str(wave["msg"])


def test_signatures_take_the_place_of_the_digest(
    wire: Wire, signed: dict[str, t.Any], keys: dict[str, Key], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(output.display, "display", lambda line, *args, **kwargs: printed.append(line))
    play = Play({HOSTNAME: written(confirm_hostname=None)})
    wave = guard(signed, play)
    facts = [{"identity": name, "key": key.fingerprint} for name, key in keys.items()]
    assert (wave["failed"], wave["approvals"]) == (False, facts)
    variables = {"inventory_hostname": HOSTNAME}
    result = run_action("qlik_wave_tenant", {"tenant": wave["tenants"][HOSTNAME], "tokens": TOKENS}, variables)
    assert (result["failed"], result["changed"]) == (False, True)
    assert wire.sequence == ["read", "deactivate", "probe"]
    events = content_of(tmp_path / "qlik-receipts" / f"{HOSTNAME}.json")["events"]
    assert [one["approvals"] for one in events] == [facts] * 3
    summary = run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)["summary"]
    assert summary["approvals"] == facts
    assert schema_faults("summary", summary) == []
    assert f"  {ALICE} ({keys[ALICE].fingerprint})" in printed


def test_a_digest_beside_signatures_must_fit(wire: Wire, signed: dict[str, t.Any]) -> None:
    digest = put_plan(Path(signed["plan"]), PLAN)
    assert guard(signed, plan_sha256=digest)["failed"] is False
    assert "it is not the plan that was approved" in refusal(wire, signed, plan_sha256="0" * 64).replace(
        "the file", "it"
    )
    assert "qlik_plan_sha256 is given and empty" in refusal(wire, signed, plan_sha256="")


def test_without_required_approvals_the_digest_is_needed(wire: Wire, signed: dict[str, t.Any]) -> None:
    assert "qlik_plan_sha256 is missing" in refusal(wire, signed, approvals_required=0)


def test_approvals_without_a_plan(wire: Wire, signed: dict[str, t.Any]) -> None:
    assert "qlik_approvals_required is 2, and qlik_plan is missing" in refusal(wire, signed, plan=None)


@pytest.mark.parametrize("check_mode", [False, True])
def test_too_few_stop_the_run_before_the_first_request(wire: Wire, signed: dict[str, t.Any], check_mode: bool) -> None:
    play = Play({HOSTNAME: written(confirm_hostname=None)})
    options = {**CREDENTIALS, **signed, "plan_signatures": signed["plan_signatures"][:1]}
    wave = run_action("qlik_wave_guard", options, play.task_vars, check_mode=check_mode)
    assert "qlik_approvals_required is 2, and it is approved by alice@example.com (" in wave["msg"]
    assert wire.sent == []


def test_who_made_the_plan_stands_in_it(wire: Wire, signed: dict[str, t.Any], keys: dict[str, Key]) -> None:
    plan = Path(signed["plan"])
    put_plan(plan, plan_of(to_deactivate(), planned_by=BOB))
    signed["plan_signatures"] = [str(key.sign(plan)) for key in keys.values()]
    assert f"{BOB} ({keys[BOB].fingerprint}) made the plan" in refusal(wire, signed)
    assert guard(signed, planner_may_approve=True)["failed"] is False


def test_a_clock_that_is_set_back(
    wire: Wire, signed: dict[str, t.Any], keys: dict[str, Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would make an expired key valid again. But the plan has its own date, and that is signed."""
    Path(signed["allowed_signers"]).write_text(f'{ALICE} valid-before="20261101" {keys[ALICE].public}\n')
    assert "key has expired" in refusal(wire, signed, approvals_required=1)
    monkeypatch.setattr(Clock, "now", lambda self: NOW - timedelta(days=30))
    assert "which is in the future: check the clock of this machine" in refusal(wire, signed, approvals_required=1)


def test_a_plan_says_who_makes_it(tmp_path: Path) -> None:
    options = {"wave": {"failed": False, "listed": {}, "limit": {"tenants": 10, "option": "max"}}, "dest": "plan.json"}
    play = Play({})
    wave = run_action("qlik_wave_guard", {"empty": True, "planning": True, "plan": "plan.json"}, play.task_vars)
    made = run_action("qlik_wave_plan", {**options, "wave": wave, "planned_by": "Ada\x1b[2J"}, play.task_vars)
    assert made["failed"] is False
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    assert plan["planned_by"] == "Ada [2J"
    assert schema_faults("plan", plan) == []
    text = (tmp_path / "plan.md").read_text()
    assert "by `Ada [2J` (not verified)" in text
    assert "`ssh-keygen -Y sign -f KEY -n tenantops.qlik.plan plan.json`" in text
    wrong = run_action("qlik_wave_plan", {**options, "wave": wave, "planned_by": ["Ada"]}, play.task_vars)
    assert "qlik_planned_by is ['Ada']: it must be a text" in wrong["msg"]
