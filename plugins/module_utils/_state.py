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
import stat
from collections.abc import Callable, Iterator

from ._errors import Stopped
from ._output import for_terminal
from ._waiting import Clock

_PAUSE = 0.2
_WORTH_ANNOUNCING = 5.0


def state_folder(*, make: bool = True) -> str:
    """The folder: ``TENANTOPS_QLIK_STATE_DIR``, else ``tenantops.qlik`` in the XDG state home.

    :arg make: make it where it is not there.
    :raises Stopped: it cannot be made, or is not there, or others can get at it.
    """
    home = os.environ.get("XDG_STATE_HOME") or ""
    # The XDG specification: a path that is not absolute is to be ignored.
    home = home if os.path.isabs(home) else os.path.join(os.path.expanduser("~"), ".local", "state")
    path = os.environ.get("TENANTOPS_QLIK_STATE_DIR") or os.path.join(home, "tenantops.qlik")
    path = os.path.abspath(os.path.expanduser(path))
    try:
        if make:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.mkdir(path, 0o700)
        found = os.lstat(path)
    except OSError as error:
        raise _unusable(path, f"cannot be made ({error.strerror})") from None
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(path, "is not a folder (a symbolic link is not followed)")
    if found.st_uid != os.geteuid():
        raise _unusable(path, f"belongs to the user with the number {found.st_uid}, not to {os.geteuid()}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise _unusable(path, "is open to other users (chmod 700)")
    return path


def _unusable(path: str, words: str) -> Stopped:
    return Stopped(
        f"The state folder {for_terminal(path)} {words}. It keeps two runs from working on one tenant at a time. Nothing was sent. Mend it,"
        " or name another folder in TENANTOPS_QLIK_STATE_DIR."
    )


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

    def hold(self, name: str) -> None:
        """Wait until no other process holds this name, and hold it.

        :raises Stopped: another one holds it for longer than max_wait, or there can be no lock.
        """
        place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 2
        waited, announced = 0.0, False
        while not self._taken(place):
            if waited >= self._max_wait:
                raise Stopped(
                    f"Another run on this machine works on tenant {for_terminal(name, 100)}, and has not ended within {waited:.0f} s."
                    " Nothing was sent. Run again when it has ended."
                )
            if waited >= _WORTH_ANNOUNCING and not announced:
                self._announce(
                    f"Another run on this machine works on tenant {for_terminal(name, 100)}: waiting for its end"
                )
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
                f"There can be no lock in the state folder ({error.strerror}), so another run could work on the same tenant. Nothing was"
                " sent. Name a folder on a local disk in TENANTOPS_QLIK_STATE_DIR."
            ) from None
        return True
