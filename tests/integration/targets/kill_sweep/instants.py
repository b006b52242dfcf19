# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The instants of a deactivation, seen from outside of its code: in which phase it is, and a signal at one of them.

An instant is where Python lets a signal's handler run: before a line, and after a function written in C. What is called
there tells the phase, so that nothing of the collection is replaced or asked: the first rename is the receipt with the intent,
the write that holds the body's field ends the request, the read that returns is the answer, the second rename is the receipt
with the outcome.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

BEFORE = "before the intent"
INTENDED = "intent to send"
SENT = "sent to answer"
ANSWERED = "answer to receipt"
RECORDED = "after the receipt"
PHASES = (BEFORE, INTENDED, SENT, ANSWERED, RECORDED)

# What is called at the end of each phase.
_LAST_CALLS = {BEFORE: "replace", INTENDED: "_SSLSocket.write", SENT: "_SSLSocket.read", ANSWERED: "replace"}
_FIELD_OF_THE_BODY = b"purgeAfterDays"


@dataclass(frozen=True)
class Instant:
    """The instant with this number in a phase, counted from 0."""

    phase: str
    number: int


@dataclass
class Watch:
    """Follows what this process does until its end, and signals the process at one instant.

    With ``counts`` it only notes where all the instants are.
    ``tell`` is called with each phase that begins, and with the place of the signal before it is sent.
    """

    tell: Callable[[str, str], None]
    number: signal.Signals
    at: Instant | None = None
    counts: bool = False
    phase: str = BEFORE
    # Of each phase, the files that its instants lie in.
    places: dict[str, list[str]] = field(default_factory=lambda: {phase: [] for phase in PHASES})
    _passed: int = 0

    def __enter__(self) -> Watch:
        sys.setprofile(self._profile)
        self._begin(BEFORE, None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.settrace(None)
        sys.setprofile(None)

    def _begin(self, phase: str, frame: FrameType | None) -> None:
        self.phase = phase
        self._passed = 0
        self._looks = self.counts or (self.at is not None and self.at.phase == phase)
        # Following every line costs more than the work itself.
        sys.settrace(self._trace if self._looks else None)
        while frame is not None and self._looks:
            frame.f_trace = self._trace
            frame = frame.f_back

    def _profile(self, frame: FrameType, event: str, called: Any) -> None:
        if event != "c_return":
            return
        if called.__qualname__ == _LAST_CALLS.get(self.phase) and self._is_the_last(frame):
            self._begin(PHASES[PHASES.index(self.phase) + 1], frame)
            self.tell("phase", self.phase)
        if self._looks:
            self._instant(frame)

    def _is_the_last(self, frame: FrameType) -> bool:
        # Head and body of a request are two writes.
        return self.phase != INTENDED or _FIELD_OF_THE_BODY in bytes(frame.f_locals["data"])

    def _trace(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event in ("call", "line"):
            self._instant(frame)
        return self._trace

    def _instant(self, frame: FrameType) -> None:
        if self.counts:
            self.places[self.phase].append(frame.f_code.co_filename)
        now = Instant(self.phase, self._passed)
        self._passed += 1
        if now == self.at:
            self.tell("hit", f"{frame.f_code.co_filename}:{frame.f_lineno}")
            signal.raise_signal(self.number)
