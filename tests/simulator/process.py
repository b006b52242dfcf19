# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator in a process of its own, for tests: started, asked what it saw, stopped."""

from __future__ import annotations

import fnmatch
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import yaml

from simulator.files import Files

_PACKAGE = pathlib.Path(__file__).resolve().parent


class Simulator:
    """Runs from `with` to its end.

    `scenario`: a mapping, or the path of a file. `directory`: where its files go; without one it is a temporary folder
    that is gone afterwards.
    """

    def __init__(
        self,
        scenario: Mapping[str, Any] | pathlib.Path | str | None = None,
        *,
        directory: pathlib.Path | str | None = None,
        port: int = 0,
        refuse_reads: int | None = None,
        timeout: float = 20.0,
    ) -> None:
        self._scenario = scenario
        self._temporary = directory is None
        self._wanted_directory = directory
        self._port = port
        self._refuse_reads = refuse_reads
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._read_to = 0
        self._entries: list[dict[str, Any]] = []

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        directory = tempfile.mkdtemp(prefix="simulator-") if self._temporary else self._wanted_directory
        self.files = Files(pathlib.Path(str(directory)))
        self.directory = self.files.directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.files.ready.unlink(missing_ok=True)
        self._entries = []
        self._read_to = 0
        with (self.directory / "stderr.txt").open("wb") as stderr:
            # With a pipe as its standard input it ends with this process, even where that is killed.
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stderr
            )
        try:
            ready = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.port: int = ready["port"]
        self.proxy: str = ready["proxy"]
        self.ca: str = ready["ca"]
        self.environment = self.files.environment(self.proxy)

    def _command(self) -> list[str]:
        command = [sys.executable, str(_PACKAGE), "--directory", str(self.directory), "--stop-with-stdin"]
        if isinstance(self._scenario, Mapping):
            path = self.directory / "scenario.yml"
            path.write_text(yaml.safe_dump(dict(self._scenario), sort_keys=False), encoding="utf-8")
            command += ["--scenario", str(path)]
        elif self._scenario is not None:
            command += ["--scenario", str(self._scenario)]
        if self._port:
            command += ["--port", str(self._port)]
        if self._refuse_reads is not None:
            command += ["--refuse-reads", str(self._refuse_reads)]
        return command

    def _wait_until_ready(self) -> dict[str, Any]:
        assert self._process is not None
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            if self.files.ready.exists():
                ready: dict[str, Any] = json.loads(self.files.ready.read_text(encoding="utf-8"))
                return ready
            if self._process.poll() is not None:
                raise RuntimeError(f"the simulator ended with {self._process.returncode}:\n{self.stderr()}")
            time.sleep(0.02)
        raise RuntimeError(f"the simulator was not ready within {self._timeout:g} s:\n{self.stderr()}")

    def stop(self) -> int | None:
        """Ends the process that this object started, and no other; its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._temporary:
            self._entries = self._read_log()  # the file is gone in a moment
            shutil.rmtree(self.directory, ignore_errors=True)
        return process.returncode

    def stderr(self) -> str:
        return (self.directory / "stderr.txt").read_text(encoding="utf-8", errors="replace")

    def _read_log(self) -> list[dict[str, Any]]:
        """The entries so far; what was read once is not read again."""
        if self.files.log.exists():
            with self.files.log.open("rb") as stream:
                stream.seek(self._read_to)
                # The last line may be on its way still.
                complete, newline, _dummy = stream.read().rpartition(b"\n")
            if newline:
                self._entries += [json.loads(line) for line in complete.splitlines()]
                self._read_to += len(complete) + 1
        return self._entries

    def mark(self) -> int:
        """The number of the last request so far: `requests(since=mark)` are those after it."""
        entries = self._read_log()
        return entries[-1]["n"] if entries else 0

    def requests(self, since: int = 0, **filters: Any) -> list[dict[str, Any]]:
        """The log, oldest first. Filters: a value of each field, or a pattern such as `path="*/actions/*"`."""
        return [
            entry
            for entry in self._read_log()
            if entry["n"] > since and all(_agrees(entry[field], wanted) for field, wanted in filters.items())
        ]

    def action_posts(self, since: int = 0, **filters: Any) -> list[dict[str, Any]]:
        """The requests to deactivate or reactivate a tenant, whatever was answered."""
        return [
            entry
            for entry in self.requests(since, method="POST", **filters)
            if str(entry["path"]).endswith(("/actions/deactivate", "/actions/reactivate"))
        ]


def _agrees(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, str):
        return fnmatch.fnmatchcase(found, wanted)
    return found is wanted if wanted is None or isinstance(wanted, bool) else found == wanted
