# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files: the only writer and the only reader of whole files.

A file is replaced as a whole (a new file beside it, fsync, rename, fsync of the folder). A process that is killed at any instant
leaves the file as it was before or as it is afterwards. Files are read up to a size limit, and only if they are regular files: a
named pipe would wait for a writer, and a device may never end.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import pwd
import stat
import typing as t
from collections.abc import Iterator

MIB = 1024 * 1024


class UnusableFile(Exception):
    """A file cannot be used. The message is the end of a sentence that begins with the file's name."""


def absolute(path: str) -> str:
    """The absolute form of a path. A relative path counts from the folder that the process runs in.

    :raises UnusableFile: it is empty, holds a NUL, or begins with a ``~`` that stands for no folder.
    """
    if not path or "\0" in path or not _is_encodable(path):
        raise UnusableFile("is not a valid path (it is empty, or has a character that a path cannot have)")
    if path.split("/", maxsplit=1)[0] == "~":
        # Not os.path.expanduser(): it leaves the ~ if there is no home folder, and so makes a folder with that name.
        home = home_folder()
        if home is None:
            raise UnusableFile(
                "begins with ~, and this user has no home folder (HOME is not set to an absolute path, or the user has no account):"
                " give an absolute path"
            )
        path = home + path[1:]
    elif path.startswith("~"):
        path = os.path.expanduser(path)
        if path.startswith("~"):
            raise UnusableFile("begins with the name of a user who has no account on this machine")
    return os.path.abspath(path)


def home_folder() -> str | None:
    """The home folder of the user, None if there is none. An empty HOME counts as not set; a relative one is no home folder."""
    home = os.environ.get("HOME")
    if not home:
        try:
            home = pwd.getpwuid(os.geteuid()).pw_dir
        except KeyError:
            # A container may run as a number that no account has.
            return None
    return home if os.path.isabs(home) else None


def read_file(path: str, largest: int, *, follow_link: bool = False) -> bytes | None:
    """The content of a file, None if there is no file.

    :arg largest: how large the file may be, in bytes.
    :arg follow_link: if the last part of the path is a symbolic link, read the file that it names.
    :raises UnusableFile: it cannot be read, is not a regular file, or is larger.
    """
    try:
        with _opened(path, follow_link=follow_link) as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unusable(error) from None
    if len(content) > largest:
        raise UnusableFile(f"is larger than {largest // MIB} MiB")
    return content


def digest_of_file(path: str) -> tuple[int, str]:
    """The size of a file in bytes, and its SHA-256 digest. A symbolic link is followed: it is what is read that counts.

    :raises UnusableFile: it cannot be read, or is not a regular file.
    """
    size, digest = 0, hashlib.sha256()
    try:
        with _opened(path, follow_link=True) as file:
            while part := file.read(MIB):
                size += len(part)
                digest.update(part)
    except OSError as error:
        raise unusable(error) from None
    return size, digest.hexdigest()


@contextlib.contextmanager
def _opened(path: str, *, follow_link: bool) -> Iterator[t.IO[bytes]]:
    """A regular file, to be read."""
    # Not blocking: a named pipe would wait for a writer.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_link else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise UnusableFile("is a folder" if stat.S_ISDIR(mode) else "is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def write_file(path: str, content: bytes, new: str | None = None) -> None:
    """Replace a file as a whole; only its owner may read it. Missing folders are made. A symbolic link is replaced, not followed.

    :arg path: an absolute path.
    :arg new: the name under which it is written first. A writer that holds a lock gives new_file(), so that the next run finds what a
        killed process left. By default a name that no other process uses.
    :raises UnusableFile: the file is as it was.
    """
    folder = os.path.dirname(path)
    new = new or f"{new_file(path)}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        try:
            _create(new, content)
            os.replace(new, path)
        except BaseException:
            # Also an interrupt, or the end of the task's time.
            remove(new)
            raise
    except OSError as error:
        raise unusable(error, "written") from None
    # It is written. Some file systems cannot flush a folder, and to say that it is not written would not be true.
    with contextlib.suppress(OSError):
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def check_writable(path: str) -> None:
    """Check that a file can be made there, by making one beside it. Missing folders are made.

    :arg path: an absolute path.
    :raises UnusableFile: it cannot.
    """
    new = f"{new_file(path)}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        try:
            _create(new, b"")
        finally:
            remove(new)
    except OSError as error:
        raise unusable(error, "written") from None


def new_file(path: str) -> str:
    """The file beside another one that is about to replace it."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}.new")


def remove(path: str) -> None:
    """Remove a file if that can be done. If not, a new one cannot be made there either, and that is reported."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def unusable(error: OSError, done: str = "read") -> UnusableFile:
    """The error of the system in words.

    :arg done: what cannot be done to the file: ``read`` or ``written``.
    """
    if error.errno == errno.ELOOP:
        return UnusableFile("is a symbolic link, which is not followed")
    return UnusableFile(f"cannot be {done} ({error.strerror or type(error).__name__})")


def _is_encodable(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _create(path: str, content: bytes) -> None:
    remove(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
