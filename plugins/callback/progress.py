# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
short_description: Show how many tenants of a run are done
version_added: 0.9.0
description:
  - Shows how many tenants are done and failed, until when the run waits for the API's rate limit, and about when it will be finished. It
    is shown in addition to Ansible's normal output.
  - On a terminal it is one line at the bottom. Elsewhere, such as in the log of a pipeline, it prints a line every O(interval) seconds, and
    when a long wait for the rate limit begins. The last line says how many tenants were done.
  - It changes nothing. If it fails, it shows nothing more, and the run continues.
requirements:
  - Named in C(callbacks_enabled) of C(ansible.cfg), or in the environment variable C(ANSIBLE_CALLBACKS_ENABLED), as
    C(tenantops.qlik.progress).
options:
  interval:
    description: If the output is not a terminal, a line is printed every this many seconds.
    type: float
    default: 30
    env:
      - name: TENANTOPS_QLIK_PROGRESS_INTERVAL
    ini:
      - section: tenantops_qlik
        key: progress_interval
author:
  - tenantops.qlik contributors (@tenantops)
"""

import atexit
import contextlib
import os
import shutil
import sys
import time
import typing as t
from collections.abc import Callable

from ansible.plugins.callback import CallbackBase

from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_limit import blocks
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.progress import Progress

_GUARD = "tenantops.qlik.qlik_wave_guard"
_TENANT = "tenantops.qlik.qlik_wave_tenant"

# Faster than that nobody reads.
_REDRAWN_AFTER = 0.2
# A block of the rate limit that ends so much later than the one that was told is news, s.
_NEWS = 5.0


class CallbackModule(CallbackBase):
    """Counts the results of the task that each tenant has."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "tenantops.qlik.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._progress: Progress | None = None
        self._bottom = _BottomLine()
        self._shown = 0.0
        self._blocked = 0.0
        # Tenants done, by the last line that stays.
        self._told = 0

    def v2_playbook_on_play_start(self, play: t.Any) -> None:  # noqa: ARG002
        """Another play is another wave."""
        self._attempt(self._end)

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:  # noqa: ARG002
        """A tenant's turn: while all others wait for the rate limit, it is the last time that anything is called here."""
        self._attempt(lambda: self._show(time.time()))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A tenant is done, or the guard has counted them."""
        self._take(result, failed=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """A tenant has failed."""
        self._take(result, failed=True)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """The same for Ansible."""
        self._take(result, failed=True)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:  # noqa: ARG002
        """The end."""
        self._attempt(self._end)

    def _take(self, result: t.Any, *, failed: bool) -> None:
        self._attempt(lambda: self._count(result, failed=failed))

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-except
            # Whatever is wrong here is none of the run's business.
            self.disabled = True
            self._progress = None
            with contextlib.suppress(OSError, ValueError):
                self._bottom.clear()
            self._display.vv(f"tenantops.qlik.progress ended: {type(error).__name__}")

    def _count(self, result: t.Any, *, failed: bool) -> None:
        task = getattr(result, "task", None) or result._task
        action = getattr(task, "resolved_action", None) or task.action
        if action == _GUARD and not failed:
            found = getattr(result, "result", None) or result._result
            # With serial each batch has its guard; they count the same hosts.
            if self._progress is None:
                self._progress = Progress(int(found["count"]), time.time())
        elif action == _TENANT and self._progress is not None:
            now = time.time()
            self._progress.one_more(now, failed=failed)
            self._show(now)

    def _show(self, now: float) -> None:
        progress = self._progress
        if progress is None or not progress.done or progress.done == self._told == progress.total:
            return
        finished = progress.done >= progress.total
        live = self._bottom.usable
        blocked = blocks(now)
        news = blocked is not None and blocked > max(now, self._blocked) + _NEWS
        due = now >= self._shown + (_REDRAWN_AFTER if live else self.get_option("interval"))
        if not (finished or news or due):
            return
        self._shown, self._blocked = now, blocked or 0.0
        line = progress.line(now, blocked)
        if live and not finished:
            self._bottom.draw(line)
        else:
            self._tell(line)

    def _tell(self, line: str) -> None:
        """A line that stays."""
        self._told = self._progress.done if self._progress else 0
        self._bottom.clear()
        say(line)

    def _end(self) -> None:
        progress = self._progress
        if progress is not None and progress.done != self._told:
            # Not all were reached, or the last of them came too soon after a line.
            self._tell(progress.count())
        self._bottom.clear()
        self._progress = None
        self._shown = self._blocked = 0.0
        self._told = 0


class _BottomLine:
    """The last line of a terminal, kept out of what scrolls above it.

    The rest of the screen is made the region that scrolls (DECSTBM), so that whatever else is printed does not run into it.
    """

    def __init__(self) -> None:
        self._size: os.terminal_size | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a terminal that such things can be done with."""
        return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("CI")

    def draw(self, text: str) -> None:
        """Show a text there."""
        size = shutil.get_terminal_size()
        if size.lines < 3:
            return
        if size != self._size:
            if self._size is None:
                # Also where the run is interrupted.
                atexit.register(self.clear)
            self._size = size
            # A line of room, then the region without the last line, and the cursor back inside of it.
            self._write(f"\n\x1b7\x1b[1;{size.lines - 1}r\x1b8\x1b[1A")
        self._write(f"\x1b7\x1b[{size.lines};1H\x1b[2K{text[: size.columns - 1]}\x1b8")

    def clear(self) -> None:
        """Give the line back."""
        if self._size is not None:
            lines, self._size = self._size.lines, None
            atexit.unregister(self.clear)
            self._write(f"\x1b7\x1b[{lines};1H\x1b[2K\x1b[r\x1b8")

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
