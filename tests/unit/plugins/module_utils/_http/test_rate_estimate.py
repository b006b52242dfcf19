# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate that is learned from refusals: near the least possible time whatever algorithm the API uses, and without a herd.

A few cells of the grid that ``tests/benchmark/limit_model.py`` measures.
"""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_estimate import FORGOTTEN_AFTER, RateEstimate
from ansible_collections.tenantops.qlik.tests.simulator.algorithms import ALGORITHMS
from ansible_collections.tenantops.qlik.tests.unit.limited_api import LimitedApi

NOW = 1_764_000_000.0
# At most so many times the least time, at most so large a share of calls refused, and no tenant refused more often.
GOAL = (1.10, 0.05, 4)


def reached(api: LimitedApi, goal: tuple[float, float, int] = GOAL) -> bool:
    longer, refused, often = goal
    least = api.least
    assert api.calls == api.tenants + api.refused
    assert api.took >= least * 0.99
    return api.took <= least * longer and api.share_refused <= refused and api.most_refusals_of_a_tenant <= often


# tenants, forks, latency, calls, within so many seconds
FLEETS = [
    (1000, 20, 0.0, 500, 300),
    (1000, 50, 0.15, 250, 300),
    (2500, 5, 0.15, 1500, 300),
    (1000, 20, 0.15, 500, 3600),
]


@pytest.mark.parametrize("fleet", FLEETS, ids=str)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_whatever_the_algorithm_a_fleet_goes_nearly_as_fast_as_it_can(
    algorithm: str, fleet: tuple[int, int, float, int, float]
) -> None:
    assert reached(LimitedApi(algorithm, *fleet).run())


@pytest.mark.parametrize("algorithm", sorted(set(ALGORITHMS) - {"nested"}))
def test_nothing_depends_on_how_long_a_window_is(algorithm: str) -> None:
    assert reached(LimitedApi(algorithm, 1000, 20, 0.05, 50, 30).run())


def test_many_workers_with_windows_of_a_few_calls_within_a_window() -> None:
    # 20 calls in 6 s, and 50 in 30 s: the workers wait for several of the short windows at once.
    assert reached(LimitedApi("nested", 1000, 50, 0.0, 50, 30).run())


@pytest.mark.parametrize("algorithm", ["bucket", "window", "log"])
@pytest.mark.parametrize("capacity", [250, 1000])
def test_a_limit_that_changes_is_followed(algorithm: str, capacity: int) -> None:
    assert reached(LimitedApi(algorithm, 1000, 20, 0.05, changes=((400, capacity),)).run())


@pytest.mark.parametrize("algorithm", ["bucket", "window", "log", "gcra"])
def test_what_others_use_up_is_left_to_them(algorithm: str) -> None:
    assert reached(LimitedApi(algorithm, 1000, 20, 0.05, others=0.3).run())


def test_an_estimate_that_others_made_too_low_is_given_up_soon() -> None:
    # They use 30 %, and first of all what they did not get during the first block.
    assert reached(LimitedApi("counter", 1000, 20, 0.0, others=0.3).run())


def test_a_run_that_is_the_last_of_four_notices_that_the_others_have_ended() -> None:
    assert reached(LimitedApi("bucket", 1000, 20, 0.0, runs=4).run(), (1.25, 0.08, 4))
    assert reached(LimitedApi("gcra", 2500, 20, 0.0, 250, runs=4).run(), (1.25, 0.08, 4))


@pytest.mark.parametrize("algorithm", ["bucket", "window", "log", "counter"])
def test_four_runs_that_share_nothing_but_the_api(algorithm: str) -> None:
    assert reached(LimitedApi(algorithm, 2500, 5, 0.0, runs=4).run(), (1.25, 0.08, 5))


def test_a_limit_that_is_lifted_is_noticed_within_so_many_calls() -> None:
    # After 1,000 s there is no limit any more; a call needs less than 0.1 s.
    api = LimitedApi("bucket", 3000, 20, 0.05, changes=((1000, 10**6),)).run()
    assert api.took < 1000 + 250


def test_after_a_block_nobody_goes_before_its_end_and_not_all_at_once() -> None:
    estimate = RateEstimate.begun(NOW, 10)
    times = [estimate.reserve(NOW + 1).at for _caller in range(20)]
    assert times[0] == NOW + 10
    assert times == sorted(set(times))
    assert times[1] - times[0] == 0.25
    # Each comes sooner than the one before, and none of them waits for long.
    distances = [after - before for before, after in itertools.pairwise(times)]
    assert distances == sorted(distances, reverse=True)
    assert times[-1] < NOW + 12


def test_a_reservation_is_void_after_another_refusal() -> None:
    estimate = RateEstimate.begun(NOW, 1)
    reservation = estimate.reserve(NOW)
    assert estimate.has(reservation)
    estimate.refused(reservation.at, 1)
    assert not estimate.has(reservation)
    assert estimate.reserve(reservation.at).at > reservation.at


def test_while_others_take_everything_the_pause_after_each_block_grows_with_the_square() -> None:
    estimate = RateEstimate.begun(NOW, 4)
    pauses = []
    for _refusal in range(4):
        at = estimate.reserve(NOW).at
        pauses.append(at - estimate.until)
        estimate.refused(at, 4)
    assert pauses == [0, 1, 4, 9]


def test_after_a_long_block_there_is_no_pause_although_nothing_passed() -> None:
    # Others had the whole window. The next one is not left to them.
    estimate = RateEstimate.begun(NOW, 300)
    at = estimate.reserve(NOW).at
    estimate.refused(at, 300)
    assert estimate.reserve(at).at == at + 300


def test_what_was_on_its_way_when_the_block_began_is_no_further_refusal() -> None:
    estimate = RateEstimate.begun(NOW, 10)
    estimate.refused(NOW + 0.1, 10)
    assert (estimate.refusals, estimate.until) == (1, NOW + 10.1)
    estimate.refused(NOW + 0.2, 3)
    assert (estimate.refusals, estimate.until) == (1, NOW + 10.1)


def test_what_passed_between_two_short_blocks_is_the_rate() -> None:
    estimate = RateEstimate.begun(NOW, 1)
    estimate.reserve(NOW + 1)
    estimate.refused(NOW + 1, 1)
    for number in range(21):
        estimate.reserve(NOW + 2 + number * 0.4)
    # Twenty passed in ten seconds, and one was refused.
    estimate.refused(NOW + 11, 1)
    times = [estimate.reserve(NOW + 12).at for _caller in range(20)]
    assert times[0] == NOW + 12
    assert 0.48 < (times[19] - times[4]) / 15 < 0.5


def window_of(calls: int, seconds: float) -> RateEstimate:
    """After a window in which so many calls passed; the next one begins at NOW."""
    estimate = RateEstimate.begun(NOW - seconds - 1, 1)
    for _call in range(calls + 1):
        estimate.reserve(NOW - seconds)
    now = max(NOW - seconds, estimate.log.last)
    estimate.refused(now, NOW - now)
    return estimate


def test_after_a_long_block_as_many_calls_go_as_passed_before_it() -> None:
    estimate = window_of(25, 300)
    times = [estimate.reserve(NOW).at for _caller in range(25)]
    assert times[0] == NOW
    # As they went before: the first ones one after the other, as nothing was known then.
    assert times[-1] < NOW + 3


def test_the_end_of_a_quota_is_tried_by_one_call_at_a_time() -> None:
    estimate = window_of(25, 300)
    for _call in range(25):
        last = estimate.reserve(NOW + 5)
    beyond = [estimate.reserve(last.at).at for _caller in range(3)]
    assert beyond == [last.at, last.at + 0.25, last.at + 0.4375]
    # It is refused, as the quota says. From now on the end is waited for.
    estimate.refused(beyond[0], NOW + 300 - beyond[0])
    for _call in range(25):
        last = estimate.reserve(NOW + 300)
    assert last.at < NOW + 306
    assert estimate.reserve(last.at).at == pytest.approx(NOW + 600, abs=6)


def test_after_a_short_block_at_the_end_of_a_quota_calls_begin_one_by_one() -> None:
    # A sliding-window counter gives back one call at a time, and a fixed window all of them: a call that passes shows which it is.
    estimate = window_of(25, 300)
    for _call in range(26):
        last = estimate.reserve(NOW)
    estimate.refused(last.at, NOW + 300 - last.at)
    for _call in range(26):
        last = estimate.reserve(NOW + 300)
    estimate.refused(last.at, 1)
    times = [estimate.reserve(last.at).at for _caller in range(3)]
    assert times == [last.at + 1, last.at + 1.25, last.at + 1.4375]


def test_each_block_is_announced_once() -> None:
    estimate = RateEstimate.begun(NOW, 30)
    assert [estimate.announces() for _caller in range(3)] == [True, False, False]
    # What was on its way is refused, too.
    estimate.refused(NOW + 1, 29)
    assert not estimate.announces()
    estimate.refused(NOW + 31, 20)
    assert [estimate.announces() for _caller in range(3)] == [True, False, False]


def test_a_quota_that_is_used_up_is_announced_once_although_nobody_was_refused() -> None:
    estimate = window_of(25, 300)
    assert estimate.announces()
    estimate.quotas.known[0].untested = 0
    for _call in range(25):
        estimate.reserve(NOW)
        assert not estimate.announces()
    assert estimate.reserve(NOW).at > NOW + 200
    assert [estimate.announces() for _caller in range(3)] == [True, False, False]


def read(estimate: RateEstimate, now: float) -> RateEstimate | None:
    return RateEstimate.read(json.loads(json.dumps(estimate.written())), now)


def test_what_is_written_is_read_again_and_stays_small() -> None:
    estimate = RateEstimate.begun(NOW, 30)
    now = NOW + 31
    for number in range(400):
        now = max(now, estimate.reserve(now).at) + 0.01
        if number % 50 == 49:
            estimate.refused(now, 2 if number % 100 == 49 else 60)
        assert read(estimate, now) == estimate
    assert len(json.dumps(estimate.written())) < 4096


WRITTEN = json.loads(json.dumps(window_of(25, 300).written()))


@pytest.mark.parametrize(
    ("found", "now"),
    [
        (None, NOW),
        ([], NOW),
        ({}, NOW),
        ({**WRITTEN, "more": 1}, NOW),
        ({**WRITTEN, "until": "soon"}, NOW),
        ({**WRITTEN, "until": None}, NOW),
        ({**WRITTEN, "until": float("nan")}, NOW),
        ({**WRITTEN, "until": float("inf")}, NOW),
        ({**WRITTEN, "until": NOW + 2 * 86400}, NOW),
        ({**WRITTEN, "next": NOW + 2 * 86400}, NOW),
        ({**WRITTEN, "refusals": True}, NOW),
        ({**WRITTEN, "reserved": 1.5}, NOW),
        ({**WRITTEN, "probes": -1}, NOW),
        ({**WRITTEN, "empty": 10**400}, NOW),
        ({**WRITTEN, "starts": []}, NOW),
        ({**WRITTEN, "starts": [NOW]}, NOW),
        ({**WRITTEN, "log": {}}, NOW),
        ({**WRITTEN, "log": [[NOW]]}, NOW),
        ({**WRITTEN, "log": [[NOW, "1"]]}, NOW),
        ({**WRITTEN, "log": [[NOW, 1]] * 200}, NOW),
        ({**WRITTEN, "quotas": [[1, 0, 0, False, False]]}, NOW),
        ({**WRITTEN, "refill": [[NOW, NOW, float("inf")]]}, NOW),
        # a clock that was set back, and what is long past
        (WRITTEN, NOW - 3600),
        (WRITTEN, NOW + 2 * FORGOTTEN_AFTER),
    ],
)
def test_what_means_nothing_is_nothing(found: t.Any, now: float) -> None:
    assert RateEstimate.read(found, now) is None


ANY_NUMBER = st.integers() | st.floats() | st.sampled_from([10**400, 10**9, NOW, NOW - 1e-6, NOW + 30, 0, 1, True])
ANY_VALUE = ANY_NUMBER | st.lists(st.lists(ANY_NUMBER, max_size=5), max_size=5)


@given(st.fixed_dictionaries(dict.fromkeys(WRITTEN, ANY_VALUE)), st.integers(1, 1000))
def test_whatever_a_file_has_nothing_fails_and_no_wait_is_longer_than_two_days(
    found: dict[str, t.Any], seconds: int
) -> None:
    # One wrong value at a time, and all of them. The caller's max_wait bounds what is left.
    for name in (*WRITTEN, None):
        estimate = RateEstimate.read(found if name is None else {**WRITTEN, name: found[name]}, NOW)
        if estimate is None:
            continue
        assert NOW <= estimate.reserve(NOW).at <= NOW + 2 * 86400 + 60
        estimate.refused(NOW, seconds)
        assert estimate.reserve(NOW + seconds).at >= NOW + seconds


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(["reserve", "reserve", "refused"]), st.floats(0, 50), st.integers(1, 300)),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_happens_nobody_goes_within_a_block_and_the_full_rate_comes_back(
    steps: list[tuple[str, float, int]],
) -> None:
    now = NOW
    estimate = RateEstimate.begun(now, 1)
    for step, passed, seconds in steps:
        now += passed
        if step == "refused":
            estimate.refused(now, seconds)
        else:
            reservation = estimate.reserve(now)
            assert reservation.at >= max(now, estimate.until)
            now = reservation.at
        assert read(estimate, now) == estimate
    # From now on nothing is refused. After so many calls, which are never more than a minute apart, calls go as fast as they come.
    begun = max(now, estimate.until)
    for _call in range(600):
        now = estimate.reserve(now).at
    assert now - begun < 15_000
    assert estimate.reserve(now).at - now < 1
