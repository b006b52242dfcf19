# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant that is gone: green where its receipt proves the purge and the API itself says that it is not there, else a failure.

Where the register host refuses reads, the API does not say so, and every tenant that is gone stays a failure.

The receipts are those of real runs, and then older by some days, as if these had gone by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from simulator.process import Simulator

from ansible_collections.tenantops.qlik.tests.integration.evidence import Receipt, state_of
from ansible_collections.tenantops.qlik.tests.integration.fleet import host, scenario, tenant, tenant_id
from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal


def days_ago(days: float):
    return lambda receipt: receipt.age(days=days)


def killed_after_the_intent(days: float):
    def make(receipt: Receipt) -> None:
        receipt.cut_after("intent")
        receipt.age(days=days)

    return make


def reactivated_and_not_looked_at(receipt: Receipt) -> None:
    receipt.cut_after("reactivated")
    receipt.age(days=33)


def of_another_id(receipt: Receipt) -> None:
    receipt.edit(tenant_id=tenant_id("somebody"))
    receipt.age(days=33)


# A tenant for each: what becomes of its receipt, and the event that proves the purge. Thirty days were asked for, so that 33 days
# later the purge is over for a day.
PROVEN = {
    "deactivated": (days_ago(33), "deactivated"),
    # Disabled by hand, and only seen then: the longest time that there is, 90 days.
    "byhand": (days_ago(93), "observed"),
    # Nobody knows whether the request came through: but if it did, then 90 days ago at the latest.
    "killed": (killed_after_the_intent(93), "intent"),
}
# And words of the failure, with a register host that answers reads.
UNPROVEN = {
    "noreceipt": (lambda receipt: receipt.path.unlink(), "no receipt says that it was deactivated"),
    "otherid": (of_another_id, "is another tenant's, that with the id somebody"),
    "cameback": (reactivated_and_not_looked_at, "its receipt says that it was live"),
    "early": (days_ago(31), "its receipt has the purge date"),
    "byhandearly": (days_ago(91), "its receipt says that it was disabled on"),
    "killedearly": (killed_after_the_intent(91), "its receipt says that it was live"),
    "silent": (days_ago(33), "its hostname cannot be reached (unreachable), so it may belong to another customer now"),
    "taken": (days_ago(33), "its hostname answers as live (unauthorized), so it may belong to another customer now"),
}
# Somebody else has this hostname, and was deactivated. A probe alone cannot tell that from the tenant that is meant.
TAKEN_AND_DISABLED = "takenanddisabled"
NAMES = [*PROVEN, *UNPROVEN, TAKEN_AND_DISABLED]


@dataclass
class Aftermath:
    """The day after: two runs on tenants that are gone."""

    reads: bool
    first: dict[str, Any]
    second: dict[str, Any]
    done: tuple[Done, Done]
    # Before, between and after them.
    files: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
    terminal: Terminal
    cloud: Simulator

    def result(self, name: str, run: str = "first") -> dict[str, Any]:
        return getattr(self, run)["tenants"][f"{name}.eu.qlikcloud.com"]

    def file(self, name: str) -> list[Any]:
        """A receipt's bytes and time of its last change: before, between, after."""
        return [files.get(f"{name}.eu.qlikcloud.com.json") for files in self.files]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("not_found", None), id="reads"),
        pytest.param(("deleted", None), id="reads-say-deleted", marks=pytest.mark.thorough),
        pytest.param(("not_found", 403), id="reads-refused", marks=pytest.mark.thorough),
    ],
)
def aftermath(request, tmp_path_factory):
    shown, refuse_reads = request.param
    terminal = Terminal(tmp_path_factory.mktemp("purged") / "terminal")
    terminal.log_in()
    hosts = {
        key: value
        for name in NAMES
        for key, value in host(name, tenant_restore_confirm_hostname=f"{name}.eu.qlikcloud.com").items()
    }
    terminal.write_inventory(hosts, tenant_decommission_max_tenants=100)

    earlier = scenario(*(tenant(name, status="disabled" if "byhand" in name else "active") for name in NAMES))
    with Simulator(earlier, directory=tmp_path_factory.mktemp("earlier"), refuse_reads=refuse_reads) as cloud:
        terminal.go_online(cloud)
        done = terminal.decommission("--forks", "10")
        assert done.status == 0, done
        done = terminal.restore("--limit", "cameback.eu.qlikcloud.com")
        assert done.status == 0, done
    for name, (change, _proof_or_words) in {**PROVEN, **UNPROVEN}.items():
        change(terminal.receipt(name))
    terminal.receipt(TAKEN_AND_DISABLED).age(days=33)

    others = {"taken": "active", TAKEN_AND_DISABLED: "disabled"}
    later = scenario(
        *(tenant(name, status="disabled", purge_at="-3d") for name in NAMES if name not in others),
        *({**tenant(name, status=status), "id": tenant_id(f"new{name}")} for name, status in others.items()),
        reads={"purged": shown},
        faults=[{"name": "silent", "host": "silent.*", "do": {"status": 501, "html": "<h1>no</h1>"}, "times": None}],
    )
    folder = terminal.folder / "qlik-receipts"
    with Simulator(later, directory=tmp_path_factory.mktemp("later"), refuse_reads=refuse_reads) as cloud:
        terminal.go_online(cloud)
        before = state_of(folder)
        first_done, first = terminal.sum_up("decommission", "--forks", "10")
        between = state_of(folder)
        second_done, second = terminal.sum_up("decommission", "--forks", "10")
        yield Aftermath(
            refuse_reads is None,
            first,
            second,
            (first_done, second_done),
            (before, between, state_of(folder)),
            terminal,
            cloud,
        )


@pytest.mark.parametrize("name", PROVEN)
def test_a_tenant_whose_receipt_proves_the_purge_is_green_where_the_api_says_that_it_is_gone(aftermath, name):
    result = aftermath.result(name)
    if not aftermath.reads:
        # Only a probe tells that nobody has this hostname: no proof.
        assert (result["outcome"], result["changed"]) == ("failed", False)
        assert (
            "was not found in region eu: the register host does not allow reads, and this hostname does not exist"
            in result["msg"]
        )
        return
    (proof,) = (event for event in aftermath.terminal.receipt(name).events if event["event"] == PROVEN[name][1])
    assert (result["outcome"], result["changed"], result["status"]) == ("purged", False, "purged")
    assert result["probe_state"] == "not_found"
    assert result["msg"] == f"purged (receipt: out of service since {proof['at'][:10]})"
    row = next(line for line in aftermath.done[0].stdout.splitlines() if line.startswith(f"  {name}.eu."))
    assert result["msg"] in row


@pytest.mark.parametrize("name", PROVEN)
def test_the_purge_is_one_event_and_later_runs_leave_every_byte_alone(aftermath, name):
    before, between, after = aftermath.file(name)
    kinds = aftermath.terminal.receipt(name).kinds
    if not aftermath.reads:
        assert "purged" not in kinds
        assert before == between == after
        return
    assert kinds.count("purged") == 1
    assert kinds[-1] == "purged"
    assert before != between == after
    purged = aftermath.terminal.receipt(name).events[-1]
    assert (purged["run"], purged["probe_state"], purged["code"]) == (aftermath.first["run"], "not_found", "LOGIN-2")
    assert aftermath.result(name, "second")["msg"] == aftermath.result(name)["msg"]


@pytest.mark.parametrize("name", UNPROVEN)
def test_a_tenant_that_is_not_found_is_a_failure_without_proof(aftermath, name):
    words = UNPROVEN[name][1]
    for run in ("first", "second"):
        result = aftermath.result(name, run)
        assert (result["outcome"], result["changed"]) == ("failed", False), result
        if aftermath.reads or name == "otherid":
            assert words in result["msg"]
    before, between, after = aftermath.file(name)
    if aftermath.reads or name != "taken":
        assert before == between == after
    else:
        # A probe takes it for the tenant that is meant. It lives again, so it is not deactivated again without a confirmation for that.
        assert between == after
        assert aftermath.terminal.receipt(name).kinds == ["intent", "deactivated", "observed", "observed"]


def test_a_hostname_that_another_tenant_has_and_that_is_deactivated_proves_nothing(aftermath):
    result = aftermath.result(TAKEN_AND_DISABLED)
    if aftermath.reads:
        assert result["outcome"] == "failed"
        assert "its hostname answers as deactivated, so it may belong to another customer now" in result["msg"]
    else:
        # A probe cannot tell them apart, and nothing is done.
        assert (result["outcome"], result["status"]) == ("unchanged", "disabled")
    before, between, after = aftermath.file(TAKEN_AND_DISABLED)
    assert before == between == after


def test_purged_tenants_are_counted_and_named_as_removable(aftermath):
    gone = [f"{name}.eu.qlikcloud.com" for name in PROVEN] if aftermath.reads else []
    for run, done in zip((aftermath.first, aftermath.second), aftermath.done, strict=True):
        assert run["removable"] == gone
        assert run["totals"]["purged"] == len(gone)
        assert (f"{len(gone)} purged" in done.stdout) is bool(gone)
        assert ("Remove these hosts from the inventory" in done.stdout) is bool(gone)
        # The others are failures still.
        assert done.status == 2


def test_nothing_was_sent_for_a_tenant_that_the_api_does_not_know(aftermath):
    assert aftermath.cloud.action_posts() == []


@pytest.mark.thorough
def test_a_run_of_purged_tenants_alone_ends_well_where_reads_tell_it(start_cloud, terminal, refuse_reads):
    terminal.log_in()
    # Without an id in the inventory it is the receipt's.
    terminal.write_inventory({**host("acme"), **host("beta", qlik_tenant_id=None)})
    terminal.go_online(start_cloud(scenario(tenant("acme"), tenant("beta"))))
    assert terminal.decommission().status == 0
    for name in ("acme", "beta"):
        terminal.receipt(name).age(days=33)
    terminal.go_online(start_cloud(scenario(tenant("acme", status="deleted"), tenant("beta", status="deleted"))))
    before = state_of(terminal.folder / "qlik-receipts")
    checked = terminal.decommission("--check")
    assert state_of(terminal.folder / "qlik-receipts") == before
    done = terminal.decommission()
    for one in (checked, done):
        # Where the register host refuses reads nobody but a probe says that they are gone: no proof.
        assert one.status == (2 if refuse_reads else 0), one
        totals = (
            "0 deactivated, 0 unchanged, 2 failed."
            if refuse_reads
            else "0 deactivated, 0 unchanged, 0 failed, 2 purged."
        )
        assert (
            f"2 tenants: {totals.replace('deactivated', 'would be deactivated') if one is checked else totals}"
            in one.stdout
        )
    if not refuse_reads:
        assert terminal.receipt("acme").kinds[-1] == terminal.receipt("beta").kinds[-1] == "purged"


@pytest.mark.thorough
def test_a_tenant_that_was_seen_disabled_by_hand_becomes_green_in_the_end(start_cloud, terminal, refuse_reads):
    terminal.log_in()
    terminal.write_inventory(host("acme"))
    terminal.go_online(start_cloud(scenario(tenant("acme", status="disabled", purge_at="+20d"))))
    assert terminal.decommission().status == 0
    assert terminal.receipt("acme").kinds == ["observed"]

    terminal.go_online(start_cloud(scenario(tenant("acme", status="disabled", purge_at="-1d"))))
    # Nobody knows when it was disabled: 90 days from when it was seen, and two more, it is gone whatever was asked for.
    for days, green in ((21, False), (70, False), (2, True)):
        terminal.receipt("acme").age(days=days)
        done = terminal.decommission()
        assert done.status == (0 if green and not refuse_reads else 2), done
    # Where the register host refuses reads nobody but a probe says that it is gone: no proof.
    assert terminal.receipt("acme").kinds == ["observed"] + ([] if refuse_reads else ["purged"])
