# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What needs a person, by what the receipts say and what was seen."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import Protection
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.look import Sight, look
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import build_report
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.watch import Finding, Reason, Start, Watch, watch
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.watch_text import (
    watch_data,
    watch_lines,
    watch_markdown,
)
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import event, put, schema_faults, unborn


def of_fleet(folder: Path, seen: dict[str, Sight] | None = None, days: int = 7, **more: t.Any) -> Watch:
    report = build_report([read_whole_folder(str(write_folder(folder, NOW)))], NOW)
    return watch(report, {f"{name}.eu.qlikcloud.com": one for name, one in (seen or {}).items()}, days, **more)


def named(found: Watch) -> list[tuple[str, str]]:
    return [(one.reason.value, one.name.partition(".")[0]) for one in found.findings]


ALWAYS = [("pending", "killed"), ("overdue", "overdue")]


def test_what_the_receipts_alone_say(tmp_path: Path) -> None:
    found = of_fleet(tmp_path)
    assert named(found) == [("purge_near", "soon"), *ALWAYS]
    assert "It can be restored until" in found.findings[0].text
    assert (found.findings[0].command or "").endswith("tenant_restore_confirm_hostname=soon.eu.qlikcloud.com")


@pytest.mark.parametrize(
    ("days", "near"), [(0, []), (3, []), (4, ["soon"]), (365, ["soon", "refused", "changed", "again"])]
)
def test_how_many_days_ahead_are_watched(tmp_path: Path, days: int, near: list[str]) -> None:
    found = of_fleet(tmp_path, days=days)
    assert [name for reason, name in named(found) if reason == "purge_near"] == near


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("changed", "live", "lives_again"),
        ("changed", "disabled", None),
        ("changed", "gone", "gone_early"),
        ("changed", None, None),
        ("soon", "disabled", "purge_near"),
        ("soon", "live", "lives_again"),
        ("overdue", "disabled", "overdue"),
        ("overdue", "gone", "overdue"),
        ("overdue", "live", "lives_again"),
        ("seen", "gone", "gone_early"),
    ],
)
def test_what_was_seen_of_a_disabled_tenant(tmp_path: Path, name: str, state: str | None, reason: str | None) -> None:
    found = of_fleet(tmp_path, {name: Sight(state, "its own host answers as it does")})
    assert [one for one, whose in named(found) if whose == name] == ([reason] if reason else [])
    assert [whose.partition(".")[0] for whose, _words in found.not_looked] == ([] if state else [name])


def test_tenants_that_are_due_and_have_not_gone(tmp_path: Path) -> None:
    starts = [
        Start(f"{name}.eu.qlikcloud.com", NOW + timedelta(days=days))
        for name, days in (("changed", -1), ("purged", -1), ("restored", -2), ("new", 6), ("later", 8))
    ]
    found = [one for one in of_fleet(tmp_path, starts=starts).findings if one.reason is Reason.DUE]
    assert [one.name.partition(".")[0] for one in found] == ["restored", "new"]
    assert "has been due since" in found[0].text and "will be due on" in found[1].text


def test_protections_that_have_ended_are_named_once(tmp_path: Path) -> None:
    ended = Protection("acme.*", reason="audit", by="j.doe", until=write_time(NOW - timedelta(days=1)))
    held = Protection("beta.*", until=write_time(NOW + timedelta(days=1)))
    found = [
        one for one in of_fleet(tmp_path, protections=[ended, held, ended]).findings if "protection" in one.reason.value
    ]
    assert len(found) == 1 and "audit" in found[0].text and found[0].name == "acme.*"


def test_the_list_of_the_organization_counts_where_it_was_read(tmp_path: Path) -> None:
    def listed(name: str, status: str, date: datetime | None = None) -> dict[str, t.Any]:
        hostnames, purge = [f"{name}.eu.qlikcloud.com"], write_time(date) if date else None
        return {"id": tenant_id(name), "status": status, "hostnames": hostnames, "purge_date": purge}

    listing = [
        listed("changed", "disabled", NOW + timedelta(days=2)),
        listed("soon", "active"),
        listed("again", "disabled"),
        listed("refused", "disabled"),
        listed("seen", "disabled"),
        listed("restored", "disabled"),
        listed("failed", "active"),
        listed("killed", "active"),
        listed("stranger", "disabled"),
    ]
    report = build_report([read_whole_folder(str(write_folder(tmp_path, NOW)))], NOW, listing=listing)
    found = watch(report, look(report, {}, t.cast(t.Any, None), ""), 7)
    assert named(found) == [
        # Somebody restarted its countdown with fewer days.
        ("purge_near", "changed"),
        ("lives_again", "soon"),
        *ALWAYS,
        ("unrecorded", "restored"),
        ("unrecorded", "stranger"),
    ]


def test_a_creation_that_is_not_confirmed_needs_a_person(tmp_path: Path) -> None:
    put(tmp_path / "rehearsal-1.eu.qlikcloud.com.json", unborn(event("intent", NOW, action="create")))
    found = of_fleet(tmp_path)
    assert ("pending", "rehearsal-1") in named(found) and ("unreadable", "rehearsal-1") not in named(found)
    assert "rehearsal-1.eu.qlikcloud.com.json: The creation of a tenant in region eu" in "\n".join(watch_lines(found))


def test_the_texts_say_the_same_and_fit_the_schema(tmp_path: Path) -> None:
    found = of_fleet(tmp_path, {"changed": Sight(None, "its own host cannot be reached (unreachable)")})
    lines, markdown, data = "\n".join(watch_lines(found)), watch_markdown(found), watch_data(found)
    assert schema_faults("watch", json.loads(json.dumps(data))) == []
    for name in ("soon", "killed", "overdue"):
        assert f"{name}.eu.qlikcloud.com: " in lines and f"`{name}.eu.qlikcloud.com`" in markdown
    assert (
        "Could not be checked" in lines
        and "changed.eu.qlikcloud.com: its own host cannot be reached (unreachable)" in lines
    )
    assert "1 could not be checked." in markdown
    assert (data["looked_at"], len(data["not_looked_at"]), len(data["findings"])) == (0, 1, 3)


def test_a_day_on_which_nothing_is_to_be_done_says_so() -> None:
    found = Watch(datetime(2026, 1, 1, tzinfo=timezone.utc), 7, (), 0, ())
    assert watch_lines(found) == ["Watch of 2026-01-01 00:00 UTC, the next 7 days", "Nothing needs attention."]
    assert "Nothing." in watch_markdown(found)


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_texts_do_nothing(value: str) -> None:
    found = Watch(NOW, 7, (Finding(Reason.UNREADABLE, value, value),), 0, ((value, value),))
    assert all(is_harmless(line) for line in watch_lines(found))
    assert watch_markdown(found).count("`") == 2
