# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deactivations that fail for now: what is waited for, what is read again, and that no second POST takes effect."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, PURGE_DATE, TENANT_ID, TRACE_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

COMPUTED = "2026-12-24T12:00:01Z"  # statusLastUpdatedAt of the record + 30 days

# A request that may have reached the server, with no answer that tells.
LOST = {
    "cut": faults.cut(),
    "reset": faults.reset(),
    "cut by a proxy": faults.cut_by_proxy(),
    "502": answers.BAD_GATEWAY,
    "503": answers.UNAVAILABLE,
    "504": Reply(504),
}
LOST_OR_LATE = {**LOST, "read time-out": faults.read_timeout(), "write time-out": faults.write_timeout()}

# A request that cannot have reached the server.
NOT_SENT = {
    "connection refused": faults.refused(),
    "no connection in time": faults.connect_timeout(),
    "name service down": faults.name_service_down(),
    "proxy refused": faults.proxy_refused(),
    "the proxy cannot connect now": faults.tunnel_refused("503 Service Unavailable"),
}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())


def test_a_rate_limited_post_is_sent_again_after_the_wait_and_another_look(
    wire: Wire, run: Run, clock: FakeClock
) -> None:
    wire.on("deactivate", answers.rate_limited("7"), answers.disabled())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read", "deactivate"]
    assert (result["failed"], result["changed"], result["estimated_purge_date"]) == (False, True, PURGE_DATE)
    assert clock.sleeps == [7]


def test_a_rate_limit_with_a_date_is_waited_for(wire: Wire, run: Run, clock: FakeClock) -> None:
    limited = answers.rate_limited("Tue, 24 Nov 2026 12:00:11 GMT", Date="Tue, 24 Nov 2026 12:00:00 GMT")
    wire.on("deactivate", limited, answers.disabled())
    assert deactivate(run)["changed"] is True
    assert clock.sleeps == [11]


@pytest.mark.parametrize("lost", LOST)
def test_a_post_without_effect_is_sent_again_after_another_look(wire: Wire, run: Run, lost: str) -> None:
    wire.on("deactivate", LOST[lost], answers.disabled())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read", "deactivate"]
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (PURGE_DATE, False)


@pytest.mark.parametrize("fault", NOT_SENT)
def test_a_post_that_was_not_sent_is_sent_after_another_look(wire: Wire, run: Run, fault: str) -> None:
    wire.on("deactivate", NOT_SENT[fault], answers.disabled())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read", "deactivate"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("fault", NOT_SENT)
def test_a_post_that_could_never_be_sent_fails_without_a_change(wire: Wire, run: Run, fault: str) -> None:
    wire.on("deactivate", NOT_SENT[fault])
    result = deactivate(run, retries=2)
    assert len(wire.of("deactivate")) == 3
    assert (result["failed"], result["changed"]) == (True, False)


@pytest.mark.parametrize("lost", LOST_OR_LATE)
def test_a_lost_answer_is_resolved_by_reading(wire: Wire, run: Run, lost: str) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", LOST_OR_LATE[lost])
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["previous_status"], result["status"]) == ("active", "disabled")
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (COMPUTED, True)


def test_the_computed_purge_date_counts_the_days_that_were_asked_for(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", faults.cut())
    assert deactivate(run, purge_after_days=10)["estimated_purge_date"] == "2026-12-04T12:00:01Z"


@pytest.mark.parametrize("since", [None, "", "yesterday", 1764000000])
def test_without_the_time_of_the_change_no_date_is_computed(wire: Wire, run: Run, since: object) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled", statusLastUpdatedAt=since))
    wire.on("deactivate", faults.cut())
    result = deactivate(run)
    assert (result["failed"], result["changed"], result["estimated_purge_date"]) == (False, True, None)
    assert result["purge_date_computed"] is False


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_at_the_end_of_the_calendar_does_not_lose_the_result(wire: Wire, run: Run, since: str) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled", statusLastUpdatedAt=since))
    wire.on("deactivate", faults.cut())
    result = deactivate(run)
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")


@pytest.mark.parametrize("fault", [faults.read_timeout(), faults.write_timeout()], ids=["read", "write"])
def test_after_a_time_out_no_second_post_goes_out_while_the_first_may_be_running(
    wire: Wire, run: Run, fault: BaseException
) -> None:
    wire.on("read", *[answers.record("active")] * 4, answers.record("disabled"))
    wire.on("deactivate", fault, answers.disabled())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read", "read", "read", "read"]
    assert (result["failed"], result["changed"]) == (False, True)


def test_a_time_out_that_nothing_resolves_fails_as_sent_with_one_post(wire: Wire, run: Run) -> None:
    wire.on("deactivate", faults.read_timeout())
    result = deactivate(run)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, True)
    assert "not confirmed" in result["msg"]
    assert HOSTNAME in result["msg"]


@pytest.mark.parametrize("lost", LOST)
def test_a_deactivation_that_is_lost_again_and_again_fails_as_sent(wire: Wire, run: Run, lost: str) -> None:
    wire.on("deactivate", LOST[lost])
    result = deactivate(run, retries=3)
    assert len(wire.of("deactivate")) == 4
    assert wire.sequence[-1] == "read"
    assert (result["failed"], result["changed"]) == (True, True)


def test_without_retries_a_lost_answer_is_resolved_all_the_same(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", faults.cut())
    result = deactivate(run, retries=0)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("lost", [faults.cut(), answers.UNAVAILABLE, Reply(503, b"", {"Retry-After": "901"})])
def test_with_no_time_left_to_wait_a_lost_answer_is_resolved_all_the_same(wire: Wire, run: Run, lost: t.Any) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", lost)
    result = deactivate(run, max_wait=0)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("refusal", answers.REFUSED_READS)
@pytest.mark.parametrize("code", ["TENANT_DEACTIVATED", "TENANT_DISABLED"])
def test_with_reads_refused_the_probe_resolves_a_lost_answer(wire: Wire, run: Run, refusal: str, code: str) -> None:
    wire.on("read", answers.REFUSED_READS[refusal])
    wire.on("probe", answers.tenant_token(), answers.deactivated(code))
    wire.on("deactivate", faults.cut())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "probe", "deactivate", "read", "probe"]
    assert (result["failed"], result["changed"], result["previous_status"]) == (False, True, "active")
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (None, False)


# What is found after a POST whose answer was lost, that resolves nothing.
UNRESOLVED = {
    "register host gone": {"read": faults.refused()},
    "register host broken": {"read": Reply(500)},
    "register host speaks HTML": {"read": answers.HTML},
    "another tenant": {"read": answers.record("active", id="another")},
    "nobody knows the tenant": {"read": answers.NO_SUCH_TENANT},
    "a strange status": {"read": answers.record("suspended")},
    "other hostnames": {"read": answers.record("disabled", hostnames=["other.eu.qlikcloud.com"])},
    "reads refused, host gone": {"read": answers.FORBIDDEN, "probe": faults.refused()},
    "reads refused, nobody's host": {"read": answers.FORBIDDEN, "probe": answers.NOBODYS_HOST},
    "rate limited for long": {"read": answers.rate_limited("100000")},
}


@pytest.mark.parametrize("found", UNRESOLVED)
def test_a_lost_answer_that_nothing_resolves_is_failed_and_changed(wire: Wire, run: Run, found: str) -> None:
    later = UNRESOLVED[found]
    wire.on("read", answers.record("active"), later["read"])
    if "probe" in later:
        wire.on("probe", later["probe"])
    wire.on("deactivate", faults.cut())
    result = deactivate(run, retries=1)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["id"], result["hostname"]) == (TENANT_ID, HOSTNAME)
    assert "was sent and is not confirmed" in result["msg"]


@pytest.mark.parametrize("found", UNRESOLVED)
def test_a_message_about_a_lost_answer_does_not_say_that_nothing_was_sent(wire: Wire, run: Run, found: str) -> None:
    later = UNRESOLVED[found]
    wire.on("read", answers.record("active"), later["read"])
    if "probe" in later:
        wire.on("probe", later["probe"])
    wire.on("deactivate", faults.cut())
    assert "nothing was changed" not in deactivate(run, retries=1)["msg"].lower()


def test_the_reset_of_a_countdown_is_not_sent_twice(wire: Wire, run: Run) -> None:
    # Reading cannot tell a countdown that was restarted from one that was not.
    wire.on("read", answers.record("disabled"))
    wire.on("deactivate", faults.cut(), answers.disabled())
    result = deactivate(run, reset_purge_timer=True)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, True)


def test_with_reset_purge_timer_a_lost_answer_for_an_active_tenant_is_resolved_by_reading(wire: Wire, run: Run) -> None:
    # It was active and is disabled now: that can be told.
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", faults.cut())
    result = deactivate(run, reset_purge_timer=True)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["estimated_purge_date"]) == (False, True, COMPUTED)


@pytest.mark.parametrize("lost", LOST)
def test_with_reset_purge_timer_a_post_without_effect_on_an_active_tenant_is_sent_again(
    wire: Wire, run: Run, lost: str
) -> None:
    # It is active still: no countdown was started that a second POST could move.
    wire.on("deactivate", LOST[lost], answers.disabled())
    result = deactivate(run, reset_purge_timer=True)
    assert wire.sequence == ["token", "read", "deactivate", "read", "deactivate"]
    assert (result["failed"], result["changed"], result["estimated_purge_date"]) == (False, True, PURGE_DATE)


def test_somebody_else_may_have_deactivated_it_while_the_rate_limit_held(wire: Wire, run: Run) -> None:
    # A 429 says that the POST had no effect: the tenant that is disabled by then was not disabled by this run.
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", answers.rate_limited())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"]) == (False, False)


def test_a_rate_limit_that_outlasts_max_wait_fails_and_nothing_is_waited_for(
    wire: Wire, run: Run, clock: FakeClock
) -> None:
    wire.on("deactivate", answers.rate_limited("901"))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["failed"], result["changed"], clock.sleeps) == (True, False, [])
    assert (result["http_status"], result["code"], result["trace_id"]) == (429, "HTTP-429", TRACE_ID)
    assert "max_wait" in result["msg"]


def test_a_rate_limit_that_does_not_end_fails_after_the_retries(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("deactivate", answers.rate_limited("7"))
    result = deactivate(run, retries=2)
    assert len(wire.of("deactivate")) == 3
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 429)
    # After the second block in a row, it leaves the API alone for a quarter of the block longer.
    assert clock.sleeps == [7, 7, 7 / 4]


def test_all_waits_of_a_task_together_stay_within_max_wait(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("token", answers.rate_limited("20"), answers.token())
    wire.on("read", answers.rate_limited("20"), answers.record("active"))
    wire.on("deactivate", answers.rate_limited("20"))
    result = deactivate(run, max_wait=50, retries=10)
    assert (result["failed"], result["changed"]) == (True, False)
    assert clock.sleeps == [20, 20]


@pytest.mark.parametrize("kind", ["token", "read"])
@pytest.mark.parametrize("fault", {**LOST_OR_LATE, **NOT_SENT, "429": answers.rate_limited()})
def test_whatever_only_reads_is_asked_again(wire: Wire, run: Run, kind: str, fault: str) -> None:
    trouble = {**LOST_OR_LATE, **NOT_SENT, "429": answers.rate_limited()}[fault]
    wire.on(kind, trouble, trouble, {"token": answers.token(), "read": answers.record("active")}[kind])
    result = deactivate(run)
    assert len(wire.of(kind)) == 3
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("kind", ["token", "read"])
@pytest.mark.parametrize("fault", [faults.certificate(), faults.name_unknown()], ids=["certificate", "name unknown"])
def test_what_will_not_get_better_is_not_asked_again(
    wire: Wire, run: Run, kind: str, fault: BaseException, clock: FakeClock
) -> None:
    wire.on(kind, fault)
    result = deactivate(run)
    assert len(wire.of(kind)) == 1
    assert (result["failed"], result["changed"], clock.sleeps) == (True, False, [])
