# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts as runs of the playbook write and read them: where, what, when not, and what stops a tenant."""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.plugins.module_utils._local.locks import TenantLocks
from ansible_collections.tenantops.qlik.tests.integration.evidence import files_below, state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import SECRETS, host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading, thorough_but
from ansible_collections.tenantops.qlik.tests.unit.hostile import TERMINAL, is_harmless

DEACTIVATE = "*/actions/deactivate"
WELL = ["intent", "deactivated", "observed deactivated"]
# Each tenant of one play: the answer to its deactivation where it is not the API's own, what the first run writes, and what a
# second one adds.
COURSES: dict[str, tuple[dict[str, Any] | None, list[str], list[str]]] = {
    "well": (None, WELL, []),
    "byhand": (None, ["observed deactivated"], []),
    "kept": (None, ["intent", "failed none"], ["intent", "failed none"]),
    "busy": ({"status": 429, "headers": {"Retry-After": "1"}}, ["intent", *WELL], []),
    "lost": ({"drop": "after"}, ["intent", "deactivated resolved", "observed deactivated"], []),
    "error": ({"status": 501, "html": "<h1>no</h1>"}, ["intent", "failed unknown"], WELL),
    "errorwitheffect": (
        {"status": 501, "html": "<h1>no</h1>", "effect": True},
        ["intent", "deactivated resolved", "observed deactivated"],
        [],
    ),
}
TENANTS = {"byhand": {"status": "disabled"}, "kept": {"deactivation_disallowed": True}}
UNCHANGED = [name for name, (_do, _first, added) in COURSES.items() if not added]


def in_words(event: dict[str, Any]) -> str:
    words = (event["event"], "resolved" if "resolved" in event else "", event.get("effect"), event.get("probe_state"))
    return " ".join(word for word in words if word)


@dataclass
class TwoRuns:
    """What two runs on the same tenants left; what the first one left is older by an hour where its outcome was in doubt."""

    first: dict[str, Any]
    second: dict[str, Any]
    after_first: dict[str, list[dict[str, Any]]]
    after_second: dict[str, list[dict[str, Any]]]
    files: tuple[dict[str, Any], dict[str, Any]]
    done: tuple[Done, Done]
    cloud: Simulator
    reads: bool


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def two_runs(request, tmp_path_factory):
    terminal = Terminal(tmp_path_factory.mktemp("courses") / "terminal")
    faults = [
        {"name": name, "path": DEACTIVATE, "tenant": tenant_id(name), "do": do}
        for name, (do, _first, _added) in COURSES.items()
        if do
    ]
    described = scenario(*(tenant(name, **TENANTS.get(name, {})) for name in COURSES), faults=faults)
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud"), refuse_reads=request.param) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        terminal.write_inventory({key: value for name in COURSES for key, value in host(name).items()})
        receipts = {name: terminal.receipt(name) for name in COURSES}
        folder = terminal.folder / "qlik-receipts"

        first_done, first = terminal.sum_up("decommission", "--forks", "10")
        after_first = {name: receipt.events for name, receipt in receipts.items()}
        # A request that was sent just now may take effect still, and would be waited for.
        receipts["error"].age(hours=1)
        before = state_of(folder)
        second_done, second = terminal.sum_up("decommission", "--forks", "10")
        yield TwoRuns(
            first,
            second,
            after_first,
            {name: receipt.events for name, receipt in receipts.items()},
            (before, state_of(folder)),
            (first_done, second_done),
            cloud,
            reads=request.param is None,
        )


@pytest.mark.parametrize("name", COURSES)
def test_the_events_of_a_receipt_say_what_became_of_the_tenant(two_runs, name):
    _do, wanted, _added = COURSES[name]
    assert [in_words(event) for event in two_runs.after_first[name]] == wanted, two_runs.done[0]


@pytest.mark.parametrize("name", COURSES)
def test_a_second_run_adds_what_is_new_and_keeps_what_was_there(two_runs, name):
    _do, first, added = COURSES[name]
    assert [in_words(event) for event in two_runs.after_second[name]] == [*first, *added], two_runs.done[1]


@pytest.mark.parametrize("name", UNCHANGED)
def test_a_run_that_changes_nothing_leaves_every_byte_of_the_receipt_alone(two_runs, name):
    assert two_runs.second["tenants"][f"{name}.eu.qlikcloud.com"]["outcome"] == "unchanged"
    before, after = two_runs.files
    file = f"{name}.eu.qlikcloud.com.json"
    # The bytes, and the time of the last change.
    assert before[file] == after[file]


def test_receipts_are_all_that_lies_in_their_folder(two_runs):
    for files in two_runs.files:
        assert sorted(files) == sorted(f"{name}.eu.qlikcloud.com.json" for name in COURSES)


def test_a_second_run_shows_the_purge_date_out_of_the_receipt(two_runs):
    (deactivated,) = (event for event in two_runs.after_first["well"] if event["event"] == "deactivated")
    date = deactivated["estimated_purge_date"]
    for summary in (two_runs.first, two_runs.second):
        assert summary["tenants"]["well.eu.qlikcloud.com"]["estimated_purge_date"] == date
        assert not summary["tenants"]["well.eu.qlikcloud.com"]["purge_date_computed"]
    row = next(line for line in two_runs.done[1].stdout.splitlines() if line.startswith("  well.eu.qlikcloud.com"))
    assert "disabled, unchanged" in row
    assert f"purge {date[:10]} {date[11:16]} UTC" in row
    # Nobody knows the date of a tenant that was disabled by hand.
    assert two_runs.second["tenants"]["byhand.eu.qlikcloud.com"]["estimated_purge_date"] is None


def test_an_outcome_that_was_told_by_a_look_has_a_date_that_is_computed_where_reads_tell_it(two_runs):
    # The register host tells when the tenant was disabled; a probe does not.
    for name in ("lost", "errorwitheffect"):
        (resolved,) = (event for event in two_runs.after_second[name] if event["event"] == "deactivated")
        assert ("estimated_purge_date" in resolved) is two_runs.reads
        assert resolved.get("purge_date_computed", False) is two_runs.reads
        result = two_runs.first["tenants"][f"{name}.eu.qlikcloud.com"]
        assert result["estimated_purge_date"] == resolved.get("estimated_purge_date")
        assert result["purge_date_computed"] is two_runs.reads


def test_all_events_of_a_run_have_its_name_and_no_other_run_has_it(two_runs):
    first, second = two_runs.first["run"], two_runs.second["run"]
    assert first != second
    for name, events in two_runs.after_second.items():
        written = len(two_runs.after_first[name])
        assert {event["run"] for event in events[:written]} == {first}
        assert {event["run"] for event in events[written:]} <= {second}


def test_no_tenant_is_deactivated_twice(two_runs):
    effective = [post["path"] for post in two_runs.cloud.action_posts() if post["effective"]]
    names = [name for name in COURSES if name not in ("byhand", "kept")]
    assert sorted(effective) == sorted(f"/api/v1/tenants/{tenant_id(name)}/actions/deactivate" for name in names)


def test_each_event_says_who_when_and_what_the_server_said(two_runs):
    intent, deactivated, observed = two_runs.after_first["well"]
    common = {
        "by": {"user": pwd.getpwuid(os.geteuid()).pw_name, "host": socket.gethostname()},
        "run": two_runs.first["run"],
    }
    assert intent == {
        "event": "intent",
        "at": intent["at"],
        **common,
        "action": "deactivate",
        "previous_status": "active",
        "purge_after_days": 30,
    }
    assert deactivated == {
        "event": "deactivated",
        "at": deactivated["at"],
        **common,
        "purge_after_days": 30,
        "estimated_purge_date": deactivated["estimated_purge_date"],
        "http_status": 200,
    }
    assert observed == {
        "event": "observed",
        "at": observed["at"],
        **common,
        "status": "disabled",
        "probe_state": "deactivated",
        "http_status": 401,
        "code": "TENANT_DEACTIVATED",
        "trace_id": observed["trace_id"],
    }
    _intent, failed, *_second = two_runs.after_second["kept"]
    assert (failed["http_status"], failed["code"]) == (403, "AUTH-5")
    assert failed["trace_id"] == two_runs.first["tenants"]["kept.eu.qlikcloud.com"]["trace_id"]


# Where the inventory lies, how it is named, and which folder the receipts go to: all by a person who works in another folder.
PLACES = {
    "beside the inventory file": ("customers/tenants.yml", "../customers/tenants.yml", {}, "customers/qlik-receipts"),
    "beside an inventory that is a folder": ("inventory/eu/tenants.yml", "../inventory/", {}, "qlik-receipts"),
    "in a folder counted from where the run was started": (
        "customers/tenants.yml",
        "../customers/tenants.yml",
        {"tenant_decommission_receipts_dir": "evidence/receipts"},
        "elsewhere/evidence/receipts",
    ),
    "in the folder of the start, where no file names the tenant": (
        None,
        "acme.eu.qlikcloud.com,",
        {},
        "elsewhere/qlik-receipts",
    ),
}


@pytest.mark.parametrize("place", thorough_but("beside the inventory file", cases=PLACES))
def test_receipts_are_their_owners_alone_and_lie(start_cloud, terminal, place):
    inventory, named, variables, folder = PLACES[place]
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    (terminal.folder / "elsewhere").mkdir()
    options = ["-i", named, "tenantops.qlik.decommission"]
    if inventory:
        terminal.write(inventory, {"qlik_tenants": {"hosts": host("acme"), "vars": variables}})
    else:
        typed = {"qlik_targets": "all", **host("acme")["acme.eu.qlikcloud.com"]}
        options += ["-e", json.dumps(typed)]

    def run() -> Done:
        # Modes that the umask does not make.
        command = ("sh", "-c", 'umask 0; exec "$@"', "sh", "ansible-playbook", *options)
        return terminal.run(*command, started_in="elsewhere")

    first = run()
    assert first.status == 0, first
    receipt = terminal.receipt("acme", folder=folder)
    assert [path for path in files_below(terminal.folder) if path.suffix == ".json"] == [receipt.path]
    assert stat.S_IMODE(receipt.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(receipt.path.parent.stat().st_mode) == 0o700
    before = state_of(receipt.path.parent)

    # The next run finds the receipt again, and does not take it for inventory.
    second = run()
    assert second.status == 0, second
    assert "1 tenant: 0 deactivated, 1 unchanged, 0 failed." in second.stdout
    assert "purge 20" in second.stdout
    assert "WARNING" not in second.output
    assert state_of(receipt.path.parent) == before
    assert len(cloud.action_posts()) == 1


def the_models(path: pathlib.Path) -> pathlib.Path:
    """A good receipt of another tenant in the same folder."""
    return path.with_name("model.eu.qlikcloud.com.json")


def with_other(**values: Any) -> Callable[[pathlib.Path], None]:
    """A receipt that would be good, but for these values."""

    def make(path: pathlib.Path) -> None:
        content = json.loads(the_models(path).read_text())
        path.write_text(json.dumps({**content, "hostname": path.stem, "tenant_id": None, **values}))

    return make


def make_link(path: pathlib.Path) -> None:
    with_other(hostname=path.stem)(path.with_name("linked"))
    path.symlink_to("linked")


INTENT = {
    "event": "intent",
    "at": "2026-01-01T00:00:00Z",
    "by": {"user": "me", "host": "here"},
    "run": "x",
    "action": "deactivate",
}
# What lies where a receipt should; words of the message.
BAD = {
    "text": (lambda path: path.write_text("{\n"), "is not JSON"),
    "nothing": (lambda path: path.touch(), "is not JSON"),
    "list": (lambda path: path.write_text("[]"), "it holds no JSON object"),
    "foreign": (
        lambda path: path.write_bytes(the_models(path).read_bytes()),
        "is another tenant's, that of model.eu.qlikcloud.com",
    ),
    "foreignid": (
        with_other(tenant_id=tenant_id("model")),
        f"is another tenant's, that with the id {tenant_id('model')}",
    ),
    "newer": (
        with_other(schema=3),
        "has the schema 3, and this version of the collection reads the schemas 1 to 2: a newer version wrote it",
    ),
    "noevents": (with_other(events=None), "has no list of events"),
    "strange": (with_other(events=[{**INTENT, "event": "exploded"}]), "has a fault in event 1: its kind is exploded"),
    "timeless": (
        with_other(events=[{**INTENT, "at": "yesterday"}]),
        "has a fault in event 1: its time (at) is yesterday",
    ),
    "link": (make_link, "is a symbolic link, which is not followed"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "pipe": (os.mkfifo, "is not a regular file"),
}
# Folders that no receipt can be written to, whoever one is.


@dataclass
class Stopped:
    """One play with a tenant for each bad receipt and one with whom all is well; the files before it and after."""

    summary: dict[str, Any]
    posts: list[dict[str, Any]]
    done: Done
    before: dict[str, Any]
    after: dict[str, Any]
    folder: pathlib.Path


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def stopped(request, tmp_path_factory):
    terminal = Terminal(tmp_path_factory.mktemp("bad") / "terminal")
    names = ["model", "well", *BAD]
    described = scenario(*(tenant(name) for name in names))
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud"), refuse_reads=request.param) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        hosts = {key: value for name in names for key, value in host(name).items()}
        terminal.write_inventory(hosts, tenant_decommission_max_tenants=100)
        model = terminal.decommission("--limit", "model.eu.qlikcloud.com")
        assert model.status == 0, model
        for name, (make, _words) in BAD.items():
            make(terminal.receipt(name).path)
        folder = terminal.receipt("model").path.parent
        before, since = state_of(folder), cloud.mark()
        done, summary = terminal.sum_up("decommission", "--forks", "10")
        yield Stopped(summary, cloud.action_posts(since), done, before, state_of(folder), folder)


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_receipt_of_the_tenant_stops_it_with_one_sentence(stopped, name):
    result = stopped.summary["tenants"][f"{name}.eu.qlikcloud.com"]
    assert (result["outcome"], result["changed"]) == ("failed", False)
    assert "Nothing was changed" in result["msg"]
    assert BAD[name][1] in result["msg"]


# Nobody can tell beforehand that no folder can be made in /proc: there each tenant stops before its POST.
@pytest.mark.thorough
@pytest.mark.parametrize("folder", ["tenants.yml", "tenants.yml/receipts", "/proc/receipts"])
def test_a_folder_in_which_no_receipt_can_be_kept_stops_the_wave_before_the_first_request(
    start_cloud, terminal, folder
):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")}, tenant_decommission_receipts_dir=folder)
    refused = terminal.decommission()
    assert refused.status == 2, refused
    assert cloud.action_posts() == []
    if folder == "/proc/receipts":
        assert refused.stdout.count("cannot be written (") >= 2
    else:
        assert f"tenant_decommission_receipts_dir is '{folder}': no receipt can be written there" in refused.stdout
        assert cloud.requests() == []


def test_it_stops_that_tenant_alone_and_before_the_request(stopped):
    assert stopped.done.status == 2
    assert stopped.summary["totals"] == {
        "changed": 1,
        "unchanged": 1,
        "failed": len(BAD),
        "purged": 0,
        "not_reached": 0,
        "not_due": 0,
    }
    assert [post["path"] for post in stopped.posts] == [f"/api/v1/tenants/{tenant_id('well')}/actions/deactivate"]


def test_the_file_that_is_no_receipt_stays_as_it_was(stopped):
    new = {"well.eu.qlikcloud.com.json"}
    assert {name: file for name, file in stopped.after.items() if name not in new} == stopped.before
    assert set(stopped.after) - set(stopped.before) == new
    assert (stopped.folder / "link.eu.qlikcloud.com.json").is_symlink()
    assert (stopped.folder / "pipe.eu.qlikcloud.com.json").is_fifo()


@pytest.mark.thorough
def test_check_mode_writes_nothing_anywhere_and_reads_receipts(start_cloud, terminal):
    # A real run would write a receipt of the one that is disabled, too.
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("crown"), tenant("gone", status="disabled")))
    terminal.go_online(cloud)
    terminal.log_in()
    # ansible-core keeps folders of its own; they are to lie elsewhere.
    terminal.environment["ANSIBLE_HOME"] = str(terminal.folder.with_name("ansible"))
    terminal.write_inventory({**host("acme"), **host("beta"), **host("crown"), **host("gone")})

    before = state_of(terminal.folder)
    first = terminal.decommission("--check")
    assert first.status == 0, first
    assert "4 tenants: 3 would be deactivated, 1 unchanged, 0 failed." in first.stdout
    # Neither folder nor lock, and nothing in the home.
    assert state_of(terminal.folder) == before

    assert terminal.decommission("--limit", "acme.eu.qlikcloud.com").status == 0
    terminal.receipt("beta").path.write_text("no receipt")
    date = terminal.receipt("acme").events[1]["estimated_purge_date"]
    before = state_of(terminal.folder)
    second = terminal.decommission("--check")
    assert second.status == 2, second
    assert "4 tenants: 1 would be deactivated, 2 unchanged, 1 failed." in second.stdout
    assert f"purge {date[:10]} {date[11:16]} UTC" in second.stdout
    assert "beta.eu.qlikcloud.com.json, is not JSON. Nothing was changed" in second.stdout
    assert state_of(terminal.folder) == before
    assert len(cloud.action_posts()) == 1


@pytest.mark.parametrize("name", ["acme.eu.qlikcloud.com", tenant_id("acme")], ids=["by its hostname", "by its id"])
def test_a_tenant_that_another_run_works_on_is_waited_for_and_not_touched(start_cloud, terminal, monkeypatch, name):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta")})
    play = {
        "name": "Impatient",
        "hosts": "qlik_tenants",
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {"tenantops.qlik.qlik_wave_tenant": {"max_wait": 1}},
        "roles": [{"role": "tenantops.qlik.tenant_decommission"}],
    }
    terminal.write("play.yml", [play])
    # This process is the other run.
    monkeypatch.setenv("HOME", str(terminal.home))
    for setting in ("XDG_STATE_HOME", "TENANTOPS_QLIK_STATE_DIR"):
        monkeypatch.delenv(setting, raising=False)
    locks = TenantLocks(Clock(), 0, lambda _sentence: None)
    with locks.until_released():
        locks.hold(name)
        done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml")
    assert done.status == 2, done
    assert (
        f"Another run on this machine works on tenant {name}, and has not ended within 1 s. Nothing was changed"
        in done.stdout
    )
    assert "2 tenants: 1 deactivated, 0 unchanged, 1 failed." in done.stdout
    assert not [one for one in cloud.requests() if "acme" in one["host"] or tenant_id("acme") in one["path"]]
    assert not terminal.receipt("acme").path.exists()

    again = terminal.decommission()
    assert again.status == 0, again
    assert "2 tenants: 1 deactivated, 1 unchanged, 0 failed." in again.stdout


# What a YAML file can hold and Ansible does not take for a template, one after the other; a claim has at most 200 characters.
HARMFUL = "".join(text for name, text in TERMINAL.items() if name not in ("half a surrogate pair", "null", "too long"))
CLAIM = HARMFUL.replace(TERMINAL["link"], "").replace(TERMINAL["blanks"], "")


def test_who_approved_and_the_ticket_are_taken_over_as_claims_and_can_do_no_harm(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("gone", status="disabled")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("gone")})
    # Nobody evaluates what was not written as a template.
    terminal.write("claims.yml", f"qlik_approved_by: {json.dumps(CLAIM)}\nqlik_ticket: !unsafe '{{{{ 7 * 7 }}}}'\n")
    done = terminal.decommission("-e", "@claims.yml")
    assert done.status == 0, done
    events = [*terminal.receipt("acme").events, *terminal.receipt("gone").events]
    assert [in_words(event) for event in events] == [*WELL, "observed deactivated"]
    for event in events:
        assert event["ticket"] == "{{ 7 * 7 }}"
        assert event["approved_by"].count("EVIL") == CLAIM.count("EVIL")
        assert is_harmless(event["approved_by"])
    assert is_harmless(terminal.receipt("acme").path.read_text().replace("\n", ""))


@pytest.mark.thorough
@one_reading
def test_a_claim_that_is_too_long_is_refused_harmlessly_before_the_request(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    terminal.write("claims.yml", {"qlik_ticket": HARMFUL})
    done = terminal.decommission("-e", "@claims.yml")
    assert done.status == 2, done
    assert "it must be a text of at most 200 characters" in done.stdout
    assert all(is_harmless(line) for line in done.output.split("\n"))
    assert len([line for line in done.output.split("\n") if line.startswith("PLAY RECAP")]) == 1
    assert cloud.action_posts() == []
    assert not terminal.receipt("acme").path.exists()


# The second server says back what it was told.
ECHO = {"code": SECRETS["eu"], "title": SECRETS["eu"], "detail": SECRETS["eu"]}
REFUSALS = {
    "a plain refusal": {"errors": [{"code": "X-1", "title": "No"}], "traceId": "trace-1"},
    "a refusal that has the secret in it": {"errors": [ECHO], "traceId": f"trace-{SECRETS['eu']}"},
}


@pytest.mark.parametrize("refusal", thorough_but("a refusal that has the secret in it", cases=REFUSALS))
def test_no_secret_is_left_in_receipts_the_summary_or_the_state_folder(start_cloud, terminal, refusal):
    do = {"status": 403, "json": REFUSALS[refusal]}
    fault = {"name": "no", "path": DEACTIVATE, "tenant": tenant_id("beta"), "do": do, "times": None}
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("gone", status="disabled"), faults=[fault]))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory({**host("acme"), **host("beta"), **host("gone")})
    done, summary = terminal.sum_up("decommission", "-vvvv")
    assert (done.status, summary["totals"]["failed"]) == (2, 1), done
    assert terminal.receipt("beta").kinds == ["intent", "failed"]
    seen = {str(path.relative_to(terminal.folder)): path.read_text() for path in files_below(terminal.folder)}
    assert "summary.json" in seen
    assert any(name.endswith("tenants.lock") for name in seen)
    for secret in (*SECRETS.values(), "simulated-"):
        assert [name for name, text in {**seen, "output": done.output}.items() if secret in text] == []


# How two files of inventory are named, in one run after the other.
RUNS = [("a/t.yml", "b/m.yml"), ("b/m.yml", "a/t.yml"), ("b/m.yml",), ("a", "b")]


@pytest.mark.thorough
@one_reading
def test_a_tenant_has_one_receipt_however_its_inventory_is_named(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta")))
    terminal.go_online(cloud)
    terminal.log_in()
    for file, name in (("a/t.yml", "acme"), ("b/m.yml", "beta")):
        terminal.write(file, {"qlik_tenants": {"hosts": host(name)}})
    place = terminal.folder / "qlik-receipts"
    for sources in RUNS:
        named = [word for source in sources for word in ("-i", source)]
        done = terminal.run("ansible-playbook", *named, "tenantops.qlik.decommission")
        assert done.status == 0, done
        assert f"Receipts:\n  {place}\n" in done.stdout
        assert "purge date unknown" not in done.stdout
    assert [path.parent for path in terminal.folder.rglob("*.qlikcloud.com.json")] == [place] * 2
    assert sum(post["effective"] for post in cloud.action_posts()) == len(cloud.action_posts()) == 2


@pytest.mark.thorough
@one_reading
def test_a_file_first_and_its_folder_later_are_one_place_with_a_warning(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write("inventory/t.yml", {"qlik_tenants": {"hosts": host("acme")}})
    for source in ("inventory/t.yml", "inventory"):
        done = terminal.run("ansible-playbook", "-i", source, "tenantops.qlik.decommission")
        assert done.status == 0, done
        assert "purge date unknown" not in done.stdout
    assert "Move them to" in " ".join(done.output.split())
    assert len([*terminal.folder.rglob("*.qlikcloud.com.json")]) == len(cloud.action_posts()) == 1
