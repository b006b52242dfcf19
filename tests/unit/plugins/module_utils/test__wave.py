# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard of a wave: what is wrong with the tenants of a play together, all of it in one message, before any request."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._wave import DECOMMISSION, guard_wave
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, entry, fleet


def guard(
    *entries: dict[str, t.Any], max_tenants: t.Any = 10, regions: list[str] | None = None, prefix: str = PREFIX
) -> dict[str, t.Any]:
    return guard_wave(
        list(entries),
        prefix=prefix,
        operation=DECOMMISSION,
        max_tenants=max_tenants,
        regions_with_credentials=regions,
    )


def refusal(*entries: dict[str, t.Any], **more: t.Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        guard(*entries, **more)
    return caught.value.message


def test_a_good_wave_passes_with_its_entries_and_regions() -> None:
    entries = [entry("a.eu.qlikcloud.com", tenant_id="a"), entry("b.us.qlikcloud.com", tenant_id="b")]
    assert guard(*entries) == {
        "tenants": {
            "a.eu.qlikcloud.com": {**entries[0], "operation": DECOMMISSION, "in_region": "eu", "counted": True},
            "b.us.qlikcloud.com": {**entries[1], "operation": DECOMMISSION, "in_region": "us", "counted": True},
        },
        "regions": ["eu", "us"],
        "count": 2,
        "to_change": 2,
    }


def test_an_empty_wave_passes() -> None:
    assert guard() == {"tenants": {}, "regions": [], "count": 0, "to_change": 0}


def test_a_region_is_listed_once_however_many_tenants_it_has() -> None:
    assert guard(*fleet(10))["regions"] == ["eu"]


@pytest.mark.parametrize(("number", "limit"), [(11, 10), (11, "10"), (2, 1), (1, 0), (300, 10)])
def test_more_tenants_than_allowed_are_refused_naming_both_numbers(number: int, limit: t.Any) -> None:
    message = refusal(*fleet(number), max_tenants=limit)
    assert f"{number} tenants" in message
    assert f"{PREFIX}max_tenants allows {limit}" in message
    assert "nothing was sent" in message


@pytest.mark.parametrize(("number", "limit"), [(10, 10), (10, "10"), (0, 0), (300, 300)])
def test_as_many_tenants_as_allowed_pass(number: int, limit: t.Any) -> None:
    assert guard(*fleet(number), max_tenants=limit)["count"] == number


@pytest.mark.parametrize("limit", [None, "", "many", -1, 1.5, True, "10 "])
def test_a_limit_that_is_no_number_refuses_the_wave(limit: t.Any) -> None:
    assert f"{PREFIX}max_tenants" in refusal(*fleet(1), max_tenants=limit)


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
    assert guard(entry("a.eu.qlikcloud.com", tenant_id="x1"), entry("b.eu.qlikcloud.com", tenant_id="X1"))["count"] == 2


def test_tenants_without_an_id_are_no_duplicates() -> None:
    assert guard(*(entry(f"{name}.eu.qlikcloud.com", tenant_id=None) for name in "abc"))["count"] == 3


def test_one_name_in_two_regions_is_two_tenants() -> None:
    wave = guard(entry("acme.eu.qlikcloud.com", tenant_id="a"), entry("acme.us.qlikcloud.com", tenant_id="b"))
    assert wave["regions"] == ["eu", "us"]


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
    assert guard(*fleet(2), regions=regions)["regions"] == ["eu"]


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
    "no hostname": {"hostname": None},
    "another region": {"region": "us"},
    "a path as id": {"tenant_id": "../x"},
    "an id that is no text": {"tenant_id": {"a": 1}},
    "a strange truth": {"verify": "maybe"},
    "variables that cannot be evaluated": {"error": "'nowhere' is undefined"},
}


@pytest.mark.parametrize("fault", OWN_FAULTS)
def test_what_is_wrong_with_one_tenant_alone_does_not_stop_the_others(fault: str) -> None:
    wave = guard(*fleet(2), entry(**{"host": "third", **OWN_FAULTS[fault]}))
    assert (wave["count"], wave["regions"]) == (3, ["eu"])


@pytest.mark.parametrize("fault", OWN_FAULTS)
def test_a_tenant_that_will_stop_needs_no_token(fault: str) -> None:
    assert guard(entry(**{"host": "one", **OWN_FAULTS[fault]}), regions=[])["regions"] == []


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
    assert message.startswith("The wave is refused, nothing was sent.")
    for told in ("5 tenants", "allows 4", "'x1'", "'b.eu.qlikcloud.com'", "'c.*'", "region us", "d.jp.qlikcloud.com"):
        assert told in message


def test_a_protection_that_is_none_hides_nothing_else_that_is_wrong() -> None:
    message = refusal(*fleet(3), entry(protected="acme.*"), max_tenants=2)
    assert "4 tenants" in message
    assert f"{PREFIX}protected" in message
    assert "nothing was sent" in message


def test_variables_are_named_with_the_prefix_they_were_read_by() -> None:
    assert "tenant_restore_max_tenants" in refusal(*fleet(2), max_tenants=1, prefix="tenant_restore_")


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", ["host", "hostname", "tenant_id", "protected"])
def test_hostile_values_of_an_inventory_are_harmless_in_the_message(place: str, value: str) -> None:
    given: dict[str, t.Any] = {place: [f"*{value}*", "*"]} if place == "protected" else {place: value}
    twice = [entry(**{"host": count, **given}) for count in ("one", "two")]
    assert is_harmless(refusal(*twice, max_tenants=1))


def test_the_entries_are_handed_on_as_they_were_written() -> None:
    written = entry(HOSTNAME.upper(), purge_after_days="60", verify="yes", region="EU")
    assert guard(written)["tenants"] == {
        HOSTNAME.upper(): {**written, "operation": DECOMMISSION, "in_region": "eu", "counted": True}
    }
