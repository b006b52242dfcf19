# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs of one user on one machine share: a folder, and in it a lock for each tenant.

The folder is the user's alone. Anybody could put files into a shared temporary one, and hold a run up or lead it astray.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator

from .._base.clock import Clock
from .._base.errors import Stopped
from .._base.text import for_terminal
from .state_dir import state_folder

_PAUSE = 0.2


_WORTH_ANNOUNCING = 5.0


class TenantLocks:
    """The locks that one operation holds on tenants, for as long as its process lives at the most.

    One file has them all, a byte for each name: nothing is left behind for each tenant, and the system drops the locks of a
    process that was killed.
    """

    def __init__(self, clock: Clock, max_wait: float, announce: Callable[[str], None]) -> None:
        self._clock = clock
        self._max_wait = max_wait
        self._announce = announce
        self._file: int | None = None

    def hold(self, name: str, kind: str = "tenant ") -> None:
        """Wait until no other process holds this name, and hold it.

        :arg kind: what the name names, for messages.
        :raises Stopped: another one holds it for longer than max_wait, or there can be no lock.
        """
        place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 2
        what = f"{kind}{for_terminal(name, 1000)}"
        waited, announced = 0.0, False
        while not self._taken(place):
            if waited >= self._max_wait:
                raise Stopped(
                    f"Another run on this machine works on {what}, and has not ended within {waited:.0f} s."
                    " Nothing was changed. Run again when it has ended."
                )
            if waited >= _WORTH_ANNOUNCING and not announced:
                self._announce(f"Another run on this machine works on {what}: waiting for its end")
                announced = True
            self._clock.sleep(_PAUSE)
            waited += _PAUSE

    def release(self) -> None:
        """Give all of them back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextlib.contextmanager
    def until_released(self) -> Iterator[None]:
        """Release them at the end."""
        try:
            yield
        finally:
            self.release()

    def _taken(self, place: int) -> bool:
        try:
            if self._file is None:
                path = os.path.join(state_folder(), "tenants.lock")
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN) and self._file is not None:
                return False
            raise Stopped(
                f"The state folder cannot be used for locks ({error.strerror}), so another run could work on the same tenant. Nothing was"
                " changed. Name a folder on a local disk in TENANTOPS_QLIK_STATE_DIR."
            ) from None
        return True
