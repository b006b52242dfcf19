# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_tenant_reactivate: the undo, with the care of the deactivation; a look confirms it, not the answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

POST = f"POST /api/v1/tenants/{TENANT_ID}/actions/reactivate"


def reactivate(run: Run, **given: t.Any) -> dict[str, t.Any]:
    options = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "tenant_id": TENANT_ID, "hostname": HOSTNAME}
    return operate("qlik_tenant_reactivate", run, **{**options, **given})


@pytest.fixture(autouse=True)
def _disabled(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("disabled"), answers.record("active"))
    wire.on(POST, answers.as_json(200, {}))
    wire.on("probe", answers.tenant_token())


@pytest.mark.parametrize(
    "answer",
    [
        answers.as_json(200, {}),
        answers.as_json(200, {"id": TENANT_ID, "status": "active"}),
        answers.EMPTY,
        answers.HTML,
    ],
    ids=["reference", "guide", "empty", "HTML"],
)
def test_a_disabled_tenant_is_reactivated_and_a_reading_confirms_it(wire: Wire, run: Run, answer: Reply) -> None:
    wire.on(POST, answer)
    result = reactivate(run)
    assert wire.sequence == ["token", "read", POST, "read"]
    post = wire.of(POST)[0]
    assert post.headers["qlik-confirm-hostname"] == HOSTNAME
    assert post.content is None
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["status"], result["previous_status"]) == ("active", "disabled")
    assert result["diff"]["after"] == {"status": "active"}


@pytest.mark.parametrize("status", ["active", "user-access-disabled"])
def test_a_tenant_that_lives_is_left_alone_with_its_own_status(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    result = reactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["changed"], result["status"]) == (False, status)


def test_check_mode_sends_no_reactivation(wire: Wire, run: Run) -> None:
    run.check_mode = True
    result = reactivate(run, verify=True)
    assert wire.of(POST) == []
    assert (result["changed"], result["status"], result["previous_status"]) == (True, "active", "disabled")


def test_an_answer_without_effect_is_asked_for_once_and_is_no_success(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    result = reactivate(run, retries=2)
    assert len(wire.of(POST)) == 1
    assert (result["failed"], result["changed"]) == (True, True)
    assert "was sent and is not confirmed" in result["msg"]


@pytest.mark.parametrize("lost", [faults.cut(), faults.read_timeout(), answers.BAD_GATEWAY], ids=["cut", "late", "502"])
def test_a_lost_answer_is_resolved_by_reading(wire: Wire, run: Run, lost: BaseException | Reply) -> None:
    wire.on(POST, lost)
    result = reactivate(run)
    assert (result["failed"], result["changed"], len(wire.of(POST))) == (False, True, 1)


@pytest.mark.parametrize("gone", [answers.NO_SUCH_TENANT, answers.record("deleted")], ids=["TENANTS-8", "deleted"])
def test_a_tenant_that_is_gone_gets_a_clear_word(wire: Wire, run: Run, gone: Reply) -> None:
    wire.on("read", gone)
    result = reactivate(run)
    assert (result["failed"], result["changed"], wire.of(POST)) == (True, False, [])
    assert "nothing can restore it" in result["msg"]


@pytest.mark.parametrize("refusal", answers.REFUSED_READS.values(), ids=answers.REFUSED_READS.keys())
def test_where_reads_are_refused_the_probe_decides_and_confirms(wire: Wire, run: Run, refusal: Reply) -> None:
    wire.on("read", refusal)
    wire.on("probe", answers.deactivated(), answers.tenant_token())
    result = reactivate(run)
    assert len(wire.of(POST)) == 1
    assert (result["failed"], result["changed"], result["previous_status"]) == (False, True, "disabled")


def test_verifying_waits_until_the_tenant_answers_as_live(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("probe", answers.deactivated(), answers.deactivated(), answers.UNKNOWN_CLIENT)
    result = reactivate(run, verify=True)
    assert (result["failed"], result["probe"]["state"]) == (False, "unauthorized")
    assert clock.sleeps


def test_a_tenant_that_does_not_answer_as_live_in_time_is_failed_and_changed(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.deactivated())
    result = reactivate(run, verify=True, verify_timeout=5)
    assert (result["failed"], result["changed"], result["status"]) == (True, True, "active")
    assert "after 5 s (verify_timeout) its own host does not answer as live" in result["msg"]


def test_another_confirmation_sends_nothing(wire: Wire, run: Run) -> None:
    assert reactivate(run, confirm_hostname="beta.eu.qlikcloud.com")["failed"]
    assert wire.sent == []
