# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deactivation that is verified: success is what the tenant's own host says, and nothing known is lost on the way."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import GIVEN_TOKEN, HOSTNAME, PURGE_DATE, TRACE_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

# What a tenant's host may say instead of "deactivated".
OTHER_STATES = {
    "active": answers.tenant_token(),
    "unauthorized": answers.UNKNOWN_CLIENT,
    "not_found": answers.NOBODYS_HOST,
    "unreachable": answers.Reply(501),
    "unknown": answers.HTML,
}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.mark.parametrize("code", ["TENANT_DEACTIVATED", "TENANT_DISABLED"])
def test_a_tenant_that_answers_as_deactivated_is_verified(wire: Wire, run: Run, code: str) -> None:
    wire.on("probe", answers.deactivated(code))
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "deactivate", "probe"]
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["probe"] == {
        "state": "deactivated",
        "http_status": 401,
        "code": code,
        "title": "Tenant has been deactivated. Contact your administrator for more details.",
        "trace_id": TRACE_ID,
    }


def test_verification_requests_no_token_of_the_tenant(wire: Wire, run: Run) -> None:
    # A tenant that is live all the same would get a bot user with administrator rights by being looked at.
    deactivate(run, verify=True)
    (probe,) = wire.of("probe")
    assert (probe.method, probe.url) == ("POST", f"https://{HOSTNAME}/oauth/token")
    assert probe.body == {"grant_type": "client_credentials"}
    assert "Authorization" not in probe.headers


def test_without_credentials_the_probe_sends_none_and_not_the_token_of_the_register_host(wire: Wire, run: Run) -> None:
    deactivate(run, verify=True, access_token=GIVEN_TOKEN, client_id=None, client_secret=None)
    (probe,) = wire.of("probe")
    assert probe.body == {"grant_type": "client_credentials"}
    assert "Authorization" not in probe.headers


def test_without_verify_the_tenants_host_is_left_in_peace(wire: Wire, run: Run) -> None:
    result = deactivate(run, verify=False)
    assert wire.of("probe") == []
    assert "probe" not in result


def test_it_is_probed_until_it_answers_as_deactivated(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("probe", answers.tenant_token(), answers.UNKNOWN_CLIENT, answers.HTML, answers.deactivated())
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "deactivate", *["probe"] * 4]
    assert (result["failed"], result["probe"]["state"]) == (False, "deactivated")
    assert len(clock.sleeps) == 3


@pytest.mark.parametrize("state", OTHER_STATES)
def test_a_tenant_that_is_not_verified_in_time_is_failed_and_changed_with_all_that_is_known(
    wire: Wire, run: Run, clock: FakeClock, state: str
) -> None:
    wire.on("probe", OTHER_STATES[state])
    result = deactivate(run, verify=True, verify_timeout=60)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["status"], result["estimated_purge_date"]) == ("disabled", PURGE_DATE)
    assert (result["previous_status"], result["probe"]["state"]) == ("active", state)
    assert sum(clock.sleeps) == pytest.approx(60)
    for told in (HOSTNAME, state, "60 s"):
        assert told in result["msg"]


# What keeps the probe from an answer after the deactivation was confirmed.
TROUBLES = {
    "rate limited for longer than max_wait": answers.rate_limited("100000"),
    "rate limited again and again": answers.rate_limited("300"),
    "a gateway's error with a wait": Reply(503, b"", {"Retry-After": "1000"}),
    "a gateway's error": Reply(502),
    "connection refused": faults.refused(),
    "connection cut": faults.cut(),
    "time-out": faults.read_timeout(),
    "certificate": faults.certificate(),
    "no such name": faults.name_unknown(),
    "tunnel refused": faults.tunnel_refused(),
    "a redirect": Reply(302, b"", {"Location": "https://elsewhere.example/"}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_while_verifying_loses_neither_the_change_nor_the_purge_date(
    wire: Wire, run: Run, trouble: str
) -> None:
    wire.on("probe", TROUBLES[trouble])
    result = deactivate(run, verify=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result.get("status"), result.get("estimated_purge_date")) == ("disabled", PURGE_DATE)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_verifying_takes_no_longer_than_it_may(wire: Wire, run: Run, clock: FakeClock, trouble: str) -> None:
    wire.on("probe", TROUBLES[trouble])
    deactivate(run, verify=True, verify_timeout=20)
    assert sum(clock.sleeps) <= 20


def test_with_no_time_to_verify_it_is_probed_once(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("probe", answers.tenant_token())
    result = deactivate(run, verify=True, verify_timeout=0)
    assert len(wire.of("probe")) == 1
    assert (result["failed"], result["changed"], clock.sleeps) == (True, True, [])


def test_a_tenant_that_was_disabled_before_is_verified_too(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "probe"]
    assert (result["failed"], result["changed"], result["probe"]["state"]) == (False, False, "deactivated")


def test_a_tenant_that_was_disabled_before_and_answers_is_failed_and_not_changed(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    wire.on("probe", answers.tenant_token())
    result = deactivate(run, verify=True)
    assert wire.of("deactivate") == []
    assert (result["failed"], result["changed"]) == (True, False)


def test_the_probe_that_stood_in_for_reading_verifies_as_well(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "probe"]
    assert (result["failed"], result["changed"], result["probe"]["state"]) == (False, False, "deactivated")


def test_with_reads_refused_the_probe_is_asked_again_after_the_post(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.tenant_token(), answers.deactivated())
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "probe", "deactivate", "probe"]
    assert (result["failed"], result["changed"], result["probe"]["state"]) == (False, True, "deactivated")


def test_a_lost_answer_that_was_resolved_is_verified(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", faults.cut())
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read", "deactivate", "read", "probe"]
    assert (result["failed"], result["changed"], result["probe"]["state"]) == (False, True, "deactivated")


def test_in_check_mode_a_tenant_that_would_be_deactivated_is_not_probed(wire: Wire, run: Run) -> None:
    run.check_mode = True
    assert deactivate(run, verify=True)["failed"] is False
    assert wire.of("probe") == []


def test_in_check_mode_a_disabled_tenant_is_probed_without_waiting(wire: Wire, run: Run, clock: FakeClock) -> None:
    run.check_mode = True
    wire.on("read", answers.record("disabled"))
    assert deactivate(run, verify=True)["probe"]["state"] == "deactivated"
    assert (wire.sequence, clock.sleeps) == (["token", "read", "probe"], [])
