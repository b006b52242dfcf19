# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests are smoke tests, and which run in one reading of the register host only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest

# For a test whose subject is the same in both readings of the register host.
one_reading = pytest.mark.parametrize("refuse_reads", [None], indirect=True, ids=["reads"])


def thorough_but(*shown: str, cases: Iterable[str]) -> list[Any]:
    """The cases as parameters, all but those that show the feature marked as thorough."""
    named = list(cases)
    assert set(shown) <= set(named)
    return [name if name in shown else pytest.param(name, marks=pytest.mark.thorough) for name in named]


def in_each_reading_or_one(endings: Iterable[str], *, both: str) -> Any:
    """Parameters ``ending`` and ``refuse_reads``: how a run is ended, one way in both readings, each other way in one of them."""
    cases = [(both, None), (both, 403), *zip((one for one in endings if one != both), itertools.cycle([403, None]))]
    ids = [f"{ending}-reads{'-refused' if refused else ''}" for ending, refused in cases]
    return pytest.mark.parametrize(("ending", "refuse_reads"), cases, indirect=["refuse_reads"], ids=ids)
