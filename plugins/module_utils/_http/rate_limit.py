# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all workers of one user on this machine know of the rate limit: a small file a client, host and tier in the state folder.

A worker of ansible-playbook lives for one task, and others run beside it: what one learns of a block the others know before their next
call. There is no file while nothing was refused, and no lock is held during a request. The gate is a courtesy: where it cannot be used
(no state folder, a damaged file, a lock that is not given back), calls go on without it, and the answers say what there is to wait for.
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
from dataclasses import dataclass

from .._base.clock import Clock
from .._base.errors import QlikError
from .._local.state_dir import state_folder
from .rate_estimate import Pace, Turn

_PREFIX = "gate-"
# Until when a block has been announced.
_ANNOUNCED = "announced-"
# After a block the calls go on one after the other, and each of them waits: that is no news, s.
_ANNOUNCED_FOR = 60.0
_LARGEST = 4096

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


class Gate:
    """The gate as one task sees it.

    :arg clock: whose sleep is waited with; times in the files are those of the wall clock.
    :arg longest: how long this task waits at the most, s: a block that lasts longer is not waited for.
    """

    def __init__(self, clock: Clock, longest: float) -> None:
        self._clock = clock
        self._longest = longest
        self._folder: str | None = None

    def turn(self, tier: Tier, held: Turn | None = None) -> tuple[float, Turn | None]:
        """How long to wait before a call (s), and the turn to come back with then. 0: the call may be sent.

        :arg held: the turn that was waited for, and that has come unless another refusal has made it void.
        """
        with self._opened(tier, create=False) as file:
            if file is None:
                return 0.0, None
            now = self._now()
            pace = self._read(file, now)
            if pace is None:
                return 0.0, None
            if held and pace.has(held):
                wait = 0.0
            else:
                held = pace.take(now)
                wait = max(0.0, held.at - now)
            if wait == 0:
                pace.sent(now)
            _write(file, pace)
            return wait, held

    def refused(self, tier: Tier, seconds: float) -> None:
        """A call was refused, and the answer asks to wait so long (s)."""
        with self._opened(tier, create=True) as file:
            if file is None:
                return
            now = self._now()
            pace = self._read(file, now)
            if pace is None:
                pace = Pace.begun(now, seconds)
            else:
                pace.refused(now, seconds)
            _write(file, pace)

    def announces(self, tier: Tier, seconds: float) -> bool:
        """Whether this task is the one that tells the operator of a wait (s): the first of all workers, and once per block.

        With a file that cannot be used, each task tells.
        """
        try:
            folder = self._folder or state_folder(make=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(os.path.join(folder, f"{_ANNOUNCED}{tier.file}"), flags, 0o600)
        except (OSError, QlikError):
            return True
        try:
            if not _locked(file, self._clock.sleep):
                return True
            now, known = self._now(), _content(file)
            # What lies further ahead than any wait is a clock that was wrong.
            if isinstance(known, (int, float)) and now < known <= now + max(self._longest, _ANNOUNCED_FOR):
                return False
            with contextlib.suppress(OSError):
                os.ftruncate(file, 0)
                os.pwrite(file, json.dumps(now + max(seconds, _ANNOUNCED_FOR)).encode(), 0)
            return True
        finally:
            with contextlib.suppress(OSError):
                os.close(file)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _read(self, file: int, now: float) -> Pace | None:
        return Pace.read(_content(file), now, self._longest)

    @contextlib.contextmanager
    def _opened(self, tier: Tier, *, create: bool) -> Iterator[int | None]:
        """The tier's file, locked; None where there is none, or none that can be used."""
        file: int | None = None
        try:
            file = self._open(tier, create=create)
            yield file
        finally:
            if file is not None:
                # With the file its lock goes. A file system that has something to say here says it to nobody.
                with contextlib.suppress(OSError):
                    os.close(file)

    def _open(self, tier: Tier, *, create: bool) -> int | None:
        try:
            # Looked at anew each time where it is not there: another run may have made it.
            self._folder = self._folder or state_folder(make=create)
            flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | (os.O_CREAT if create else 0)
            file = os.open(os.path.join(self._folder, tier.file), flags, 0o600)
        except (OSError, QlikError):
            return None
        with contextlib.suppress(OSError):
            found = os.fstat(file)
            # Somebody else's file, or none at all, tells nothing and is not written to.
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and _locked(file, self._clock.sleep):
                return file
            os.close(file)
        return None


def blocks(now: float) -> float | None:
    """The latest end of all blocks that there are, as the time of the wall clock; None where nothing is blocked.

    For showing: nothing is locked, and what cannot be read is nothing.
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
                    pace = Pace.read(_content(file), now, 86400)
                finally:
                    os.close(file)
                if pace is not None and pace.until > now:
                    latest = max(latest or 0.0, pace.until)
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


def _write(file: int, pace: Pace) -> None:
    # In place, and not flushed to the disk: what is lost or damaged by a crash is learned anew.
    with contextlib.suppress(OSError):
        content = json.dumps(pace.written()).encode()
        os.ftruncate(file, 0)
        os.pwrite(file, content, 0)
