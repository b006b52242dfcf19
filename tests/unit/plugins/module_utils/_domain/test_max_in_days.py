# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""So many tenants within so many days: what may be written, and when the next ones may go."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.max_in_days import MaxInDays, check_max_in_days
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW

OPTION = "tenant_decommission_max_in_days"


def test_a_limit() -> None:
    assert check_max_in_days({"tenants": 50, "days": "30"}, OPTION) == MaxInDays(50, 30)
    assert check_max_in_days(None, OPTION) is None


@pytest.mark.parametrize(
    "value",
    [
        50,
        "50",
        [50, 30],
        {},
        {"tenants": 50},
        {"tenants": 50, "days": 30, "hours": 1},
        {"tenants": -1, "days": 30},
        {"tenants": 50, "days": 0},
        {"tenants": 1.5, "days": 30},
    ],
)
def test_what_is_no_limit(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_max_in_days(value, OPTION)
    assert is_one_sentence_about(caught.value.message, OPTION)


@pytest.mark.parametrize(
    ("days_ago", "more", "in_days"),
    [
        ([], 3, None),
        ([1], 2, None),
        ([1, 5], 2, 25),
        ([1, 5], 3, 29),
        # More than are allowed went already: the limit was higher then.
        ([1, 2, 3, 4], 1, 27),
    ],
)
def test_when_the_next_ones_are_free(days_ago: list[int], more: int, in_days: int | None) -> None:
    times = [NOW - timedelta(days=days) for days in days_ago]
    expected = None if in_days is None else NOW + timedelta(days=in_days)
    assert MaxInDays(3, 30).free_at(times, more) == expected
