# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts of schema 1 stay readable. The files in schema_1 were written by the code that wrote schema 1."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Author
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import (
    DISABLED,
    EVENTS,
    LIVE,
    PURGED,
    action_of,
    read_receipt,
    receipt_state,
    upgrade,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import Journal, receipt_state_in
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.receipts import TARGET, content_of, put, receipt, schema_faults

FILES = Path(__file__).parent / "schema_1"
NAMES = ("whole_life", "killed_runs")

SERVERS_DATE, COMPUTED_DATE = "2026-12-24T12:00:01.000Z", "2026-12-24T12:00:01Z"

# What the code that wrote the files made of their first events: how many they are → state, the day and hour of the event that tells
# it, the purge date and whether it was computed, the action of the pending intent.
MEANINGS: dict[tuple[str, int], tuple[t.Any, ...]] = {
    ("whole_life", 3): (DISABLED, "24T12", SERVERS_DATE, False, None),
    ("whole_life", 6): (LIVE, "25T12", None, False, None),
    ("whole_life", 8): (LIVE, "26T12", None, False, None),
    ("whole_life", 10): (LIVE, "27T12", None, False, "deactivate"),
    ("whole_life", 11): (DISABLED, "28T12", COMPUTED_DATE, True, None),
    ("whole_life", 13): (DISABLED, "28T12", COMPUTED_DATE, True, "deactivate"),
    ("whole_life", 14): (DISABLED, "30T12", None, False, None),
    ("whole_life", 15): (PURGED, "30T12", None, False, None),
    ("killed_runs", 1): (LIVE, "24T12", None, False, "deactivate"),
    ("killed_runs", 2): (DISABLED, "24T14", COMPUTED_DATE, True, None),
    ("killed_runs", 3): (DISABLED, "24T14", COMPUTED_DATE, True, "reactivate"),
    ("killed_runs", 4): (LIVE, "26T12", None, False, None),
    ("killed_runs", 5): (DISABLED, "27T12", None, False, None),
}


def old(name: str, events: int | None = None) -> dict[str, t.Any]:
    found = json.loads((FILES / f"{name}.json").read_bytes())
    return {**found, "events": found["events"][:events]}


def read(content: t.Any) -> dict[str, t.Any]:
    return read_receipt(json.dumps(content).encode())


def test_the_old_files_have_every_kind_of_event_and_every_old_key() -> None:
    events = [event for name in NAMES for event in old(name)["events"]]
    assert {event["event"] for event in events} == EVENTS - {"created"}
    assert [sum(key in event for event in events) for key in ("settled", "purge_date_reckoned")] == [4, 2]
    assert {old(name)["schema"] for name in NAMES} == {1}


@pytest.mark.parametrize(("name", "events"), MEANINGS)
def test_an_old_receipt_means_what_it_meant(name: str, events: int) -> None:
    found = receipt_state(read(old(name, events))["events"])
    pending = None if found.pending is None else action_of(found.pending)
    since = found.since and f"{found.since:%dT%H}"
    assert (found.state, since, found.purge_date, found.purge_date_computed, pending) == MEANINGS[name, events]


def test_a_restore_that_a_later_run_resolved_is_the_one_that_was_sent() -> None:
    restored = receipt_state(read(old("killed_runs", 4))["events"]).restored
    assert restored is not None
    assert (restored.at, restored.ticket) == (datetime(2026, 11, 25, 12, tzinfo=timezone.utc), "OPS-7")


@pytest.mark.parametrize("name", NAMES)
def test_an_upgrade_changes_the_schema_and_two_names_and_nothing_else(name: str) -> None:
    before, after = old(name), read(old(name))
    assert (after["schema"], schema_faults("receipt", after)) == (2, [])
    text = json.dumps(after["events"])
    for new, former in (("resolved", "settled"), ("purge_date_computed", "purge_date_reckoned")):
        text = text.replace(f'"{new}"', f'"{former}"')
    assert text == json.dumps(before["events"])
    assert {**after, "events": 0, "schema": 1} == {**before, "events": 0}
    assert read(after) == after


@pytest.mark.parametrize("name", NAMES)
def test_an_old_file_is_written_in_the_new_form_with_the_next_event_and_not_before(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.json"
    before = put(path, (FILES / f"{name}.json").read_bytes())
    journal = Journal(str(path), Author("another-run"), FakeClock())
    journal.open(TARGET)
    assert journal.receipt_state == receipt_state_in(str(path), TARGET) == receipt_state(read(old(name))["events"])
    assert path.read_bytes() == before
    journal.record("observed", {"status": "disabled"})
    after = content_of(path)
    assert (after["schema"], after["events"][:-1]) == (2, read(old(name))["events"])


@pytest.mark.parametrize("events", [None, "intent", {}, [None], ["intent"], [[]]])
def test_an_upgrade_takes_what_is_no_list_of_events_as_it_is(events: t.Any) -> None:
    assert upgrade(receipt(schema=1, events=events)) == receipt(events=events)
