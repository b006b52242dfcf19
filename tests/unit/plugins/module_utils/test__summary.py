# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run in lines: a line a tenant, totals, failures with the server's words, whatever happened."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._summary import summarize
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, PURGE_DATE
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless

CHANGED = {
    "hostname": HOSTNAME,
    "failed": False,
    "changed": True,
    "previous_status": "active",
    "status": "disabled",
    "estimated_purge_date": PURGE_DATE,
    "purge_date_reckoned": False,
    "probe_state": "deactivated",
    "msg": "active → disabled",
}
UNCHANGED = {**CHANGED, "changed": False, "previous_status": "disabled", "estimated_purge_date": None}
FAILED = {
    **CHANGED,
    "failed": True,
    "changed": False,
    "status": None,
    "estimated_purge_date": None,
    "probe_state": None,
    "msg": "HTTP 403 from register.eu.qlikcloud.com, code AUTH-5, traceId 0f3a.",
}


def summed_up(
    hosts: list[tuple[str, t.Any]],
    *,
    operation: str = "decommission",
    refusal: str | None = None,
    check_mode: bool = False,
) -> dict[str, t.Any]:
    return summarize(hosts, operation=operation, refusal=refusal, check_mode=check_mode, run_id="the-run", now=NOW)


def lines_of(
    *results: dict[str, t.Any] | None,
    refusal: str | None = None,
    check_mode: bool = False,
    operation: str = "decommission",
) -> tuple[list[str], dict[str, int]]:
    hosts = [(f"h{count}" if result is None else HOSTNAME, result) for count, result in enumerate(results)]
    found = summed_up(hosts, operation=operation, refusal=refusal, check_mode=check_mode)
    return found["lines"], found["summary"]["totals"]


def line_of(result: dict[str, t.Any] | None, *, check_mode: bool = False) -> str:
    lines, _totals = lines_of(result, check_mode=check_mode)
    return " ".join(lines[1].split())


# A result → its line.
LINES: dict[str, tuple[dict[str, t.Any] | None, str]] = {
    "deactivated and verified": (
        CHANGED,
        f"{HOSTNAME} active → disabled purge 2026-12-24 12:00 UTC its users see it deactivated",
    ),
    "deactivated, not verified": (
        {**CHANGED, "probe_state": None},
        f"{HOSTNAME} active → disabled purge 2026-12-24 12:00 UTC",
    ),
    "the purge date is reckoned": (
        {**CHANGED, "purge_date_reckoned": True},
        f"{HOSTNAME} active → disabled purge about 2026-12-24 12:00 UTC its users see it deactivated",
    ),
    "the purge date is not known": (
        {**CHANGED, "estimated_purge_date": None},
        f"{HOSTNAME} active → disabled purge date unknown its users see it deactivated",
    ),
    "disabled before": (
        UNCHANGED,
        f"{HOSTNAME} disabled, unchanged purge date unknown its users see it deactivated",
    ),
    "refused": (FAILED, f"{HOSTNAME} active, FAILED"),
    "refused before it was read": ({**FAILED, "previous_status": None}, f"{HOSTNAME} unknown, FAILED"),
    "sent and not confirmed": ({**FAILED, "changed": True}, f"{HOSTNAME} active, FAILED (sent, not confirmed)"),
    "not verified, still works": (
        {**CHANGED, "failed": True, "probe_state": "active"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC still works for its users",
    ),
    "not verified, still answers": (
        {**CHANGED, "failed": True, "probe_state": "unauthorized"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC still answers its users",
    ),
    "not verified, nobody's host": (
        {**CHANGED, "failed": True, "probe_state": "not_found"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC nobody has this hostname",
    ),
    "not verified, no answer": (
        {**CHANGED, "failed": True, "probe_state": "unreachable"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC its host gives no answer",
    ),
    "not reached": (None, "h0 not reached"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_tenant_has_a_line_with_before_after_purge_date_and_what_its_users_see(case: str) -> None:
    result, line = LINES[case]
    assert line_of(result) == line


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("2026-12-24T12:00:01.000Z", "purge 2026-12-24 12:00 UTC"),
        ("2026-12-24T14:00:01+02:00", "purge 2026-12-24 12:00 UTC"),
        ("2026-12-24T23:30:00-05:00", "purge 2026-12-25 04:30 UTC"),
        ("9999-12-31T23:59:59-23:59", "purge"),
        ("soon", "purge date unknown"),
        (None, "purge date unknown"),
    ],
)
def test_the_purge_date_is_told_in_utc(date: str | None, told: str) -> None:
    assert told in line_of({**CHANGED, "estimated_purge_date": date})


def test_check_mode_says_that_nothing_was_changed() -> None:
    lines, totals = lines_of({**CHANGED, "estimated_purge_date": None, "probe_state": None}, UNCHANGED, check_mode=True)
    assert "check mode: nothing was changed" in lines[0]
    assert "active → disabled" in lines[1]
    assert "purge" not in lines[1]
    assert "1 would be deactivated, 1 unchanged" in lines[-1]
    assert totals == {"changed": 1, "unchanged": 1, "purged": 0, "failed": 0, "not_reached": 0}


def test_the_totals_count_every_tenant_once() -> None:
    lines, totals = lines_of(CHANGED, CHANGED, UNCHANGED, FAILED, None, {**CHANGED, "failed": True})
    assert totals == {"changed": 2, "unchanged": 1, "purged": 0, "failed": 2, "not_reached": 1}
    assert "6 tenants: 2 deactivated, 1 unchanged, 2 failed, 1 not reached." in lines


def test_failures_stand_at_the_end_with_the_servers_words() -> None:
    lines, _totals = lines_of(CHANGED, FAILED)
    assert lines[-2:] == ["Failed:", f"  {HOSTNAME}: {FAILED['msg']}"]


def test_without_failures_none_are_listed() -> None:
    lines, _totals = lines_of(CHANGED, UNCHANGED)
    assert "Failed:" not in lines
    assert "0 failed" in lines[-1]


def test_one_tenant_that_failed_alone_has_its_summary_too() -> None:
    lines, totals = lines_of(FAILED)
    assert totals["failed"] == 1
    assert "AUTH-5" in lines[-1]


def test_a_wave_that_was_refused_is_told_once_and_not_a_tenant() -> None:
    lines, totals = lines_of(None, None, refusal="The wave is refused, nothing was sent. Too many.")
    assert "The wave is refused, nothing was sent. Too many." in lines[1]
    assert len(lines) == 3
    assert totals["not_reached"] == 2


def test_an_empty_play_has_a_summary() -> None:
    lines, totals = lines_of()
    assert lines[-1].startswith("0 tenants: ")
    assert set(totals.values()) == {0}


def test_the_columns_stand_below_each_other() -> None:
    summary = summed_up(
        [
            ("a", {**CHANGED, "hostname": "a.eu.qlikcloud.com"}),
            ("b", {**UNCHANGED, "hostname": "longer.eu.qlikcloud.com"}),
        ]
    )
    first, second = summary["lines"][1:3]
    assert first.index("active →") == second.index("disabled, unchanged")
    assert first.index("purge") == second.index("purge")


def test_a_result_that_was_ended_by_a_time_out_has_a_line() -> None:
    lines, totals = lines_of({"failed": True, "changed": True, "msg": "The task was ended after 5 s."})
    assert lines[1].split() == [HOSTNAME, "unknown,", "FAILED", "(sent,", "not", "confirmed)"]
    assert totals["failed"] == 1


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "place", ["host", "hostname", "previous_status", "status", "estimated_purge_date", "msg", "refusal"]
)
def test_hostile_values_are_harmless_in_every_line(place: str, value: str) -> None:
    result = {**CHANGED, "failed": place == "msg", place: value}
    host = value if place == "host" else HOSTNAME
    result = {key: one for key, one in result.items() if key != "hostname" or place != "host"}
    lines = summed_up([(host, result)], refusal=value if place == "refusal" else None)["lines"]
    assert all(is_harmless(line) for line in lines)
    assert all(len(line) < 5000 for line in lines)


@pytest.mark.parametrize("value", [None, 7, [], {}, True, b"x", ["\x1b[31m"]])
@pytest.mark.parametrize(
    "place", ["hostname", "previous_status", "status", "estimated_purge_date", "probe_state", "msg"]
)
def test_values_of_another_type_break_no_line(place: str, value: t.Any) -> None:
    for failed in (False, True):
        lines, _totals = lines_of({**CHANGED, "failed": failed, place: value})
        assert all(is_harmless(line) for line in lines)
