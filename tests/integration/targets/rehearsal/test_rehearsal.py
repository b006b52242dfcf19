# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal from one end to the other: one tenant is made, one slot is used, and the tenant is deactivated at the end."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt, read_rehearsal
from ansible_collections.tenantops.qlik.tests.integration.fleet import (
    ORGANIZATION,
    SECRETS,
    scenario,
    tenant,
    tenant_id,
)
from ansible_collections.tenantops.qlik.tests.integration.targets.kill_sweep.running import Running, wait_for
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal

REHEARSE = ("ansible-playbook", "tenantops.qlik.rehearsal")
MEANT = (
    *("-e", "qlik_rehearsal=yes", "-e", "qlik_rehearsal_region=eu", "-e", "qlik_rehearsal_alias=rehearsal-1"),
    *("-e", "qlik_rehearsal_license_from=live.eu.qlikcloud.com"),
)
CREATE, DEACTIVATE, REACTIVATE = "/api/v1/tenants", "*/actions/deactivate", "*/actions/reactivate"
# A request of a killed run may take effect for so long, s.
TIMEOUT = 30

Play = Callable[..., tuple[Simulator, Terminal]]


@pytest.fixture
def play(tmp_path: pathlib.Path) -> Iterator[Play]:
    """Starts a cloud with one live tenant, and gives a terminal that can rehearse there."""
    with contextlib.ExitStack() as running:

        def start(*, refuse_reads: int | None = None, **described: Any) -> tuple[Simulator, Terminal]:
            described = scenario(tenant("live"), **described)
            cloud = running.enter_context(Simulator(described, directory=tmp_path / "cloud", refuse_reads=refuse_reads))
            terminal = Terminal(tmp_path / "terminal")
            terminal.go_online(cloud)
            terminal.log_in()
            terminal.environment |= {f"QLIK_{name.upper()}": value for name, value in ORGANIZATION.items()}
            return cloud, terminal

        yield start


def receipt_of(terminal: Terminal) -> Receipt:
    return terminal.receipt("rehearsal-1", folder="qlik-rehearsal/receipts")


def report_of(terminal: Terminal) -> dict[str, Any]:
    return read_rehearsal(terminal.folder / "qlik-rehearsal" / "rehearsal.json")


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["outcome"] for step in report["steps"]}


def wrong_with_end(cloud: Simulator, terminal: Terminal, *, killed: int = 0, runs: int = 1) -> Iterator[str]:
    """What is not as it must be at the end of a rehearsal whose tenant was made.

    :arg runs: how many came to their end. Each of them restarts the countdown once.
    :arg killed: how many did not. Each of them may have restarted it.
    """
    made = cloud.requests(method="POST", path=CREATE, effective=True)
    if len(made) != 1:
        yield f"{len(made)} tenants were made"
    if any(post["path"] and tenant_id("live") in post["path"] for post in cloud.requests(method="POST", tier=2)):
        yield "the other tenant was changed"
    deactivated = [*cloud.requests(method="POST", path=DEACTIVATE, effective=True)]
    restored = [*cloud.requests(method="POST", path=REACTIVATE, effective=True)]
    restarted = len(deactivated) - len(restored) - 1
    if not runs <= restarted <= runs + killed or deactivated[-1]["n"] < max([0, *(post["n"] for post in restored)]):
        yield f"{len(deactivated)} deactivations and {len(restored)} restores had an effect"
    if {post["body"]["purgeAfterDays"] for post in deactivated} != {10}:
        yield "it was not deactivated with 10 days"
    end = report_of(terminal)["end"]
    if (end["is_safe"], end["state"], end["hostname"]) != (True, "disabled", receipt_of(terminal).content["hostname"]):
        yield f"the report ends with {end}"
    date = datetime.fromisoformat(end["purge_date"] or "1970-01-01T00:00:00Z")
    if abs(date - datetime.now(timezone.utc) - timedelta(days=10)) > timedelta(minutes=30):
        yield f"the purge date is {date}"
    if receipt_of(terminal).kinds.count("created") != 1:
        yield "the receipt does not have the creation once"


def assert_no_secret(done: Done, terminal: Terminal) -> None:
    folder = terminal.folder / "qlik-rehearsal"
    texts = [done.output, *(path.read_text() for path in folder.rglob("*") if path.is_file())]
    for secret in (*SECRETS.values(), "simulated.sub-1."):
        assert not any(secret in text for text in texts)
    # What goes to strangers has no other tenant.
    for name in ("rehearsal.json", "rehearsal.md"):
        text = (folder / name).read_text()
        assert not any(other in text for other in ("live.eu", tenant_id("live")))


def test_a_rehearsal_ends_with_its_tenant_deactivated_and_a_report(play: Play) -> None:
    cloud, terminal = play()
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 0, done
    assert [*wrong_with_end(cloud, terminal)] == []
    assert_no_secret(done, terminal)
    report = report_of(terminal)
    assert set(outcomes(report).values()) == {"ok"}
    said = {one["question"]: one["answer"] for one in report["questions"]}
    assert said["Does the register host answer `GET /api/v1/tenants/<id>`?"] == "200"
    assert said["`TENANT_DEACTIVATED` or `TENANT_DISABLED`?"] == "401 TENANT_DEACTIVATED"
    assert said["What does reactivate answer?"] == "200, fields: id, status"
    assert said["Who may set `purgeAfterDays`?"] == "10 days were asked for, and the date is 10.0 days later"
    assert said["Does `/api/v1/tenants/me` show the tenant?"] == "302"
    assert re.fullmatch(
        r"the purge date moved by [0-9]+ s; the second deactivation came [0-9]+ s after the first",
        said["Does a second deactivation move the purge date?"],
    )
    assert said["Do the audits show a token request as a login?"] == "200, without entries"
    assert said["What does a purged tenant's hostname answer?"] is None
    deactivated, restored = ["intent", "deactivated", "observed"], ["intent", "reactivated", "observed"]
    kinds = ["intent", "created", "observed", *deactivated, *restored, *deactivated, "intent", "deactivated"]
    assert receipt_of(terminal).kinds == kinds
    assert "is deactivated, and is purged about" in done.stdout
    assert (terminal.folder / "qlik-rehearsal/rehearsal.md").read_text().startswith("## Rehearsal of tenantops.qlik\n")


def test_without_the_word_it_says_what_it_would_do_and_sends_nothing(play: Play) -> None:
    cloud, terminal = play()
    done = terminal.run(*REHEARSE, *MEANT[2:])
    assert done.status == 2
    assert "qlik_rehearsal is not yes" in done.output
    assert "uses one slot" in done.output
    assert cloud.requests() == []
    assert not (terminal.folder / "qlik-rehearsal").exists()


def lost(path: str, when: str = "after") -> dict[str, Any]:
    return {"name": f"lost {path}", "path": path, "method": "POST", "do": {"drop": when}}


LOST = [lost(CREATE), lost(DEACTIVATE), lost(REACTIVATE)]
MODES: dict[str, tuple[dict[str, Any], set[str]]] = {
    # What is different, and the steps that fail by it.
    "alias refused": ({"creation": {"aliases": False}}, {"create"}),
    "answers lost": ({"faults": LOST}, set()),
    "answers lost and reads refused": ({"refuse_reads": 403, "faults": LOST}, set()),
    "reads and usage refused": (
        {"refuse_reads": 403, "faults": [{"path": "/api/v1/users/me", "times": None, "do": {"status": 500}}]},
        set(),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("mode", MODES)
def test_in_every_mode_one_tenant_is_made_and_deactivated(mode: str, play: Play) -> None:
    described, fails = MODES[mode]
    cloud, terminal = play(**described)
    done = terminal.run(*REHEARSE, *MEANT)
    assert [*wrong_with_end(cloud, terminal)] == [], done
    report = report_of(terminal)
    assert {step for step, outcome in outcomes(report).items() if outcome != "ok"} == fails
    assert done.status == (2 if fails else 0)
    assert_no_secret(done, terminal)


@pytest.mark.thorough
def test_where_no_tenant_can_be_made_nothing_else_is_done(play: Play) -> None:
    cloud, terminal = play(creation={"quota": 1})
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 2
    assert "no more tenants" in done.output
    assert report_of(terminal)["end"]["message"] == "No tenant was created, so no slot is used."
    assert cloud.requests(effective=True) == []
    assert set(outcomes(report_of(terminal)).values()) == {"failed", "not run"}


@pytest.mark.thorough
def test_a_creation_in_doubt_is_not_repeated_and_said(play: Play) -> None:
    cloud, terminal = play(faults=[lost(CREATE, "before")])
    for variable in ("QLIK_ORG_CLIENT_ID", "QLIK_ORG_CLIENT_SECRET"):
        del terminal.environment[variable]
    for _turn in range(2):
        done = terminal.run(*REHEARSE, *MEANT)
        assert done.status == 2
        assert "its hostname is not known" in done.stdout
        assert report_of(terminal)["end"]["is_safe"] is False
    assert len(cloud.requests(method="POST", path=CREATE)) == 1
    # Report and watch say what it is.
    folder = ("-e", "tenant_decommission_receipts_dir=qlik-rehearsal/receipts")
    for playbook, status in (("report", 0), ("watch", 2)):
        told = terminal.run("ansible-playbook", f"tenantops.qlik.{playbook}", *folder)
        assert told.status == status, told
        assert "rehearsal-1.eu.qlikcloud.com.json: The creation of a tenant in region eu" in told.stdout
        assert "Left out" not in told.stdout and "Files that are not valid receipts" not in told.stdout


@pytest.mark.thorough
def test_the_tenant_of_somebody_else_is_never_changed(play: Play, tmp_path: pathlib.Path) -> None:
    cloud, terminal = play(faults=[lost(CREATE, "before")])
    without_list = {name: value for name, value in terminal.environment.items() if "_ORG_" not in name}
    terminal.environment, with_list = without_list, terminal.environment
    assert terminal.run(*REHEARSE, *MEANT).status == 2
    # The request had no effect, and a colleague makes a tenant meanwhile.
    colleague = Terminal(tmp_path / "colleague")
    colleague.go_online(cloud)
    colleague.log_in()
    given = {"region": "eu", "license_from": "live.eu.qlikcloud.com", "receipt_path": "tenant.json"}
    (theirs,) = colleague.run_tasks({"tenantops.qlik.qlik_tenant_create": given})
    begun = cloud.mark()
    receipt_of(terminal).age(minutes=1)
    terminal.environment = with_list
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 2
    assert f"has 1 tenant that may be the new one: {theirs['hostname']} (id" in done.output
    assert "Somebody else may have created" in done.output
    assert "-e qlik_rehearsal_confirm_hostname=HOSTNAME" in done.stdout
    assert report_of(terminal)["end"]["hostname"] is None
    assert receipt_of(terminal).kinds == ["intent", "failed"]
    # It is not ours, as the message says what to do then.
    receipt_of(terminal).path.rename(tmp_path / "moved.json")
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 0, done
    assert report_of(terminal)["end"]["hostname"] != theirs["hostname"]
    assert cloud.requests(since=begun, host=theirs["hostname"]) == []
    assert cloud.requests(since=begun, path=f"*/{theirs['id']}*") == []


@pytest.mark.thorough
def test_a_group_of_that_name_is_refused(play: Play) -> None:
    cloud, terminal = play()
    terminal.write("tenants.yml", {"qlik_rehearsal": {"hosts": {"live.eu.qlikcloud.com": {}}}})
    done = terminal.run(*REHEARSE, "-i", "tenants.yml", *MEANT)
    assert done.status == 2
    assert "has the group qlik_rehearsal" in done.output
    assert cloud.requests() == []


# After how many of its own requests each run of one rehearsal is killed. The creation is the 8th of the first run. A run that begins with a
# disabled tenant has the restore as its 27th request, and deactivations as the 39th and the 43rd, which is near its end.
INSTANTS = (5, 8, 3, 11, 20, 27, 28, 39, 40, 43)


def seen(cloud: Simulator, number: int) -> Callable[[], bool]:
    return lambda: cloud.mark() >= number


@pytest.mark.thorough
def test_a_rehearsal_that_is_killed_again_and_again_is_done_by_the_next_run_and_can_be_repeated(play: Play) -> None:
    cloud, terminal = play(latency=0.1)
    for instant in INSTANTS:
        begun = cloud.mark()
        with Running(terminal, *REHEARSE, *MEANT) as killed:
            assert wait_for(seen(cloud, begun + instant), or_for=killed.is_over), killed.wait()
            killed.kill_all()
            assert killed.wait().status not in (0, 2), (instant, killed.wait())
        assert len(cloud.requests(method="POST", path=CREATE, effective=True)) <= 1
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 0, done
    assert [*wrong_with_end(cloud, terminal, killed=len(INSTANTS))] == [], done
    assert_no_secret(done, terminal)
    # Once more, in the same folder: with the same tenant.
    done = terminal.run(*REHEARSE, *MEANT)
    assert done.status == 0, done
    assert [*wrong_with_end(cloud, terminal, killed=len(INSTANTS), runs=2)] == []
    # Both runs are in the report.
    posts = [
        one for step in report_of(terminal)["steps"] for one in step["answers"] if "actions" in json.dumps(one["path"])
    ]
    assert len(posts) == len(cloud.requests(method="POST", tier=2)) - 1
