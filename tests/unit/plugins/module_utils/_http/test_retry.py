# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long is waited before a repeat: Retry-After, back-off, the bound over all waits, and the word to the operator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from requests.structures import CaseInsensitiveDict

from ansible_collections.tenantops.qlik.plugins.module_utils._http.retry import (
    RetryPolicy,
    WaitBudgetSpent,
    read_retry_after,
)
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW

DATE = "Tue, 24 Nov 2026 12:00:00 GMT"


def retry_policy(clock: FakeClock, announced: list[str] | None = None, *, max_wait: float = 900) -> RetryPolicy:
    announce = announced.append if announced is not None else None
    return RetryPolicy(retries=5, max_wait=max_wait, clock=clock, announce=announce)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("007", 7),
        ("31536000", 31536000),
        (DATE, 0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tuesday, 24-Nov-26 12:00:30 GMT", 30),
        ("Tue Nov 24 12:00:30 2026", 30),
        ("Tue, 24 Nov 2026 11:59:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 24 Nov 2027 12:00:00 GMT", 365 * 86400),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float) -> None:
    assert read_retry_after(CaseInsensitiveDict({"retry-after": value, "date": DATE}), NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "-5",
        "+5",
        "1.5",
        "1e3",
        "soon",
        "7 s",
        "0x7",
        "nan",
        "inf",
        "\u0667",
        "\u00b2",
        "Tue, 99 Nov 2026 12:00:00 GMT",
        "Tue, 24 Nov 2026 99:00:00 GMT",
        ",",
        "x" * 10_000,
    ],
)
def test_a_retry_after_that_is_rubbish_is_none(value: str) -> None:
    assert read_retry_after({"Retry-After": value}, NOW) is None


def test_a_missing_retry_after_is_none() -> None:
    assert read_retry_after({}, NOW) is None


def test_a_retry_after_of_5000_digits_is_simply_too_long(clock: FakeClock) -> None:
    with pytest.raises(WaitBudgetSpent):
        retry_policy(clock).wait(1, "limited", {"Retry-After": "9" * 5000})
    assert clock.sleeps == []


@pytest.mark.parametrize("off", [timedelta(hours=-5), timedelta(days=400), timedelta(minutes=7)])
def test_a_date_is_compared_with_the_servers_own_clock(off: timedelta) -> None:
    clock = FakeClock(NOW + off)
    retry_policy(clock).wait(1, "limited", {"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT", "Date": DATE})
    assert clock.sleeps == [30]


@pytest.mark.parametrize("date", [None, "", "rubbish"])
def test_without_the_servers_clock_ours_has_to_do(date: str | None) -> None:
    headers = {"Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT"}
    assert read_retry_after(headers if date is None else {**headers, "Date": date}, NOW) == 30


def test_what_the_server_asks_for_is_waited(clock: FakeClock) -> None:
    retry_policy(clock).wait(1, "limited", {"Retry-After": "7"})
    retry_policy(clock).wait(4, "limited", {"Retry-After": "2"})
    assert clock.sleeps == [7, 2]


@pytest.mark.parametrize("value", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_server_that_asks_for_no_wait_is_not_stormed(clock: FakeClock, value: str) -> None:
    retry_policy(clock).wait(1, "limited", {"Retry-After": value})
    assert clock.sleeps[0] >= 1


@pytest.mark.parametrize("headers", [None, {}, {"Retry-After": "soon"}, {"Retry-After": "-5"}])
def test_where_the_server_does_not_say_the_wait_grows_up_to_a_bound(headers: dict[str, str] | None) -> None:
    means = []
    for attempt in (1, 2, 3, 4, 5, 20, 5000):
        clock = FakeClock()
        for _time in range(50):
            retry_policy(clock).wait(attempt, "broken", headers)
        assert all(0 < slept <= 30 for slept in clock.sleeps)
        means.append(sum(clock.sleeps) / 50)
    assert means[0] < means[1] < means[2] < means[3]
    assert means[4:] == pytest.approx([22.5] * 3, rel=0.2)


def test_back_off_is_jittered_so_that_workers_do_not_come_back_as_one(clock: FakeClock) -> None:
    for _time in range(50):
        retry_policy(clock).wait(3, "broken")
    assert len(set(clock.sleeps)) > 40
    assert max(clock.sleeps) / min(clock.sleeps) > 1.3


def test_max_wait_bounds_all_waits_together(clock: FakeClock) -> None:
    bounded = retry_policy(clock, max_wait=20)
    bounded.wait(1, "limited", {"Retry-After": "8"})
    bounded.wait(1, "limited", {"Retry-After": "8"})
    with pytest.raises(WaitBudgetSpent) as caught:
        bounded.wait(1, "limited", {"Retry-After": "8"})
    bounded.wait(1, "limited", {"Retry-After": "4"})
    assert clock.sleeps == [8, 8, 4]
    assert (caught.value.wanted, caught.value.left) == (8, 4)


@pytest.mark.parametrize("headers", [None, {"Retry-After": "1"}])
def test_without_max_wait_nothing_is_waited_for(clock: FakeClock, headers: dict[str, str] | None) -> None:
    with pytest.raises(WaitBudgetSpent):
        retry_policy(clock, max_wait=0).wait(1, "limited", headers)
    assert clock.sleeps == []


@pytest.mark.parametrize(("seconds", "times"), [(1, 0), (5, 0), (6, 1), (300, 1)])
def test_a_wait_over_5_s_is_announced(clock: FakeClock, announced: list[str], seconds: int, times: int) -> None:
    retry_policy(clock, announced).wait(1, "acme: HTTP 429", {"Retry-After": str(seconds)})
    assert announced == [f"acme: HTTP 429: waiting {seconds} s"] * times


def test_a_wait_that_does_not_happen_is_not_announced(clock: FakeClock, announced: list[str]) -> None:
    with pytest.raises(WaitBudgetSpent):
        retry_policy(clock, announced, max_wait=10).wait(1, "limited", {"Retry-After": "11"})
    assert announced == []
