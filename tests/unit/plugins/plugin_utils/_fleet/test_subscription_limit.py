# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wave beside the organization's list: what part of a subscription goes, and when what is disabled will be purged."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, Refused
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.subscription_limit import Listed, look_up_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DECOMMISSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput
from ansible_collections.tenantops.qlik.tests.unit import answers, waves
from ansible_collections.tenantops.qlik.tests.unit.answers import listed, page
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CONSOLE,
    HOSTNAME,
    NOW,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    PURGE_DATE,
    TENANT_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import options
from ansible_collections.tenantops.qlik.tests.unit.plans import DIGEST, to_deactivate, to_leave
from ansible_collections.tenantops.qlik.tests.unit.receipts import content_of, event, intent, put, receipt
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, change, entry
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

ORGANIZATION = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}
# How some servers write that there is no date.
NEVER = {"deletionStartsAt": "0001-01-01T00:00:00Z"}
OTHER_DATE = "2026-12-01T08:00:00.000Z"


def wave_of(*entries: Entry, **given: t.Any) -> WaveInput:
    wave = waves.wave_of(*entries, **{"max_tenants": 1000, **given})
    guard_wave(wave)
    return wave


def with_limit(wave: WaveInput, max_percent: t.Any) -> WaveInput:
    """The same, with this limit for each tenant."""
    limited = [replace(one, entry=one.entry.with_values(max_percent=max_percent)) for one in wave.tenants]
    return replace(wave, tenants=tuple(limited))


def look_up(run: Run, wave: WaveInput, *, max_percent: t.Any = None, **given: t.Any) -> Listed:
    params = options("qlik_wave_guard", **{**ORGANIZATION, **given})
    return look_up_wave(wave if max_percent is None else with_limit(wave, max_percent), params, run)


def member(number: int, **given: t.Any) -> Entry:
    """The entry of a tenant of the list."""
    tenant = listed(number)
    return entry(tenant["hostnames"][0], tenant_id=tenant["id"], **given)


@pytest.fixture(autouse=True)
def _organization(wire: Wire) -> None:
    """Ten live tenants of one subscription."""
    wire.on("token", answers.token())
    wire.on("read", page(*map(listed, range(10))))


def refusal(run: Run, *entries: Entry, **given: t.Any) -> str:
    found = look_up(run, wave_of(*entries), **given).error
    assert found is not None
    return found


def passes(run: Run, *entries: Entry, **given: t.Any) -> bool:
    return look_up(run, wave_of(*entries), **given).error is None


def test_without_its_credentials_the_organization_is_not_asked(wire: Wire, run: Run) -> None:
    assert look_up_wave(wave_of(member(0)), options("qlik_wave_guard"), run) == Listed()
    assert wire.sent == []


@pytest.mark.parametrize("wrong", [0, -1, 100.1, "101", "ten", True, [], "nan", "inf", ""])
def test_a_limit_that_is_none_sends_nothing(wire: Wire, run: Run, wrong: t.Any) -> None:
    with pytest.raises(InvalidInput, match=f"{PREFIX}max_percent is .* above 0 and up to 100"):
        look_up(run, wave_of(member(0)), max_percent=wrong)
    assert wire.sent == []


@pytest.mark.parametrize("planning", [False, True])
def test_a_limit_without_credentials_is_an_error_and_sends_nothing(wire: Wire, run: Run, *, planning: bool) -> None:
    without = dict.fromkeys(ORGANIZATION)
    with pytest.raises(InvalidInput) as caught:
        look_up(run, wave_of(member(0), planning=planning), max_percent=5, **without)
    for word in (
        f"{PREFIX}max_percent is 5",
        f"{PREFIX}org_client_id",
        "QLIK_ORG_CLIENT_SECRET",
        "Nothing was changed",
    ):
        assert word in caught.value.message
    assert wire.sent == []


@pytest.mark.parametrize("missing", ORGANIZATION)
def test_half_of_the_credentials_is_an_error(wire: Wire, run: Run, missing: str) -> None:
    with pytest.raises(InvalidInput, match=f"{PREFIX}{missing} is missing"):
        look_up(run, wave_of(member(0)), **{missing: None})
    assert wire.sent == []


@pytest.mark.parametrize(("tenants", "percent"), [(1, 10), (1, "10"), (3, 30.0), (10, 100), (2, 99.9)])
def test_a_part_up_to_the_limit_passes(wire: Wire, run: Run, tenants: int, percent: t.Any) -> None:
    found = look_up(run, wave_of(*map(member, range(tenants))), max_percent=percent)
    assert (found.tenants, found.error, found.inactive) == (10, None, frozenset())
    assert [(sent.method, sent.url) for sent in wire.sent] == [
        ("POST", f"https://{CONSOLE}/oauth/token"),
        ("GET", f"https://{CONSOLE}/api/core/tenants?limit=100&totalResults=true"),
    ]


@pytest.mark.parametrize(("tenants", "percent", "found"), [(1, 9.9, "10 %"), (3, 29, "30 %"), (10, "99.5", "100 %")])
def test_a_larger_part_is_refused_with_the_numbers(run: Run, tenants: int, percent: t.Any, found: str) -> None:
    message = refusal(run, *map(member, range(tenants)), max_percent=percent)
    assert f"This run would deactivate {tenants} of the 10 live tenants of subscription sub-1 ({found})" in message
    assert f"{PREFIX}max_percent allows {float(percent):g} %" in message


@pytest.mark.parametrize(("percent", "refused"), [(30, False), (29, True)])
def test_what_earlier_parts_of_the_play_took_counts_with_the_rest(
    wire: Wire, run: Run, percent: int, *, refused: bool
) -> None:
    gone = [listed(number, status="disabled") for number in (0, 1)]
    wire.on("read", page(*gone, *map(listed, range(2, 10))))
    taken = frozenset(one["hostnames"][0] for one in gone)
    wave = wave_of(member(2), changed_before=taken, earlier=taken)
    found = look_up(run, wave, max_percent=percent)
    assert (found.error is not None) is refused
    if refused:
        assert "would deactivate 3 of the 10 live tenants of subscription sub-1 (30 %)" in str(found.error)


def test_each_subscription_is_counted_for_itself(wire: Wire, run: Run) -> None:
    small = [listed(number, subscriptionId="sub-2") for number in (10, 11)]
    wire.on("read", page(*map(listed, range(10)), *small))
    message = refusal(run, member(0), member(10), max_percent=20)
    assert "This run would deactivate 1 of the 2 live tenants of subscription sub-2 (50 %)" in message
    assert "sub-1" not in message


@pytest.mark.parametrize("status", ["disabled", "deactivated", "deleted", "Disabled"])
def test_tenants_that_are_gone_do_not_make_the_whole_larger(wire: Wire, run: Run, status: str) -> None:
    gone = [listed(number, status=status) for number in range(5, 10)]
    wire.on("read", page(*map(listed, range(5)), *gone))
    assert "of the 5 live tenants" in refusal(run, member(0), max_percent=19)


def test_tenants_of_the_wave_that_are_disabled_by_the_list_do_not_count_and_may_not_be_changed(
    wire: Wire, run: Run
) -> None:
    wire.on("read", page(*[listed(number, status="disabled" if number < 3 else "active") for number in range(10)]))
    found = look_up(run, wave_of(*map(member, range(4))), max_percent=15)
    assert found.error is None
    assert found.inactive == {member(number).host for number in range(3)}
    assert "This run would deactivate 1 of the 7 live tenants of subscription sub-1" in refusal(
        run, *map(member, range(4)), max_percent=14
    )


def gone_by_receipt(folder: Path, number: int) -> Entry:
    """The entry of a tenant whose receipt has it as disabled."""
    hostname = listed(number)["hostnames"][0]
    events = intent(), event("deactivated", estimated_purge_date=PURGE_DATE)
    put(folder / f"{hostname}.json", receipt(*events, hostname=hostname, tenant_id=listed(number)["id"]))
    return member(number, receipts_dir=str(folder))


def test_a_tenant_that_is_live_by_the_list_counts_whatever_its_receipt_says(run: Run, tmp_path: Path) -> None:
    wave = [gone_by_receipt(tmp_path / "receipts", number) for number in range(3)]
    assert "would deactivate 3 of the 10 live tenants of subscription sub-1 (30 %)" in refusal(
        run, *wave, max_percent=29
    )


@pytest.mark.parametrize("status", ["disabled", None])
def test_a_tenant_that_is_gone_by_its_receipt_need_not_be_listed(
    wire: Wire, run: Run, tmp_path: Path, status: str | None
) -> None:
    wire.on("read", page(*([listed(0, status=status)] if status else []), *map(listed, range(1, 10))))
    gone = gone_by_receipt(tmp_path / "receipts", 0)
    found = look_up(run, wave_of(gone, member(1)), max_percent=12)
    assert (found.error, found.inactive) == (None, {HOSTNAME})


def test_a_tenant_without_a_status_may_be_live(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(0, status=None), listed(1)))
    assert "of the 2 live tenants" in refusal(run, member(0), max_percent=49)


def test_a_share_is_told_as_exactly_as_it_is_compared(wire: Wire, run: Run) -> None:
    wire.on("read", page(*map(listed, range(3))))
    assert "of subscription sub-1 (33.33 %), but" in refusal(run, member(0), max_percent=33.3)


def test_of_the_limits_of_a_subscription_the_lowest_one_holds_for_it_alone(wire: Wire, run: Run) -> None:
    small = [listed(number, subscriptionId="sub-2") for number in (10, 11)]
    wire.on("read", page(*map(listed, range(10)), *small))
    strict = member(0, max_percent=10)
    assert not passes(run, strict, member(10, max_percent=50), member(11))
    assert passes(run, strict, member(10, max_percent=50))
    assert "max_percent allows 10 %" in refusal(run, strict, member(1, max_percent=90))
    # Where the others have none, theirs is that of the one that has.
    assert "max_percent allows 10 %" in refusal(run, strict, member(1))


def test_what_a_plan_leaves_alone_does_not_count(run: Run) -> None:
    planned = [
        (to_leave if number else to_deactivate)(listed(number)["hostnames"][0], id=listed(number)["id"])
        for number in range(3)
    ]
    plan = Plan(DIGEST, NOW, NOW, {one["hostname"]: one for one in planned})
    assert look_up(run, wave_of(*map(member, range(3)), plan=plan), max_percent=10).error is None


def test_a_tenant_without_an_id_is_found_by_its_hostname_whatever_the_case(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(0, status="deleted", id="old"), listed(0, hostnames=[ALIAS.upper(), HOSTNAME])))
    assert "of the 1 live tenants" in refusal(run, entry(ALIAS, tenant_id=None), max_percent=50)


@pytest.mark.parametrize(
    "tenants",
    [
        [],
        [listed(1)],
        [listed(0, subscriptionId=None)],
        [listed(0, id="another"), listed(0, id="one-more")],
        [listed(0, status="deleted")],
    ],
    ids=["none", "another", "of no subscription", "two of them", "deleted"],
)
def test_a_tenant_whose_subscription_nobody_tells_is_refused(
    wire: Wire, run: Run, tenants: list[dict[str, t.Any]]
) -> None:
    wire.on("read", page(*tenants, "no tenant"))
    message = refusal(run, entry(HOSTNAME, tenant_id=None), max_percent=100)
    assert f"(1 of its entries cannot be read) has no entry with a subscription for {HOSTNAME}, so" in message


def test_many_that_are_not_listed_are_told_in_one_line(wire: Wire, run: Run) -> None:
    wire.on("read", page())
    assert " and 6 more, so" in refusal(run, *map(member, range(9)), max_percent=100)


def test_what_a_tenant_itself_stops_for_is_left_to_it(run: Run) -> None:
    assert look_up(
        run,
        wave_of(member(0), entry("nobody.eu.qlikcloud.com", tenant_id="no-id", confirm_hostname=None)),
        max_percent=10,
    )


def test_a_hostile_subscription_is_harmless_in_the_message(wire: Wire, run: Run) -> None:
    for hostile in HOSTILE.values():
        wire.on("read", page(listed(subscriptionId=hostile)))
        assert is_harmless(refusal(run, member(0), max_percent=50)), hostile


@pytest.mark.parametrize("kind", ["token", "read"])
def test_where_the_list_is_not_shown_a_limit_stops_the_wave(wire: Wire, run: Run, kind: str) -> None:
    wire.on(kind, answers.FORBIDDEN)
    with pytest.raises(Refused) as caught:
        look_up(run, wave_of(member(0)), max_percent=100)
    assert f"{PREFIX}max_percent cannot be checked" in caught.value.message
    assert "HTTP 403" in caught.value.message


@pytest.mark.parametrize("kind", ["token", "read"])
def test_where_the_list_is_not_shown_and_there_is_no_limit_it_is_a_warning(wire: Wire, run: Run, kind: str) -> None:
    wire.on(kind, answers.FORBIDDEN)
    found = look_up(run, wave_of(member(0)))
    assert found.purge_dates == {}
    assert len(found.warnings) == 1
    assert "Purge dates" in found.warnings[0]
    assert "HTTP 403" in found.warnings[0]


def test_without_a_limit_the_disabled_tenants_are_listed(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(0, status="disabled", deletionStartsAt=PURGE_DATE)))
    assert look_up(run, wave_of(member(0), member(1))) == Listed(
        disabled=1,
        details={HOSTNAME: {"name": "acme", "license_ends_at": "2026-09-01T00:00:00.000Z"}},
        purge_dates={HOSTNAME: PURGE_DATE},
    )
    (sent,) = wire.of("read")
    assert parse_qs(urlsplit(sent.url).query)["filter"] == ['(status eq "deactivated" or status eq "disabled")']


def test_a_server_that_wants_a_subscription_in_the_filter_is_asked_for_all(wire: Wire, run: Run) -> None:
    disabled = listed(0, status="deactivated", deletionStartsAt=PURGE_DATE)
    wire.on("read", answers.error(400, "CORE-1"), page(disabled, listed(1)))
    assert look_up(run, wave_of(member(0), member(1))).purge_dates == {HOSTNAME: PURGE_DATE}
    assert [("filter" in sent.url) for sent in wire.of("read")] == [True, False]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "active"},
        {"status": "deleted"},
        {"deletionStartsAt": None},
        {"deletionStartsAt": "soon"},
        {"id": "x"},
    ],
)
def test_a_date_is_taken_of_this_disabled_tenant_alone(wire: Wire, run: Run, more: dict[str, t.Any]) -> None:
    wire.on("read", page(listed(0, **{"status": "disabled", "deletionStartsAt": PURGE_DATE, **more})))
    assert look_up(run, wave_of(member(0))).purge_dates == {}


def test_making_a_plan_tells_that_its_part_is_too_large(run: Run) -> None:
    found = look_up(run, wave_of(*map(member, range(10)), planning=True), max_percent=1)
    assert "would deactivate 10 of the 10 live tenants of subscription sub-1 (100 %)" in str(found.error)


def test_making_a_plan_lists_all_tenants_for_their_names_and_licences(wire: Wire, run: Run) -> None:
    wire.on("read", page(listed(0), listed(1, licenseEndsAt=None), listed(2)))
    found = look_up(run, wave_of(*map(member, range(2)), planning=True))
    assert found.details == {
        HOSTNAME: {"name": "acme", "license_ends_at": "2026-09-01T00:00:00.000Z"},
        member(1).host: {"name": "fleet0001", "license_ends_at": None},
    }
    (sent,) = wire.of("read")
    assert "filter" not in sent.url


def test_making_a_plan_needs_no_list(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    found = look_up(run, wave_of(member(0), planning=True), max_percent=1)
    assert (found.error, len(found.warnings)) == (None, 1)


def test_a_subscription_may_be_a_number_in_the_inventory(wire: Wire, run: Run) -> None:
    wire.on("read", answers.error(400, "CORE-1"), page(listed(subscriptionId="123")))
    assert passes(run, member(0, subscription_id=123), max_percent=100)
    assert "123" in parse_qs(urlsplit(wire.sent[-1].url).query)["filter"][0]


def test_a_disabled_tenant_without_a_receipt_has_the_date_of_the_list(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.record("disabled"))
    result = change(run, receipts_dir=str(tmp_path / "receipts"), verify=False, listed_purge_date=PURGE_DATE)
    assert (result["changed"], result["estimated_purge_date"]) == (False, PURGE_DATE)
    (seen,) = content_of(tmp_path / "receipts" / f"{HOSTNAME}.json")["events"]
    assert (seen["event"], seen["estimated_purge_date"]) == ("observed", PURGE_DATE)


def test_a_date_at_the_end_of_the_calendar_breaks_nothing(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.record("disabled"))
    last = "9999-12-31T23:59:59Z"
    folder = tmp_path / "receipts"
    for _run in range(2):
        result = change(run, receipts_dir=str(folder), verify=False, listed_purge_date=last)
        summary = summarize(
            [(HOSTNAME, TenantResult.from_json(result))],
            operation=DECOMMISSION,
            error=None,
            check_mode=False,
            run_id="r",
            now=NOW,
        )
        assert (result["failed"], result["estimated_purge_date"]) == (False, last)
        assert summary["summary"]["overdue"] == []


def test_a_tenant_that_the_list_did_not_have_as_live_is_not_touched(wire: Wire, run: Run, tmp_path: Path) -> None:
    wire.on("read", answers.record("active"))
    result = change(run, receipts_dir=str(tmp_path / "receipts"), counted=False)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "the organization's list did not show it as live" in result["msg"]
    assert wire.sequence == ["read"]


def test_the_list_knows_better_than_the_receipt_and_the_receipt_stays_as_it_is(
    wire: Wire, run: Run, tmp_path: Path
) -> None:
    wire.on("read", answers.record("disabled"))
    path = tmp_path / "receipts" / f"{HOSTNAME}.json"
    computed = {"estimated_purge_date": PURGE_DATE, "purge_date_computed": True}
    before = put(path, receipt(intent(), event("deactivated", resolved=True, **computed)))
    known = change(run, receipts_dir=str(path.parent), verify=False)
    assert (known["estimated_purge_date"], known["purge_date_computed"]) == (PURGE_DATE, True)
    told = change(run, receipts_dir=str(path.parent), verify=False, listed_purge_date=OTHER_DATE)
    assert (told["estimated_purge_date"], told["purge_date_computed"]) == (OTHER_DATE, False)
    assert path.read_bytes() == before


def test_a_tenant_that_is_deactivated_has_the_date_of_the_answer(wire: Wire, run: Run, tmp_path: Path) -> None:
    # Listed as disabled, brought back since.
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    result = change(run, receipts_dir=str(tmp_path / "receipts"), listed_purge_date=OTHER_DATE)
    assert (result["changed"], result["estimated_purge_date"]) == (True, PURGE_DATE)
    events = content_of(tmp_path / "receipts" / f"{HOSTNAME}.json")["events"]
    assert [one.get("estimated_purge_date") for one in events] == [None, PURGE_DATE, None]


def test_the_plan_of_a_countdown_that_is_to_be_restarted_has_not_the_old_date(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    result = change(run, planning=True, verify=False, listed_purge_date=PURGE_DATE, reset_purge_timer=True)
    assert (result["action"], result["estimated_purge_date"]) == ("reset", None)


def test_the_plan_of_a_disabled_tenant_has_the_date_of_the_list(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    result = change(run, planning=True, verify=False, listed_purge_date=PURGE_DATE)
    assert (result["action"], result["estimated_purge_date"], result["tenant_id"]) == ("no-op", PURGE_DATE, TENANT_ID)
