# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook with an approved plan: it is applied as it stands, and nothing else is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.evidence import read_summary, state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, planned_host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading, thorough_but

ACME, BETA, CROWN = (f"{name}.eu.qlikcloud.com" for name in ("acme", "beta", "crown"))
WELL = ["intent", "deactivated", "observed"]


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def path_of(name: str) -> str:
    return f"/api/v1/tenants/{tenant_id(name)}/actions/deactivate"


# What stops the play as a whole


@dataclass(frozen=True)
class Refusal:
    """What is made of an approved plan and given to the run, the play's tenants, and words of the answer."""

    words: str
    # Of the text of the plan: the file that is there, and the digest that is given.
    file: Callable[[str], str | None] = str
    digest: Callable[[str], str | None] = digest_of
    hosts: tuple[str, ...] = ("acme", "beta")
    variables: tuple[tuple[str, Any], ...] = ()


def with_(**changes: Any) -> Callable[[str], str]:
    """The plan with other values, approved like this."""
    return lambda text: json.dumps({**json.loads(text), **changes})


def valid_for(hours: float) -> Callable[[str], str]:
    def change(text: str) -> str:
        expires = datetime.fromisoformat(json.loads(text)["created"]) + timedelta(hours=hours)
        return with_(expires=f"{expires:%Y-%m-%dT%H:%M:%SZ}")(text)

    return change


def approved_as_it_is(change: Callable[[str], str]) -> dict[str, Any]:
    """A file that was made by hand, and its own digest."""
    return {"file": change, "digest": lambda text: digest_of(change(text))}


REFUSALS = {
    "no digest": Refusal("qlik_plan_sha256 is missing: give the digest of the plan", digest=lambda text: None),
    "an empty digest": Refusal("qlik_plan_sha256 is given and empty", digest=lambda text: ""),
    "half a digest": Refusal("it must be the 64 digits of a SHA-256 digest", digest=lambda text: digest_of(text)[:32]),
    "the digest of something else": Refusal("the file is not the plan that was approved", digest=lambda text: "0" * 64),
    "the digest of the entries": Refusal(
        "the file is not the plan that was approved", digest=lambda text: json.loads(text)["content_sha256"]
    ),
    "a file with other days": Refusal(
        "the file is not the plan that was approved",
        file=lambda text: text.replace('"purge_after_days": 30', '"purge_after_days": 10'),
    ),
    "a file with one more blank": Refusal("the file is not the plan that was approved", file=lambda text: text + " "),
    "no file": Refusal("it cannot be read (No such file or directory)", file=lambda text: None),
    "a digest and no plan": Refusal(
        "qlik_plan is missing and qlik_plan_sha256 is given", variables=(("qlik_plan", None),)
    ),
    "a plan that has expired": Refusal("it expired at", **approved_as_it_is(valid_for(0))),
    "a plan that is valid for too long": Refusal(
        "it is valid for 168.5 hours, and qlik_plan_max_hours allows 168", **approved_as_it_is(valid_for(168.5))
    ),
    "a plan that is valid for longer than the local policy allows": Refusal(
        "it is valid for 72 hours, and qlik_plan_max_hours allows 24", variables=(("qlik_plan_max_hours", 24),)
    ),
    "a plan of a newer version": Refusal("its schema is 4", **approved_as_it_is(with_(schema=4))),
    "a plan without a schema": Refusal("its schema is None", **approved_as_it_is(with_(schema=None))),
    "a plan that is none": Refusal("it is not JSON", **approved_as_it_is(lambda text: text[:-3])),
    "entries that are not those of their digest": Refusal(
        "its content_sha256 is not that of its entries",
        **approved_as_it_is(lambda text: text.replace('"purge_after_days": 30', '"purge_after_days": 10')),
    ),
    "a key that stands in it twice": Refusal(
        "the key hostname appears twice in one object",
        **approved_as_it_is(lambda text: text.replace('"hostname": "acme', f'"hostname": "{BETA}", "hostname": "acme')),
    ),
    "the same in another layout": Refusal(
        "it is not byte for byte as this collection writes it",
        **approved_as_it_is(lambda text: json.dumps(json.loads(text))),
    ),
    "a host that the plan lacks": Refusal(f"Not in the plan: {CROWN}", hosts=("acme", "beta", "crown")),
    "more tenants to deactivate than may be": Refusal(
        "The play has 2 tenants to deactivate according to the plan, and tenant_decommission_max_tenants allows 1",
        variables=(("tenant_decommission_max_tenants", 1),),
    ),
    "a protected tenant": Refusal(
        f"{BETA} is protected: its hostname matches 'beta.*'",
        variables=(("tenant_decommission_protected", ["beta.*"]),),
    ),
}


@dataclass
class Approved:
    """A plan of acme and beta, as text, and the Qlik Cloud that it is for."""

    cloud: Simulator
    plan: str


@pytest.fixture(scope="module")
def approved(tmp_path_factory):
    terminal = Terminal(tmp_path_factory.mktemp("approved") / "terminal")
    described = scenario(*(tenant(name) for name in ("acme", "beta", "crown")))
    with Simulator(described, directory=tmp_path_factory.mktemp("cloud")) as cloud:
        terminal.go_online(cloud)
        terminal.log_in()
        terminal.write_inventory({**planned_host("acme"), **planned_host("beta")})
        made = terminal.plan()
        assert made.status == 0, made
        yield Approved(cloud, (terminal.folder / "plan.json").read_text())


@pytest.mark.parametrize("name", thorough_but("a file with other days", cases=REFUSALS))
def test_a_plan_that_is_not_what_was_approved_stops_the_play_before_the_first_request(approved, terminal, name):
    refusal = REFUSALS[name]
    terminal.go_online(approved.cloud)
    terminal.log_in()
    # Without the plan every one of them would go.
    hosts = {key: {**value, "tenant_decommission_confirm_hostname": key} for key, value in fleet_of(refusal.hosts)}
    terminal.write_inventory(hosts)
    text = refusal.file(approved.plan)
    if text is not None:
        terminal.write("plan.json", text)
    given = {"qlik_plan": "plan.json", "qlik_plan_sha256": refusal.digest(approved.plan), **dict(refusal.variables)}
    options = json.dumps({key: value for key, value in given.items() if value is not None})
    since = approved.cloud.mark()
    done = terminal.decommission("-e", options)
    assert done.status == 2, done
    assert refusal.words in done.stdout, done
    assert approved.cloud.requests(since) == []
    assert not (terminal.folder / "qlik-receipts").exists()


def fleet_of(names: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    return [(key, value) for name in names for key, value in planned_host(name).items()]


# What stops a tenant alone


@dataclass(frozen=True)
class Since:
    """What became of a tenant after the plan was made, and what comes of that, where the register host shows it and not."""

    now: dict[str, Any] | None
    words: str
    outcome: str = "failed"
    then: dict[str, Any] | None = None
    inventory: dict[str, Any] | None = None
    # The words where the register host does not allow reads; None: nobody can see it, the server alone decides.
    refused: str | None = ""


SINCE = {
    "same": Since({}, "active → disabled", "changed"),
    "same-names": Since(
        {"aliases": ["two.eu.qlikcloud.com", "ONE.eu.qlikcloud.com"]},
        "active → disabled",
        "changed",
        then={"aliases": ["one.eu.qlikcloud.com", "two.eu.qlikcloud.com"]},
    ),
    "status": Since(
        {"status": "user-access-disabled"},
        "its status is user-access-disabled, and the plan has active",
        refused=None,
    ),
    "alias": Since(
        {"aliases": ["new.eu.qlikcloud.com"]},
        "differs from the plan: its hostnames are alias.eu.qlikcloud.com, new.eu.qlikcloud.com, and the plan has"
        " alias.eu.qlikcloud.com",
        refused=None,
    ),
    "lost-alias": Since(
        {},
        "its hostnames are lost-alias.eu.qlikcloud.com, and the plan has lost-alias.eu.qlikcloud.com, old.eu.qlikcloud.com",
        then={"aliases": ["old.eu.qlikcloud.com"]},
        refused=None,
    ),
    "gone": Since(None, "the API knows no such tenant", refused="and this hostname does not exist"),
    "purging": Since(
        {"status": "disabled"},
        "somebody else deactivated it after the plan was made",
        "unchanged",
        refused="somebody else deactivated it after the plan was made",
    ),
    "back": Since(
        {},
        "it is active, but in the plan it is disabled and needs no change",
        then={"status": "disabled"},
        refused="it is active, but in the plan it is disabled and needs no change",
    ),
    "left": Since(
        {"status": "disabled"},
        "disabled already, not changed",
        "unchanged",
        then={"status": "disabled"},
        refused="disabled already, not changed",
    ),
    "days": Since(
        {},
        "tenant_decommission_purge_after_days is 31, and the plan has 30 days",
        inventory={"tenant_decommission_purge_after_days": 31},
        refused="tenant_decommission_purge_after_days is 31, and the plan has 30 days",
    ),
    "id": Since(
        {},
        f"and in the plan it is {tenant_id('id')}",
        inventory={"qlik_tenant_id": tenant_id("same") + "x"},
        refused=f"and in the plan it is {tenant_id('id')}",
    ),
    "typed": Since(
        {},
        "is the tenant you mean, set tenant_decommission_confirm_hostname to that hostname",
        inventory={"tenant_decommission_confirm_hostname": ACME},
        refused="is the tenant you mean, set tenant_decommission_confirm_hostname to that hostname",
    ),
    "policy": Since(
        {},
        "it must be 60 to 90 days (tenant_decommission_min_purge_days and",
        inventory={"tenant_decommission_min_purge_days": 60},
        refused="it must be 60 to 90 days (tenant_decommission_min_purge_days and",
    ),
    "no-id": Since({}, "active → disabled", "changed", inventory={"qlik_tenant_id": None}, refused="active → disabled"),
}
SINCE["unread"] = Since(
    {}, "the register host does not allow reads now, but it did when the plan was made", refused=None
)


@dataclass
class Drifted:
    """A plan that was applied later, to tenants that are no longer as they were."""

    done: Done
    summary: dict[str, Any]
    posts: list[dict[str, Any]]
    terminal: Terminal
    reads: bool


@pytest.fixture(scope="module", params=[None, 403], ids=["reads", "reads-refused"])
def drifted(request, tmp_path_factory):
    terminal = Terminal(tmp_path_factory.mktemp("drifted") / "terminal")
    terminal.log_in()

    def start(tenants: dict[str, dict[str, Any] | None], **more: Any) -> Simulator:
        known = (tenant(name, **described) for name, described in tenants.items() if described is not None)
        directory = tmp_path_factory.mktemp("cloud")
        return Simulator(scenario(*known, **more), directory=directory, refuse_reads=request.param)

    with start({name: since.then or {} for name, since in SINCE.items()}) as before:
        terminal.go_online(before)
        hosts = {name: planned_host(name) for name in SINCE}
        terminal.write_inventory({key: value for one in hosts.values() for key, value in one.items()})
        made = terminal.plan()
        assert made.status == 0, made
    fault = {"path": "/api/v1/tenants/*", "method": "GET", "tenant": tenant_id("unread"), "times": None}
    fault["do"] = {"status": 403, "json": {"errors": [{"code": "AUTH-5", "title": "Forbidden"}]}}
    with start({name: since.now for name, since in SINCE.items()}, faults=[fault]) as after:
        terminal.go_online(after)
        hosts = {name: planned_host(name, **(since.inventory or {})) for name, since in SINCE.items()}
        terminal.write_inventory(
            {key: value for one in hosts.values() for key, value in one.items()}, tenant_decommission_max_tenants=100
        )
        options = ("--forks", "10", "-e", json.dumps({"qlik_plan": "plan.json", "qlik_plan_sha256": terminal.digest()}))
        done, summary = terminal.sum_up("decommission", *options)
        yield Drifted(done, summary, after.action_posts(), terminal, request.param is None)


@pytest.mark.parametrize("name", SINCE)
def test_a_tenant_that_is_not_as_the_plan_has_it_stops_alone(drifted, name):
    since = SINCE[name]
    result = drifted.summary["tenants"][f"{name}.eu.qlikcloud.com"]
    posts = [post for post in drifted.posts if post["path"] == path_of(name)]
    if not drifted.reads and since.refused is None:
        # Neither the plan nor this run has seen its record.
        assert (result["outcome"], len(posts)) == ("changed", 1)
        return
    assert result["outcome"] == since.outcome, result
    words = since.words if drifted.reads or not since.refused else since.refused
    assert words in result["msg"], result
    assert len(posts) == (since.outcome == "changed")
    if since.outcome == "failed":
        assert not result["changed"]
        assert not drifted.terminal.receipt(name).path.exists() or "intent" not in drifted.terminal.receipt(name).kinds


def test_the_others_are_done_and_the_run_ends_as_failed(drifted):
    assert drifted.done.status == 2
    done = {name for name, since in SINCE.items() if since.outcome == "changed"}
    if not drifted.reads:
        done |= {name for name, since in SINCE.items() if since.refused is None}
    assert {post["path"] for post in drifted.posts} == {path_of(name) for name in done}
    assert all(post["effective"] for post in drifted.posts)


# Applied, in parts and again

CLAIMS = ("-e", "qlik_approved_by='Jo Doe'", "-e", "qlik_ticket=OPS-7")


@one_reading
@pytest.mark.thorough
def test_a_plan_is_applied_slice_by_slice_and_again_and_each_time_what_is_left_out_is_listed(start_cloud, terminal):
    names = ("acme", "beta", "crown", "kept", "gone")
    busy = {"path": "*/actions/deactivate", "tenant": tenant_id("kept"), "do": {"status": 403, "json": {"errors": []}}}
    cloud = start_cloud(
        scenario(*(tenant(name) for name in names[:4]), tenant("gone", status="disabled"), faults=[busy])
    )
    terminal.go_online(cloud)
    terminal.log_in()
    # Four tenants are to be deactivated; the one that is disabled does not count.
    terminal.write_inventory(dict(fleet_of(names)), tenant_decommission_max_tenants=4)
    assert terminal.plan().status == 0
    digest = terminal.digest()

    checked = terminal.apply(digest, "--check", "--diff")
    assert checked.status == 0, checked
    assert "5 tenants: 4 would be deactivated, 1 unchanged, 0 failed." in checked.stdout
    assert '+    "status": "disabled"' in checked.stdout
    assert cloud.action_posts() == []
    assert not (terminal.folder / "qlik-receipts").exists()

    limited = terminal.apply(digest, "--limit", ACME, *CLAIMS)
    assert limited.status == 0, limited
    assert "1 tenant: 1 deactivated, 0 unchanged, 0 failed." in limited.stdout
    rest = ("beta", "crown", "gone", "kept")
    listed = ", ".join(f"{name}.eu.qlikcloud.com" for name in rest)
    assert f"Tenants of the plan that are not in this play, so nothing was done to them: {listed}." in limited.stdout
    assert [post["path"] for post in cloud.action_posts()] == [path_of("acme")]
    for event in terminal.receipt("acme").events:
        claims = (event["plan_sha256"], event["approved_by"], event["ticket"])
        assert claims == (digest, "Jo Doe", "OPS-7")
    assert terminal.receipt("acme").kinds == WELL

    since = cloud.mark()
    options = ("-e", json.dumps({"qlik_plan": "plan.json", "qlik_plan_sha256": digest.upper()}))
    all_of_it, summary = terminal.sum_up("decommission", *options)
    assert all_of_it.status == 2, all_of_it
    assert "5 tenants: 2 deactivated, 2 unchanged, 1 failed." in all_of_it.stdout
    assert "somebody else deactivated it" not in summary["tenants"]["gone.eu.qlikcloud.com"]["msg"]
    assert "Tenants of the plan that are not in this play" not in all_of_it.stdout
    assert (summary["plan_sha256"], summary["not_applied"]) == (digest, [])
    assert {post["path"] for post in cloud.action_posts(since)} == {path_of(name) for name in ("beta", "crown", "kept")}

    # The tenant that failed alone, with the same plan.
    failed = [host for host, one in summary["tenants"].items() if one["outcome"] == "failed"]
    terminal.write("retry", "\n".join(failed))
    since = cloud.mark()
    retried = terminal.apply(digest, "--limit", "@retry")
    assert retried.status == 0, retried
    assert "1 tenant: 1 deactivated, 0 unchanged, 0 failed." in retried.stdout
    assert (
        f"Tenants of the plan that an earlier run has done already, according to their receipts: {ACME}, {BETA}, {CROWN}"
        in retried.stdout
    )
    assert [post["path"] for post in cloud.action_posts(since)] == [path_of("kept")]
    assert terminal.receipt("kept").kinds == ["intent", "failed", *WELL]

    since, before = cloud.mark(), state_of(terminal.folder / "qlik-receipts")
    again = terminal.apply(digest, *CLAIMS)
    assert again.status == 0, again
    assert "5 tenants: 0 deactivated, 5 unchanged, 0 failed." in again.stdout
    assert "changed=1" not in again.stdout
    assert cloud.action_posts(since) == []
    assert state_of(terminal.folder / "qlik-receipts") == before


@pytest.mark.thorough
@one_reading
def test_what_the_run_itself_did_earlier_is_not_somebody_elses(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(planned_host("acme"))
    assert terminal.plan().status == 0
    digest = terminal.digest()
    assert terminal.apply(digest).status == 0
    done, summary = terminal.sum_up(
        "decommission", "-e", json.dumps({"qlik_plan": "plan.json", "qlik_plan_sha256": digest})
    )
    assert done.status == 0, done
    # The receipt says that this very plan did it.
    assert "somebody else deactivated it" not in summary["tenants"][ACME]["msg"]


@pytest.mark.thorough
@one_reading
def test_in_batches_nothing_is_listed_that_a_later_batch_has(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme"), tenant("beta"), tenant("crown")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(dict(fleet_of(("acme", "beta", "crown"))))
    assert terminal.plan().status == 0
    play = {"name": "In batches", "hosts": "qlik_tenants", "connection": "local", "gather_facts": False, "serial": 2}
    terminal.write("play.yml", [{**play, "roles": [{"role": "tenantops.qlik.tenant_decommission"}]}])
    approved = json.dumps({"qlik_plan": "plan.json", "qlik_plan_sha256": terminal.digest()})
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "play.yml", "-e", approved)
    assert done.status == 0, done
    assert "3 tenants: 3 deactivated, 0 unchanged, 0 failed." in done.stdout
    assert "Tenants of the plan that are not in this play" not in done.stdout
    assert sorted(post["path"] for post in cloud.action_posts()) == sorted(map(path_of, ("acme", "beta", "crown")))


@pytest.mark.thorough
@one_reading
def test_a_wave_that_is_refused_claims_nothing_that_an_earlier_one_did(start_cloud, terminal):
    cloud = start_cloud(scenario(tenant("acme")))
    terminal.go_online(cloud)
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    one = {"name": "A wave", "ansible.builtin.import_playbook": "tenantops.qlik.decommission"}
    terminal.write("site.yml", [one, {**one, "vars": {"qlik_plan_sha256": "0" * 64}}])
    summary_file = ("-e", "tenant_decommission_summary_file=summary.json")
    done = terminal.run("ansible-playbook", "-i", "tenants.yml", "site.yml", *summary_file)
    assert done.status == 2, done
    assert len(cloud.action_posts()) == 1
    summary = read_summary(terminal.folder / "summary.json")
    assert "qlik_plan is missing and qlik_plan_sha256 is given" in summary["error"]
    assert summary["totals"]["changed"] == 0
    assert summary["totals"]["not_reached"] == 1
