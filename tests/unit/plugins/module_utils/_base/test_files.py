# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files: replaced as a whole, read up to a limit, and paths that depend on no folder by accident. test_store.py has the faults."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base import files
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import (
    UnusableFile,
    absolute,
    check_writable,
    new_file,
    read_file,
    write_file,
)


def test_a_new_file_gets_its_folders_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_file(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "file").symlink_to(victim)
    write_file(str(tmp_path / "file"), b"new")
    assert (victim.read_bytes(), (tmp_path / "file").read_bytes()) == (b"precious", b"new")
    assert not (tmp_path / "file").is_symlink()


def test_two_processes_do_not_write_into_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "file")
    real = os.replace

    def replaced_by_another(new: str, old: str) -> None:
        # Another process has finished its own file in between.
        monkeypatch.setattr(files.os, "replace", real)
        pid = os.fork()
        if pid == 0:
            try:
                write_file(path, b"theirs")
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert Path(path).read_bytes() == b"theirs"
        real(new, old)

    monkeypatch.setattr(files.os, "replace", replaced_by_another)
    write_file(path, b"ours")
    assert Path(path).read_bytes() == b"ours"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_check_leaves_nothing_behind_but_the_folder(tmp_path: Path) -> None:
    check_writable(str(tmp_path / "a" / "file"))
    assert [one.name for one in tmp_path.rglob("*")] == ["a"]


@pytest.mark.parametrize("name", ["x" * 256, "file/below"])
def test_a_file_that_cannot_be_made_is_reported_by_the_check(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnusableFile, match="cannot be written"):
        check_writable(str(tmp_path / name))


# Reading.
def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_file(str(tmp_path / "nowhere"), 10) is None


@pytest.mark.parametrize(("size", "fits"), [(0, True), (10, True), (11, False), (1024**4, False)])
def test_a_file_is_read_up_to_a_limit(tmp_path: Path, size: int, fits: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    # With a hole: it takes no room.
    os.truncate(path, size)
    if fits:
        assert read_file(str(path), 10) == b"\0" * size
    else:
        with pytest.raises(UnusableFile, match="is larger than"):
            read_file(str(path), 10)


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


NO_FILES: dict[str, tuple[t.Callable[[Path], None], str]] = {
    "a folder": (Path.mkdir, "is a folder"),
    "a named pipe": (os.mkfifo, "is not a regular file"),
    "a device without an end": (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    "a device that is empty": (lambda path: path.symlink_to("/dev/null"), "is not a regular file"),
    "a socket": (_socket, "cannot be read"),
    "a circle of links": (lambda path: path.symlink_to(path), "is a symbolic link"),
}


@pytest.mark.parametrize("case", NO_FILES)
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(tmp_path: Path, case: str) -> None:
    make, words = NO_FILES[case]
    make(tmp_path / "file")
    said: list[str] = []

    def read() -> None:
        try:
            read_file(str(tmp_path / "file"), 10, follow_link=True)
        except UnusableFile as error:
            said.append(str(error))

    # A daemon: a read that waits without end must not keep the tests from ending.
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(5)
    assert len(said) == 1 and words in said[0]


def test_a_link_is_followed_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_file(str(tmp_path / "link"), 10, follow_link=True) == b"content"
    with pytest.raises(UnusableFile, match="is a symbolic link, which is not followed"):
        read_file(str(tmp_path / "link"), 10)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    (tmp_path / "file").write_bytes(b"content")
    for path, largest in ((tmp_path, 10), (tmp_path / "file", 10), (tmp_path / "file", 1)):
        with contextlib.suppress(UnusableFile):
            read_file(str(path), largest)
    assert len(os.listdir("/proc/self/fd")) == len(before)


# Paths.
@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without an account, as in a container that runs as a number."""

    def no_account(number: int) -> t.NoReturn:
        raise KeyError(number)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(files.pwd, "getpwuid", no_account)


@pytest.mark.parametrize(
    ("path", "full"),
    [
        ("a", "{}/a"),
        ("a/../b", "{}/b"),
        ("./~/a", "{}/~/a"),
        ("a~", "{}/a~"),
        ("/x//y", "/x/y"),
        ("~/a", "/home/me/a"),
        ("~", "/home/me"),
    ],
)
def test_the_absolute_form_of_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, full: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert absolute(path) == full.format(tmp_path)


@pytest.mark.parametrize("home", [None, "", "relative", "."])
@pytest.mark.parametrize("path", ["~", "~/a"])
def test_a_home_folder_that_is_not_there_is_no_folder_with_the_name_of_a_tilde(
    monkeypatch: pytest.MonkeyPatch, nobody: None, path: str, home: str | None
) -> None:
    if home is not None:
        monkeypatch.setenv("HOME", home)
    with pytest.raises(UnusableFile, match="has no home folder"):
        absolute(path)


def test_an_empty_home_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "")
    assert absolute("~/a") == os.path.join(files.pwd.getpwuid(os.geteuid()).pw_dir, "a")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "is not a valid path"),
        ("a\0b", "is not a valid path"),
        ("a\ud800", "is not a valid path"),
        ("~nobody-7/a", "no account"),
    ],
)
def test_what_is_no_path_is_reported(path: str, words: str) -> None:
    with pytest.raises(UnusableFile, match=words):
        absolute(path)


def test_the_new_file_lies_beside_the_old_one_and_ansible_does_not_take_it_for_an_inventory() -> None:
    assert new_file("/a/b.json") == "/a/.b.json.new"
