# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace that is learned from refusals: at the limit's own speed, without a herd, in both readings of the limit."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_estimate import FORGOTTEN_AFTER, Pace
from ansible_collections.tenantops.qlik.tests.unit.limited_api import LimitedApi

NOW = 1_764_000_000.0
# model → at most so much longer than the floor, at most so large a share of calls refused
GOALS = {"window": (1.05, 0.02), "bucket": (1.15, 0.05)}


@pytest.mark.parametrize("scale", [1, 4])
@pytest.mark.parametrize("latency", [0.002, 0.15])
@pytest.mark.parametrize("forks", [5, 20, 50])
@pytest.mark.parametrize("model", GOALS)
def test_a_thousand_tenants_go_at_the_limits_own_speed(model: str, forks: int, latency: float, scale: float) -> None:
    api = LimitedApi(model, 1000, forks, latency, scale).run()
    longer, refused = GOALS[model]
    assert api.floor * 0.98 <= api.end <= api.floor * longer
    assert api.share_refused <= refused
    # retries has 5 as its default.
    assert api.most_refusals_of_a_tenant <= 4
    assert api.calls == 1000 + api.refused


@pytest.mark.parametrize("model", GOALS)
def test_several_thousand_tenants_too(model: str) -> None:
    api = LimitedApi(model, 4000, 20, 0.05).run()
    longer, refused = GOALS[model]
    assert api.end <= api.floor * longer
    assert api.share_refused <= refused


@pytest.mark.parametrize("rate", [50, 300, 600])
@pytest.mark.parametrize("model", GOALS)
def test_no_number_of_the_limit_is_built_in(model: str, rate: int) -> None:
    api = LimitedApi(model, 10 * rate, 20, 0.05, rate=rate).run()
    longer, refused = GOALS[model]
    assert api.floor * 0.98 <= api.end <= api.floor * longer
    assert api.share_refused <= refused


@pytest.mark.parametrize("forks", [5, 20])
@pytest.mark.parametrize("model", GOALS)
def test_four_runs_that_share_nothing_but_the_api_lose_no_tenant(model: str, forks: int) -> None:
    api = LimitedApi(model, 1000, forks, 0.05, runs=4).run()
    assert api.share_refused <= 0.08
    assert api.most_refusals_of_a_tenant <= 5
    # What one run leaves when it has ended, the others find out.
    assert api.end <= api.floor * 1.4


def test_after_a_block_nobody_goes_before_its_end_and_not_all_at_once() -> None:
    pace = Pace.begun(NOW, 10)
    turns = [pace.take(NOW + 1).at for _caller in range(20)]
    assert turns[0] == NOW + 10
    assert turns == sorted(set(turns))
    assert turns[1] - turns[0] == 0.25
    # Each comes sooner than the one before, and none of them waits for long.
    distances = [after - before for before, after in itertools.pairwise(turns)]
    assert distances == sorted(distances, reverse=True)
    assert turns[-1] < NOW + 12


def test_a_turn_is_void_after_another_refusal() -> None:
    pace = Pace.begun(NOW, 1)
    turn = pace.take(NOW)
    assert pace.has(turn)
    pace.sent(turn.at)
    pace.refused(turn.at, 1)
    assert not pace.has(turn)
    assert pace.take(turn.at).at == turn.at + 1


def test_what_was_on_its_way_when_the_block_began_is_no_further_refusal() -> None:
    pace = Pace.begun(NOW, 10)
    pace.refused(NOW + 0.1, 10)
    assert (pace.refusals, pace.until) == (1, NOW + 10.1)
    pace.refused(NOW + 0.2, 3)
    assert (pace.refusals, pace.until) == (1, NOW + 10.1)


def test_from_the_second_refusal_on_calls_go_a_little_faster_than_what_has_passed() -> None:
    pace = Pace.begun(NOW, 1)
    for _call in range(21):
        at = pace.take(NOW + 1).at
        pace.sent(at)
    pace.refused(NOW + 10, 1)
    # Twenty have passed in ten seconds.
    turns = [pace.take(NOW + 11).at for _caller in range(41)]
    assert turns[0] == NOW + 11
    assert 0.5 * 0.85 < (turns[40] - turns[4]) / 36 < 0.5


def test_what_a_long_block_saved_up_goes_at_once() -> None:
    pace = Pace.begun(NOW, 280)
    for _call in range(501):
        pace.sent(pace.take(NOW + 280).at)
    pace.refused(NOW + 300, 280)
    # The rate is about 500 in 300 s, and 280 s are saved up.
    turns = [pace.take(NOW + 580).at for _caller in range(500)]
    assert turns.count(NOW + 580) > 450
    assert turns[-1] < NOW + 605


def test_what_is_written_is_read_again() -> None:
    pace = Pace.begun(NOW, 30)
    pace.sent(pace.take(NOW).at)
    pace.refused(NOW + 31, 2)
    assert Pace.read(pace.written(), NOW + 32, 900) == pace


WRITTEN = Pace.begun(NOW, 30).written()


@pytest.mark.parametrize(
    ("found", "now", "longest"),
    [
        (None, NOW, 900),
        ([], NOW, 900),
        ({}, NOW, 900),
        ({**WRITTEN, "more": 1}, NOW, 900),
        ({**WRITTEN, "until": "soon"}, NOW, 900),
        ({**WRITTEN, "until": None}, NOW, 900),
        ({**WRITTEN, "until": float("nan")}, NOW, 900),
        ({**WRITTEN, "until": float("inf")}, NOW, 900),
        ({**WRITTEN, "next": float("nan")}, NOW, 900),
        ({**WRITTEN, "refusals": True}, NOW, 900),
        ({**WRITTEN, "turns": 1.5}, NOW, 900),
        ({**WRITTEN, "passed": -1}, NOW, 900),
        ({**WRITTEN, "passed": 10**400}, NOW, 900),
        ({**WRITTEN, "since": 10**400}, NOW, 900),
        ({**WRITTEN, "turns": 10**400}, NOW, 900),
        ({**WRITTEN, "refusal": NOW - 5}, NOW, 900),
        # a block further ahead than anybody waits
        (WRITTEN, NOW, 20),
        ({**WRITTEN, "next": NOW + 1000}, NOW, 900),
        # a clock that was set back, one that was set ahead, and what is long past
        (WRITTEN, NOW - 60, 900),
        (WRITTEN, NOW + 30 + FORGOTTEN_AFTER, 900),
    ],
)
def test_what_means_nothing_is_nothing(found: t.Any, now: float, longest: float) -> None:
    assert Pace.read(found, now, longest) is None


ANY_NUMBER = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 10**9, NOW, NOW - 1e-6, NOW + 30])


@given(st.fixed_dictionaries(dict.fromkeys(WRITTEN, ANY_NUMBER)), st.integers(0, 1000))
def test_whatever_numbers_a_file_has_nobody_waits_for_longer_than_max_wait_and_nothing_fails(
    found: dict[str, t.Any], seconds: int
) -> None:
    # One wrong number at a time, and all of them.
    for name in (*WRITTEN, None):
        pace = Pace.read(found if name is None else {**WRITTEN, name: found[name]}, NOW, 900)
        if pace is None:
            continue
        assert pace.take(NOW).at <= NOW + 900
        pace.sent(NOW)
        pace.refused(NOW, seconds)
        assert pace.take(NOW + seconds).at <= NOW + seconds + 900


@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "refused"]), st.floats(0, 50), st.integers(1, 300)), min_size=1, max_size=60
    )
)
def test_whatever_happens_a_turn_is_never_within_a_block_and_never_far_behind_it(
    steps: list[tuple[str, float, int]],
) -> None:
    now = NOW
    pace = Pace.begun(now, 1)
    for step, passed, seconds in steps:
        now += passed
        if step == "refused":
            pace.refused(now, seconds)
        else:
            turn = pace.take(now)
            assert turn.at >= max(now, pace.until)
            assert turn.at <= max(now, pace.until) + 10
            now = turn.at
            pace.sent(now)
        assert Pace.read(pace.written(), now, 10**6) == pace
