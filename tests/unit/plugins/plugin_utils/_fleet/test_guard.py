# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard of a wave: what is wrong with the tenants of a play together, all of it in one message, before any request."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import Address
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import (
    Author,
    Deactivation,
    Reactivation,
    Target,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.restored import RestoreRule
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import receipt_state_in
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import HOST_NAME, Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave, pass_tenants
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    DECOMMISSION,
    RESTORE,
    tenant_variables,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID, TOKEN
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    TARGET,
    ago,
    content_of,
    event,
    everything_below,
    failed,
    intent,
    put,
    receipt,
)
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, WAVE, change, entry, fleet, wave_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire


def guard(*entries: Entry, regions: list[str] | None = None, **given: t.Any) -> WaveInput:
    wave = wave_of(*entries, regions_with_credentials=regions, **given)
    guard_wave(wave)
    return wave


def counted(wave: WaveInput) -> list[bool]:
    """Whether each tenant may be changed."""
    passed = pass_tenants(wave, WAVE, one_client=True, purge_dates={})
    return [isinstance(one.command, Deactivation) and one.command.counted for one in passed]


def refusal(*entries: Entry, **more: t.Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        guard(*entries, **more)
    return caught.value.message


def test_a_good_wave_passes_with_its_commands_and_regions() -> None:
    wave = guard(
        entry("A.eu.qlikcloud.com", tenant_id="a", purge_after_days="60", verify="yes"), entry(host="b", region="EU")
    )
    assert (wave.regions, len(wave.tenants), wave.to_change, wave.not_applied) == (["eu"], 2, 2, [])
    first, second = pass_tenants(wave, WAVE, one_client=True, purge_dates={"b": "2026-12-24"})
    assert first.command == Deactivation(
        target=Target(Address("a.eu.qlikcloud.com", "eu"), "a"),
        verify_timeout=60,
        author=Author(run=""),
        purge_after_days=60,
        restore_rule=RestoreRule("tenant_decommission_confirm_restored"),
    )
    assert (first.wave, first.operation, first.host) == (WAVE, DECOMMISSION, "A.eu.qlikcloud.com")
    assert (first.planning, first.prepares, first.fault) == (False, False, None)
    assert second.command is not None
    assert (second.host, second.command.target.address.hostname) == ("b", HOSTNAME)
    assert getattr(second.command, "listed_purge_date", None) == "2026-12-24"


def test_what_was_not_written_is_passed_as_nothing() -> None:
    (passed,) = pass_tenants(guard(entry(tenant_id=None, region=None)), WAVE, one_client=True, purge_dates={})
    assert (passed.tenant_id, passed.pre_tasks, passed.region) == (None, None, "eu")
    (faulty,) = pass_tenants(wave_of(entry(None, host="a", region=None)), WAVE, one_client=True, purge_dates={})
    assert (faulty.hostname, faulty.region) == (None, None)


def test_an_empty_wave_passes() -> None:
    wave = guard()
    assert (wave.tenants, wave.regions, wave.to_change, wave.not_applied) == ((), [], 0, [])


def test_a_region_is_listed_once_however_many_tenants_it_has() -> None:
    assert guard(*fleet(10)).regions == ["eu"]


@pytest.mark.parametrize(("number", "limit"), [(11, 10), (2, 1), (1, 0), (300, 10)])
def test_more_tenants_than_allowed_are_refused_naming_both_numbers(number: int, limit: int) -> None:
    message = refusal(*fleet(number), max_tenants=limit)
    assert f"{number} tenant" in message
    assert f"{PREFIX}max_tenants allows {limit}" in message
    assert "nothing was changed" in message


@pytest.mark.parametrize(("number", "limit"), [(10, 10), (0, 0), (300, 300)])
def test_as_many_tenants_as_allowed_pass(number: int, limit: int) -> None:
    assert len(guard(*fleet(number), max_tenants=limit).tenants) == number


@pytest.mark.parametrize("second", [HOSTNAME, HOSTNAME.upper(), "Acme.EU.qlikcloud.com"])
def test_two_hosts_with_one_hostname_are_refused_in_any_case(second: str) -> None:
    message = refusal(entry(host="one", tenant_id="a"), entry(second, host="two", tenant_id="b"))
    for told in (HOSTNAME, "one, two", "2 hosts", "hostname"):
        assert told in message


def test_two_hosts_with_one_id_are_refused() -> None:
    message = refusal(entry("a.eu.qlikcloud.com", tenant_id="x1"), entry("b.eu.qlikcloud.com", tenant_id="x1"))
    for told in ("'x1'", "a.eu.qlikcloud.com, b.eu.qlikcloud.com", "tenant_id"):
        assert told in message


def test_ids_that_differ_in_case_are_two_tenants() -> None:
    assert (
        len(guard(entry("a.eu.qlikcloud.com", tenant_id="x1"), entry("b.eu.qlikcloud.com", tenant_id="X1")).tenants)
        == 2
    )


def test_tenants_without_an_id_are_no_duplicates() -> None:
    assert len(guard(*(entry(f"{name}.eu.qlikcloud.com", tenant_id=None) for name in "abc")).tenants) == 3


def test_one_name_in_two_regions_is_two_tenants() -> None:
    wave = guard(entry("acme.eu.qlikcloud.com", tenant_id="a"), entry("acme.us.qlikcloud.com", tenant_id="b"))
    assert wave.regions == ["eu", "us"]


@pytest.mark.parametrize("pattern", [HOSTNAME, "acme.*", "ACME.*", "*.EU.qlikcloud.com", "*"])
def test_a_protected_tenant_refuses_the_wave(pattern: str) -> None:
    message = refusal(*fleet(1), entry(protected=["other.*", pattern]))
    assert HOSTNAME in message
    assert f"'{pattern}' in {PREFIX}protected" in message


def test_a_host_is_protected_by_its_name_in_the_inventory_too() -> None:
    assert "is protected" in refusal(entry(host="production-1", protected=["production-*"]))


@pytest.mark.parametrize("name", [HOSTNAME.upper(), "Acme.Eu.QlikCloud.com"])
def test_protection_knows_no_case(name: str) -> None:
    assert "is protected" in refusal(entry(name, protected=[HOSTNAME]))


def test_a_region_without_credentials_refuses_the_wave() -> None:
    entries = (entry(f"a.{region}.qlikcloud.com", tenant_id=region) for region in ("eu", "us", "jp"))
    message = refusal(*entries, regions=["eu"])
    assert "credentials for region jp, us" in message


@pytest.mark.parametrize("regions", [["eu"], ["eu", "us"], None])
def test_regions_with_credentials_pass(regions: list[str] | None) -> None:
    assert guard(*fleet(2), regions=regions).regions == ["eu"]


def test_no_credentials_at_all_refuse_the_wave() -> None:
    message = refusal(*fleet(1), regions=[])
    for told in ("region eu", f"{PREFIX}credentials", "QLIK_CLIENT_ID", "QLIK_CLIENT_SECRET"):
        assert told in message


# What is wrong with one tenant alone, and is left to its own operation.
OWN_FAULTS = {
    "no confirmation": {"confirm_hostname": None},
    "another confirmation": {"confirm_hostname": "other.eu.qlikcloud.com"},
    "91 days": {"purge_after_days": 91},
    "a URL as hostname": {"hostname": f"https://{HOSTNAME}"},
    "a hostname that is no text": {"hostname": ["a"]},
    "no hostname": {"hostname": None, "confirm_hostname": HOSTNAME},
    "another region": {"region": "us"},
    "a path as id": {"tenant_id": "../x"},
    "an id that is no text": {"tenant_id": {"a": 1}},
    "a strange truth": {"verify": "maybe"},
    "variables that cannot be evaluated": {"error": "'nowhere' is undefined"},
}


@pytest.mark.parametrize("fault", OWN_FAULTS)
def test_what_is_wrong_with_one_tenant_alone_does_not_stop_the_others(fault: str) -> None:
    wave = guard(*fleet(2), entry(**{"host": "third", **OWN_FAULTS[fault]}))
    assert (len(wave.tenants), wave.regions) == (3, ["eu"])


@pytest.mark.parametrize("fault", [fault for fault in OWN_FAULTS if fault != "no confirmation"])
def test_a_tenant_that_will_stop_needs_no_token(fault: str) -> None:
    assert guard(entry(**{"host": "one", **OWN_FAULTS[fault]}), regions=[]).regions == []


@pytest.mark.parametrize(
    "policy",
    [
        {"min_purge_days": 9},
        {"max_purge_days": 91},
        {"min_purge_days": "ten"},
        {"min_purge_days": None},
        {"min_purge_days": 60, "max_purge_days": 30},
    ],
)
def test_a_house_rule_that_is_wrong_itself_refuses_the_wave(policy: dict[str, t.Any]) -> None:
    message = refusal(*fleet(1), entry(**policy))
    assert HOSTNAME in message
    assert "purge_days" in message


@pytest.mark.parametrize("protected", ["acme.*", None, 7, [""], [1]])
def test_a_protection_that_is_none_refuses_the_wave(protected: t.Any) -> None:
    assert f"{PREFIX}protected" in refusal(*fleet(1), entry(protected=protected))


def test_all_that_is_wrong_stands_in_one_message() -> None:
    message = refusal(
        entry("a.eu.qlikcloud.com", tenant_id="x1"),
        entry("b.eu.qlikcloud.com", tenant_id="x1"),
        entry("B.eu.qlikcloud.com", host="b2", tenant_id="x2"),
        entry("c.us.qlikcloud.com", tenant_id="x3", protected=["c.*"]),
        entry("d.jp.qlikcloud.com", tenant_id="x4", min_purge_days=90, max_purge_days=10),
        max_tenants=4,
        regions=["eu"],
    )
    assert message.startswith("The wave is refused (all tenants of this play): nothing was changed.")
    for told in ("5 tenants", "allows 4", "'x1'", "'b.eu.qlikcloud.com'", "'c.*'", "region us", "d.jp.qlikcloud.com"):
        assert told in message


def test_what_earlier_batches_changed_is_not_denied() -> None:
    message = refusal(*fleet(2), max_tenants=2, changed_before=frozenset(("earlier.eu.qlikcloud.com",)))
    assert message.startswith(
        "The rest of the wave is refused (all tenants of this play that are not done yet): nothing more was"
    )
    assert "3 tenants to deactivate (1 of the 3 in earlier runs of the role in this play)" in message


def test_a_protection_that_is_none_hides_nothing_else_that_is_wrong() -> None:
    message = refusal(*fleet(3), entry(protected="acme.*"), max_tenants=2)
    assert "4 tenants" in message
    assert f"{PREFIX}protected" in message
    assert "nothing was changed" in message


def test_variables_are_named_with_the_prefix_they_were_read_by() -> None:
    assert "tenant_restore_max_tenants" in refusal(*fleet(2), max_tenants=1, prefix="tenant_restore_")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_values_of_an_inventory_are_harmless_in_the_message(value: str) -> None:
    for place in ("host", "hostname", "tenant_id", "protected"):
        given: dict[str, t.Any] = {place: [f"*{value}*", "*"]} if place == "protected" else {place: value}
        twice = [entry(**{"host": count, **given}) for count in ("one", "two")]
        assert is_harmless(refusal(*twice, max_tenants=1))


def test_a_variable_that_the_role_does_not_have_is_refused_with_its_hosts_and_a_hint() -> None:
    message = refusal(entry(misplaced=[f"{PREFIX}purge_days"]), *fleet(2))
    assert f"{PREFIX}purge_days ({HOSTNAME}) is not a variable of the role tenant_decommission." in message
    assert f"Did you mean {PREFIX}purge_after_days?" in message


def test_a_variable_that_is_like_none_of_the_role_is_refused_as_well() -> None:
    message = refusal(
        *(entry(f"{name}.eu.qlikcloud.com", tenant_id=name, misplaced=[f"{PREFIX}dry_run"]) for name in "abc")
    )
    assert f"{PREFIX}dry_run (a.eu.qlikcloud.com, b.eu.qlikcloud.com, c.eu.qlikcloud.com) is not a variable" in message
    assert "Did you mean" not in message


def test_an_approval_in_the_inventory_is_refused() -> None:
    message = refusal(entry(approvals=["qlik_plan_max_hours"]))
    assert f"qlik_plan_max_hours is set in the inventory ({HOSTNAME})" in message
    assert "-e" in message


@pytest.mark.parametrize("why", ["is a template", "was put together by a template or a plugin", "is a copy of x"])
def test_a_confirmation_that_nobody_typed_refuses_the_wave_whatever_is_planned(why: str) -> None:
    for planning in (False, True):
        message = refusal(*fleet(1), entry(not_typed=why), planning=planning)
        assert f"{PREFIX}confirm_hostname of {HOSTNAME} {why}" in message
        assert "Type the hostname" in message
        assert "tenantops.qlik.plan" in message


def test_a_wave_without_any_confirmation_is_refused_once_and_told_of_plans() -> None:
    six = [one.with_values(confirm_hostname=None) for one in fleet(6)]
    message = refusal(*six)
    assert message.count("confirm_hostname") == 1
    assert "tenantops.qlik.plan" in message
    guard(*six, planning=True)
    guard(*fleet(1), *six[1:])


def test_a_restore_without_any_confirmation_is_told_of_no_plan() -> None:
    message = refusal(entry(confirm_hostname="", operation=RESTORE), operation=RESTORE)
    assert "tenant_restore_confirm_hostname is missing for every tenant" in message
    assert "plan" not in message


PATTERNS = {
    "acme": "neither the whole hostname",
    "golf.eu": "neither the whole hostname",
    "^beta.*": "the character '^'",
    "https://beta.eu.qlikcloud.com": "the character ':'",
    "*.eu.qlikcloud.com ": "the character ' '",
    "beta.*$": "the character '$'",
    "*.eu.qlikcloud.co": "no hostname can match it",
    "acme*.qlikcloud.com.": "no hostname can match it",
    "a.b.c.*": "no hostname can match it",
    "-*": "no hostname can match it",
    "*.qlikcloudgov.com": "no hostname can match it",
}


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_can_never_match_refuses_the_wave(pattern: str, operation: str) -> None:
    written = entry("x.eu.qlikcloud.com", operation=operation, protected=["vip.*", pattern])
    message = refusal(written, operation=operation)
    assert f"tenant_{operation}_protected has the pattern {pattern!r}" in message
    assert PATTERNS[pattern] in message
    assert "vip" not in message


@pytest.mark.parametrize(
    "pattern",
    [
        "acme.*",
        "ACME.eu.qlikcloud.com",
        "*.us.*",
        "[a-c]*.jp.qlikcloud.com",
        "a?me.*",
        "[!x]*beta*",
        "*.jp.*.com",
        "golf",
    ],
)
def test_a_pattern_that_can_match_protects(pattern: str) -> None:
    # golf is a host of the inventory that is not in the play.
    wave = guard(entry("x.eu.qlikcloud.com", protected=[pattern]), inventory_hosts=["golf", "x.eu.qlikcloud.com"])
    assert wave.tenants[0].command is not None
    assert [one.pattern for one in wave.tenants[0].command.protected] == [pattern]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            entry(tenant_id=12345, set_by={"tenant_id": "qlik_tenant_id"}),
            "qlik_tenant_id is 12345, which YAML reads as",
        ),
        (entry(tenant_id="../x", set_by={"tenant_id": "qlik_tenant_id"}), "qlik_tenant_id is '../x'"),
        (entry(tenant_id="../x"), f"{PREFIX}tenant_id is '../x'"),
        (
            entry("acme", set_by={"hostname": HOST_NAME}),
            "the name of the host in the inventory (qlik_hostname is not set) is",
        ),
        (entry(region="us", set_by={"region": "qlik_region"}), "qlik_region is 'us'"),
    ],
)
def test_a_message_names_the_variable_that_was_set(written: Entry, told: str) -> None:
    fault = wave_of(written).tenants[0].fault
    assert fault is not None
    assert told in fault


# Receipts and the count.
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the receipts of the wave are."""
    return tmp_path / "receipts"


def with_receipt(folder: Path, number: int, *events: dict[str, t.Any], **other: t.Any) -> Entry:
    """A tenant of fleet(), with a receipt of these events."""
    hostname = f"t{number}.eu.qlikcloud.com"
    put(folder / f"{hostname}.json", receipt(*events, **{"hostname": hostname, "tenant_id": f"id{number}", **other}))
    return entry(hostname, tenant_id=f"id{number}", receipts_dir=str(folder))


DEACTIVATED = event("deactivated", ago(days=3))
# The events of a receipt → the tenant does not count.
COUNTS: dict[str, tuple[list[dict[str, t.Any]], bool]] = {
    "deactivated": ([DEACTIVATED], True),
    "seen disabled": ([event("observed", status="disabled")], True),
    "purged": ([DEACTIVATED, event("purged")], True),
    "a reset that failed": ([DEACTIVATED, intent(previous_status="disabled"), failed()], True),
    "nothing": ([], False),
    "reactivated": ([DEACTIVATED, event("reactivated")], False),
    "seen live": ([DEACTIVATED, event("observed", status="active")], False),
    "an intent": ([intent()], False),
    "an intent that failed": ([intent(), failed()], False),
    "an intent in doubt": ([intent(), failed(effect="unknown")], False),
    "a reset in doubt": ([DEACTIVATED, intent(previous_status="disabled"), failed(effect="unknown")], False),
    "a reactivation in doubt": ([DEACTIVATED, intent(action="reactivate")], False),
}


@pytest.mark.parametrize("case", COUNTS)
def test_a_tenant_that_its_receipt_says_to_be_disabled_or_purged_does_not_count(folder: Path, case: str) -> None:
    events, done = COUNTS[case]
    entries = [with_receipt(folder, 0, *events), entry("other.eu.qlikcloud.com", tenant_id="o")]
    if done:
        wave = guard(*entries, max_tenants=1)
        assert (len(wave.tenants), wave.to_change) == (2, 1)
        # There are more tenants than may be changed: one that was left out of the count may not be.
        assert counted(wave) == [False, True]
    else:
        message = refusal(*entries, max_tenants=1)
        assert "2 tenants to deactivate, and" in message
        assert f"{PREFIX}max_tenants allows 1" in message


def test_where_all_tenants_may_be_changed_each_of_them_may_be(folder: Path) -> None:
    entries = [with_receipt(folder, number, DEACTIVATED) for number in range(3)]
    wave = guard(*entries, max_tenants=3)
    assert (len(wave.tenants), wave.to_change) == (3, 0)
    assert counted(wave) == [True] * 3


def test_a_wave_that_is_done_passes_whatever_may_be_changed(folder: Path) -> None:
    wave = guard(*(with_receipt(folder, number, DEACTIVATED) for number in range(3)), max_tenants=0)
    assert (len(wave.tenants), wave.to_change) == (3, 0)
    assert counted(wave) == [False] * 3


@pytest.mark.parametrize("prepare_all", [False, True])
def test_the_tasks_that_come_first_run_for_all_where_one_of_them_is_for_all_hosts(
    folder: Path, *, prepare_all: bool
) -> None:
    hosts = [with_receipt(folder, 0, DEACTIVATED), entry("other.eu.qlikcloud.com", tenant_id="o")]
    hosts = [replace(one, values={**one.values, "pre_tasks": "first.yml"}) for one in hosts]
    wave = guard(*hosts, pre_tasks="first.yml", prepare_all=prepare_all)
    prepares = [one.prepares for one in pass_tenants(wave, WAVE, one_client=True, purge_dates={})]
    assert (prepares, counted(wave)) == ([prepare_all, True], [prepare_all, True])


def test_a_refusal_names_those_that_do_not_count_too(folder: Path) -> None:
    done = [with_receipt(folder, number, DEACTIVATED) for number in range(3)]
    others = [entry(f"o{number}.eu.qlikcloud.com", tenant_id=f"o{number}") for number in range(3)]
    message = refusal(*done, *others, max_tenants=2)
    assert (
        "3 tenants to deactivate (3 more are disabled or purged according to their receipts, and are not counted)"
        in message
    )
    assert f"{PREFIX}max_tenants allows 2" in message
    assert f"set {PREFIX}max_tenants to 3" in message


@pytest.mark.parametrize(
    "other",
    [{"hostname": "x.eu.qlikcloud.com", "tenant_id": "y"}, {"tenant_id": "x"}, {"schema": 3}, {"events": None}],
    ids=["another's", "another id's", "newer", "wrong"],
)
def test_a_receipt_that_cannot_be_worked_with_leaves_its_tenant_in_the_count(
    folder: Path, other: dict[str, t.Any]
) -> None:
    assert f"{PREFIX}max_tenants allows 0" in refusal(with_receipt(folder, 0, DEACTIVATED, **other), max_tenants=0)


@pytest.mark.parametrize("given", [{"tenant_id": None}, {"hostname": "T0.eu.QlikCloud.com"}])
def test_a_receipt_is_found_without_an_id_and_in_any_case(folder: Path, given: dict[str, t.Any]) -> None:
    assert guard(with_receipt(folder, 0, DEACTIVATED).with_values(**given), max_tenants=0).to_change == 0


@pytest.mark.parametrize("given", [{"receipts_dir": None}, {"receipts_dir": 7}, {"receipts_dir": ""}, {"error": "x"}])
def test_without_a_folder_of_receipts_every_tenant_counts(folder: Path, given: dict[str, t.Any]) -> None:
    written = with_receipt(folder, 0, DEACTIVATED)
    done = replace(written, error="x") if "error" in given else written.with_values(**given)
    assert f"{PREFIX}max_tenants allows 0" in refusal(done, max_tenants=0)


def test_the_guard_touches_no_receipt(folder: Path, tmp_path: Path) -> None:
    entries = [with_receipt(folder, 0, DEACTIVATED), with_receipt(folder, 1, schema=3), *fleet(1)]
    entries[2] = entry("new.eu.qlikcloud.com", tenant_id="n", receipts_dir=str(folder / "deeper"))
    before = everything_below(tmp_path)
    guard(*entries)
    assert everything_below(tmp_path) == before


def test_a_tenant_that_was_not_counted_and_lives_is_stopped(wire: Wire, run: Run, folder: Path) -> None:
    path = folder / f"{HOSTNAME}.json"
    put(path, receipt(DEACTIVATED))
    wire.on("read", answers.record("active"))
    result = change(run, receipts_dir=str(folder), counted=False)
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"]) == (True, False)
    for words in (HOSTNAME, "is active, but its receipt said that it was disabled", "Nothing was changed", "run again"):
        assert words in result["msg"]
    assert [(one["event"], one.get("status")) for one in content_of(path)["events"][1:]] == [("observed", "active")]
    assert receipt_state_in(str(path), TARGET).state == "live"


def test_a_tenant_that_was_not_counted_and_is_disabled_is_left_alone(wire: Wire, run: Run, folder: Path) -> None:
    before = put(folder / f"{HOSTNAME}.json", receipt(DEACTIVATED))
    wire.on("read", answers.record("disabled"))
    result = change(run, receipts_dir=str(folder), counted=False, verify=False)
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"]) == (False, False)
    assert (folder / f"{HOSTNAME}.json").read_bytes() == before


def test_check_mode_stops_it_as_well(wire: Wire, run: Run, folder: Path) -> None:
    before = put(folder / f"{HOSTNAME}.json", receipt(DEACTIVATED))
    wire.on("read", answers.record("active"))
    run.check_mode = True
    assert change(run, receipts_dir=str(folder), counted=False)["failed"]
    assert (folder / f"{HOSTNAME}.json").read_bytes() == before


# The operation restore.
def restored(*entries: Entry, **more: t.Any) -> WaveInput:
    return guard(*entries, operation=RESTORE, **more)


def of_restore(written: Entry) -> Entry:
    """The same without what is about purges alone."""
    known = {variable.name for variable in tenant_variables(RESTORE)}
    values = {name: value for name, value in written.values.items() if name in known}
    return replace(written, prefix="tenant_restore_", values=values)


def test_a_restore_has_no_variables_of_purges() -> None:
    decommission, restore = ({one.name for one in tenant_variables(name)} for name in (DECOMMISSION, RESTORE))
    assert decommission - restore == {
        "confirm_restored",
        "purge_after_days",
        "reset_purge_timer",
        "min_purge_days",
        "max_purge_days",
        "pre_tasks",
        "max_percent",
        "not_before",
        "subscription_id",
        "idle_days",
        "idle_check",
        "export_manifest",
    }
    wave = restored(*map(of_restore, fleet(2)))
    assert (len(wave.tenants), wave.to_change, wave.regions) == (2, 2, ["eu"])
    assert {type(one.command) for one in wave.tenants} == {Reactivation}


@pytest.mark.parametrize(
    "events", [[DEACTIVATED], [DEACTIVATED, event("purged")], [event("observed", status="active")]]
)
def test_every_tenant_of_a_restore_counts(folder: Path, events: list[dict[str, t.Any]]) -> None:
    entries = [of_restore(with_receipt(folder, number, *events)) for number in range(2)]
    with pytest.raises(InvalidInput) as caught:
        restored(*entries, max_tenants=1)
    assert "2 tenants to reactivate, and tenant_restore_max_tenants allows 1" in caught.value.message
    assert restored(*entries, max_tenants=2).to_change == 2


def test_a_restore_has_the_guards_of_a_decommission() -> None:
    twice = [of_restore(entry(host=host, protected=["acme.*"])) for host in ("one", "two")]
    with pytest.raises(InvalidInput) as caught:
        restored(*twice, max_tenants=1, regions=["us"])
    for words in (
        "2 tenants to reactivate",
        "each tenant must be in the inventory only once",
        "tenant_restore_protected",
        "region eu",
    ):
        assert words in caught.value.message


def test_a_tenant_is_restored_with_its_regions_token_and_its_receipt(wire: Wire, run: Run, folder: Path) -> None:
    post = f"POST /api/v1/tenants/{TENANT_ID}/actions/reactivate"
    put(folder / f"{HOSTNAME}.json", receipt(DEACTIVATED))
    wire.on("read", answers.record("disabled"), answers.record("active"))
    wire.on(post, answers.as_json(200, {}))
    wire.on("probe", answers.tenant_token())
    result = change(run, RESTORE, receipts_dir=str(folder), ticket="OPS-7")
    assert wire.sequence == ["read", post, "read", "probe"]
    assert wire.of(post)[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert wire.of(post)[0].headers["qlik-confirm-hostname"] == HOSTNAME
    assert (result["failed"], result["changed"], result["msg"]) == (False, True, "disabled → active")
    assert (result["status"], result["probe_state"], result["estimated_purge_date"]) == ("active", "active", None)
    assert result["receipt"] == str(folder / f"{HOSTNAME}.json")
    written = content_of(folder / f"{HOSTNAME}.json")["events"][1:]
    assert [(one["event"], one["ticket"]) for one in written] == [
        ("intent", "OPS-7"),
        ("reactivated", "OPS-7"),
        ("observed", "OPS-7"),
    ]


@pytest.mark.parametrize("confirmation", [None, "", "other.eu.qlikcloud.com"])
def test_a_restore_without_a_confirmation_sends_nothing(
    wire: Wire, run: Run, tmp_path: Path, confirmation: str | None
) -> None:
    result = change(run, RESTORE, confirm_hostname=confirmation)
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert "tenant_restore_confirm_hostname" in result["msg"]
    assert everything_below(tmp_path) == {}


@pytest.mark.parametrize("operation", [DECOMMISSION, RESTORE])
@pytest.mark.parametrize("value", ["", 7, ["receipts"], "a\0b"])
def test_a_folder_of_receipts_that_is_none_stops_its_tenant_alone(
    wire: Wire, run: Run, operation: str, value: t.Any
) -> None:
    result = change(run, operation, receipts_dir=value)
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert f"tenant_{operation}_receipts_dir" in result["msg"]
    assert len(guard(*fleet(1), entry(receipts_dir=value)).tenants) == 2
