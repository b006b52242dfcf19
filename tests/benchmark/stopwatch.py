# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one command to its end and says what it cost, its children included: a program of its own, without other imports.

    stopwatch.py RESULT.json TIME-OUT COMMAND…

The kernel counts the memory of whoever forks into the peak of the command that is started. So this small process stands
between the benchmark, with its libraries, and the command.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import typing

if typing.TYPE_CHECKING:
    import resource

    # The status as wait() has it, and what the child and all children that it waited for have used.
    Usage = tuple[int, resource.struct_rusage]

_GRACE = 10.0


def main(result_path: str, timeout: float, command: list[str]) -> None:
    deadline = time.monotonic() + timeout
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)  # a group of its own, which can be ended as a whole
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    usage = _wait(child, deadline)
    timed_out = usage is None
    if usage is None:
        usage = _end(child)
    wall = time.monotonic() - started
    status, resources = usage
    with open(result_path, "w", encoding="utf-8") as stream:
        json.dump(
            {
                "status": None if timed_out else os.waitstatus_to_exitcode(status),
                "wall": wall,
                "cpu": resources.ru_utime + resources.ru_stime,
                # Of the largest process, not of all together; Linux counts in KiB, macOS in bytes.
                "peak": resources.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            },
            stream,
        )


def _wait(child: int, deadline: float) -> Usage | None:
    """None where it still runs at the deadline."""
    while time.monotonic() < deadline:
        found, status, resources = os.wait4(child, os.WNOHANG)
        if found:
            return status, resources
        time.sleep(0.01)
    return None


def _end(child: int) -> Usage:
    # ansible-playbook ends its workers when it is told to; they are in groups of their own.
    os.kill(child, signal.SIGTERM)
    usage = _wait(child, time.monotonic() + _GRACE)
    if usage is None:
        os.killpg(child, signal.SIGKILL)
        _found, status, resources = os.wait4(child, 0)
        usage = status, resources
    return usage


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
