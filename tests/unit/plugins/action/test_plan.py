# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan, approve, apply as actions: what a plan lets through, what it stops before the first request, and how it is written."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.tenantops.qlik.plugins.module_utils._base import files as files_module
from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import log_result
from ansible_collections.tenantops.qlik.tests.unit import answers, controller
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.controller import Play, run_action, written
from ansible_collections.tenantops.qlik.tests.unit.core import is_template_in_result
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.plans import CLAIMS, plan_of, put_plan, to_deactivate, to_leave
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    content_of,
    event,
    everything_below,
    put,
    receipt,
    schema_faults,
)
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, TOKENS
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

RESULT = "tenant_decommission_result"
OTHER = "other.eu.qlikcloud.com"


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", lambda self: NOW)
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed."""
    printed: list[str] = []
    monkeypatch.setattr(output.display, "display", lambda line, *args, **kwargs: printed.append(line))
    return printed


# As the inventory has them.
QLIK_CLAIMS = {f"qlik_{name}": value for name, value in CLAIMS.items()}


def host(hostname: str = HOSTNAME, **given: t.Any) -> dict[str, t.Any]:
    """What an inventory says of a host: no confirmation, and no id where the plan has it."""
    tenant_id = TENANT_ID if hostname == HOSTNAME else None
    return written(hostname, **{"tenant_id": tenant_id, "confirm_hostname": None, **given})


def fleet(number: int) -> list[str]:
    return [f"t{count}.eu.qlikcloud.com" for count in range(number)]


def guard(hosts: t.Any = None, **args: t.Any) -> dict[str, t.Any]:
    return controller.guard({HOSTNAME: host()} if hosts is None else hosts, **args)


def guarded(approved: t.Any, hosts: t.Any = None, /, **args: t.Any) -> dict[str, t.Any]:
    """What the guard says of a wave to which this plan is to be applied, approved as it is."""
    given = {"plan": "plan.json", "plan_sha256": put_plan(Path("plan.json"), approved), **args}
    return guard(hosts, **{key: value for key, value in given.items() if value is not ...})


def tenant(entry: t.Any, host: str = HOSTNAME, **more: t.Any) -> dict[str, t.Any]:
    """qlik_wave_tenant on a host, with what the guard passed and the variables of that host."""
    variables = {"inventory_hostname": host, **more.pop("variables", {})}
    return run_action("qlik_wave_tenant", {"tenant": entry, "tokens": TOKENS}, variables, **more)


def is_refused(wire: Wire, wave: dict[str, t.Any], *told: str) -> None:
    """The wave was refused with these words, hands on no tenant, and nothing was sent."""
    assert wire.sent == []
    assert (wave["failed"], wave["changed"]) == (True, False)
    assert not {"tenants", "regions", "plan_sha256"} & set(wave)
    assert is_harmless(wave["msg"])
    assert "fault of the collection" not in wave["msg"]
    assert secrets_in(wave) == []
    for words in told:
        assert words in wave["msg"]


# Applied.
def test_an_approved_plan_is_applied_with_the_approver_and_the_ticket(wire: Wire, tmp_path: Path) -> None:
    plan = plan_of(to_deactivate(), to_leave(OTHER, id="x"))
    digest = put_plan(tmp_path / "plan.json", plan)
    wave = guard({HOSTNAME: {**host(), **QLIK_CLAIMS}}, plan="plan.json", plan_sha256=digest.upper())
    assert (wave["failed"], wave["changed"], wire.sent) == (False, False, [])
    assert (wave["count"], wave["to_change"], wave["plan_sha256"]) == (1, 1, digest)
    assert wave["not_applied"] == [OTHER]
    result = tenant(wave["tenants"][HOSTNAME])
    assert wire.sequence == ["read", "deactivate", "probe"]
    assert (result["failed"], result["changed"]) == (False, True)
    events = content_of(tmp_path / "qlik-receipts" / f"{HOSTNAME}.json")["events"]
    assert [one["event"] for one in events] == ["intent", "deactivated", "observed"]
    for one in events:
        assert {"plan_sha256": digest, **CLAIMS}.items() <= one.items()


def test_the_plan_gives_the_id_that_the_inventory_has_not(wire: Wire) -> None:
    wave = guarded(plan_of(to_deactivate()), {HOSTNAME: host(tenant_id=None)})
    assert wave["tenants"][HOSTNAME]["command"]["target"]["tenant_id"] == TENANT_ID
    assert tenant(wave["tenants"][HOSTNAME])["changed"] is True
    assert TENANT_ID in wire.of("deactivate")[0].url


def test_a_host_may_have_any_name_and_its_hostname_any_case(wire: Wire) -> None:
    wave = guarded(plan_of(to_deactivate()), {"acme": host(HOSTNAME.upper(), tenant_id=TENANT_ID)})
    assert (wave["failed"], wave["not_applied"]) == (False, [])
    assert tenant(wave["tenants"]["acme"], "acme")["changed"] is True


def test_what_is_not_in_the_play_is_listed_in_the_order_of_the_plan(wire: Wire, displayed: list[str]) -> None:
    names = sorted([HOSTNAME, *fleet(4)])
    entries = [to_deactivate(name, id=f"id-{name[:2]}") if name != HOSTNAME else to_deactivate() for name in names]
    wave = guarded(plan_of(*entries))
    assert wave["not_applied"] == names[1:]
    play = Play({HOSTNAME: host()})
    play.registered[HOSTNAME][RESULT] = tenant(wave["tenants"][HOSTNAME])
    summary = run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)
    assert summary["summary"]["not_applied"] == names[1:]
    assert summary["summary"]["plan_sha256"] == wave["plan_sha256"]
    assert (
        f"Tenants of the plan that are not in this play, so nothing was done to them: {', '.join(names[1:])}."
        in displayed
    )


def test_an_empty_play_applies_nothing_of_the_plan(wire: Wire) -> None:
    wave = guarded(plan_of(to_deactivate()), {})
    assert (wave["failed"], wave["count"], wave["not_applied"]) == (False, 0, [HOSTNAME])


# Refused: the plan (... leaves the option out), the options of the guard, and what the message has.
GOOD = plan_of(to_deactivate())
REFUSALS: dict[str, tuple[t.Any, dict[str, t.Any], tuple[str, ...]]] = {
    "no digest": (GOOD, {"plan_sha256": ...}, ("qlik_plan_sha256 is missing",)),
    "an empty digest": (GOOD, {"plan_sha256": ""}, ("qlik_plan_sha256 is given and empty",)),
    "another digest": (GOOD, {"plan_sha256": "0" * 64}, ("not the plan that was approved", "0" * 64)),
    "no digest at all": (GOOD, {"plan_sha256": "yes"}, ("qlik_plan_sha256 is 'yes'", "64 digits")),
    "the digest of its entries": (
        GOOD,
        {"plan_sha256": GOOD["content_sha256"]},
        ("not the plan that was approved",),
    ),
    "no file is named": (GOOD, {"plan": ...}, ("qlik_plan is missing",)),
    "an empty name": (GOOD, {"plan": ""}, ("qlik_plan is given and empty",)),
    "no file": (
        GOOD,
        {"plan": "nowhere.json"},
        ("qlik_plan is 'nowhere.json': it cannot be read (No such file or directory)",),
    ),
    "a folder": (GOOD, {"plan": "."}, ("qlik_plan is '.': it is a folder",)),
    "no path": (GOOD, {"plan": "a\0b"}, ("qlik_plan is", "is not a valid path")),
    "a device without an end": (GOOD, {"plan": "/dev/zero"}, ("qlik_plan is '/dev/zero': it is not a regular",)),
    "expired": (plan_of(to_deactivate(), made=NOW.replace(day=21)), {}, ("it expired at 2026-11-24T12:00:00Z",)),
    "of 0 hours": (plan_of(to_deactivate(), hours=0), {}, ("it expired",)),
    "valid for too long": (plan_of(to_deactivate(), hours=169), {}, ("169 hours", "qlik_plan_max_hours allows 168")),
    "valid for longer than the house allows": (GOOD, {"plan_max_hours": 71}, ("qlik_plan_max_hours allows 71",)),
    "a longest time that is none": (GOOD, {"plan_max_hours": "long"}, ("qlik_plan_max_hours is 'long'",)),
    "of tomorrow": (plan_of(to_deactivate(), made=NOW.replace(day=25)), {}, ("in the future",)),
    "another schema": (plan_of(to_deactivate(), schema=1), {}, ("its schema is 1",)),
    "no JSON": (b"{", {}, ("it is not JSON",)),
    "nothing": (b"", {}, ("it is not JSON",)),
    "no plan": ([], {}, ("its schema is None",)),
    "other entries than were planned": (
        plan_of(to_deactivate(), content_sha256="0" * 64),
        {},
        ("content_sha256 is not that of its entries",),
    ),
    "a wrong entry": (plan_of(to_deactivate(purge_after_days=9)), {}, ("its entry 1 is wrong",)),
    "it lacks the host": (plan_of(to_deactivate(OTHER)), {}, (f"Not in the plan: {HOSTNAME}", "nothing was changed")),
    "it is empty": (plan_of(), {}, (f"Not in the plan: {HOSTNAME}", "nothing was changed")),
    "too many": (GOOD, {"max_tenants": 0}, ("1 tenant to deactivate according to the plan", "max_tenants allows 0")),
    "no credentials": (
        GOOD,
        {"client_id": None, "client_secret": None},
        ("no credentials for region eu", "nothing was changed"),
    ),
    "credentials of another region": (GOOD, {"regions_with_credentials": ["us"]}, ("no credentials for region eu",)),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_wrong_with_the_plan_stops_the_whole_wave(wire: Wire, case: str) -> None:
    plan, args, told = REFUSALS[case]
    is_refused(wire, guarded(plan, **args), *told)
    # Nor does a confirmation that is typed take its place.
    is_refused(wire, guarded(plan, {HOSTNAME: host(confirm_hostname=HOSTNAME)}, **args), *told)


@pytest.mark.parametrize("key", ["created", "expires"])
def test_a_plan_that_lacks_a_time_stops_the_wave_in_words(wire: Wire, key: str) -> None:
    is_refused(
        wire, guarded(plan_of(to_deactivate(), without=key)), "its key 'created' or 'expires' is missing or wrong"
    )


def test_a_plan_with_a_number_that_json_has_not_stops_the_wave_in_words(wire: Wire) -> None:
    is_refused(wire, guarded(plan_of(to_deactivate(more=float("nan")))), "The plan is refused")


def test_a_file_that_was_changed_after_it_was_approved_stops_the_wave(wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    approved = put_plan(path, GOOD)
    another = put_plan(path, plan_of(to_deactivate(purge_after_days=10)))
    wave = guard({HOSTNAME: host(purge_after_days=10)}, plan="plan.json", plan_sha256=approved)
    is_refused(wire, wave, "not the plan that was approved", approved, another)


def test_without_a_plan_a_wave_needs_its_confirmations(wire: Wire) -> None:
    is_refused(wire, guard(), f"{PREFIX}confirm_hostname is missing", "tenantops.qlik.plan")


@pytest.mark.parametrize("empty", ["", " "])
def test_a_plan_that_is_given_and_empty_is_not_taken_for_none(wire: Wire, empty: str) -> None:
    confirmed = {HOSTNAME: host(confirm_hostname=HOSTNAME)}
    is_refused(
        wire,
        guard(confirmed, plan=empty, plan_sha256=empty),
        "qlik_plan and qlik_plan_sha256 are given and empty",
        "leave out both",
    )


def test_a_run_that_must_have_a_plan_is_refused_without_one(wire: Wire) -> None:
    confirmed = {HOSTNAME: host(confirm_hostname=HOSTNAME)}
    is_refused(wire, guard(confirmed, require_plan=True), "qlik_require_plan is true and there is no plan")
    assert guarded(GOOD, require_plan=True)["failed"] is False


def test_a_tenant_of_the_plan_without_a_host_was_applied_before_if_its_receipt_says_so(
    wire: Wire, tmp_path: Path
) -> None:
    names = fleet(3)
    plan = plan_of(to_deactivate(), *(to_deactivate(name, id=name[:2]) for name in names))
    done = receipt(event("deactivated", ago(days=1)), tenant_id="t0", hostname=names[0])
    undone = receipt(
        event("deactivated", ago(days=1)), event("reactivated", ago(hours=1)), tenant_id="t1", hostname=names[1]
    )
    put(tmp_path / "qlik-receipts" / f"{names[0]}.json", done)
    put(tmp_path / "qlik-receipts" / f"{names[1]}.json", undone)
    wave = guarded(plan)
    assert (wave["applied_before"], wave["not_applied"]) == (names[:1], names[1:])
    assert wire.sent == []


@pytest.mark.parametrize(
    "given",
    [
        {"hostname": "nowhere"},
        {"hostname": OTHER},
        {"region": "us"},
        {"tenant_id": "../x"},
        {"hostname": ["a"]},
    ],
)
def test_a_host_that_the_plan_lacks_stops_the_others_too(wire: Wire, given: dict[str, t.Any]) -> None:
    wave = guarded(GOOD, {HOSTNAME: host(), "second": {**host(OTHER), **{f"{PREFIX}{k}": v for k, v in given.items()}}})
    is_refused(wire, wave, "Not in the plan: second", "nothing was changed")


def test_hosts_that_the_plan_lacks_are_named(wire: Wire) -> None:
    wave = guarded(GOOD, {name: host(name) for name in fleet(5)})
    is_refused(wire, wave, "Not in the plan: t0.eu.qlikcloud.com, t1.eu.qlikcloud.com, t2.eu.qlikcloud.com and 2 more")


@pytest.mark.parametrize("pattern", [HOSTNAME, "acme.*", "production-*"])
def test_protection_holds_with_a_plan(wire: Wire, pattern: str) -> None:
    wave = guarded(GOOD, {"production-1": host(protected=[pattern])})
    is_refused(wire, wave, "is protected")


@pytest.mark.parametrize(
    "policy", [{"min_purge_days": 9}, {"max_purge_days": "many"}, {"min_purge_days": 60, "max_purge_days": 30}]
)
def test_a_house_rule_that_is_wrong_refuses_a_plan_too(wire: Wire, policy: dict[str, t.Any]) -> None:
    is_refused(wire, guarded(GOOD, {HOSTNAME: host(**policy)}), "purge_days")


def test_an_id_that_the_plan_gives_counts_as_a_duplicate(wire: Wire) -> None:
    # The file is approved, and has one id twice.
    plan = plan_of(to_deactivate(), to_leave(OTHER))
    is_refused(wire, guarded(plan, {HOSTNAME: host(tenant_id=None), OTHER: host(OTHER)}), "2 hosts have the tenant_id")


def test_a_host_that_stands_in_the_inventory_twice_is_refused_with_a_plan(wire: Wire) -> None:
    is_refused(wire, guarded(GOOD, {"one": host(), "two": host()}), "2 hosts have the hostname", "one, two")


# What stops a tenant alone.
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"tenant_id": "another"}, f"is another, and in the plan it is {TENANT_ID}"),
        ({"purge_after_days": 31}, "the plan has 30 days"),
        ({"confirm_hostname": HOSTNAME}, f"{PREFIX}confirm_hostname is"),
        ({"min_purge_days": 31}, "it must be 31 to 90 days (tenant_decommission_min_purge_days and"),
        ({"verify": "maybe"}, f"{PREFIX}verify"),
    ],
)
def test_what_is_wrong_with_one_tenant_stops_it_alone(wire: Wire, given: dict[str, t.Any], told: str) -> None:
    plan = plan_of(to_deactivate(), to_deactivate(OTHER, id="x"))
    wave = guarded(plan, {OTHER: host(OTHER, **given), HOSTNAME: host()})
    if "tenant_id" in given:
        told = told.replace(TENANT_ID, "x")
    assert (wave["failed"], wave["count"]) == (False, 2)
    result = tenant(wave["tenants"][OTHER], OTHER)
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert told in result["msg"]
    assert tenant(wave["tenants"][HOSTNAME])["changed"] is True


# How many.
def wave_of(acts: int, leaves: int, limit: t.Any, **given: t.Any) -> dict[str, t.Any]:
    names = sorted(fleet(acts + leaves))
    entries = [
        (to_deactivate if number < acts else to_leave)(name, id=f"id{number}") for number, name in enumerate(names)
    ]
    return guarded(plan_of(*entries), {name: host(name, **given) for name in names}, max_tenants=limit)


@pytest.mark.parametrize(("acts", "leaves", "limit"), [(2, 0, 2), (2, 3, 2), (0, 3, 0), (10, 5, "10"), (1, 1, 100)])
def test_the_tenants_that_the_plan_deactivates_count(wire: Wire, acts: int, leaves: int, limit: t.Any) -> None:
    wave = wave_of(acts, leaves, limit)
    assert (wave["failed"], wave["count"], wave["to_change"]) == (False, acts + leaves, acts)
    # What was not counted may only be changed where all together may be.
    counted = [one["command"]["counted"] for one in wave["tenants"].values()]
    assert counted == [True] * acts + [acts + leaves <= int(limit)] * leaves


@pytest.mark.parametrize(("acts", "leaves", "limit"), [(3, 0, 2), (3, 3, 2), (1, 5, 0), (11, 1, 10)])
def test_more_of_them_than_are_allowed_stop_the_wave(wire: Wire, acts: int, leaves: int, limit: int) -> None:
    told = f"{acts} tenant{'' if acts == 1 else 's'} to deactivate according to the plan"
    is_refused(wire, wave_of(acts, leaves, limit), told, f"{PREFIX}max_tenants allows {limit}")


def test_with_a_plan_a_receipt_takes_nobody_out_of_the_count(wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "receipts" / f"{HOSTNAME}.json"
    put(path, receipt(event("deactivated", ago(days=1))))
    hosts = {HOSTNAME: host(receipts_dir=str(tmp_path / "receipts"))}
    is_refused(wire, guarded(GOOD, hosts, max_tenants=0), "1 tenant to deactivate according to the plan")
    wave = guarded(GOOD, hosts, max_tenants=1)
    assert (wave["to_change"], wave["tenants"][HOSTNAME]["command"]["counted"]) == (1, True)


def test_the_default_is_10_with_a_plan_too(wire: Wire) -> None:
    names = sorted(fleet(11))
    entries = [to_deactivate(name, id=f"id{number}") for number, name in enumerate(names)]
    is_refused(wire, guarded(plan_of(*entries), {name: host(name) for name in names}), "max_tenants allows 10")


# Only what the guard passed.
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("planned", to_deactivate(purge_after_days=10)),
        ("planned", None),
        ("plan_sha256", "0" * 64),
        ("plan_sha256", None),
        ("planning", True),
        ("prepares", True),
        ("counted", False),
        ("tenant_id", "another"),
        ("approved_by", "eve"),
        ("ticket", "OPS-8"),
        ("wave", "another"),
        ("purge_after_days", 31),
        ("confirm_hostname", HOSTNAME),
        ("pre_tasks", "x.yml"),
        ("new", 1),
    ],
)
def test_an_entry_under_a_plan_that_was_changed_sends_nothing(wire: Wire, key: str, value: t.Any) -> None:
    entry = guarded(GOOD, {HOSTNAME: {**host(), **QLIK_CLAIMS}})["tenants"][HOSTNAME]
    result = tenant({**entry, key: value})
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert "was not checked at the beginning of this run" in result["msg"]
    assert tenant(entry)["changed"] is True


def test_the_entry_of_another_host_sends_nothing(wire: Wire) -> None:
    plan = plan_of(to_deactivate(), to_deactivate(OTHER, id="x"))
    tenants = guarded(plan, {HOSTNAME: host(), OTHER: host(OTHER)})["tenants"]
    for name, another in ((HOSTNAME, OTHER), (OTHER, HOSTNAME)):
        result = tenant(tenants[another], name)
        assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
        assert f"{name} was not checked at the beginning of this run" in result["msg"]


def test_a_host_takes_its_own_entry_from_the_wave(wire: Wire) -> None:
    wave = guarded(GOOD)
    variables = {
        "inventory_hostname": HOSTNAME,
        "_tenant_decommission_wave": wave,
        "_tenant_decommission_tokens": {"results": TOKENS},
    }
    assert run_action("qlik_wave_tenant", {}, {**variables, "inventory_hostname": OTHER})["failed"] is True
    assert wire.sent == []
    assert run_action("qlik_wave_tenant", {}, variables)["changed"] is True


# The tasks that come first.
PREPARED = "_tenant_decommission_prepared"
FIRST = {f"{PREFIX}pre_tasks": "first.yml"}


def prepared_wave(*, plan: bool = True, events: tuple[dict[str, t.Any], ...] = ()) -> dict[str, t.Any]:
    """A wave whose tenant has tasks that come first, with a receipt of these events."""
    if events:
        put(Path("qlik-receipts").resolve() / f"{HOSTNAME}.json", receipt(*events))
    hosts = {HOSTNAME: {**host(confirm_hostname=HOSTNAME), **FIRST}}
    return guarded(GOOD, hosts, loaded=FIRST) if plan else guard(hosts, loaded=FIRST)


@pytest.mark.parametrize("plan", [True, False])
@pytest.mark.parametrize("mark", [None, "", True, "0" * 64, {}])
def test_a_tenant_for_which_its_first_tasks_have_not_run_gets_no_request(wire: Wire, plan: bool, mark: t.Any) -> None:
    entry = prepared_wave(plan=plan)["tenants"][HOSTNAME]
    assert entry["prepares"] is True
    for variables in ({PREPARED: mark}, {}):
        result = tenant(entry, variables=variables)
        assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
        for words in ("first.yml", f"{HOSTNAME} was not deactivated", "have not run for it"):
            assert words in result["msg"]


@pytest.mark.parametrize("plan", [True, False])
def test_a_tenant_for_which_they_have_run_in_this_wave_is_deactivated(wire: Wire, plan: bool) -> None:
    entry = prepared_wave(plan=plan)["tenants"][HOSTNAME]
    assert tenant(entry, variables={PREPARED: entry["signature"]})["changed"] is True


def test_the_mark_of_another_wave_or_of_another_host_does_not_count(wire: Wire) -> None:
    hosts = {name: {**host(name), **FIRST} for name in (HOSTNAME, OTHER)}
    plan = plan_of(to_deactivate(), to_deactivate(OTHER, id="x"))
    days = {name: {**of_host, f"{PREFIX}verify_timeout": 61} for name, of_host in hosts.items()}
    earlier, now = (guarded(plan, one, loaded=FIRST)["tenants"] for one in (days, hosts))
    for mark in (earlier[HOSTNAME]["signature"], now[OTHER]["signature"]):
        assert tenant(now[HOSTNAME], variables={PREPARED: mark})["failed"] is True
    assert wire.sent == []


@pytest.mark.parametrize(
    ("chosen", "may"),
    [
        ({"skip_tags": ["export"]}, False),
        ({"skip_tags": ["always"]}, False),
        ({"tags": ["export"]}, False),
        ({"tags": ["all", "export"]}, False),
        ({"tags": ["tagged"]}, False),
        ({"tags": ["all"]}, True),
        ({"tags": ["all"], "skip_tags": []}, True),
        ({}, True),
    ],
)
def test_tags_that_may_leave_some_of_them_out_send_nothing(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, t.Any], may: bool
) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs(chosen))
    entry = prepared_wave()["tenants"][HOSTNAME]
    result = tenant(entry, variables={PREPARED: entry["signature"]})
    assert (result["failed"], result["changed"]) == (not may, may)
    assert len(wire.of("deactivate")) == may
    assert may or "--tags or --skip-tags may skip" in result["msg"]


def test_tags_may_be_chosen_where_nothing_comes_first(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"tags": ["x"], "skip_tags": ["y"]}))
    assert tenant(guarded(GOOD)["tenants"][HOSTNAME])["changed"] is True


def test_a_tenant_to_be_left_alone_needs_no_tasks_first_and_cannot_be_deactivated(wire: Wire) -> None:
    hosts = {HOSTNAME: {**host(), **FIRST}}
    entry = guarded(plan_of(to_leave()), hosts, loaded=FIRST)["tenants"][HOSTNAME]
    assert (entry["prepares"], entry["command"]["counted"]) == (False, False)
    assert tenant(entry)["failed"] is True
    wire.on("read", answers.record("disabled"))
    assert tenant(entry)["failed"] is False
    assert wire.of("deactivate") == []


def test_a_tenant_that_is_disabled_by_its_receipt_needs_none_and_is_stopped_where_it_lives(wire: Wire) -> None:
    entry = prepared_wave(events=(event("deactivated", ago(days=1)),))["tenants"][HOSTNAME]
    assert (entry["prepares"], entry["command"]["counted"]) == (False, False)
    result = tenant(entry)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert "the tasks that come before a deactivation did not run for it" in result["msg"]


@pytest.mark.parametrize(
    ("loaded", "hosts"),
    [
        ({}, {HOSTNAME: {**host(), **FIRST}}),
        (FIRST, {HOSTNAME: host()}),
        ({f"{PREFIX}pre_tasks": "other.yml"}, {HOSTNAME: {**host(), **FIRST}}),
        (FIRST, {HOSTNAME: {**host(), **FIRST, f"{PREFIX}pre_tasks": ""}}),
    ],
)
def test_first_tasks_that_the_play_was_not_loaded_with_stop_the_wave(
    wire: Wire, loaded: dict[str, t.Any], hosts: dict[str, t.Any]
) -> None:
    is_refused(
        wire, guarded(GOOD, hosts, loaded=loaded), f"{PREFIX}pre_tasks", HOSTNAME, "has another value than in the play"
    )


def test_where_a_plan_is_made_nothing_comes_first(wire: Wire) -> None:
    wave = guard({HOSTNAME: {**host(), **FIRST}}, loaded=FIRST, planning=True, plan="plan.json")
    assert wave["tenants"][HOSTNAME]["prepares"] is False
    assert tenant(wave["tenants"][HOSTNAME])["action"] == "deactivate"
    assert wire.sequence == ["read"]


# Making one.
class Planning:
    """A play that makes a plan, from the guard to the file."""

    def __init__(
        self, hosts: dict[str, dict[str, t.Any]] | None = None, not_reached: t.Container[str] = (), **args: t.Any
    ) -> None:
        self.play = Play({HOSTNAME: host()} if hosts is None else hosts)
        self.wave = controller.guard(self.play.hosts, **{"planning": True, "plan": "plan.json", **args})
        self.results = {
            name: tenant(self.wave["tenants"][name], name)
            for name in self.play.hosts
            if not self.wave["failed"] and name not in not_reached
        }

    def change(self, name: str, result: t.Any) -> None:
        """Have another result for a host."""
        log_result(self.wave["id"], name, result)

    def write(self, dest: str = "plan.json", **args: t.Any) -> dict[str, t.Any]:
        return run_action("qlik_wave_plan", {"wave": self.wave, "dest": dest, **args}, self.play.task_vars)


def test_what_is_planned_is_what_the_guard_then_lets_through(wire: Wire, displayed: list[str]) -> None:
    made = Planning({HOSTNAME: host()}).write()
    assert wire.sequence == ["read"]
    assert (made["failed"], made["changed"]) == (False, False)
    assert made["plan"]["tenants"] == [to_deactivate()]
    wave = guard(plan="plan.json", plan_sha256=made["plan_sha256"])
    assert (wave["failed"], wave["plan_sha256"]) == (False, made["plan_sha256"])
    assert tenant(wave["tenants"][HOSTNAME])["changed"] is True
    # And once more: nothing is left to do.
    wire.on("read", answers.record("disabled"))
    wire.sent.clear()
    again = tenant(guard(plan="plan.json", plan_sha256=made["plan_sha256"])["tenants"][HOSTNAME])
    assert (again["failed"], again["changed"], wire.of("deactivate")) == (False, False, [])
    assert "an earlier run applied the plan" in again["msg"]


def test_a_limit_that_would_refuse_the_apply_is_a_warning_in_the_plan(wire: Wire, displayed: list[str]) -> None:
    assert Planning(max_tenants=1).write()["plan"]["warnings"] == []
    made = Planning(max_tenants=0).write()
    (warning,) = made["plan"]["warnings"]
    assert warning.startswith(
        "As it is now, a run with this plan would be refused: the number of tenants to deactivate is 1"
    )
    assert f"{PREFIX}max_tenants allows 0" in warning
    assert "Warnings:" in displayed


def test_the_files_of_a_plan(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    made = Planning().write()
    content = (tmp_path / "plan.json").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert sorted(everything_below(tmp_path)) == ["plan.json", "plan.json.sha256", "plan.md"]
    assert made["plan_sha256"] == digest
    assert made["path"] == str(tmp_path / "plan.json")
    assert json.loads(content) == made["plan"] == plan_of(to_deactivate())
    assert schema_faults("plan", json.loads(content)) == []
    # As sha256sum writes it, to be checked in the folder of the plan.
    assert (tmp_path / "plan.json.sha256").read_text() == f"{digest}  plan.json\n"
    comment = (tmp_path / "plan.md").read_text()
    assert f"SHA-256 of `plan.json`: `{digest}`" in comment
    assert f"| `{HOSTNAME}` | `acme` | `{TENANT_ID}` |" in comment
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert secrets_in(path.read_text()) == []


def test_the_table_is_printed_and_returned(wire: Wire, displayed: list[str]) -> None:
    made = Planning().write()
    assert displayed == made["lines"]
    assert displayed[0] == "Plan"
    assert displayed[-1] == f"SHA-256 of plan.json: {made['plan_sha256']}"
    assert any(HOSTNAME in line and "active → deactivate" in line for line in displayed)


def test_the_controller_keeps_the_plan_and_not_its_digest(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    made = Planning().write()
    stats = made["ansible_stats"]
    assert (stats["per_host"], stats["aggregate"], list(stats["data"])) == (False, False, ["qlik_plan_base64"])
    decoded = base64.b64decode(stats["data"]["qlik_plan_base64"], validate=True)
    assert decoded == (tmp_path / "plan.json").read_bytes()
    assert made["plan_sha256"] not in json.dumps(stats) + decoded.decode()


@pytest.mark.parametrize(
    ("dest", "comment"),
    [
        ("deep/plan.json", "deep/plan.md"),
        ("plan", "plan.md"),
        ("plan.md", "plan.md.md"),
        ("a.b/plan", "a.b/plan.md"),
        ("fleet.2026.json", "fleet.2026.md"),
        (".plan", ".plan.md"),
        ("a plan.json", "a plan.md"),
    ],
)
def test_the_names_of_the_files(wire: Wire, tmp_path: Path, displayed: list[str], dest: str, comment: str) -> None:
    (tmp_path / dest).parent.mkdir(exist_ok=True)
    made = Planning().write(dest)
    files = {name for name, content in everything_below(tmp_path).items() if isinstance(content, bytes)}
    assert files == {dest, f"{dest}.sha256", comment}
    name = os.path.basename(dest)
    assert (tmp_path / f"{dest}.sha256").read_text() == f"{made['plan_sha256']}  {name}\n"
    assert hashlib.sha256((tmp_path / dest).read_bytes()).hexdigest() == made["plan_sha256"]


@pytest.mark.parametrize(
    ("hours", "expires"), [(72, "27T12:00"), ("0.5", "24T12:30"), (0, "24T12:00"), ("0", "24T12:00")]
)
def test_the_hours_of_a_plan(wire: Wire, displayed: list[str], hours: t.Any, expires: str) -> None:
    assert Planning().write(valid_hours=hours)["plan"]["expires"] == f"2026-11-{expires}:00Z"


def test_the_default_is_72_hours(wire: Wire, displayed: list[str]) -> None:
    assert Planning().write()["plan"]["expires"] == "2026-11-27T12:00:00Z"


@pytest.mark.parametrize("hours", [-1, "long", ""])
def test_hours_that_are_none_write_nothing(wire: Wire, tmp_path: Path, displayed: list[str], hours: t.Any) -> None:
    made = Planning().write(valid_hours=hours)
    assert made["failed"] is True
    assert "qlik_plan_valid_hours" in made["msg"]
    assert everything_below(tmp_path) == {}


def test_any_number_of_tenants_may_be_planned_without_a_confirmation(wire: Wire, displayed: list[str]) -> None:
    wire.on("read", answers.UNAUTHORIZED)
    names = fleet(12)
    made = Planning({name: host(name, tenant_id=f"id{number}") for number, name in enumerate(names)}).write()
    assert made["failed"] is False
    assert [one["hostname"] for one in made["plan"]["tenants"]] == sorted(names)
    assert wire.of("deactivate") == []


def test_the_order_of_the_inventory_changes_no_entry(wire: Wire, displayed: list[str]) -> None:
    wire.on("read", answers.UNAUTHORIZED)
    hosts = {name: host(name, tenant_id=f"id-{name[:2]}") for name in fleet(5)}
    digests = {
        Planning(dict(sorted(hosts.items(), reverse=backwards))).write()["plan"]["content_sha256"]
        for backwards in (False, True)
    }
    assert len(digests) == 1


def test_planning_touches_no_receipt(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    put(tmp_path / "qlik-receipts" / f"{HOSTNAME}.json", receipt(event("deactivated", ago(days=1))))
    before = everything_below(tmp_path)
    assert Planning().write()["failed"] is False
    assert {name: content for name, content in everything_below(tmp_path).items() if "plan" not in name} == before


@pytest.mark.parametrize("plan", [None, ""])
def test_a_plan_that_is_to_be_made_needs_a_name_before_any_request(
    wire: Wire, displayed: list[str], plan: t.Any
) -> None:
    planning = Planning(plan=plan)
    is_refused(wire, planning.wave, "qlik_plan is missing", "-e qlik_plan=plan.json")
    made = planning.write("")
    assert made["failed"] is True
    assert "No plan was written" in made["msg"] and "qlik_plan is missing" in made["msg"]


def test_what_is_made_for_a_plan_is_never_applied(wire: Wire) -> None:
    entry = guard({HOSTNAME: host(confirm_hostname=HOSTNAME)}, planning=True, plan="plan.json")["tenants"][HOSTNAME]
    for check_mode in (False, True):
        assert tenant(entry, check_mode=check_mode)["changed"] is False
    assert wire.sequence == ["read", "read"]


# Whole or none.
FAILED = {"failed": True, "msg": "HTTP 403 from register.eu.qlikcloud.com."}


@pytest.mark.parametrize("lacking", ["failed", "failed with a result", "not reached"])
def test_a_plan_that_lacks_a_tenant_is_none(wire: Wire, tmp_path: Path, displayed: list[str], lacking: str) -> None:
    wire.on("read", answers.UNAUTHORIZED)
    names = fleet(3)
    hosts = {name: host(name, tenant_id=f"id{number}") for number, name in enumerate(names)}
    planning = Planning(hosts, not_reached=names[1:2] if lacking == "not reached" else ())
    # What a variable holds is no result.
    planning.play.registered[names[1]][RESULT] = planning.results[names[0]]
    if lacking != "not reached":
        planning.change(names[1], FAILED if lacking == "failed" else {**planning.results[names[1]], **FAILED})
    made = planning.write()
    assert (made["failed"], made["changed"]) == (True, False)
    assert "No plan was written: 1 of 3 tenants could not be evaluated" in made["msg"]
    assert not {"plan", "plan_sha256", "ansible_stats", "lines"} & set(made)
    assert everything_below(tmp_path) == {}
    assert len(displayed) == 1
    told = FAILED["msg"] if lacking.startswith("failed") else "it was not reached"
    assert displayed == [f"  {names[1]}: {told}"]


def test_the_plan_of_an_earlier_run_is_named_and_stays(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    Planning().write()
    before = everything_below(tmp_path)
    planning = Planning()
    planning.change(HOSTNAME, FAILED)
    assert "plan.json is still the plan of an earlier run" in planning.write()["msg"]
    assert everything_below(tmp_path) == before


def test_a_refused_wave_makes_no_plan(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    planning = Planning({"one": host(), "two": host()})
    made = planning.write()
    assert (made["failed"], wire.sent) == (True, [])
    assert "No plan was written. The wave is refused" in made["msg"]
    assert everything_below(tmp_path) == {}


def test_a_wave_that_was_not_guarded_makes_no_plan(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    made = run_action("qlik_wave_plan", {"wave": {}, "dest": "plan.json"}, Play({HOSTNAME: host()}).task_vars)
    assert made["failed"] is True
    assert "The check of all tenants did not run" in made["msg"]
    assert everything_below(tmp_path) == {}


def test_two_hosts_that_are_one_tenant_by_a_look_up_make_no_plan(
    wire: Wire, tmp_path: Path, displayed: list[str]
) -> None:
    wire.on("read", answers.UNAUTHORIZED)
    planning = Planning({name: host(name, tenant_id=name[:2]) for name in fleet(2)})
    for name in fleet(2):
        planning.change(name, {**planning.results[name], "changed": True, "tenant_id": "x1"})
    made = planning.write()
    assert made["failed"] is True
    assert "2 hosts are the tenant with the id x1" in made["msg"]
    assert everything_below(tmp_path) == {}


# Where it cannot be written.
@pytest.mark.parametrize(
    ("folder", "dest"),
    [
        ("plan.json", "plan.json"),
        ("plan.md", "plan.json"),
        ("plan.json.sha256", "plan.json"),
        (None, "/dev/null/plan.json"),
        (None, f"{'x' * 300}.json"),
    ],
)
def test_a_plan_that_cannot_be_written_fails_and_no_digest_approves_it(
    wire: Wire, tmp_path: Path, displayed: list[str], folder: str | None, dest: str
) -> None:
    if folder:
        (tmp_path / folder).mkdir()
    made = Planning().write(dest)
    assert (made["failed"], made["changed"]) == (True, False)
    assert f"qlik_plan is {dest!r}"[:90] in made["msg"]
    assert is_harmless(made["msg"])
    assert not {"plan", "plan_sha256", "ansible_stats"} & set(made)
    assert not (tmp_path / f"{dest[:100]}.sha256").is_file()
    # Nobody is given a digest.
    assert displayed == []


def test_a_name_that_no_file_can_have_is_refused_in_words(wire: Wire, tmp_path: Path, displayed: list[str]) -> None:
    made = Planning().write("a\0b.json")
    assert made["failed"] is True
    assert "qlik_plan is" in made["msg"] and "fault of the collection" not in made["msg"]
    assert everything_below(tmp_path) == {}


def test_a_name_that_is_not_utf_8_is_written_or_refused_in_words(
    wire: Wire, tmp_path: Path, displayed: list[str]
) -> None:
    # As Python has the bytes of a command line that are none.
    made = Planning().write("pl\udcffan.json")
    assert "fault of the collection" not in str(made.get("msg"))
    digest = tmp_path / "pl\udcffan.json.sha256"
    assert made["failed"] or os.fsencode(f"{made['plan_sha256']}  pl\udcffan.json\n") == digest.read_bytes()


def test_the_digest_of_an_earlier_plan_is_not_that_of_a_plan_half_written(
    wire: Wire, tmp_path: Path, displayed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = Planning().write()["plan_sha256"]
    wire.on("read", answers.record("user-access-disabled"))
    with monkeypatch.context() as broken:
        broken.setattr(files_module, "os", FailingOs("replace", 2))
        assert Planning().write()["failed"] is True
    assert (tmp_path / "plan.json.sha256").read_text() == f"{earlier}  plan.json\n"
    content = (tmp_path / "plan.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() != earlier
    wire.sent.clear()
    is_refused(wire, guard(plan="plan.json", plan_sha256=earlier), "not the plan that was approved")


# Hostile values, from a file and from a server to what is printed, written and registered.
def trusted_in(value: t.Any) -> list[str]:
    """The texts in a result that Ansible would take for templates."""
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in trusted_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in trusted_in(one)]
    return [value] if isinstance(value, str) and is_template_in_result(value) else []


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_hostname_of_a_server_is_harmless_in_all_that_is_made_of_it(
    wire: Wire, tmp_path: Path, displayed: list[str], value: str
) -> None:
    wire.on("read", answers.record("active", hostnames=[HOSTNAME, value]))
    made = Planning().write()
    assert made["failed"] is False
    (entry,) = made["plan"]["tenants"]
    assert "EV" in entry["hostnames"][1] and is_harmless(entry["hostnames"][1])
    assert all(map(is_harmless, displayed))
    assert all(map(is_harmless, (tmp_path / "plan.md").read_text().splitlines()))
    assert trusted_in(made) == []
    wave = guard(plan="plan.json", plan_sha256=made["plan_sha256"])
    assert trusted_in(wave) == []
    # As it was: not what a template made of it.
    assert wave["tenants"][HOSTNAME]["command"]["planned"]["hostnames"] == entry["hostnames"]
    assert tenant(wave["tenants"][HOSTNAME])["changed"] is True


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_value_in_an_approved_file_is_harmless_and_is_no_template(
    wire: Wire, displayed: list[str], value: str
) -> None:
    entry = to_deactivate(status=value, hostnames=[HOSTNAME, value], expected_purge_date=value)
    wave = guarded(plan_of(entry))
    assert (wave["failed"], trusted_in(wave)) == (False, [])
    assert wave["tenants"][HOSTNAME]["command"]["planned"]["hostnames"] == [HOSTNAME, value]
    result = tenant(wave["tenants"][HOSTNAME])
    assert (result["failed"], result["changed"], wire.sequence) == (True, False, ["read"])
    assert is_harmless(result["msg"])
    assert trusted_in(result) == []
    play = Play({HOSTNAME: host()})
    play.registered[HOSTNAME][RESULT] = result
    run_action("qlik_wave_summary", {"wave": wave}, play.task_vars)
    assert all(map(is_harmless, displayed))


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_name_of_a_host_is_harmless_where_no_plan_is_made(
    wire: Wire, displayed: list[str], value: str
) -> None:
    planning = Planning({value: host(value)})
    made = planning.write()
    assert made["failed"] is True
    assert wire.sent == []
    assert len(displayed) == 1 and displayed[0].startswith("  ")
    assert is_harmless(displayed[0]) and is_harmless(made["msg"])
