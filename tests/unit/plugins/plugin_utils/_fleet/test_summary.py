# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run in lines: a line a tenant, totals, failures with the server's words, whatever happened."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import Part, PartLog, WaveLog
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize, summarize_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, PURGE_DATE
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, schema_faults

CHANGED = {
    "hostname": HOSTNAME,
    "failed": False,
    "changed": True,
    "previous_status": "active",
    "status": "disabled",
    "estimated_purge_date": PURGE_DATE,
    "purge_date_computed": False,
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
    error: str | None = None,
    check_mode: bool = False,
) -> dict[str, t.Any]:
    found = [(host, None if one is None else TenantResult.from_json(one)) for host, one in hosts]
    return summarize(found, operation=operation, error=error, check_mode=check_mode, run_id="the-run", now=NOW)


def lines_of(
    *results: dict[str, t.Any] | None,
    error: str | None = None,
    check_mode: bool = False,
    operation: str = "decommission",
) -> tuple[list[str], dict[str, int]]:
    hosts = [(f"h{count}" if result is None else HOSTNAME, result) for count, result in enumerate(results)]
    found = summed_up(hosts, operation=operation, error=error, check_mode=check_mode)
    return found["lines"], found["summary"]["totals"]


def line_of(result: dict[str, t.Any] | None, *, check_mode: bool = False) -> str:
    lines, _totals = lines_of(result, check_mode=check_mode)
    row = [line for line in lines[1:] if line.startswith("  ")]
    return " ".join(" ".join(row[: 1 + sum(line.startswith("      ") for line in row)]).split())


# A result → its line.
LINES: dict[str, tuple[dict[str, t.Any] | None, str]] = {
    "deactivated and verified": (
        CHANGED,
        f"{HOSTNAME} active → disabled purge 2026-12-24 12:00 UTC seen deactivated",
    ),
    "deactivated, not verified": (
        {**CHANGED, "probe_state": None},
        f"{HOSTNAME} active → disabled purge 2026-12-24 12:00 UTC",
    ),
    "the purge date is computed": (
        {**CHANGED, "purge_date_computed": True},
        f"{HOSTNAME} active → disabled purge about 2026-12-24 12:00 UTC seen deactivated",
    ),
    "the purge date is not known": (
        {**CHANGED, "estimated_purge_date": None},
        f"{HOSTNAME} active → disabled purge date unknown seen deactivated",
    ),
    "disabled before": (
        UNCHANGED,
        f"{HOSTNAME} disabled, unchanged purge date unknown seen deactivated",
    ),
    "refused": (FAILED, f"{HOSTNAME} active, FAILED"),
    "refused before it was read": ({**FAILED, "previous_status": None}, f"{HOSTNAME} unknown, FAILED"),
    "sent and not confirmed": ({**FAILED, "changed": True}, f"{HOSTNAME} active, FAILED (sent, not confirmed)"),
    "not verified, still works": (
        {**CHANGED, "failed": True, "probe_state": "active"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC still live",
    ),
    "not verified, still answers": (
        {**CHANGED, "failed": True, "probe_state": "unauthorized"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC still live",
    ),
    "not verified, nobody's host": (
        {**CHANGED, "failed": True, "probe_state": "not_found"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC its hostname does not exist",
    ),
    "not verified, no answer": (
        {**CHANGED, "failed": True, "probe_state": "unreachable"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC its host does not answer",
    ),
    "not verified, an answer that proves nothing": (
        {**CHANGED, "failed": True, "probe_state": "unknown"},
        f"{HOSTNAME} active → disabled, FAILED purge 2026-12-24 12:00 UTC its host gives an unexpected answer",
    ),
    "purged": (
        {
            **UNCHANGED,
            "previous_status": None,
            "status": "purged",
            "probe_state": "not_found",
            "estimated_purge_date": PURGE_DATE,
            "msg": "purged (receipt: out of service since 2026-11-24)",
        },
        f"{HOSTNAME} purged (receipt: out of service since 2026-11-24) purge 2026-12-24 12:00 UTC",
    ),
    "purged, and nobody knew when": (
        {
            **UNCHANGED,
            "status": "purged",
            "probe_state": "not_found",
            "msg": "purged (receipt: out of service since 2026-11-24)",
        },
        f"{HOSTNAME} purged (receipt: out of service since 2026-11-24)",
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
    assert totals == {"changed": 1, "unchanged": 1, "purged": 0, "failed": 0, "not_due": 0, "not_reached": 0}


def test_the_totals_count_every_tenant_once() -> None:
    lines, totals = lines_of(CHANGED, CHANGED, UNCHANGED, FAILED, None, {**CHANGED, "failed": True})
    assert totals == {"changed": 2, "unchanged": 1, "purged": 0, "failed": 2, "not_due": 0, "not_reached": 1}
    assert "6 tenants: 2 deactivated, 1 unchanged, 2 failed, 1 not reached." in lines


def test_failures_stand_below_the_totals_with_the_servers_words() -> None:
    lines, _totals = lines_of(UNCHANGED | {"status": "active"}, FAILED)
    assert lines[-2:] == ["Failed:", f"  {HOSTNAME}: {FAILED['msg']}"]


def test_without_failures_none_are_listed() -> None:
    lines, _totals = lines_of(CHANGED, UNCHANGED)
    assert "Failed:" not in lines
    assert any("0 failed" in line for line in lines)


def test_one_tenant_that_failed_alone_has_its_summary_too() -> None:
    lines, totals = lines_of(FAILED)
    assert totals["failed"] == 1
    assert "AUTH-5" in lines[-1]


def test_a_wave_that_was_refused_is_told_once_and_not_a_tenant() -> None:
    lines, totals = lines_of(
        None, None, error="The wave is refused (all tenants of this play): nothing was changed. Too many."
    )
    assert "The wave is refused (all tenants of this play): nothing was changed. Too many." in lines[1]
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


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_values_are_harmless_in_every_line(value: str) -> None:
    for place in ("host", "hostname", "previous_status", "status", "estimated_purge_date", "msg", "error"):
        result = {**CHANGED, "failed": place == "msg", place: value}
        host = value if place == "host" else HOSTNAME
        result = {key: one for key, one in result.items() if key != "hostname" or place != "host"}
        lines = summed_up([(host, result)], error=value if place == "error" else None)["lines"]
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


PURGED = {
    **UNCHANGED,
    "status": "purged",
    "probe_state": "not_found",
    "estimated_purge_date": "2026-10-01T00:00:00Z",
    "msg": "purged (receipt: out of service since 2026-09-01)",
}
LATE = {**UNCHANGED, "estimated_purge_date": ago(hours=49)}
UNDONE = {
    **CHANGED,
    "previous_status": "disabled",
    "status": "active",
    "estimated_purge_date": None,
    "probe_state": "active",
    "msg": "disabled → active",
}


def test_purged_tenants_are_counted_and_named_as_to_be_dropped() -> None:
    found = summed_up([("a", PURGED), ("b", UNCHANGED), ("c", PURGED), ("d", CHANGED)])
    assert found["summary"]["removable"] == ["a", "c"]
    assert found["summary"]["totals"] == {
        "changed": 1,
        "unchanged": 1,
        "purged": 2,
        "failed": 0,
        "not_due": 0,
        "not_reached": 0,
    }
    assert "4 tenants: 1 deactivated, 1 unchanged, 0 failed, 2 purged." in found["lines"]
    assert "Purged. Remove these hosts from the inventory: a, c." in found["lines"]


def test_a_purged_tenant_that_failed_all_the_same_is_not_to_be_dropped() -> None:
    # Its receipt could not be written.
    summary = summed_up([("a", {**PURGED, "failed": True})])["summary"]
    assert (summary["removable"], summary["tenants"][0]["outcome"]) == ([], "failed")


def test_without_purged_and_overdue_tenants_there_is_no_word_of_them() -> None:
    lines, _totals = lines_of(CHANGED, UNCHANGED, FAILED, None)
    assert not any("urged" in line or "verdue" in line for line in lines)


@pytest.mark.parametrize(
    ("result", "overdue"),
    [
        (LATE, True),
        ({**LATE, "estimated_purge_date": ago(hours=48)}, False),
        ({**LATE, "estimated_purge_date": PURGE_DATE}, False),
        ({**LATE, "estimated_purge_date": "soon"}, False),
        (UNCHANGED, False),
        ({**LATE, "failed": True}, True),
        ({**LATE, "failed": True, "status": None}, False),
        ({**LATE, "status": "active"}, False),
        ({**LATE, "changed": True}, False),
        (PURGED, False),
    ],
)
def test_a_tenant_that_is_still_disabled_48_hours_after_its_purge_date_is_overdue(
    result: dict[str, t.Any], overdue: bool
) -> None:
    found = summed_up([("a", result)])
    assert found["summary"]["overdue"] == (["a"] if overdue else [])
    assert found["summary"]["tenants"][0]["overdue"] is overdue
    told = "Overdue: still disabled after their purge date: a. Run the decommission again later."
    assert any(line.startswith(told) for line in found["lines"]) == overdue


def test_the_summary_of_a_restore_has_its_own_words() -> None:
    lines, totals = lines_of(UNDONE, {**UNDONE, "changed": False, "previous_status": "active"}, operation="restore")
    assert lines[0] == "Tenants brought back into service"
    assert lines[-1] == "2 tenants: 1 reactivated, 1 unchanged, 0 failed."
    assert lines[1].split() == [HOSTNAME, "disabled", "→", "active", "live"]
    assert lines[2].split() == [HOSTNAME, "active,", "unchanged", "live"]
    assert totals["changed"] == 1
    assert not any("purge" in line or "deactivated" in line for line in lines)


def test_a_restored_tenant_that_dislikes_the_credentials_answers_its_users() -> None:
    lines, _totals = lines_of({**UNDONE, "probe_state": "unauthorized"}, operation="restore")
    assert lines[1].endswith("  live")


def test_the_summary_of_a_restore_in_check_mode_says_what_would_be_done() -> None:
    lines, _totals = lines_of({**UNDONE, "probe_state": None}, operation="restore", check_mode=True)
    assert lines[0] == "Tenants brought back into service (check mode: nothing was changed)"
    assert "1 would be reactivated" in lines[-1]


def test_a_tenant_that_stayed_deactivated_is_told_so_in_a_restore() -> None:
    lines, _totals = lines_of({**UNDONE, "failed": True, "probe_state": "deactivated"}, operation="restore")
    assert "disabled → active, FAILED" in lines[1]
    assert "seen deactivated" in lines[1]


EVERY_RESULT = [CHANGED, UNCHANGED, FAILED, PURGED, LATE, UNDONE, None, {}, {"failed": True}]


@pytest.mark.parametrize("error", [None, "The wave is refused (all tenants of this play): nothing was changed."])
@pytest.mark.parametrize("operation", ["decommission", "restore"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_summary_is_valid_as_its_schema_has_it(operation: str, check_mode: bool, error: str | None) -> None:
    hosts = [(f"h{count}", result) for count, result in enumerate(EVERY_RESULT)]
    summary = summed_up(hosts, operation=operation, check_mode=check_mode, error=error)["summary"]
    assert schema_faults("summary", summary) == []
    assert (summary["operation"], summary["check_mode"], summary["error"]) == (operation, check_mode, error)
    assert (summary["run"], summary["created"]) == ("the-run", "2026-11-24T12:00:00Z")


def test_the_schema_of_the_summary_takes_nothing_else() -> None:
    summary = summed_up([("a", CHANGED)])["summary"]
    assert schema_faults("summary", {**summary, "more": 1})
    for key in summary:
        assert schema_faults("summary", {name: value for name, value in summary.items() if name != key})
    for key, value in summary["tenants"][0].items():
        wrong = {**summary["tenants"][0], key: [value]}
        assert schema_faults("summary", {**summary, "tenants": [wrong]})


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_values_are_harmless_in_the_summary_too(value: str) -> None:
    keys = ("hostname", "tenant_id", "region", "previous_status", "status", "estimated_purge_date", "probe_state")
    texts = dict.fromkeys((*keys, "receipt", "code", "trace_id", "msg"), value)
    summary = summed_up([(value, {**FAILED, **texts}), (value, {**PURGED, "msg": value})], error=value)["summary"]
    assert schema_faults("summary", summary) == []
    found = [summary["error"], *summary["removable"]]
    found += [one for tenant in summary["tenants"] for one in tenant.values() if isinstance(one, str)]
    assert all(is_harmless(text) for text in found)
    assert max(map(len, found)) <= 4096


LONG = "a-customer-with-a-rather-long-name-and-a-longer-suffix.eu.qlikcloud.com"


@pytest.mark.parametrize("hostname", [HOSTNAME, LONG, "x" * 253])
@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({**CHANGED, "purge_after_days": 30, "purge_date_computed": True}, "30 days, purge about 2026-12-24 12:00 UTC"),
        ({**CHANGED, "failed": True, "probe_state": "active"}, "still live"),
        ({**PURGED, "msg": "gone " * 30}, "gone " * 30),
        ({"msg": "not a word " * 30}, "not a word " * 30),
    ],
)
def test_no_row_is_wider_than_a_hundred_columns_and_none_loses_a_word(
    hostname: str, result: dict[str, t.Any], words: str
) -> None:
    lines, _totals = lines_of({**result, "hostname": hostname}, UNCHANGED)
    # What failed, and what undoes the run, is said below the table.
    end = next(number for number, line in enumerate(lines) if line.startswith("2 tenants: "))
    rows = lines[1:end]
    assert max(map(len, rows)) <= 100
    assert " ".join(words.split()) in " ".join(" ".join(rows).split())


def test_check_mode_says_the_days_and_about_when() -> None:
    wanted = {**CHANGED, "estimated_purge_date": None, "probe_state": None, "purge_after_days": 24}
    assert line_of(wanted, check_mode=True) == f"{HOSTNAME} active → disabled 24 days, about 2026-12-18"


def test_a_deactivation_says_the_days_that_were_asked_for() -> None:
    told = line_of({**CHANGED, "purge_after_days": 24})
    assert told == f"{HOSTNAME} active → disabled 24 days, purge 2026-12-24 12:00 UTC seen deactivated"


def test_a_restore_names_the_tenants_that_the_inventory_still_confirms() -> None:
    found = summarize(
        [(host, TenantResult.from_json(one)) for host, one in (("a", UNDONE), ("b", UNDONE), ("c", FAILED))],
        operation="restore",
        error=None,
        check_mode=False,
        run_id="the-run",
        now=NOW,
        confirmed=("a", "c"),
    )
    assert found["summary"]["still_confirmed"] == ["a"]
    assert "tenant_decommission_confirm_hostname" in found["lines"][-3]
    assert any(line.endswith("takes it for a confirmation: a.") for line in found["lines"])


def test_tenants_of_the_plan_that_were_done_before_are_told_from_those_that_were_not() -> None:
    found = summarize(
        [("a", TenantResult.from_json(CHANGED))],
        operation="decommission",
        error=None,
        check_mode=False,
        run_id="the-run",
        now=NOW,
        applied_before=["b.eu.qlikcloud.com"],
        not_applied=["c.eu.qlikcloud.com"],
    )
    assert (found["summary"]["applied_before"], found["summary"]["not_applied"]) == (
        ["b.eu.qlikcloud.com"],
        ["c.eu.qlikcloud.com"],
    )
    assert (
        "Tenants of the plan that an earlier run has done already, according to their receipts: b.eu.qlikcloud.com."
        in found["lines"]
    )
    assert (
        "Tenants of the plan that are not in this play, so nothing was done to them: c.eu.qlikcloud.com."
        in found["lines"]
    )


HOSTS: dict[str, str | None] = {"a": "a.eu.qlikcloud.com", "b": "b.eu.qlikcloud.com", "c": "c.eu.qlikcloud.com"}


def after_a_batch(
    *, error: str | None = None, is_over: bool = False, begun: bool = False, failed: bool = False
) -> list[str]:
    """The summary of three tenants, of which two are in the batches so far, and one of those has a result."""
    part = Part(operation="decommission", hosts=HOSTS, batch=("a", "b"), due=("a", "b"), error=error)
    log = PartLog(
        part=part, results={"a": TenantResult.from_json(FAILED if failed else CHANGED)}, begun={"c"} if begun else set()
    )
    found = summarize_wave(WaveLog(parts=[log]), run_id="the-run", now=NOW, is_over=is_over)
    assert found["summary"]["totals"]["not_reached"] == 2
    return t.cast("list[str]", found["lines"])


def test_tenants_of_later_batches_are_not_started_yet() -> None:
    lines = after_a_batch()
    assert [" ".join(line.split()) for line in lines[2:4]] == [
        "b.eu.qlikcloud.com not reached",
        "c.eu.qlikcloud.com not started yet it is in a later batch",
    ]
    assert lines[4] == "3 tenants: 1 deactivated, 0 unchanged, 0 failed, 1 not reached, 1 not started yet."


@pytest.mark.parametrize(
    "over", [{"is_over": True}, {"error": "The wave is stopped."}, {"begun": True}, {"failed": True}]
)
def test_once_the_run_is_over_they_were_not_reached(over: dict[str, t.Any]) -> None:
    assert any(line.endswith(" failed, 2 not reached.") for line in after_a_batch(**over))
