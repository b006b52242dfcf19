# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""qlik_watch: what it takes from the variables of the hosts, when it fails, and what it leaves behind."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.controller import Play, run_action
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import gone
from ansible_collections.tenantops.qlik.tests.unit.receipts import put, receipt, schema_faults
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

OTHER = "other.eu.qlikcloud.com"
LONG_AGO = "2020-01-01"
ENDED = {"pattern": "vip.*", "reason": "audit", "until": LONG_AGO}


@pytest.fixture(autouse=True)
def receipts(tmp_path: Path, wire: Wire) -> Path:
    """One tenant was deactivated just now, and is."""
    folder = tmp_path / "qlik-receipts"
    put(folder / f"{HOSTNAME}.json", receipt(*gone(datetime.now(timezone.utc)), hostnames=[HOSTNAME]))
    wire.on("probe", answers.deactivated())
    return folder


def watch(hosts: t.Any = None, variables: t.Any = None, **options: t.Any) -> dict[str, t.Any]:
    """The watch of these hosts.

    :arg variables: of the play.
    """
    play = Play(hosts or {HOSTNAME: {"qlik_tenant_id": TENANT_ID}})
    return run_action("qlik_watch", options, {**play.task_vars, **(variables or {})})


def found(result: dict[str, t.Any]) -> list[tuple[str, str, str | None]]:
    return [(one["reason"], one["name"], one["at"]) for one in result["findings"]]


def test_a_quiet_day_is_no_failure_and_leaves_its_files(tmp_path: Path) -> None:
    result = watch(dest="watch.json", markdown="watch.md")
    assert (result["failed"], result["changed"], result["findings"]) == (False, False, []), result
    data = json.loads((tmp_path / "watch.json").read_bytes())
    assert schema_faults("watch", data) == []
    assert (data["findings"], data["looked_at"]) == ([], 1)
    assert "Nothing." in (tmp_path / "watch.md").read_text()


def test_a_finding_fails_the_task_and_the_result_has_it(tmp_path: Path, wire: Wire) -> None:
    wire.on("probe", answers.UNKNOWN_CLIENT)
    result = watch(dest="watch.json")
    assert (result["failed"], result["changed"]) == (True, False)
    assert "1 finding needs attention" in result["msg"]
    assert [one[:2] for one in found(result)] == [("lives_again", HOSTNAME)]
    assert json.loads((tmp_path / "watch.json").read_bytes())["findings"] == result["findings"]
    assert [line for line in result["lines"] if HOSTNAME in line]


@pytest.mark.parametrize(("zone", "at"), [(None, "2020-01-01T00:00:00Z"), ("Etc/GMT+5", "2020-01-01T05:00:00Z")])
def test_a_tenant_is_due_by_the_variable_of_its_host_in_the_time_zone_of_the_play(zone: str | None, at: str) -> None:
    later = {"tenant_decommission_not_before": "2999-01-01"}
    hosts = {OTHER: {"tenant_decommission_not_before": LONG_AGO}, "later.eu.qlikcloud.com": later, HOSTNAME: {}}
    result = watch(hosts, time_zone=zone)
    assert found(result) == [("due", OTHER, at)]


def test_protections_that_have_ended_are_found_in_the_inventory_and_in_the_file_each_once(tmp_path: Path) -> None:
    (tmp_path / "protected.yml").write_text(f"- {{pattern: 'bank.*', until: {LONG_AGO}}}\n- pattern: 'held.*'\n")
    variables = {"tenant_decommission_protected": [ENDED, {"pattern": "open.*", "until": "2999-01-01"}]}
    result = watch({HOSTNAME: variables, OTHER: variables}, protected_file="protected.yml")
    assert [one[:2] for one in found(result)] == [("protection_expired", "bank.*"), ("protection_expired", "vip.*")]
    texts = " ".join(one["text"] for one in result["findings"])
    for words in ("audit", "in tenant_decommission_protected", "in protected_file"):
        assert words in texts


@pytest.mark.parametrize(
    ("hosts", "options", "words"),
    [
        ({HOSTNAME: {"tenant_decommission_not_before": "soon"}}, {}, "tenant_decommission_not_before"),
        ({HOSTNAME: {"tenant_decommission_protected": "vip.*"}}, {}, "tenant_decommission_protected"),
        (None, {"days": "many"}, "days is 'many'"),
        (None, {"time_zone": "Mars/Base"}, "time_zone is 'Mars/Base'"),
        (None, {"protected_file": "mine.yml"}, "protected_file is"),
        (None, {"dest": "mine.yml"}, "dest is 'mine.yml'"),
        (None, {"retries": 1000}, "retries is 1000"),
        (None, {"client_id": "an-id"}, "client_secret is missing and client_id is given"),
        (None, {"variables": {"qlik_watch_day": 3}}, "Did you mean qlik_watch_days?"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_asked(
    tmp_path: Path, wire: Wire, hosts: t.Any, options: dict[str, t.Any], words: str
) -> None:
    (tmp_path / "mine.yml").write_text("mine: true\n")
    result = watch(hosts, **options)
    assert result["failed"] and words in result["msg"], result
    assert wire.sent == []
    assert (tmp_path / "mine.yml").read_text() == "mine: true\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days": "many"}, "qlik_watch_days is 'many'"),
        ({"time_zone": "Mars/Base"}, "qlik_time_zone is 'Mars/Base'"),
        ({"retries": 1000}, "tenant_decommission_retries is 1000"),
        (
            {"client_id": "an-id"},
            "tenant_decommission_client_secret is missing and tenant_decommission_client_id is given",
        ),
    ],
)
def test_in_the_playbook_messages_name_its_variables(wire: Wire, options: dict[str, t.Any], words: str) -> None:
    (play,) = yaml.safe_load((Path(__file__).parents[4] / "playbooks" / "watch.yml").read_text())
    given = {HOSTNAME: {"qlik_tenant_id": TENANT_ID}}
    result = run_action("qlik_watch", options, Play(given).task_vars, _ds=play["tasks"][0])
    assert result["failed"] and words in result["msg"], result
    assert wire.sent == []
