# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all workers of one user on this machine know of the rate limit: a small file per client, host and tier in the state directory.

A worker of ansible-playbook lives for one task, and others run beside it. When one worker hits the rate limit, all workers wait. There
is no file while nothing was refused, and no lock is held during a request. If the file cannot be used (no state directory, a damaged
file, a lock that is not given back), calls go on without it, and the responses say what there is to wait for.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import random
import stat
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .._base.clock import Clock
from .._base.errors import QlikError
from .._local.state_dir import state_folder
from .rate_estimate import RateEstimate, Reservation

_PREFIX = "rate-limit-"
_LARGEST = 8192

# Others hold the lock for the fraction of a millisecond, but after a block all workers may want it at once: so they come back at
# different times, s. Who holds it longer than all tries take, which is half a second, is stopped, or no friend.
_TRIES = 100
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.001, 0.009


@dataclass(frozen=True)
class Tier:
    """What a rate limit counts together: the calls of one client to one host in one tier (reference: "Per tier, per user, per tenant").

    ``client`` is the client's id, or what stands for it; it is hashed before it is written anywhere.
    """

    client: str
    host: str
    number: int

    @property
    def file(self) -> str:
        """The name of its file."""
        text = "\n".join((self.client, self.host, str(self.number)))
        return f"{_PREFIX}{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:32]}"


class RateLimiter:
    """The rate limit as one task sees it.

    :arg clock: whose sleep is waited with; times in the files are those of the wall clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._folder: str | None = None

    def reserve(self, tier: Tier, held: Reservation | None = None) -> tuple[float, Reservation | None]:
        """How long to wait before a call (s), and the reservation to come back with then. 0: the call may be sent.

        :arg held: the reservation that was waited for. It holds unless another refusal has made it void.
        """
        with self._opened(tier, create=False) as file:
            estimate = None if file is None else RateEstimate.read(_content(file), self._now())
            if file is None or estimate is None:
                return 0.0, None
            now = self._now()
            if held and estimate.has(held):
                # It was waited for. The block may have become longer since.
                longer = estimate.until > held.blocked_until
                return max(0.0, estimate.until - now) if longer else 0.0, replace(held, blocked_until=estimate.until)
            reservation = estimate.reserve(now)
            _write(file, estimate)
            return max(0.0, reservation.at - now), reservation

    def refused(self, tier: Tier, seconds: float) -> None:
        """A call was refused, and the response asks to wait so long (s)."""
        with self._opened(tier, create=True) as file:
            if file is None:
                return
            now = self._now()
            estimate = RateEstimate.read(_content(file), now)
            if estimate is None:
                estimate = RateEstimate.begun(now, seconds)
            else:
                estimate.refused(now, seconds)
            _write(file, estimate)

    def announces(self, tier: Tier) -> bool:
        """Whether this task is the one that tells the operator of a wait: the first of all workers, and once per block.

        With a file that cannot be used, each task tells.
        """
        with self._opened(tier, create=False) as file:
            estimate = None if file is None else RateEstimate.read(_content(file), self._now())
            if file is None or estimate is None:
                return True
            news = estimate.announces()
            if news:
                _write(file, estimate)
            return news

    def _now(self) -> float:
        return self._clock.now().timestamp()

    @contextlib.contextmanager
    def _opened(self, tier: Tier, *, create: bool) -> Iterator[int | None]:
        """The tier's file, locked; None if there is none, or none that can be used."""
        file: int | None = None
        try:
            file = self._open(tier, create=create)
            yield file
        finally:
            if file is not None:
                # With the file its lock goes. An error of the file system changes nothing here.
                with contextlib.suppress(OSError):
                    os.close(file)

    def _open(self, tier: Tier, *, create: bool) -> int | None:
        try:
            # As long as it is missing it is looked for each time: another run may have made it.
            self._folder = self._folder or state_folder(make=create)
            flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_CREAT if create else 0)
            file = os.open(os.path.join(self._folder, tier.file), flags, 0o600)
        except (OSError, QlikError):
            return None
        with contextlib.suppress(OSError):
            found = os.fstat(file)
            # Another user's file, or something that is no file, is neither read nor written.
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and _locked(file, self._clock.sleep):
                return file
            os.close(file)
        return None


def blocks(now: float) -> float | None:
    """When calls are sent again, as the time of the wall clock: the latest time of all tiers. None: nothing is blocked.

    For display only: nothing is locked, and a file that cannot be read is ignored.
    """
    latest: float | None = None
    with contextlib.suppress(OSError, QlikError):
        folder = state_folder(make=False)
        for name in os.listdir(folder):
            if not name.startswith(_PREFIX):
                continue
            with contextlib.suppress(OSError):
                file = os.open(os.path.join(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
                try:
                    estimate = RateEstimate.read(_content(file), now)
                finally:
                    os.close(file)
                if estimate is not None and estimate.closed_until > now:
                    latest = max(latest or 0.0, estimate.closed_until)
    return latest


def _locked(file: int, sleep: Callable[[float], None]) -> bool:
    for attempt in range(_TRIES):
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN) or attempt == _TRIES - 1:
                return False
            sleep(random.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE))  # noqa: S311 - nothing secret
        else:
            return True
    return False


def _content(file: int) -> t.Any:
    try:
        return json.loads(os.pread(file, _LARGEST, 0))
    except (ValueError, RecursionError, OSError):
        return None


def _write(file: int, estimate: RateEstimate) -> None:
    # In place, and not flushed to the disk: if a crash damages it, the rate is learned anew.
    with contextlib.suppress(OSError):
        content = json.dumps(estimate.written()).encode()
        os.ftruncate(file, 0)
        os.pwrite(file, content, 0)
