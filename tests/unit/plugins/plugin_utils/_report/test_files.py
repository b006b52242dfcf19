# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each file of a report, read back by a library that did not write it, beside the receipts themselves.

What is right is typed here, or taken from the bytes of the receipts; nothing of the report's own model is asked.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import typing as t
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import icalendar
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report import files, purge_calendar
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import build_report
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import gone, tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE
from ansible_collections.tenantops.qlik.tests.unit.receipts import event, failed, put, receipt, schema_faults, unborn

# By the first label of each hostname, what every file must say of it.
STATES = {
    "again": "disabled",
    "changed": "disabled",
    "failed": "live",
    "killed": "live",
    "overdue": "overdue",
    "purged": "purged",
    "refused": "disabled",
    "restored": "restored",
    "seen": "disabled",
    "soon": "disabled",
}
BADGES = {
    **{name: [state.capitalize()] for name, state in STATES.items()},
    "failed": ["Live", "Failed"],
    "killed": ["Live", "Outcome not known"],
    "refused": ["Disabled", "Failed"],
}
RESTORABLE = ["again", "changed", "overdue", "refused", "seen", "soon"]
DATED = ["again", "changed", "overdue", "refused", "soon"]


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("receipts"), NOW)


@pytest.fixture(scope="module")
def written(receipts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(receipts, tmp_path_factory.mktemp("out") / "report")


def write(receipts: Path, out: Path, **more: t.Any) -> Path:
    files.write_report(build_report([read_whole_folder(str(receipts))], NOW, **more), str(out))
    return out


def name_of(hostname: str) -> str:
    return hostname.partition(".")[0]


def purge_date_in(receipts: Path, name: str) -> datetime:
    """The date of the last event that has one, from the bytes of the receipt."""
    events = json.loads((receipts / f"{name}.eu.qlikcloud.com.json").read_bytes())["events"]
    return datetime.fromisoformat([one["estimated_purge_date"] for one in events if "estimated_purge_date" in one][-1])


class Page(HTMLParser):
    """The rows of the table of a page, and all of its tags and texts."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, t.Any]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._row: dict[str, t.Any] | None = None
        self._inside: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "tr" and "data-state" in found:
            self._row = {"state": found["data-state"], "attention": "data-attention" in found, "badges": [], "text": ""}
        self._inside.append("badge" if "badge" in (found.get("class") or "").split() else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._row = None
        if self._inside:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._row is None:
            return
        self._row["text"] += data
        if self._inside[-1:] == ["summary"]:
            self.rows[data] = self._row
        if self._inside[-1:] == ["badge"]:
            self._row["badges"].append(data)


def test_the_data_says_of_each_tenant_what_its_receipt_says(written: Path, receipts: Path) -> None:
    found = json.loads((written / "report.json").read_bytes())
    assert schema_faults("report", found) == []
    tenants = {name_of(one["hostname"]): one for one in found["tenants"]}
    assert {name: one["state"] for name, one in tenants.items()} == STATES
    assert sorted(name for name, one in tenants.items() if one["can_be_restored"]) == RESTORABLE
    for name in DATED:
        assert datetime.fromisoformat(tenants[name]["purge_date"]) == purge_date_in(receipts, name), name
    assert [name for name, one in tenants.items() if one["failure"]] == ["failed", "refused"]
    assert [name for name, one in tenants.items() if one["pending"]] == ["killed"]
    assert [name for name, one in tenants.items() if one["restored"]] == ["restored"]
    changed = tenants["changed"]["deactivated"]
    assert (changed["user"], changed["machine"], changed["approved_by"], changed["ticket"], changed["plan_sha256"]) == (
        *("ops", "desk", "j.doe", "CHG-1"),
        "a" * 64,
    )
    assert tenants["changed"]["restore_command"].endswith(
        "restore --limit changed.eu.qlikcloud.com -e tenant_restore_confirm_hostname=changed.eu.qlikcloud.com"
    )
    # Gone, brought back, and gone again: what counts is the last time.
    assert datetime.fromisoformat(tenants["again"]["deactivated"]["at"]) == NOW.replace(microsecond=0) - timedelta(
        days=10
    )
    assert tenants["again"]["purge_after_days"] == 90
    totals = {"overdue": 1, "disabled": 5, "restored": 1, "live": 2, "purged": 1, "unknown": 0}
    assert found["totals"] == {**totals, "pending": 1, "failed": 2, "differs": 0, "unrecorded": 0}
    assert found["organization"]["listed"] is None


def test_the_page_shows_each_tenant_in_its_state_and_the_command_that_restores_it(
    written: Path, receipts: Path
) -> None:
    page = Page((written / "report.html").read_text())
    assert {name_of(name): row["state"] for name, row in page.rows.items()} == STATES
    assert {name_of(name): row["badges"] for name, row in page.rows.items()} == BADGES
    assert sorted(name_of(name) for name, row in page.rows.items() if row["attention"]) == [
        *("failed", "killed", "overdue", "refused")
    ]
    for name, row in page.rows.items():
        command = f"tenant_restore_confirm_hostname={name}"
        assert (command in row["text"]) == (name_of(name) in RESTORABLE), name
        if name_of(name) in DATED:
            assert f"{purge_date_in(receipts, name_of(name)):%Y-%m-%d}" in row["text"]
    assert all(
        word in page.rows["changed.eu.qlikcloud.com"]["text"] for word in ("CHG-1", "j.doe", "a" * 64, "ops on desk")
    )
    assert "HTTP 403, AUTH-3, trace id trace-4" in page.rows["failed.eu.qlikcloud.com"]["text"]


def test_the_page_needs_no_network_and_allows_none(written: Path) -> None:
    content = (written / "report.html").read_text()
    page = Page(content)
    fetched = ("src", "srcset", "action", "data", "poster", "background")
    assert not [(tag, found) for tag, found in page.tags if set(found) & set(fetched)]
    assert [found["href"] for tag, found in page.tags if tag == "link"] == ["data:,"]
    assert "@import" not in content and "url(" not in content
    policy = next(found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_the_table_has_a_row_per_tenant(written: Path, receipts: Path) -> None:
    with (written / "report.csv").open(newline="") as file:
        rows = {name_of(row["hostname"]): row for row in csv.DictReader(file)}
    assert {name: row["state"] for name, row in rows.items()} == STATES
    assert [name for name, row in rows.items() if row["can_be_restored"] == "yes"] == RESTORABLE
    for name in DATED:
        assert datetime.fromisoformat(rows[name]["purge_date"]) == purge_date_in(receipts, name)
    assert (rows["changed"]["by"], rows["changed"]["ticket"]) == ("ops", "CHG-1")
    assert "failed (HTTP 403" in rows["failed"]["failed"] and rows["killed"]["pending"]


def test_the_calendar_has_the_last_day_of_each_undo(written: Path, receipts: Path) -> None:
    calendar = icalendar.Calendar.from_ical((written / "purges.ics").read_bytes())
    events = {str(one["uid"]).partition(".")[0]: one for one in calendar.walk("VEVENT")}
    assert sorted(events) == DATED
    for name, found in events.items():
        assert found["dtstart"].dt == purge_date_in(receipts, name)
        assert f"--limit {name}.eu.qlikcloud.com" in found["description"]
        assert [one["trigger"].dt for one in found.walk("VALARM")] == [timedelta(days=-7)]
    assert "Ticket: CHG-1" in events["changed"]["description"]


@pytest.mark.parametrize("read", [read_prometheus, read_openmetrics], ids=["prometheus", "openmetrics"])
def test_the_metrics_are_read_by_both_parsers(written: Path, receipts: Path, read: t.Any) -> None:
    families = {one.name: one for one in read((written / "metrics.prom").read_text())}
    assert all(one.documentation and one.type == "gauge" for one in families.values())
    states = {one.labels["state"]: one.value for one in families["qlik_tenants"].samples}
    assert states == {"overdue": 1, "disabled": 5, "restored": 1, "live": 2, "purged": 1, "unknown": 0}
    purges = {
        name_of(one.labels["hostname"]): one.value for one in families["qlik_tenant_purge_timestamp_seconds"].samples
    }
    assert purges == {name: purge_date_in(receipts, name).timestamp() for name in DATED}
    assert families["qlik_report_created_timestamp_seconds"].samples[0].value == NOW.timestamp()


def test_a_certificate_says_what_was_deleted_and_how_it_is_known_and_names_nobody(
    written: Path, receipts: Path
) -> None:
    assert [path.name for path in (written / "certificates").iterdir()] == ["purged.eu.qlikcloud.com.md"]
    text = (written / "certificates/purged.eu.qlikcloud.com.md").read_text()
    digest = hashlib.sha256((receipts / "purged.eu.qlikcloud.com.json").read_bytes()).hexdigest()
    seen = [one["at"] for one in json.loads((receipts / "purged.eu.qlikcloud.com.json").read_bytes())["events"]]
    assert all(f"`{one}`" in text for one in (tenant_id("purged"), "eu", digest, seen[1], seen[-1]))
    assert not any(word in text for word in ("ops", "desk", "CHG-3"))


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_texts_stay_texts_in_each_file(tmp_path: Path, value: str) -> None:
    by = {"user": value, "host": value, "job": value}
    facts = {
        "ticket": value,
        "approved_by": value,
        "purge_date_text": value,
        "by": by,
        "contents": {"users": 7, value: 1},
    }
    hostname = "acme.eu.qlikcloud.com"
    events = [{**one, "by": by} for one in gone(NOW - timedelta(days=1), **facts)]
    put(tmp_path / "receipts" / f"{hostname}.json", receipt(*events, hostname=hostname, hostnames=[hostname, value]))
    (tmp_path / "receipts" / "<b>EVIL.json").write_bytes(b"{")
    listing = [{"id": "other", "status": "disabled", "hostnames": ["x"], "purge_date": value}]
    out = write(tmp_path / "receipts", tmp_path / "out", listing=listing)
    page = Page((out / "report.html").read_text())
    assert sum(tag == "script" for tag, _found in page.tags) == 1
    assert not [found for tag, found in page.tags if tag in ("img", "b") and found]
    assert not [name for _tag, found in page.tags for name in found if name.startswith("on")]
    links = [found["href"] or "" for tag, found in page.tags if tag == "a"]
    assert all(link == "#tenants" or link.startswith(("http://", "https://")) for link in links)
    assert any("EVIL" in text for text in page.texts)
    with (out / "report.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 2 and not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert len(icalendar.Calendar.from_ical((out / "purges.ics").read_bytes()).walk("VEVENT")) == 1
    assert list(read_openmetrics((out / "metrics.prom").read_text()))
    assert schema_faults("report", json.loads((out / "report.json").read_bytes())) == []


def test_only_a_plain_url_of_a_job_becomes_a_link(tmp_path: Path) -> None:
    for name, job in (("one", "https://git.example.com/jobs/7"), ("two", "javascript:alert(1)")):
        events = [{**one, "by": {"user": "u", "host": "h", "job": job}} for one in gone(NOW)]
        put(
            tmp_path / "r" / f"{name}.eu.qlikcloud.com.json",
            receipt(*events, hostname=f"{name}.eu.qlikcloud.com", hostnames=[]),
        )
    page = Page((write(tmp_path / "r", tmp_path / "out") / "report.html").read_text())
    assert [found["href"] for tag, found in page.tags if tag == "a"][1:] == ["https://git.example.com/jobs/7"]
    assert "javascript:alert(1)" in page.rows["two.eu.qlikcloud.com"]["text"]


def test_without_the_library_of_calendars_the_other_files_are_written(
    receipts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_calendar, "ICALENDAR_IMPORT_ERROR", "Traceback")
    out = write(receipts, tmp_path / "out")
    assert sorted(path.name for path in out.iterdir()) == [
        *("certificates", "metrics.prom", "report.csv", "report.html", "report.json")
    ]
    assert "python -m pip install icalendar" in purge_calendar.MISSING


def test_a_report_is_written_over_an_earlier_one_and_over_nothing_else(receipts: Path, tmp_path: Path) -> None:
    out = write(receipts, tmp_path / "out")
    before = {path.name: path.stat().st_ino for path in out.iterdir() if path.is_file()}
    write(receipts, out)
    assert {path.name: path.stat().st_ino for path in out.iterdir() if path.is_file()} != before
    for name in before:
        kept = (out / name).read_bytes()
        (out / name).write_bytes(b"somebody's own work")
        with pytest.raises(
            InvalidInput, match=rf"qlik_report_dir is .*: {re.escape(name)} in it is a file that is not"
        ) as error:
            files.check_folder(str(out))
        assert "not overwritten" in error.value.message
        (out / name).write_bytes(kept)
    files.check_folder(str(out))


def test_a_creation_that_is_not_confirmed_is_said_and_one_that_failed_is_not(tmp_path: Path) -> None:
    asked = event("intent", NOW, action="create")
    lost = failed(NOW + timedelta(seconds=30), "unknown", "create")
    put(tmp_path / "r" / "rehearsal-1.eu.qlikcloud.com.json", unborn(asked, lost))
    put(tmp_path / "r" / "rehearsal-2.eu.qlikcloud.com.json", unborn(asked, failed(NOW, action="create")))
    out = write(tmp_path / "r", tmp_path / "out")
    found = json.loads((out / "report.json").read_bytes())
    assert schema_faults("report", found) == []
    assert (found["tenants"], found["unreadable"], found["totals"]["pending"]) == ([], [], 1)
    (creation,) = found["creations"]
    assert (creation["receipt"], creation["region"]) == ("rehearsal-1.eu.qlikcloud.com.json", "eu")
    assert (creation["pending"]["action"], creation["pending"]["at"]) == ("create", write_time(NOW))
    page = Page((out / "report.html").read_text())
    assert "rehearsal-1.eu.qlikcloud.com.json" in page.texts
    assert [text for text in page.texts if f"region eu of {NOW:%Y-%m-%d %H:%M} UTC is not confirmed" in text]
    assert not [text for text in page.texts if "rehearsal-2" in text]


def test_a_file_that_is_no_receipt_is_named(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "broken.eu.qlikcloud.com.json").write_bytes(b"{")
    out = write(tmp_path / "r", tmp_path / "out")
    assert json.loads((out / "report.json").read_bytes())["unreadable"] == [
        {"file": "broken.eu.qlikcloud.com.json", "problem": "is not JSON"}
    ]
    assert "broken.eu.qlikcloud.com.json" in (out / "report.html").read_text()
