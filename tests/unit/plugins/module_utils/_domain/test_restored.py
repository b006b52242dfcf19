# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lets a restored tenant go again, and how the day of a restore is read."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.restored import (
    Restore,
    RestoreRule,
    check_restore_date,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless

OPTION = "tenant_decommission_confirm_restored"
AT = datetime(2026, 11, 26, 0, 30, tzinfo=timezone.utc)
RESTORE = Restore(AT, "ops", "CHG-7")


def rule(**given: t.Any) -> RestoreRule:
    return RestoreRule(OPTION, **given)


def test_without_a_confirmation_it_must_not_go_and_the_message_says_what_to_type() -> None:
    words, next_step = rule().problem(RESTORE) or ("", "")
    assert words == "was restored on 2026-11-26, by ops, ticket CHG-7, after its last deactivation"
    assert f"set {OPTION} to 2026-11-26" in next_step


def test_the_day_of_the_restore_confirms_it() -> None:
    assert rule(confirmed="2026-11-26").problem(RESTORE) is None


@pytest.mark.parametrize("day", ["2026-11-25", "2026-11-27", "2025-11-26"])
def test_another_day_does_not_and_is_named(day: str) -> None:
    words, _next_step = rule(confirmed=day).problem(RESTORE) or ("", "")
    assert f"{OPTION} is {day}" in words


def test_the_day_is_that_of_utc() -> None:
    east = AT.astimezone(timezone(timedelta(hours=-5)))
    assert Restore(east).on == date(2026, 11, 26)


@pytest.mark.parametrize("confirmed", [None, "2026-11-26"])
def test_a_plan_that_was_made_before_the_restore_does_not_let_it_go_whatever_is_typed(confirmed: str | None) -> None:
    for created in (AT - timedelta(days=1), AT):
        words, next_step = rule(plan_created=write_time(created), confirmed=confirmed).problem(RESTORE) or ("", "")
        assert words == "was restored on 2026-11-26, by ops, ticket CHG-7, after the plan was made"
        assert next_step.startswith("Make a new plan")


def test_a_plan_that_was_made_after_the_restore_lets_it_go() -> None:
    assert rule(plan_created=write_time(AT + timedelta(seconds=1))).problem(RESTORE) is None


class TaggedDate(date):
    """What Ansible makes of a date in YAML."""


@pytest.mark.parametrize("value", ["2026-11-26", date(2026, 11, 26), TaggedDate(2026, 11, 26)])
def test_a_text_and_a_date_of_yaml_are_a_day(value: t.Any) -> None:
    assert check_restore_date(value, OPTION) == "2026-11-26"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_no_day(value: t.Any) -> None:
    assert check_restore_date(value, OPTION) is None


@pytest.mark.parametrize(
    "value",
    [
        *("26.11.2026", "2026-11-31", "2026-11-26T00:30:00Z", "26/11/2026", "20261126", "2026-W48-4", "yes", "acme.eu"),
        *(True, False, 0, 20261126, [], {}, AT),
    ],
)
def test_anything_else_is_refused_with_the_variable_its_value_and_what_is_right(value: t.Any) -> None:
    with pytest.raises(InvalidInput, match="such as 2026-11-26") as caught:
        check_restore_date(value, OPTION)
    assert caught.value.message.startswith(f"{OPTION} is ")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_what_a_receipt_says_of_it_is_harmless(value: str) -> None:
    words, _next_step = rule().problem(Restore(AT, value, value)) or ("", "")
    assert is_harmless(words)
