# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The line that says how far a wave has come."""

from __future__ import annotations

import time

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.progress import Progress

BEGUN = 1_764_000_000.0


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def progress(done: int, failed: int = 0, total: int = 100, within: float = 10) -> Progress:
    """A wave in which so many were done at an even speed within so many seconds."""
    found = Progress(total, BEGUN)
    for number in range(done):
        found.one_more(BEGUN + within * (number + 1) / done, failed=number < failed)
    return found


def test_it_counts_and_computes_with_the_speed() -> None:
    # 16:00:00; 20 in 20 s, so the other 80 take 80 s more.
    line = progress(20, failed=2, within=20).line(BEGUN + 20, None)
    assert line == "20 of 100 tenants, 2 failed, done about 16:01:40, in 80 s"


def test_a_burst_at_the_beginning_says_nothing_of_the_rest() -> None:
    found = progress(500, total=1000, within=15)
    for number in range(100):
        found.one_more(BEGUN + 15 + 0.6 * (number + 1), failed=False)
    # 100 a minute, as of late, and 400 are left.
    assert found.line(BEGUN + 75, None) == "600 of 1000 tenants, done about 16:05:15, in 4 min"


def test_a_wait_in_between_says_nothing_of_the_speed() -> None:
    found = progress(500, total=1000, within=15)
    assert found.line(BEGUN + 200, BEGUN + 300).endswith("done about 16:05:15, in 2 min")
    for number in range(100):
        found.one_more(BEGUN + 300 + 0.03 * (number + 1), failed=False)
    assert found.line(BEGUN + 303, None).endswith("done about 16:05:15, in 12 s")


def test_a_wave_that_has_come_to_a_stand_is_computed_with_its_average() -> None:
    assert progress(50).line(BEGUN + 600, None).endswith("in 10 min")


def test_two_tenants_are_no_average() -> None:
    assert progress(2).line(BEGUN + 60, None) == "2 of 100 tenants"


def test_a_block_is_told_and_the_end_is_not_before_it() -> None:
    line = progress(50).line(BEGUN + 10, BEGUN + 300)
    assert line == "50 of 100 tenants, waiting for the rate limit until 16:05:00, done about 16:05:10, in 5 min"


def test_a_block_that_is_over_is_not_told() -> None:
    assert "rate limit" not in progress(50).line(BEGUN + 10, BEGUN + 9)


def test_at_the_end_there_is_nothing_to_wait_for() -> None:
    assert progress(100, failed=1).line(BEGUN + 10, BEGUN + 300) == "100 of 100 tenants, 1 failed"


@pytest.mark.parametrize(("seconds", "told"), [(30, "in 30 s"), (600, "in 10 min"), (9000, "in 2.5 h")])
def test_lengths_are_told_as_one_says_them(seconds: int, told: str) -> None:
    assert progress(50).line(BEGUN + seconds, None).endswith(told)
