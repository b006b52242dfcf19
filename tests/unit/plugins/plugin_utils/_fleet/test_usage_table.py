# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who used the tenants of a fleet, and what is in them: in words, as a table, as CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.usage import UNKNOWN, Activity, Contents, Use
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import USAGE, USAGE_CSV, usage_files
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_table import FleetUsage, HostUsage
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_text import (
    activity_words,
    contents_words,
    size_words,
    total_words,
)
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless

AUGUST = datetime(2026, 8, 3, 9, 12, tzinfo=timezone.utc)
NOBODY = Activity(None, None, None, None, 0)
CONTENTS = Contents(41, 12, {"app": 87, "dataset": 5}, 13 * 10**9, 10**9, 4, 0, 2, 1, 38)


def used(**values: t.Any) -> Activity:
    return dataclasses.replace(NOBODY, **values)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_a_tenant_in_a_line() -> None:
    assert contents_words(CONTENTS) == "41 users, 12 spaces, 87 apps, 14 GB"
    assert activity_words(used(last_login=AUGUST)) == "last login 2026-08-03"
    assert activity_words(NOBODY) == "no login in 90 days"
    assert activity_words(NOBODY, 30) == "no login in 30 days"
    assert activity_words(used(last_login=AUGUST, last_consumption=AUGUST)) == "last login 2026-08-03"
    later = used(last_login=AUGUST, last_consumption=days_ago(1))
    assert activity_words(later) == "last login 2026-08-03, analyzer capacity used 2026-11-23"
    assert activity_words(used(last_consumption=AUGUST)) == "no login in 90 days, analyzer capacity used 2026-08-03"


def test_what_is_unknown_is_said_and_is_no_zero() -> None:
    unknown = Contents(UNKNOWN, 1, UNKNOWN, UNKNOWN, 0, 0, 0, 0, 0, 0)
    assert contents_words(unknown) == "users unknown, 1 space, apps unknown, size unknown"
    assert activity_words(used(last_login=UNKNOWN)) == "last login unknown"
    assert total_words([CONTENTS, unknown]) == "at least 41 users, 87 apps, 14 GB"


def test_totals_have_thousands() -> None:
    assert total_words([CONTENTS] * 14) == "574 users, 1,218 apps, 196 GB"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (999_600, "1.0 MB"),
        (14 * 10**9, "14 GB"),
        (2 * 10**15, "2,000 TB"),
    ],
)
def test_a_size(number: int, words: str) -> None:
    assert size_words(number) == words


@pytest.mark.parametrize(
    ("activity", "use"),
    [
        (NOBODY, Use.IDLE),
        (used(last_login=days_ago(29)), Use.USED),
        (used(last_login=days_ago(31)), Use.IDLE),
        (used(last_consumption=days_ago(1)), Use.USED),
        (used(last_consumption=UNKNOWN), Use.IDLE),
        # Nothing proves that nobody logged in.
        (used(last_login=UNKNOWN), Use.UNKNOWN),
        (used(last_login=UNKNOWN, last_consumption=days_ago(31)), Use.UNKNOWN),
        (used(last_login=UNKNOWN, last_consumption=days_ago(1)), Use.USED),
        # They run by themselves.
        (used(last_reload=days_ago(1), last_automation=days_ago(1)), Use.IDLE),
        (used(last_reload=UNKNOWN, last_automation=UNKNOWN), Use.IDLE),
    ],
)
def test_who_used_it_decides_and_unknown_is_not_idle(activity: Activity, use: Use) -> None:
    assert activity.use_since(days_ago(30)) is use


def test_values_come_back_from_their_results() -> None:
    for activity in (NOBODY, used(last_login=AUGUST, last_reload=UNKNOWN, active_users=UNKNOWN)):
        assert Activity.from_result(activity.result()) == activity
    for contents in (CONTENTS, dataclasses.replace(CONTENTS, items=UNKNOWN, users=UNKNOWN)):
        assert Contents.from_result(contents.result()) == contents


@pytest.mark.parametrize("value", ["x", -1, True, None, [], {}, 1.5])
def test_what_is_no_number_comes_back_as_unknown(value: t.Any) -> None:
    assert Contents.from_result({"users": value, "items": {"app": value}}) == Contents(*[UNKNOWN] * 10)
    assert Activity.from_result({"last_login": "soon", "active_users": value}) == Activity(*[UNKNOWN] * 5)


FLEET = FleetUsage(
    [
        HostUsage("used", used(last_login=days_ago(2)), CONTENTS),
        HostUsage("gone", message="it is deactivated"),
        HostUsage("idle", NOBODY, CONTENTS),
        HostUsage("older", used(last_login=days_ago(9)), CONTENTS),
        HostUsage("refused", used(last_login=UNKNOWN), CONTENTS),
    ],
    30,
    NOW,
)


def test_idle_tenants_come_first_and_those_of_which_nothing_is_known_last() -> None:
    lines = FLEET.lines()
    assert [line.split()[0] for line in lines[2:] if line.startswith("  ") and not line.startswith("    ")] == [
        *("idle", "older", "used", "gone", "refused"),
    ]
    assert "    it is deactivated" in lines
    assert lines[-2:] == [
        "5 tenants: 2 used, 1 idle, 2 unknown.",
        "In those that were read: 164 users, 348 apps, 56 GB.",
    ]
    assert FLEET.idle == ["idle"]


def test_the_json_has_the_values_and_the_csv_one_row_per_tenant() -> None:
    found = {one["host"]: one for one in FLEET.as_dict()["tenants"]}
    assert (found["idle"]["use"], found["idle"]["contents"]) == ("idle", CONTENTS.result())
    rows = list(csv.DictReader(io.StringIO(FLEET.as_csv().decode())))
    assert [row["host"] for row in rows] == [host.host for host in FLEET.hosts]
    assert (rows[0]["last_login"], rows[0]["apps"], rows[0]["items"]) == ("2026-11-22T12:00:00Z", "87", "92")
    assert (rows[4]["last_login"], rows[1]["users"], rows[1]["message"]) == ("unknown", "", "it is deactivated")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_texts_are_harmless_in_the_table_and_in_the_csv(value: str) -> None:
    fleet = FleetUsage([HostUsage.from_result(value[:3000], {"msg": value})], 30, NOW)
    assert all(is_harmless(line) for line in fleet.lines())
    (row,) = csv.DictReader(io.StringIO(fleet.as_csv().decode()))
    assert not row["message"].startswith(("=", "+", "-", "@"))
    assert is_harmless(row["message"])


@pytest.mark.parametrize("result", [None, {}, {"activity": None}, {"activity": {}}, "x"])
def test_a_host_whose_task_was_not_run_is_not_read(result: t.Any) -> None:
    assert HostUsage.from_result("a", result) == HostUsage("a", message="its task was not run")


@pytest.mark.parametrize("path", ["a/usage.json", "a/usage.csv", "a/usage"])
def test_both_files_are_named_after_the_one_that_is_given(path: str) -> None:
    assert usage_files(path) == {USAGE: "a/usage.json", USAGE_CSV: "a/usage.csv"}


def test_an_earlier_file_is_recognised() -> None:
    assert USAGE_CSV.is_one(FLEET.as_csv())
    assert not USAGE_CSV.is_one(b"host,use\r\n")
