# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role with tenant_decommission_idle_days: what a plan says of each kind of tenant, and a login after the approval."""

from __future__ import annotations

import datetime
import json
import pathlib
import sys

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import planned_host, scenario
from ansible_collections.tenantops.qlik.tests.integration.terminal import Terminal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from kinds import CONTENTS, tenants
from simulator.process import Simulator

pytestmark = pytest.mark.thorough

# Why a tenant is refused when the plan is made; None: it is in the plan.
REFUSED = {
    "idle": None,
    "never": None,
    "yesterday": "is in use: the last login was",
    "older-event": "is in use: the last login was",
    "capacity": "is in use: the last use of analyzer capacity was",
    "reloads": None,
    "bot": None,
    "refused": "does not show its last login",
    "undated": "does not show its last login",
    "unlicensed": None,
    "thousand": None,
    "hostile": None,
    "unsorted": "is in use: the last login was",
    "empty": None,
    "disabled": None,
}
# What plan.md says of each.
LINES = {
    "idle": "3 users, 2 spaces, 5 apps, 2.0 GB; last login …",
    "never": "3 users, 2 spaces, 5 apps, 2.0 GB; no login in 90 days",
    "yesterday": "41 users, 12 spaces, 87 apps, 14 GB; last login …",
    "older-event": "3 users, 2 spaces, 5 apps, 2.0 GB; last login …",
    "capacity": "3 users, 2 spaces, 5 apps, 2.0 GB; no login in 90 days",
    "reloads": "3 users, 2 spaces, 5 apps, 2.0 GB; no login in 90 days",
    "bot": "3 users, 2 spaces, 5 apps, 2.0 GB; no login in 90 days",
    "refused": "3 users, 2 spaces, 5 apps, 2.0 GB; last login unknown",
    "undated": "3 users, 2 spaces, 5 apps, 2.0 GB; last login unknown",
    "unlicensed": "3 users, 2 spaces, 5 apps, 2.0 GB; no login in 90 days",
    "thousand": "120 users, 0 spaces, 400 apps, 85 GB; no login in 90 days",
    "hostile": "3 users, 2 spaces, 1 app, 2.0 GB; no login in 90 days",
    "unsorted": "3 users, 2 spaces, 5 apps, 2.0 GB; last login …",
    "empty": "0 users, 0 spaces, 0 apps, 0 bytes; no login in 90 days",
}
IDLE = [name for name, reason in REFUSED.items() if reason is None and name != "disabled"]
# A person comes back after the approval: after the three plans, each of which asks twice.
BACK = "never"
LOGIN = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(minutes=30)
EVENT = {"id": "1", "userId": "user-1", "eventType": "com.qlik.core.user-session.begun"}
COMES_BACK = {
    "tenant": f"{BACK}.eu.qlikcloud.com",
    "path": "/api/v1/audits",
    "skip": 6,
    "times": None,
    "do": {"json": {"data": [{**EVENT, "eventTime": LOGIN.isoformat()}]}},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three plans and an apply, on one cloud."""
    folder = tmp_path_factory.mktemp("idle")
    terminal = Terminal(folder / "terminal")
    hosts = {name: one for kind in CONTENTS for name, one in planned_host(kind).items()}
    terminal.write_inventory(hosts, tenant_decommission_idle_days=30, tenant_decommission_max_tenants=20)
    limit = ":".join(f"{name}.eu.qlikcloud.com" for name in [*IDLE, "disabled"])
    with Simulator(scenario(*tenants(), faults=[COMES_BACK]), directory=folder / "cloud") as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        done = {
            "require": terminal.plan("--forks", "8", file="all.json"),
            "warn": terminal.plan("--forks", "8", "-e", "tenant_decommission_idle_check=warn", file="warn.json"),
            "idle": terminal.plan("--forks", "8", "--limit", limit, file="idle.json"),
        }
        extra = {"qlik_plan": "idle.json", "qlik_plan_sha256": terminal.digest("idle.json")}
        before = cloud.mark()
        done["apply"] = terminal.decommission("--forks", "8", "--limit", limit, "-e", json.dumps(extra))
        yield terminal, cloud, done, before


def test_a_used_tenant_is_refused_alone_when_the_plan_is_made(runs):
    terminal, _cloud, done, _before = runs
    assert done["require"].status == 2, done["require"]
    output = " ".join(done["require"].output.split())
    for name, reason in REFUSED.items():
        told = f"Tenant {name}.eu.qlikcloud.com" in output
        assert told == (reason is not None), name
    assert "tenant_decommission_idle_days is 30" in output
    assert not (terminal.folder / "all.json").exists()


def test_with_warn_the_plan_has_all_of_them_one_line_each_and_the_losses(runs):
    terminal, _cloud, done, _before = runs
    assert done["warn"].status == 0, done["warn"]
    plan = json.loads((terminal.folder / "warn.json").read_text())
    entries = {entry["hostname"].partition(".")[0]: entry for entry in plan["tenants"]}
    for name, reason in REFUSED.items():
        assert any(reason and reason in warning for warning in entries[name]["warnings"]) == (reason is not None), name
    text = (terminal.folder / "warn.md").read_text()
    for name, line in LINES.items():
        start = line.partition("…")[0]
        assert f"- `{name}.eu.qlikcloud.com`: {start}" in text
        assert start in done["warn"].output
    assert (entries["disabled"]["activity"], entries["disabled"]["contents"]) == (None, None)
    assert "194 users, 538 apps, 121 GB will be lost for good." in text


def test_nothing_hostile_reaches_the_plan_or_the_terminal(runs):
    terminal, _cloud, done, _before = runs
    for text in (done["warn"].output, *((terminal.folder / name).read_text() for name in ("warn.json", "warn.md"))):
        assert "\x1b" not in text
        assert "\n## Approved" not in text


def test_a_login_after_the_approval_stops_that_tenant_alone(runs):
    _terminal, cloud, done, before = runs
    assert done["idle"].status == 0, done["idle"]
    assert done["apply"].status == 2, done["apply"]
    output = " ".join(done["apply"].output.split())
    assert f"the last login was {LOGIN:%Y-%m-%dT%H:%M:%SZ}, after the plan was made" in output
    deactivated = {post["path"].split("/")[4] for post in cloud.action_posts(since=before)}
    assert len(deactivated) == len(IDLE) - 1
    assert not cloud.action_posts(since=before, path=f"*{(BACK * 32)[:32]}*")


def test_each_post_comes_after_the_last_look_at_the_use(runs):
    _terminal, cloud, _done, before = runs
    requests = cloud.requests(since=before)
    for post in cloud.action_posts(since=before):
        host = post["headers"]["qlik-confirm-hostname"]
        earlier = [one for one in requests if one["n"] < post["n"]]
        read = max(one["n"] for one in earlier if one["host"].startswith("register.") and one["path"] in post["path"])
        asked = [one["n"] for one in earlier if one["host"] == host and one["path"] == "/api/v1/audits"]
        assert min(asked) > read


def test_the_receipt_says_what_was_in_it_when_it_went(runs):
    terminal, _cloud, _done, _before = runs
    events = json.loads((terminal.folder / "qlik-receipts/thousand.eu.qlikcloud.com.json").read_text())["events"]
    for event in events[:2]:
        assert (event["event"] in ("intent", "deactivated"), event["contents"]["users"]) == (True, 120)
        assert event["activity"]["last_login"] is None
