# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When one worker hits the rate limit, all workers wait; and a state file that cannot be used stops nobody."""

from __future__ import annotations

import fcntl
import os
import time
import typing as t
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http import rate_limit
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_limit import RateLimiter, Tier, blocks
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, NOW, REGISTER, TOKEN
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, region_token
from ansible_collections.tenantops.qlik.tests.unit.receipts import everything_below
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

TIER = Tier("client", REGISTER, 2)
# What the client of the tests is called.
CLIENT = Credentials(CLIENT_ID, CLIENT_SECRET).client


@pytest.fixture
def limited(wire: Wire) -> Wire:
    """A live tenant whose deactivation is refused once by the rate limit."""
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.rate_limited("40"), answers.disabled())
    return wire


def limiter(clock: FakeClock | None = None) -> RateLimiter:
    return RateLimiter(clock or FakeClock())


def wait(tier: Tier = TIER, *, later: float = 0) -> float:
    """How long another worker would wait now, or so many seconds later."""
    return limiter(FakeClock(NOW + timedelta(seconds=later))).reserve(tier)[0]


def test_without_a_refusal_nobody_waits_and_nothing_is_written(state: Path) -> None:
    assert wait() == 0
    assert not state.exists()


def test_others_wait_for_the_end_of_the_block_one_after_the_other(state: Path) -> None:
    limiter().refused(TIER, 30)
    assert [wait(later=10) for _worker in range(3)] == [20, 20.25, 20.4375]


@pytest.mark.parametrize(
    "other", [Tier("client", REGISTER, 1), Tier("another", REGISTER, 2), Tier("client", "register.us.qlikcloud.com", 2)]
)
def test_other_tiers_clients_and_regions_go_on(state: Path, other: Tier) -> None:
    limiter().refused(TIER, 30)
    assert wait(other) == 0


def test_a_reservation_that_was_waited_for_is_void_after_another_refusal(state: Path) -> None:
    limiter().refused(TIER, 10)
    seconds, held = limiter().reserve(TIER)
    later = limiter(FakeClock(NOW + timedelta(seconds=seconds)))
    assert later.reserve(TIER, held) == (0, held)
    later.refused(TIER, 4)
    # A quarter of the block longer: nothing has passed since the block before, so others use the limit, too.
    assert later.reserve(TIER, held)[0] == 5


def test_a_block_that_grows_while_a_reservation_is_waited_for_is_waited_for_too(state: Path) -> None:
    limiter().refused(TIER, 10)
    seconds, held = limiter().reserve(TIER)
    assert seconds == 10
    # A call that was on its way when the block began is told of a longer one.
    limiter(FakeClock(NOW + timedelta(seconds=1))).refused(TIER, 20)
    later = limiter(FakeClock(NOW + timedelta(seconds=10)))
    seconds, held = later.reserve(TIER, held)
    assert seconds == 11


def test_of_each_block_one_worker_tells(state: Path) -> None:
    limiter().refused(TIER, 30)
    assert [limiter().announces(TIER) for _worker in range(3)] == [True, False, False]
    limiter().refused(TIER, 30)
    assert not limiter().announces(TIER)
    later = limiter(FakeClock(NOW + timedelta(seconds=31)))
    later.refused(TIER, 30)
    assert [later.announces(TIER) for _worker in range(3)] == [True, False, False]


def test_after_a_while_nothing_is_remembered(state: Path) -> None:
    limiter().refused(TIER, 30)
    assert wait(later=31) == 0
    before = everything_below(state)
    assert wait(later=3600) == 0
    assert everything_below(state) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[1]", b"{}", b"\xff\xfe", b'{"until": 1e999}', b"[" * 3000, b"x" * 100_000],
    ids=["empty", "half", "null", "list", "no keys", "no text", "infinite", "nested", "large"],
)
def test_a_damaged_file_is_no_file_and_the_next_refusal_replaces_it(state: Path, content: bytes) -> None:
    limiter().refused(TIER, 30)
    (path,) = state.iterdir()
    path.write_bytes(content)
    assert wait() == 0
    limiter().refused(TIER, 30)
    assert wait() == 30


def test_a_link_a_pipe_and_a_folder_in_its_place_are_left_alone(state: Path, tmp_path: Path) -> None:
    limiter().refused(TIER, 30)
    (path,) = state.iterdir()
    target = tmp_path / "target"
    path.rename(target)
    for make in (lambda: path.symlink_to(target), lambda: os.mkfifo(path), path.mkdir):
        make()
        before = target.read_bytes()
        limiter().refused(TIER, 60)
        assert wait() == 0
        assert target.read_bytes() == before
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()


def test_a_lock_that_is_not_given_back_is_waited_for_a_moment_alone(state: Path) -> None:
    limiter().refused(TIER, 30)
    (path,) = state.iterdir()
    child = os.fork()
    if child == 0:
        # Another process: locks of this one do not keep it out.
        file = os.open(path, os.O_RDWR)
        fcntl.lockf(file, fcntl.LOCK_EX)
        os.kill(os.getpid(), 19)
        os._exit(0)
    try:
        os.waitpid(child, os.WUNTRACED)
        clock = FakeClock()
        assert limiter(clock).reserve(TIER) == (0, None)
        assert 0 < sum(clock.sleeps) < 1
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_workers_in_processes_of_their_own_have_turns_of_their_own(state: Path) -> None:
    limiter().refused(TIER, 30)
    reading, writing = os.pipe()
    children = []
    for _worker in range(4):
        child = os.fork()
        if child == 0:
            # They wait for each other's locks in earnest.
            clock = FakeClock()
            clock.sleep = time.sleep  # type: ignore[method-assign]
            for _call in range(20):
                os.write(writing, f"{limiter(clock).reserve(TIER)[0]}\n".encode())
            os._exit(0)
        children.append(child)
    os.close(writing)
    for child in children:
        os.waitpid(child, 0)
    with os.fdopen(reading) as waits:
        found = [float(line) for line in waits]
    assert len(found) == len(set(found)) == 80
    assert min(found) == 30
    # None was lost.
    assert wait() > max(found)


@pytest.mark.parametrize("call", ["open", "fstat", "pread", "ftruncate", "pwrite", "close"])
def test_a_disk_that_fails_stops_nobody(
    limited: Wire, run: Run, state: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    limiter().refused(Tier(CLIENT, REGISTER, 2), 20)
    failing = FailingOs(call, code=ENOSPC, until_the_end=True)
    monkeypatch.setattr(rate_limit, "os", failing)
    assert deactivate(run)["changed"] is True
    assert call in failing.calls
    assert limited.sequence == ["token", "read", "deactivate", "read", "deactivate"]


def test_a_call_that_nothing_is_known_of_costs_one_look(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.mkdir(mode=0o700)
    seen = FailingOs("none")
    monkeypatch.setattr(rate_limit, "os", seen)
    assert wait() == 0
    assert seen.calls == ["open"]


@pytest.mark.parametrize("trouble", ["a file", "open to others", "read only"])
def test_a_state_folder_that_cannot_be_used_stops_nobody(state: Path, trouble: str) -> None:
    if trouble == "a file":
        state.write_text("")
    else:
        state.mkdir(mode=0o700)
        state.chmod(0o777 if trouble == "open to others" else 0o500)
    limiter().refused(TIER, 30)
    if trouble != "read only" or os.geteuid():
        assert wait() == 0


def test_what_is_written_holds_no_secret_and_not_even_the_clients_id(
    limited: Wire, run: Run, state: Path, clock: FakeClock
) -> None:
    assert deactivate(run)["changed"] is True
    written = str(everything_below(state)) + str(os.listdir(state))
    assert "rate-limit-" in written
    assert not [one for one in (CLIENT_ID, CLIENT_SECRET, TOKEN, REGISTER) if one in written]
    assert {path.stat().st_mode & 0o777 for path in state.iterdir()} == {0o600}


def test_a_client_waits_for_what_another_one_learned_and_sends_nothing_before(
    limited: Wire, run: Run, state: Path, clock: FakeClock, announced: list[str]
) -> None:
    limiter().refused(Tier(CLIENT, REGISTER, 2), 20)
    limited.on("deactivate", answers.disabled())
    assert deactivate(run)["changed"] is True
    assert limited.sequence == ["token", "read", "deactivate"]
    assert sum(clock.sleeps) == 20
    assert [line for line in announced if REGISTER in line and "rate limit" in line and "20 s" in line]


def test_the_worker_that_is_refused_tells_of_the_block(
    limited: Wire, run: Run, state: Path, announced: list[str]
) -> None:
    assert deactivate(run)["changed"] is True
    assert len([line for line in announced if "waiting 40 s" in line]) == 1


def test_a_block_that_is_longer_than_max_wait_ends_the_task_and_nothing_is_sent(
    limited: Wire, run: Run, state: Path
) -> None:
    limiter().refused(Tier(CLIENT, REGISTER, 2), 20)
    limited.on("deactivate", answers.disabled())
    failed = deactivate(run, max_wait=10)
    assert failed["failed"] is True
    assert failed["changed"] is False
    assert (
        f"not sent. {REGISTER} is at its rate limit (tier 2 of its API), and may get the next request only in 20 s"
        in failed["msg"]
    )
    assert "max_wait" in failed["msg"]
    assert limited.sequence == ["token", "read"]
    assert sum(t.cast(FakeClock, run.clock).sleeps) == 0


def test_an_estimate_that_does_not_fit_into_max_wait_is_left_to_the_server(
    limited: Wire, run: Run, state: Path
) -> None:
    tier = Tier(CLIENT, REGISTER, 2)
    limiter(FakeClock(NOW - timedelta(seconds=100))).refused(tier, 90)
    # The block is over. Other workers have reserved the calls that come after it.
    assert [wait(tier) > 0 for _worker in range(3)] == [False, True, True]
    limited.on("deactivate", answers.disabled())
    assert deactivate(run, max_wait=0)["changed"] is True
    assert sum(t.cast(FakeClock, run.clock).sleeps) == 0


def test_a_token_from_another_task_is_known_to_be_the_same_clients(limited: Wire, run: Run, state: Path) -> None:
    issued = region_token(run)
    assert issued["client"] == CLIENT
    assert CLIENT_ID not in issued["client"]


def test_what_is_blocked_can_be_shown(state: Path) -> None:
    now = NOW.timestamp()
    assert blocks(now) is None
    limiter().refused(TIER, 30)
    limiter().refused(Tier("another", REGISTER, 2), 50)
    (state / "rate-limit-damaged").write_text("{")
    (state / "rate-limit-folder").mkdir()
    assert blocks(now + 10) == now + 50
    assert blocks(now + 60) is None


# What the operator is told.
def test_a_block_is_announced_once_by_all_workers_together(
    wire: Wire, run: Run, announced: list[str], state: Path
) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("disabled"))
    wire.on("probe", answers.deactivated())
    limiter(run.clock).refused(Tier(CLIENT, REGISTER, 1), 40)
    for _tenant in range(20):
        assert deactivate(Run(clock=FakeClock(), announce=announced.append))["failed"] is False
    assert len(announced) == 1


def test_each_tier_is_announced_by_itself(state: Path) -> None:
    for tier in (TIER, Tier("client", REGISTER, 1)):
        limiter().refused(tier, 40)
        assert limiter().announces(tier)


@pytest.mark.parametrize("content", ["", "x", "[]", "1e300", "null", "-1"])
def test_what_is_damaged_is_announced(state: Path, content: str) -> None:
    limiter().refused(TIER, 40)
    (path,) = state.iterdir()
    path.write_text(content)
    assert limiter().announces(TIER)


def test_without_a_state_folder_each_task_announces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", str(tmp_path / "file" / "below"))
    assert limiter().announces(TIER)
    assert limiter().announces(TIER)
