# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder for what the processes of one user on one machine share. It belongs to that user only."""

from __future__ import annotations

import contextlib
import os
import stat

from .._base.errors import Stopped
from .._base.files import UnusableFile, absolute
from .._base.text import for_terminal


def state_folder(*, make: bool = True) -> str:
    """The folder: ``TENANTOPS_QLIK_STATE_DIR``, else ``tenantops.qlik`` in the XDG state home.

    :arg make: make it where it is not there.
    :raises Stopped: there is no home folder for it, it cannot be made, or is not there, or others can get at it.
    """
    path = os.environ.get("TENANTOPS_QLIK_STATE_DIR") or os.path.join(_state_home(), "tenantops.qlik")
    try:
        path = absolute(path)
    except UnusableFile as error:
        raise _unusable(path, str(error)) from None
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


def _state_home() -> str:
    home = os.environ.get("XDG_STATE_HOME") or ""
    # The XDG specification: a path that is not absolute is to be ignored.
    return home if os.path.isabs(home) else os.path.join("~", ".local", "state")


def _unusable(path: str, words: str) -> Stopped:
    return Stopped(
        f"The state folder {for_terminal(path)} {words}. It keeps two runs from working on one tenant at a time. Nothing was changed. Fix"
        " it, or set TENANTOPS_QLIK_STATE_DIR to a folder on a local disk that only this user can open."
    )
