# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant under an approved plan: it is deactivated where it is still what was approved, and gets no POST where it is not."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import make_plan
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, NOW, PURGE_DATE, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.plans import (
    ANOTHER_DIGEST,
    CLAIMS,
    DIGEST,
    apply,
    entry_of,
    look,
    to_deactivate,
    to_leave,
)
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    content_of,
    event,
    everything_below,
    intent,
    put,
    receipt,
    schema_faults,
)
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, decommission
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

LIVE = ["active", "user-access-disabled"]
# What every event of a run under a plan says of it.
SAID = {"plan_sha256": DIGEST, **CLAIMS}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where receipts are."""
    return tmp_path / "receipts"


def is_stopped(wire: Wire, result: dict[str, t.Any], *told: str) -> None:
    """It failed, nothing was changed and no POST was sent, and the message has these words."""
    assert wire.of("deactivate") == []
    assert (result["failed"], result["changed"], result["action"]) == (True, False, None)
    assert is_harmless(result["msg"])
    assert secrets_in(result) == []
    for words in (HOSTNAME, *told):
        assert words in result["msg"]


def is_left(wire: Wire, result: dict[str, t.Any], msg: str) -> None:
    """It is well, nothing was changed and no POST was sent."""
    assert wire.of("deactivate") == []
    assert (result["failed"], result["changed"], result["action"]) == (False, False, "no-op")
    assert result["msg"] == msg


def events_of(folder: Path, skip: int = 0) -> list[dict[str, t.Any]]:
    return t.cast("list[dict[str, t.Any]]", content_of(folder / f"{HOSTNAME}.json")["events"][skip:])


# As it was approved.
def test_a_tenant_that_is_as_the_plan_has_it_is_deactivated_and_nobody_types_its_hostname(wire: Wire, run: Run) -> None:
    result = apply(run, to_deactivate())
    assert wire.sequence == ["read", "deactivate", "probe"]
    (post,) = wire.of("deactivate")
    assert post.url.endswith(f"/api/v1/tenants/{TENANT_ID}/actions/deactivate")
    assert (post.headers["qlik-confirm-hostname"], post.body) == (HOSTNAME, {"purgeAfterDays": 30})
    assert (result["failed"], result["changed"], result["action"]) == (False, True, "deactivate")
    assert (result["msg"], result["estimated_purge_date"]) == ("active → disabled", PURGE_DATE)


def test_the_receipt_names_the_plan_the_approver_and_the_ticket_in_every_event(
    wire: Wire, run: Run, folder: Path
) -> None:
    apply(run, to_deactivate(), receipts_dir=str(folder))
    events = events_of(folder)
    assert [one["event"] for one in events] == ["intent", "deactivated", "observed"]
    for one in events:
        assert SAID.items() <= one.items()


def test_so_does_the_receipt_of_a_failure(wire: Wire, run: Run, folder: Path) -> None:
    wire.on("deactivate", answers.FORBIDDEN)
    assert apply(run, to_deactivate(), receipts_dir=str(folder))["failed"]
    events = events_of(folder)
    assert [one["event"] for one in events] == ["intent", "failed"]
    for one in events:
        assert SAID.items() <= one.items()


def test_and_the_receipt_of_a_tenant_that_is_left_alone(wire: Wire, run: Run, folder: Path) -> None:
    wire.on("read", answers.record("disabled"))
    assert not apply(run, to_leave(), receipts_dir=str(folder))["failed"]
    (one,) = events_of(folder)
    assert (one["event"], one["status"]) == ("observed", "disabled")
    assert SAID.items() <= one.items()


def test_a_receipt_without_a_plan_names_none(wire: Wire, run: Run, folder: Path) -> None:
    decommission(run, receipts_dir=str(folder), approved_by="eve", ticket=7)
    for one in events_of(folder):
        assert "plan_sha256" not in one
        assert (one["approved_by"], one["ticket"]) == ("eve", "7")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_claims_are_harmless_in_the_receipt_or_stop_their_tenant(
    wire: Wire, run: Run, folder: Path, value: str
) -> None:
    result = apply(run, to_deactivate(), approved_by=value, ticket=value, receipts_dir=str(folder))
    if len(value) > 200:
        assert (result["failed"], wire.sent) == (True, [])
        assert "qlik_approved_by" in result["msg"]
        return
    for one in events_of(folder):
        assert "EV" in one["approved_by"] and "EV" in one["ticket"]
        assert is_harmless(one["approved_by"] + one["ticket"])


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("days", [10, 30, 90])
def test_the_days_and_the_status_of_the_plan(wire: Wire, run: Run, status: str, days: int) -> None:
    wire.on("read", answers.record(status))
    result = apply(run, to_deactivate(status=status, purge_after_days=days), purge_after_days=str(days))
    assert (result["failed"], result["changed"], result["previous_status"]) == (False, True, status)
    assert [post.body for post in wire.of("deactivate")] == [{"purgeAfterDays": days}]


def test_check_mode_compares_as_well_and_sends_no_post(wire: Wire, run: Run, tmp_path: Path) -> None:
    run.check_mode = True
    result = apply(run, to_deactivate(), receipts_dir="receipts")
    assert (result["failed"], result["changed"], wire.sequence) == (False, True, ["read"])
    wire.on("read", answers.record("user-access-disabled"))
    is_stopped(wire, apply(run, to_deactivate()), "differs from the plan")
    assert everything_below(tmp_path) == {}


# The live record is not the plan's.
@pytest.mark.parametrize(
    ("status", "planned"),
    [
        ("user-access-disabled", "active"),
        ("active", "user-access-disabled"),
        ("active", "disabled"),
        ("active", "Active"),
        ("active", ""),
        *(("active", value) for value in HOSTILE.values()),
    ],
)
def test_another_status_stops_the_tenant(  # noqa: PLR0917
    wire: Wire, run: Run, tmp_path: Path, folder: Path, status: str, planned: str
) -> None:
    wire.on("read", answers.record(status))
    result = apply(run, to_deactivate(status=planned), receipts_dir=str(folder))
    is_stopped(wire, result, "differs from the plan", f"its status is {status}", "Nothing was changed", "new plan")
    assert wire.sequence == ["read"]
    assert not folder.exists()


@pytest.mark.parametrize("status", ["suspended", "Active", "deleted", ""])
def test_a_status_that_is_not_to_be_acted_on_stops_it_whatever_the_plan_says(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    is_stopped(wire, apply(run, to_deactivate(status=status)), "Nothing was changed")


HOSTNAMES: dict[str, list[str]] = {
    "one more": [HOSTNAME, ALIAS, "new.eu.qlikcloud.com"],
    "one less": [HOSTNAME],
    "another alias": [HOSTNAME, "new.eu.qlikcloud.com"],
    "one of them twice": [HOSTNAME, ALIAS, ALIAS],
}


@pytest.mark.parametrize("case", HOSTNAMES)
@pytest.mark.parametrize("status", ["active", "disabled"])
def test_other_hostnames_stop_the_tenant(wire: Wire, run: Run, case: str, status: str) -> None:
    wire.on("read", answers.record(status, hostnames=HOSTNAMES[case]))
    result = apply(run, to_deactivate())
    is_stopped(wire, result, "differs from the plan", f"the plan has {HOSTNAME}, {ALIAS}", "Nothing was changed")
    assert wire.sequence == ["read"]


@pytest.mark.parametrize("status", ["active", "disabled"])
def test_so_does_an_empty_list_of_hostnames(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status, hostnames=[]))
    is_stopped(wire, apply(run, to_deactivate()), "has no hostnames", "Nothing was changed")
    assert wire.sequence == ["read"]


def test_so_they_do_where_it_was_to_be_left_alone(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled", hostnames=HOSTNAMES["one more"]))
    is_stopped(wire, apply(run, to_leave()), "new.eu.qlikcloud.com")


@pytest.mark.parametrize(
    "names", [[ALIAS, HOSTNAME], [HOSTNAME.upper(), ALIAS], [HOSTNAME, f"{ALIAS}\n"], [ALIAS.title(), HOSTNAME]]
)
def test_the_same_hostnames_in_another_order_or_case_are_the_same(wire: Wire, run: Run, names: list[str]) -> None:
    wire.on("read", answers.record("active", hostnames=names))
    assert apply(run, to_deactivate())["changed"] is True
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_hostname_is_planned_and_applied_as_it_was_shown(wire: Wire, run: Run, value: str) -> None:
    wire.on("read", answers.record("active", hostnames=[HOSTNAME, value]))
    planned = entry_of(look(run), NOW)
    assert wire.sequence == ["read"]
    assert all(map(is_harmless, planned["hostnames"]))
    assert apply(run, planned)["changed"] is True
    assert len(wire.of("deactivate")) == 1
    wire.on("read", answers.record("active", hostnames=[HOSTNAME, f"x{value}"]))
    result = apply(run, planned)
    assert (result["failed"], result["changed"], len(wire.of("deactivate"))) == (True, False, 1)
    assert is_harmless(result["msg"])
    assert len(result["msg"]) < 2000


# Where the register host refuses reads, a plan has no hostnames, and the status that the probe tells.
UNREAD = {"hostnames": [], "name": None, "status": "active"}
REFUSALS = pytest.mark.parametrize("refusal", answers.REFUSED_READS.values(), ids=answers.REFUSED_READS)


@REFUSALS
@pytest.mark.parametrize("probed", [answers.tenant_token(), answers.UNKNOWN_CLIENT], ids=["live", "unauthorized"])
def test_read_when_it_was_planned_and_refused_now_stops_a_live_tenant(
    wire: Wire, run: Run, refusal: t.Any, probed: t.Any
) -> None:
    wire.on("read", refusal)
    wire.on("probe", probed)
    is_stopped(wire, apply(run, to_deactivate()), "the register host does not allow reads", "Nothing was changed")
    assert wire.sequence == ["read", "probe"]


@REFUSALS
@pytest.mark.parametrize("planned", [to_deactivate(), to_leave(), to_deactivate(**UNREAD), to_leave(hostnames=[])])
def test_refused_now_and_disabled_by_the_probe_it_is_left_alone(
    wire: Wire, run: Run, refusal: t.Any, planned: dict[str, t.Any]
) -> None:
    wire.on("read", refusal)
    since = " (somebody else deactivated it after the plan was made)" if planned["action"] == "deactivate" else ""
    is_left(wire, apply(run, planned), f"disabled already, not changed{since}")


@REFUSALS
@pytest.mark.parametrize("probed", [answers.tenant_token(), answers.UNKNOWN_CLIENT], ids=["live", "unauthorized"])
def test_refused_when_it_was_planned_and_now_it_is_deactivated(
    wire: Wire, run: Run, refusal: t.Any, probed: t.Any
) -> None:
    wire.on("read", refusal)
    wire.on("probe", probed)
    planned = entry_of(look(run), NOW)
    assert planned == to_deactivate(**UNREAD)
    wire.sent.clear()
    wire.on("probe", probed, answers.deactivated())
    result = apply(run, planned)
    assert (result["failed"], result["changed"]) == (False, True)
    assert wire.sequence == ["read", "probe", "deactivate", "probe"]


def test_refused_when_it_was_planned_and_read_now_it_is_deactivated_where_the_status_is_the_same(
    wire: Wire, run: Run
) -> None:
    assert apply(run, to_deactivate(**UNREAD))["changed"] is True
    assert wire.sequence == ["read", "deactivate", "probe"]


def test_refused_when_it_was_planned_and_another_status_now_stops_it(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("user-access-disabled"))
    is_stopped(wire, apply(run, to_deactivate(**UNREAD)), "its status is user-access-disabled", "the plan has active")


@pytest.mark.parametrize("probed", [answers.NOBODYS_HOST, answers.HTML, faults.name_unknown()])
def test_refused_both_times_and_a_host_that_tells_nothing_stops_it(wire: Wire, run: Run, probed: t.Any) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", probed)
    is_stopped(wire, apply(run, to_deactivate(**UNREAD)), "Nothing was changed")


# What the inventory says is not what the plan says.
@pytest.mark.parametrize("tenant_id", ["another", TENANT_ID.lower(), TENANT_ID.swapcase()])
@pytest.mark.parametrize("planned", [to_deactivate(), to_leave()], ids=["to deactivate", "to leave"])
def test_another_id_than_the_plans_stops_the_tenant_before_any_request(
    wire: Wire, run: Run, tmp_path: Path, planned: dict[str, t.Any], tenant_id: str
) -> None:
    result = apply(run, planned, tenant_id=tenant_id)
    is_stopped(wire, result, f"in the plan it is {TENANT_ID}", "another customer's", f"{PREFIX}tenant_id")
    assert wire.sent == []
    assert everything_below(tmp_path) == {}


@pytest.mark.parametrize("days", [29, 31, "60", 10])
def test_other_days_than_the_plans_stop_the_tenant_before_any_request(wire: Wire, run: Run, days: t.Any) -> None:
    result = apply(run, to_deactivate(), purge_after_days=days)
    is_stopped(wire, result, f"{PREFIX}purge_after_days is {days}", "the plan has 30 days")
    assert wire.sent == []


def test_the_days_of_a_tenant_that_is_left_alone_do_not_count(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    is_left(wire, apply(run, to_leave(), purge_after_days=60), "disabled already, not changed")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"min_purge_days": 31}, "it must be 31 to 90 days (tenant_decommission_min_purge_days and"),
        ({"max_purge_days": 29}, "it must be 10 to 29 days (tenant_decommission_min_purge_days and"),
        ({"min_purge_days": 40, "max_purge_days": 30}, "no number of days fits both"),
        ({"protected": "acme.*"}, f"{PREFIX}protected"),
        ({"verify": "maybe"}, f"{PREFIX}verify"),
        ({"approved_by": ["eve"]}, "qlik_approved_by"),
        ({"ticket": True}, "qlik_ticket"),
    ],
)
def test_the_tenants_own_guards_hold_with_a_plan_too(wire: Wire, run: Run, given: dict[str, t.Any], told: str) -> None:
    result = apply(run, to_deactivate(), **given)
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert told in result["msg"]


@pytest.mark.parametrize("pattern", [HOSTNAME, "acme-old.*", "*"])
def test_protection_holds_with_a_plan_too(wire: Wire, run: Run, pattern: str) -> None:
    is_stopped(wire, apply(run, to_deactivate(), protected=[pattern]), "is protected")


# The confirmation.
@pytest.mark.parametrize("typed", [None, "", HOSTNAME, HOSTNAME.upper()])
def test_a_plan_is_the_confirmation(wire: Wire, run: Run, typed: str | None) -> None:
    assert apply(run, to_deactivate(), confirm_hostname=typed)["changed"] is True
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize("typed", [ALIAS, f"{HOSTNAME} ", "yes", True, 7, [HOSTNAME]])
@pytest.mark.parametrize("planned", [to_deactivate(), to_leave()], ids=["to deactivate", "to leave"])
def test_a_confirmation_that_is_typed_all_the_same_must_fit(
    wire: Wire, run: Run, planned: dict[str, t.Any], typed: t.Any
) -> None:
    result = apply(run, planned, confirm_hostname=typed)
    is_stopped(wire, result, f"{PREFIX}confirm_hostname")
    assert wire.sent == []


@pytest.mark.parametrize("planned", [None, {}])
def test_without_an_entry_of_a_plan_its_digest_confirms_nothing(wire: Wire, run: Run, planned: t.Any) -> None:
    result = apply(run, planned)
    is_stopped(wire, result, f"{PREFIX}confirm_hostname is missing")
    assert wire.sent == []


# To be left alone.
@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("planned", [to_leave(), to_leave(hostnames=[]), to_leave(id=None), to_leave(status="purged")])
def test_a_tenant_to_be_left_alone_that_lives_is_stopped(
    wire: Wire, run: Run, planned: dict[str, t.Any], status: str
) -> None:
    wire.on("read", answers.record(status))
    result = apply(run, planned)
    told = f"it is {status}, but in the plan it is {planned['status']} and needs no change"
    is_stopped(wire, result, told, "Nothing was changed")


def test_a_tenant_to_be_left_alone_that_says_to_be_live_by_its_status_is_stopped(wire: Wire, run: Run) -> None:
    # Whatever status a file gives it.
    is_stopped(wire, apply(run, to_leave(status="active")), "needs no change")


@REFUSALS
def test_a_tenant_to_be_left_alone_that_lives_by_the_probe_is_stopped(wire: Wire, run: Run, refusal: t.Any) -> None:
    wire.on("read", refusal)
    wire.on("probe", answers.tenant_token())
    is_stopped(wire, apply(run, to_leave(hostnames=[])), "needs no change")


@pytest.mark.parametrize("status", ["disabled", "deactivated"])
def test_a_tenant_to_be_left_alone_that_is_disabled_is_left_alone(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    is_left(wire, apply(run, to_leave()), "disabled already, not changed")


# Somebody was there since.
SOMEBODY = "disabled already, not changed (somebody else deactivated it after the plan was made)"
THIS_PLAN = "disabled already, not changed (an earlier run applied the plan)"


@pytest.mark.parametrize("status", ["disabled", "deactivated"])
def test_a_tenant_that_somebody_deactivated_since_is_reported_and_unchanged(
    wire: Wire, run: Run, folder: Path, status: str
) -> None:
    wire.on("read", answers.record(status))
    is_left(wire, apply(run, to_deactivate(), receipts_dir=str(folder)), SOMEBODY)
    assert wire.sequence == ["read", "probe"]
    assert [one["event"] for one in events_of(folder)] == ["observed"]


def deactivated(days: int = 1, **facts: t.Any) -> dict[str, t.Any]:
    return event("deactivated", ago(days=days), **facts)


# The events of a receipt → what is said of the plan.
BEFORE: dict[str, tuple[list[dict[str, t.Any]], str]] = {
    "this plan": ([intent(plan_sha256=DIGEST), deactivated(plan_sha256=DIGEST)], THIS_PLAN),
    "another plan": ([intent(plan_sha256=ANOTHER_DIGEST), deactivated(plan_sha256=ANOTHER_DIGEST)], SOMEBODY),
    "no plan": ([intent(), deactivated()], SOMEBODY),
    "seen under this plan": ([event("observed", ago(days=1), status="disabled", plan_sha256=DIGEST)], SOMEBODY),
    "this plan, and then by hand": (
        [
            intent(ago(days=3), plan_sha256=DIGEST),
            deactivated(3, plan_sha256=DIGEST),
            event("reactivated", ago(days=2)),
            intent(ago(days=1)),
            deactivated(),
        ],
        SOMEBODY,
    ),
    "by hand, and then this plan": (
        [
            intent(ago(days=3)),
            deactivated(3),
            event("reactivated", ago(days=2)),
            intent(ago(days=1), plan_sha256=DIGEST),
            deactivated(plan_sha256=DIGEST),
        ],
        THIS_PLAN,
    ),
}


@pytest.mark.parametrize("case", BEFORE)
def test_it_is_told_whether_it_was_this_plan(wire: Wire, run: Run, folder: Path, case: str) -> None:
    events, said = BEFORE[case]
    before = put(folder / f"{HOSTNAME}.json", receipt(*events))
    wire.on("read", answers.record("disabled"))
    is_left(wire, apply(run, to_deactivate(), receipts_dir=str(folder)), said)
    assert (folder / f"{HOSTNAME}.json").read_bytes() == before


# An intent that a run which was killed left without an outcome, and what the next run under this plan says.
KILLED: dict[str, tuple[dict[str, t.Any], str]] = {
    "this plan": ({"plan_sha256": DIGEST}, THIS_PLAN),
    "no plan": ({}, SOMEBODY),
    "another plan": ({"plan_sha256": ANOTHER_DIGEST}, SOMEBODY),
}


@pytest.mark.parametrize("case", KILLED)
def test_it_is_told_whether_a_run_that_was_killed_had_this_plan(wire: Wire, run: Run, folder: Path, case: str) -> None:
    facts, said = KILLED[case]
    put(folder / f"{HOSTNAME}.json", receipt(intent(ago(hours=1), **facts)))
    wire.on("read", answers.record("disabled"))
    result = apply(run, to_deactivate(), receipts_dir=str(folder))
    assert next(one["event"] for one in events_of(folder, 1)) == "deactivated"
    is_left(wire, result, said)


def test_a_second_run_of_the_plan_does_nothing_and_says_so(wire: Wire, run: Run, folder: Path) -> None:
    assert apply(run, to_deactivate(), receipts_dir=str(folder))["changed"]
    before = (folder / f"{HOSTNAME}.json").read_bytes()
    wire.sent.clear()
    wire.on("read", answers.record("disabled"))
    is_left(wire, apply(run, to_deactivate(), receipts_dir=str(folder)), THIS_PLAN)
    assert (folder / f"{HOSTNAME}.json").read_bytes() == before


@pytest.mark.parametrize("planned", [to_deactivate(), to_leave()], ids=["to deactivate", "to leave"])
def test_a_tenant_that_was_purged_since_is_reported_and_unchanged(
    wire: Wire, run: Run, folder: Path, planned: dict[str, t.Any]
) -> None:
    put(folder / f"{HOSTNAME}.json", receipt(deactivated(100, estimated_purge_date=ago(days=70))))
    wire.on("read", answers.NO_SUCH_TENANT)
    wire.on("probe", answers.NOBODYS_HOST)
    result = apply(run, planned, receipts_dir=str(folder))
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "purged")
    assert result["msg"].startswith("purged (receipt: out of service since ")
    assert ("somebody else deactivated it" in result["msg"]) is (planned["action"] == "deactivate")
    assert wire.of("deactivate") == []


@pytest.mark.parametrize("read", [answers.NO_SUCH_TENANT, answers.record("deleted")], ids=["absent", "deleted"])
def test_a_tenant_that_is_not_found_fails_under_a_plan_too(wire: Wire, run: Run, read: t.Any) -> None:
    wire.on("read", read)
    is_stopped(wire, apply(run, to_deactivate()), "was not found", "Nothing was changed")


# Lost answers, and retries.
LOST = [faults.read_timeout(), faults.cut(), faults.reset(), answers.BAD_GATEWAY, answers.UNAVAILABLE]


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_is_resolved_by_looking_again(wire: Wire, run: Run, folder: Path, lost: t.Any) -> None:
    wire.on("deactivate", lost)
    wire.on("read", answers.record("active"), answers.record("disabled"))
    result = apply(run, to_deactivate(), receipts_dir=str(folder))
    assert wire.sequence == ["read", "deactivate", "read", "probe"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")
    events = events_of(folder)
    assert [one["event"] for one in events] == ["intent", "deactivated", "observed"]
    assert events[1]["resolved"] is True
    for one in events:
        assert SAID.items() <= one.items()


@pytest.mark.parametrize("lost", [faults.cut(), answers.BAD_GATEWAY, answers.rate_limited()])
def test_a_tenant_that_still_is_as_the_plan_has_it_is_sent_to_again(wire: Wire, run: Run, lost: t.Any) -> None:
    wire.on("deactivate", lost, answers.disabled())
    result = apply(run, to_deactivate())
    assert wire.sequence == ["read", "deactivate", "read", "deactivate", "probe"]
    assert (result["failed"], result["changed"]) == (False, True)


# What the second look shows of a tenant whose first POST came to nothing, or to nothing that is known.
CHANGED_MEANWHILE: dict[str, dict[str, t.Any]] = {
    "another status": {"read": answers.record("user-access-disabled")},
    "other hostnames": {"read": answers.record("active", hostnames=[HOSTNAME])},
    "no reads": {"read": answers.FORBIDDEN, "probe": answers.tenant_token()},
    "another tenant": {"read": answers.record("active", hostnames=["other.eu.qlikcloud.com"])},
}


@pytest.mark.parametrize("case", CHANGED_MEANWHILE)
@pytest.mark.parametrize("lost", LOST)
def test_a_tenant_that_is_not_as_planned_after_a_lost_answer_gets_no_second_post(
    wire: Wire, run: Run, folder: Path, case: str, lost: t.Any
) -> None:
    now = CHANGED_MEANWHILE[case]
    wire.on("deactivate", lost, answers.disabled())
    wire.on("read", answers.record("active"), now["read"])
    wire.on("probe", now.get("probe", answers.deactivated()))
    result = apply(run, to_deactivate(), receipts_dir=str(folder))
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"], result["status"]) == (True, True, None)
    assert "was sent and is not confirmed" in result["msg"]
    assert "Nothing was changed" not in result["msg"]
    events = events_of(folder)
    assert [(one["event"], one.get("effect")) for one in events] == [("intent", None), ("failed", "unknown")]
    assert all(SAID.items() <= one.items() for one in events)


@pytest.mark.parametrize("case", CHANGED_MEANWHILE)
def test_a_tenant_that_is_not_as_planned_after_a_refusal_for_now_gets_no_second_post(
    wire: Wire, run: Run, folder: Path, case: str
) -> None:
    now = CHANGED_MEANWHILE[case]
    wire.on("deactivate", answers.rate_limited(), answers.disabled())
    wire.on("read", answers.record("active"), now["read"])
    wire.on("probe", now.get("probe", answers.deactivated()))
    result = apply(run, to_deactivate(), receipts_dir=str(folder))
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Nothing was changed: the server refused the requests of this task" in result["msg"]
    assert [(one["event"], one.get("effect")) for one in events_of(folder)] == [("intent", None), ("failed", "none")]


def test_a_retry_of_a_tenant_that_failed_works_with_the_same_plan(wire: Wire, run: Run, folder: Path) -> None:
    wire.on("deactivate", answers.FORBIDDEN, answers.disabled())
    assert apply(run, to_deactivate(), receipts_dir=str(folder))["failed"]
    result = apply(run, to_deactivate(), receipts_dir=str(folder))
    assert (result["failed"], result["changed"], result["msg"]) == (False, True, "active → disabled")
    assert len(wire.of("deactivate")) == 2
    assert {one["plan_sha256"] for one in events_of(folder)} == {DIGEST}


def test_a_tenant_that_somebody_brought_back_after_the_plan_was_applied_is_compared_again(
    wire: Wire, run: Run, folder: Path
) -> None:
    put(folder / f"{HOSTNAME}.json", receipt(deactivated(plan_sha256=DIGEST)))
    result = apply(run, to_deactivate(), receipts_dir=str(folder), counted=False)
    is_stopped(wire, result, "its receipt said that it was disabled")


# Where a plan is made.
@pytest.mark.parametrize("check_mode", [False, True])
def test_looking_for_a_plan_sends_no_post_whatever_mode_the_run_is_in(
    wire: Wire, run: Run, tmp_path: Path, check_mode: bool
) -> None:
    run.check_mode = check_mode
    result = look(run, receipts_dir="receipts")
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"], result["action"]) == (False, False, "deactivate")
    assert everything_below(tmp_path) == {}
    plan = make_plan([entry_of(result, NOW)], NOW, 72)
    assert plan["tenants"] == [to_deactivate()]
    assert schema_faults("plan", plan) == []


# What is read when a plan is made → what the plan has of the tenant.
LOOKS: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "active": ({"read": answers.record("active")}, to_deactivate()),
    "no access": ({"read": answers.record("user-access-disabled")}, to_deactivate(status="user-access-disabled")),
    "disabled": ({"read": answers.record("disabled")}, to_leave()),
    "deactivated": ({"read": answers.record("deactivated")}, to_leave()),
    "no reads, live": (
        {"read": answers.FORBIDDEN, "probe": answers.tenant_token()},
        to_deactivate(**UNREAD),
    ),
    "no reads, deactivated": ({"read": answers.FORBIDDEN}, to_leave(hostnames=[], name=None)),
}


@pytest.mark.parametrize("case", LOOKS)
def test_what_is_planned_is_what_is_done_a_moment_later(wire: Wire, run: Run, case: str) -> None:
    replies, expected = LOOKS[case]
    for kind, reply in replies.items():
        wire.on(kind, reply)
    planned = entry_of(look(run), NOW)
    assert planned == expected
    assert wire.of("deactivate") == []
    if "probe" in replies:
        wire.on("probe", replies["probe"], answers.deactivated())
    result = apply(run, planned)
    assert (result["failed"], result["action"]) == (False, planned["action"])
    assert len(wire.of("deactivate")) == (planned["action"] == "deactivate")


@pytest.mark.parametrize("read", [answers.NO_SUCH_TENANT, answers.record("suspended"), answers.HTML, faults.refused()])
def test_a_tenant_of_which_nothing_can_be_said_fails_where_a_plan_is_made(wire: Wire, run: Run, read: t.Any) -> None:
    wire.on("read", read)
    result = look(run)
    assert (result["failed"], result["changed"], result["action"]) == (True, False, None)
    assert wire.of("deactivate") == []


@pytest.mark.parametrize("given", [{"confirm_hostname": ALIAS}, {"purge_after_days": 9}, {"min_purge_days": 31}])
def test_what_would_stop_a_run_stops_the_making_of_a_plan(wire: Wire, run: Run, given: dict[str, t.Any]) -> None:
    result = look(run, **given)
    assert (result["failed"], wire.sent) == (True, [])


def test_a_plan_has_the_date_that_the_receipt_knows(wire: Wire, run: Run, folder: Path) -> None:
    put(folder / f"{HOSTNAME}.json", receipt(deactivated(estimated_purge_date=PURGE_DATE)))
    wire.on("read", answers.record("disabled"))
    planned = entry_of(look(run, receipts_dir=str(folder)), NOW)
    assert planned == to_leave(expected_purge_date=PURGE_DATE)
