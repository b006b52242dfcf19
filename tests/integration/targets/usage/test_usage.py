# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook tenantops.qlik.usage: who uses which tenant of a fleet, and what is in it."""

from __future__ import annotations

import csv
import json
import pathlib
import re
import sys

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import SECRETS, planned_host, scenario
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kinds import CONTENTS, tenants
from simulator.process import Simulator

DOCUMENT = pathlib.Path(__file__).resolve().parents[4] / "docs/usage.md"

# What the table says of the last use of each.
USE = {
    "idle": "idle",
    "never": "idle",
    "yesterday": "used",
    "older-event": "used",
    "capacity": "used",
    "reloads": "idle",
    "bot": "idle",
    "refused": "unknown",
    "undated": "unknown",
    "unlicensed": "idle",
    "thousand": "idle",
    "hostile": "idle",
    "unsorted": "used",
    "empty": "idle",
    "disabled": "unknown",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """One run on the whole fleet, with files, and what came of it."""
    folder = tmp_path_factory.mktemp("usage")
    terminal = Terminal(folder / "terminal")
    terminal.write_inventory({name: one for kind in CONTENTS for name, one in planned_host(kind).items()})
    terminal.write("idle.yml", re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[1])
    with Simulator(scenario(*tenants()), directory=folder / "cloud") as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        extra = {"qlik_usage_file": "usage.json", "qlik_usage_days": 30}
        done = terminal.run(
            "ansible-playbook", "-i", "tenants.yml", "idle.yml", "-e", json.dumps(extra), "--forks", "8"
        )
        yield terminal, cloud, done


def usage(terminal):
    found = json.loads((terminal.folder / "usage.json").read_text())
    return {one["host"].partition(".")[0]: one for one in found["tenants"]}


def test_it_shows_each_tenant_and_succeeds(shown):
    terminal, _cloud, done = shown
    assert done.status == 0, done
    assert {name: one["use"] for name, one in usage(terminal).items()} == USE
    for name in CONTENTS:
        assert f"  {name}.eu.qlikcloud.com" in done.output
    assert "is deactivated: only a live tenant shows what is in it" in " ".join(done.output.split())


def test_the_numbers_are_those_of_the_tenants(shown):
    terminal, _cloud, _done = shown
    found = usage(terminal)
    thousand = found["thousand"]["contents"]
    assert thousand["users"] == 120
    assert thousand["items"] == {"app": 400, "dataset": 600}
    assert (thousand["app_bytes"], thousand["file_bytes"]) == (80 * 10**9, 5 * 10**9)
    assert found["unlicensed"]["contents"]["licenses_assigned"] == "unknown"
    assert found["refused"]["activity"]["last_login"] == "unknown"
    assert found["yesterday"]["activity"]["active_users"] == 9
    assert found["disabled"]["contents"] is None


def test_a_tenant_of_1000_items_costs_at_most_25_requests(shown):
    _terminal, cloud, _done = shown
    requests = cloud.requests(host="thousand.eu.qlikcloud.com")
    assert len(requests) <= 25
    assert {(one["method"], one["path"]) for one in requests if one["method"] != "GET"} == {("POST", "/oauth/token")}


def test_the_csv_has_the_same(shown):
    terminal, _cloud, _done = shown
    rows = list(csv.DictReader((terminal.folder / "usage.csv").open()))
    assert {row["host"].partition(".")[0]: row["use"] for row in rows} == USE
    (row,) = (row for row in rows if row["host"].startswith("thousand."))
    assert (row["users"], row["apps"], row["items"], row["app_bytes"]) == ("120", "400", "1000", "80000000000")


def test_the_idle_tenants_are_a_group_that_a_plan_is_made_of(shown):
    terminal, _cloud, _done = shown
    plan = json.loads((terminal.folder / "plan.json").read_text())
    assert {entry["hostname"].partition(".")[0] for entry in plan["tenants"]} == {
        name for name, use in USE.items() if use == "idle"
    }


def test_no_secret_and_nothing_hostile_is_printed(shown):
    terminal, _cloud, done = shown
    written = done.output + "".join((terminal.folder / name).read_text() for name in ("usage.json", "usage.csv"))
    for secret in (*SECRETS.values(), "simulated.", "executes-"):
        assert secret not in written
    assert "\x1b" not in written
    assert "## Approved" not in done.output.splitlines()


def test_nothing_was_changed(shown):
    _terminal, cloud, _done = shown
    assert cloud.action_posts() == []
