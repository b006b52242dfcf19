# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Protected tenants: patterns and ids, with a reason, whoever said so, and an end."""

from __future__ import annotations

import typing as t
from datetime import timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.moments import check_time_zone
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import (
    Protection,
    check_protections,
    protection_of,
)
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import TERMINAL, is_harmless

# A text that harms a terminal.
HOSTILE = TERMINAL["clear screen"]
OPTION = "tenant_decommission_protected"
LEGAL = {"pattern": "acme.*", "reason": "litigation", "by": "legal@example.com", "until": "2026-12-31"}


def test_entries_are_patterns_or_mappings() -> None:
    protections = check_protections(["beta.*", LEGAL], OPTION, timezone.utc)
    assert protections == (
        Protection("beta.*", OPTION),
        Protection("acme.*", OPTION, "litigation", "legal@example.com", "2027-01-01T00:00:00Z"),
    )
    assert [str(one) for one in protections] == [
        f"'beta.*' in {OPTION}",
        f"'acme.*' (litigation, by legal@example.com, until 2027-01-01T00:00:00Z) in {OPTION}",
    ]


def test_a_protection_lasts_to_the_end_of_its_last_day() -> None:
    (one,) = check_protections([{"pattern": "acme.*", "until": f"{NOW:%Y-%m-%d}"}], OPTION, timezone.utc)
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    assert not one.has_expired(midnight - timedelta(seconds=1))
    assert one.has_expired(midnight)
    (later,) = check_protections(
        [{"pattern": "acme.*", "until": f"{NOW:%Y-%m-%d}"}], OPTION, check_time_zone("America/New_York", "zone")
    )
    assert not later.has_expired(midnight)


def test_a_hostname_matches_in_any_case_and_an_id_only_as_it_is() -> None:
    def found(hostname: str, tenant_id: str | None) -> str | None:
        protections = (Protection("ACME.*"), Protection(TENANT_ID))
        return protection_of(protections, NOW, hostnames=[hostname], tenant_id=tenant_id)

    assert found("Acme.eu.qlikcloud.com", TENANT_ID) == "its hostname matches 'ACME.*' in protected"
    assert found("beta.eu.qlikcloud.com", TENANT_ID) == f"its id is '{TENANT_ID}' in protected"
    assert found("beta.eu.qlikcloud.com", TENANT_ID.lower()) is None
    assert found("beta.eu.qlikcloud.com", None) is None


def test_one_that_has_expired_protects_nothing() -> None:
    over = Protection("acme.*", until="2026-11-24T12:00:00Z")
    later = Protection("*", until="2026-11-24T12:00:01Z")
    assert protection_of([over], NOW, hostnames=[HOSTNAME], tenant_id=None) is None
    assert protection_of([over, later], NOW, hostnames=[HOSTNAME], tenant_id=None) is not None


@pytest.mark.parametrize("pattern", [HOSTNAME, "acme.*", TENANT_ID, "id7", "A" * 32])
def test_what_can_protect_a_tenant(pattern: str) -> None:
    assert Protection(pattern).fault({HOSTNAME}, {"id7"}) is None


@pytest.mark.parametrize("pattern", ["acme", "id8", "acme.example.com", "A" * 31])
def test_what_protects_nothing(pattern: str) -> None:
    assert Protection(pattern).fault({HOSTNAME}, {"id7"}) is not None


@pytest.mark.parametrize(
    ("value", "option"),
    [
        ("acme.*", OPTION),
        ({"pattern": "acme.*"}, OPTION),
        (7, OPTION),
        ([""], f"{OPTION}[0]"),
        (["acme.*", 7], f"{OPTION}[1]"),
        ([{"reason": "no pattern"}], f"{OPTION}[0]"),
        ([{**LEGAL, "untill": "2026-12-31"}], f"{OPTION}[0]"),
        ([{**LEGAL, "reason": ["a", "list"]}], f"{OPTION}[0].reason"),
        ([{**LEGAL, "by": 7}], f"{OPTION}[0].by"),
        ([{**LEGAL, "until": "next year"}], f"{OPTION}[0].until"),
        ([{**LEGAL, HOSTILE: HOSTILE}], f"{OPTION}[0]"),
    ],
)
def test_what_is_wrong(value: t.Any, option: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_protections(value, OPTION, timezone.utc)
    assert is_one_sentence_about(caught.value.message, option)
    assert is_harmless(caught.value.message)


def test_a_hostile_reason_is_harmless() -> None:
    assert is_harmless(str(Protection("acme.*", OPTION, HOSTILE, HOSTILE)))
