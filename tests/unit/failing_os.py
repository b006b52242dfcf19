# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The os module as one file of the core sees it, with one call that fails."""

from __future__ import annotations

import os
import typing as t
from errno import EIO


class FailingOs:
    """Stands in the place of a module's ``os``: the call with this number (1: the first) of this name fails.

    ``calls`` has the names of all calls, in order. Everything else of the process keeps the real os.
    """

    def __init__(self, failing: str, number: int = 1, code: int = EIO, *, until_the_end: bool = False) -> None:
        self.calls: list[str] = []
        self._failing = failing
        self._number = number
        self._code = code
        self._until_the_end = until_the_end

    def __getattr__(self, name: str) -> t.Any:
        real = getattr(os, name)
        if not callable(real) or isinstance(real, type):
            return real

        def call(*args: t.Any, **options: t.Any) -> t.Any:
            self.calls.append(name)
            count = self.calls.count(name)
            if name == self._failing and (count == self._number or (self._until_the_end and count > self._number)):
                raise OSError(self._code, os.strerror(self._code))
            return real(*args, **options)

        return call
