# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tenants are called in an inventory: no two by one name, and nobody is left out silently."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._api.lookup import normal_form
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.host_names import (
    by_hostname,
    rename,
    without_strangers,
)
from ansible_collections.tenantops.qlik.tests.unit.answers import listed


def tenant(number: int, *hostnames: t.Any, **more: t.Any) -> dict[str, t.Any]:
    found = normal_form(listed(number, hostnames=list(hostnames), **more))
    assert found is not None
    return found


def test_a_tenant_is_called_by_its_first_hostname_in_lower_case() -> None:
    named, remarks = by_hostname([tenant(1, "Beta.EU.qlikcloud.com", "acme.eu.qlikcloud.com")])
    assert list(named) == ["beta.eu.qlikcloud.com"]
    assert remarks == []


@pytest.mark.parametrize(
    "first", ["acme.example.com", "register.eu.qlikcloud.com", "localhost", "{{ x }}", "a[1:9]", 7, ""]
)
def test_what_is_no_hostname_of_a_tenant_is_passed_over(first: t.Any) -> None:
    assert list(by_hostname([tenant(1, first, "acme.eu.qlikcloud.com")])[0]) == ["acme.eu.qlikcloud.com"]


@pytest.mark.parametrize("hostnames", [[], ["localhost"], ["acme.eu.qlikcloud.com.evil.example"]])
def test_a_tenant_without_a_hostname_is_left_out_and_said(hostnames: list[str]) -> None:
    named, remarks = by_hostname([tenant(1, *hostnames), tenant(2, "acme.eu.qlikcloud.com")])
    assert [one["id"] for one in named.values()] == ["id0002"]
    assert len(remarks) == 1
    assert "no hostname under qlikcloud.com: id0001" in remarks[0]


def test_of_tenants_with_one_hostname_the_living_one_has_it() -> None:
    named, remarks = by_hostname(
        [tenant(1, "acme.eu.qlikcloud.com", status="deleted"), tenant(2, "ACME.eu.qlikcloud.com")]
    )
    assert named["acme.eu.qlikcloud.com"]["id"] == "id0002"
    assert ["id0001" in remark and "id0002" not in remark for remark in remarks] == [True]


@pytest.mark.parametrize("status", ["active", "disabled", "deactivated", None])
def test_of_two_living_tenants_with_one_hostname_nobody_is_guessed(status: str | None) -> None:
    named, remarks = by_hostname(
        [tenant(1, "acme.eu.qlikcloud.com"), tenant(2, "acme.eu.qlikcloud.com", status=status)]
    )
    assert named == {}
    assert ["id0001" in remark and "id0002" in remark for remark in remarks] == [True]


def test_a_long_remark_is_cut_and_says_how_many_there_are() -> None:
    (remark,) = by_hostname([tenant(number) for number in range(1, 31)])[1]
    assert "and 20 more" in remark
    assert "id0011" not in remark


NAMED, _REMARKS = by_hostname(
    [tenant(1, "acme.eu.qlikcloud.com"), tenant(2, "acme.us.qlikcloud.com"), tenant(3, "beta.eu.qlikcloud.com")]
)


def renamed(*names: t.Any, hosts: dict[str, t.Any] | None = None) -> tuple[list[str], str | None]:
    given = dict(zip(NAMED, names, strict=True))
    return rename(NAMED, given, groups=["qlik_tenants", "Wave1"], hosts=hosts or {})


def test_other_names_are_used_where_they_do() -> None:
    assert renamed("a", "b", "c_1.x-y") == (["a", "b", "c_1.x-y"], None)


def test_a_name_that_two_would_have_is_neither_s() -> None:
    for second in ("acme", "Acme", "ACME"):
        names, remark = renamed("acme", second, "beta")
        assert names == ["acme.eu.qlikcloud.com", "acme.us.qlikcloud.com", "beta"]
        assert remark is not None
        assert "acme.eu.qlikcloud.com ('acme' is the name of another tenant too)" in remark
        assert "acme.us.qlikcloud.com (" in remark and "beta" not in remark


UNFIT = (
    *(
        "",
        " ",
        "a b",
        "a,b",
        "a:22",
        "!a",
        "&a",
        "a[1:3]",
        "*",
        "-x",
        "{{ x }}",
        "a\nb",
        "ä",
        None,
        7,
        ["a"],
        "x" * 300,
    ),
    *("localhost", "LOCALHOST", "127.0.0.1", "all", "ungrouped", "qlik_tenants", "wave1"),
    *("beta.eu.qlikcloud.com", "acme.us.qlikcloud.com"),
)


@pytest.mark.parametrize("name", UNFIT)
def test_a_name_that_would_be_taken_for_something_else_is_not_used(name: t.Any) -> None:
    names, remark = renamed(name, "b", "c")
    assert names == ["acme.eu.qlikcloud.com", "b", "c"]
    assert remark is not None
    assert "keep their hostname: acme.eu.qlikcloud.com (" in remark


def test_a_tenant_may_be_called_by_its_own_hostname() -> None:
    assert renamed(*NAMED) == (list(NAMED), None)


@pytest.mark.parametrize("other", ["web1", "WEB1", "Web1"])
def test_a_tenant_called_like_a_host_of_another_source_keeps_its_hostname(other: str) -> None:
    for id_there in (None, "id0002", "id0001") if other != "web1" else (None, "id0002"):
        names, remark = renamed("web1", "b", "c", hosts={other: id_there})
        assert names == ["acme.eu.qlikcloud.com", "b", "c"]
        assert remark is not None
        assert "('web1' is the name of a host of another inventory source)" in remark


def test_a_host_of_another_source_that_is_the_same_tenant_is_the_same_host() -> None:
    assert renamed("web1", "b", "c", hosts={"web1": "id0001", "other": "id0002"}) == (["web1", "b", "c"], None)


def test_a_host_of_another_source_with_this_hostname_and_another_id_is_another_tenant() -> None:
    same = {"acme.eu.qlikcloud.com": "id0001", "acme.us.qlikcloud.com": None, "web1": "x"}
    assert without_strangers(NAMED, same) == (NAMED, None)
    rest, remark = without_strangers(NAMED, {**same, "beta.eu.qlikcloud.com": "of-another"})
    assert list(rest) == ["acme.eu.qlikcloud.com", "acme.us.qlikcloud.com"]
    assert remark is not None
    assert "beta.eu.qlikcloud.com (qlik_tenant_id 'of-another' in that source, id0003 in the list)" in remark
