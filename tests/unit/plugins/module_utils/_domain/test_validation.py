# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation was given: each wrong value is refused in one sentence that names the option."""

from __future__ import annotations

import math
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import check_hostname
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.patterns import matching_pattern
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import (
    check_bool,
    check_confirmation,
    check_purge_days,
    check_seconds,
    check_whole_number,
)
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME

# More digits than Python writes as text.
HUGE = pytest.param(10**5000, id="5,000 digits")

BAD_DAYS = {
    "9": 9,
    "91": 91,
    "0": 0,
    "-30": -30,
    "text of 9": "9",
    "text of 91": "91",
    "10.5": 10.5,
    "text of 10.5": "10.5",
    "text of 30.0": "30.0",
    "ten": "ten",
    "empty": "",
    "blank": " ",
    "blank before": " 30",
    "line feed after": "30\n",
    "plus": "+30",
    "minus": "-30",
    "underscore": "3_0",
    "exponent": "3e1",
    "hexadecimal": "0x1e",
    "other digits": "\u0663\u0660",
    "raised digits": "3\u2070",
    "true": True,
    "false": False,
    "None": None,
    "a list": [30],
    "a mapping": {"days": 30},
    "not a number": math.nan,
    "infinite": math.inf,
    "huge": 10**100,
    "5,000 digits": 10**5000,
    "text of 5,000 digits": "3" * 5000,
    "huge fraction": 1e300,
}


@pytest.mark.parametrize("value", BAD_DAYS.values(), ids=BAD_DAYS)
def test_what_is_no_number_of_days_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_purge_days(value)
    assert is_one_sentence_about(caught.value.message, "purge_after_days")
    assert "from 10 to 90" in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(("value", "days"), [(10, 10), (90, 90), (30, 30), ("30", 30), (30.0, 30), ("010", 10)])
def test_whole_numbers_from_10_to_90_are_days(value: t.Any, days: int) -> None:
    found = check_purge_days(value)
    assert (found, type(found)) == (days, int)


@pytest.mark.parametrize("value", [20, 41, "90", 10])
def test_a_house_rule_narrows_the_days_and_is_named(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_purge_days(value, "purge_after_days", 21, 40)
    assert is_one_sentence_about(caught.value.message, "purge_after_days")
    assert "21 to 40 days" in caught.value.message


@pytest.mark.parametrize("value", [21, 30, 40])
def test_days_inside_a_house_rule_are_taken(value: int) -> None:
    assert check_purge_days(value, "purge_after_days", 21, 40) == value


@pytest.mark.parametrize("value", [-1, 101, 1.5, "", "five", None, True, math.nan, HUGE])
def test_other_whole_numbers_are_refused_the_same_way(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_whole_number(value, "retries", 0, 100)
    assert is_one_sentence_about(caught.value.message, "retries")
    assert "a whole number from 0 to 100" in caught.value.message


BAD_SECONDS = {
    "not a number": math.nan,
    "text of not a number": "nan",
    "infinite": math.inf,
    "text of infinite": "inf",
    "minus infinite": "-inf",
    "negative": -1,
    "slightly negative": -0.001,
    "text of a negative": "-5",
    "too long": 7 * 86400 + 1,
    "text": "soon",
    "with a unit": "5s",
    "empty": "",
    "None": None,
    "true": True,
    "false": False,
    "a list": [5],
    "400 digits": 10**400,
    "5,000 digits": 10**5000,
    "text of 5,000 digits": "9" * 5000,
}


@pytest.mark.parametrize("value", BAD_SECONDS.values(), ids=BAD_SECONDS)
def test_what_is_no_length_of_time_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_seconds(value, "max_wait", 0)
    assert is_one_sentence_about(caught.value.message, "max_wait")
    assert "seconds from 0 to 604800" in caught.value.message


@pytest.mark.parametrize(
    ("value", "seconds"), [(0, 0), (5, 5), (2.5, 2.5), ("5", 5), ("2.5", 2.5), (7 * 86400, 604800)]
)
def test_lengths_of_time_are_taken_as_numbers_or_text(value: t.Any, seconds: float) -> None:
    found = check_seconds(value, "max_wait", 0)
    assert (found, type(found)) == (seconds, float)


def test_a_length_of_time_has_its_own_range() -> None:
    with pytest.raises(InvalidInput, match=r"seconds from 0\.1 to 3600"):
        check_seconds(0, "timeout", 0.1, 3600)


@pytest.mark.parametrize("value", [True, 1, "true", "True", "YES", "on", "1", "y"])
def test_words_for_true(value: t.Any) -> None:
    assert check_bool(value, "verify") is True


@pytest.mark.parametrize("value", [False, 0, "false", "False", "NO", "off", "0", "n"])
def test_words_for_false(value: t.Any) -> None:
    assert check_bool(value, "verify") is False


@pytest.mark.parametrize("value", ["", " ", "maybe", "tru", 2, -1, None, [], [True], {}, 1.5, "true\n", HUGE])
def test_what_is_no_truth_value_is_refused_in_one_sentence(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_bool(value, "verify")
    assert is_one_sentence_about(caught.value.message, "verify")
    assert "true or false" in caught.value.message


@pytest.mark.parametrize("value", [HOSTNAME, HOSTNAME.upper(), "Acme.EU.qlikcloud.com"])
def test_a_confirmation_is_the_hostname_in_any_case(value: str) -> None:
    assert check_confirmation(value, check_hostname(HOSTNAME)) is None


BAD_CONFIRMATIONS = {
    "missing": None,
    "empty": "",
    "another tenant": "other.eu.qlikcloud.com",
    "the name alone": "acme",
    "a blank more": f"{HOSTNAME} ",
    "a line feed more": f"{HOSTNAME}\n",
    "a pattern": "*",
    "yes": "yes",
    "true": True,
    "a list": [HOSTNAME],
    "a template": "{{ inventory_hostname }}",
}


@pytest.mark.parametrize("value", BAD_CONFIRMATIONS.values(), ids=BAD_CONFIRMATIONS)
def test_what_does_not_confirm_is_refused_naming_what_would(value: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_confirmation(value, check_hostname(HOSTNAME))
    assert is_one_sentence_about(caught.value.message, "confirm_hostname")
    assert f"'{HOSTNAME}'" in caught.value.message


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["acme.eu.qlikcloud.com"], "acme.eu.qlikcloud.com"),
        (["ACME.*"], "ACME.*"),
        (["other.*", "*.eu.qlikcloud.com"], "*.eu.qlikcloud.com"),
        (["a?me.*"], "a?me.*"),
        (["[a-c]cme.*"], "[a-c]cme.*"),
        (["*"], "*"),
        ([], None),
        (["acme"], None),
        (["acme.us.*"], None),
        (["cme.*"], None),
    ],
)
@pytest.mark.parametrize("hostname", [HOSTNAME, HOSTNAME.upper()])
def test_a_pattern_matches_the_whole_hostname_in_any_case(
    patterns: list[str], found: str | None, hostname: str
) -> None:
    assert matching_pattern(hostname, patterns) == found
