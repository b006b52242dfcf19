# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that run in the background, and are ended before they are done."""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from types import TracebackType

from ansible_collections.tenantops.qlik.tests.integration.terminal import Done, Terminal

# Nothing here takes as long: whoever waits so long waits for nothing, s.
_HANGS = 120
# What was interrupted ends within a second, s.
_LONGEST_END = 15


class Running:
    """A command in a process group of its own, as a shell starts it; at the end of `with` nothing of it is left."""

    def __init__(self, terminal: Terminal, *command: str) -> None:
        self._output = terminal.folder / f"output{len(list(terminal.folder.glob('output*')))}.txt"
        # Not a pipe: workers may live longer than the process that started them.
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=terminal.folder,
                env=terminal.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.kill_all()
            self._process.wait()

    def is_over(self) -> bool:
        return self._process.poll() is not None

    def wait(self) -> Done:
        """Wait for its end."""
        status = self._process.wait(_HANGS)
        return Done(status, self._output.read_text(), "", "")

    def signal_group(self, number: signal.Signals) -> None:
        """What a terminal does. ansible-playbook gives each of its workers a group of its own: they do not get it."""
        os.killpg(self._process.pid, number)

    def interrupt(self) -> None:
        """Press Ctrl-C, and kill what does not end by it.

        Where ansible-core is forking a worker at that instant, Python drops the exception, and the play goes on. It has been seen to
        stand still too.
        """
        self.signal_group(signal.SIGINT)
        try:
            self._process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            self.kill_all()

    def kill_all(self) -> None:
        """Kill it with all that it has started, at one instant."""
        family = [self._process.pid]
        for pid in family:
            # A process that stands still starts no others.
            os.kill(pid, signal.SIGSTOP)
            family += _children_of(pid)
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        for pid in family:
            wait_for(functools.partial(_is_over, pid))


def processes_with(path: pathlib.Path) -> int:
    """How many other processes have this file open."""
    count = 0
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        # It may end while it is looked at.
        with contextlib.suppress(OSError):
            opened = {os.readlink(descriptor) for descriptor in (process / "fd").iterdir()}
            count += str(path) in opened and process.name != str(os.getpid())
    return count


def _status_of(process: pathlib.Path) -> list[str]:
    """State, parent and more; the command's name before them, in brackets, may hold anything."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _is_over(pid: int) -> bool:
    try:
        return _status_of(pathlib.Path(f"/proc/{pid}"))[0] in "ZX"
    except OSError:
        return True


def _children_of(parent: int) -> Iterator[int]:
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _status_of(process)[1] == str(parent):
                yield int(process.name)


def wait_for(condition: Callable[[], object], *, or_for: Callable[[], object] = bool) -> bool:
    """Wait until something is so, or the other thing; whether the first is."""
    deadline = time.monotonic() + _HANGS
    while not condition():
        if or_for():
            return bool(condition())
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.01)
    return True
