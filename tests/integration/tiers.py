# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cases of a test are smoke tests: those that show the feature. The others are thorough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def thorough_but(*shown: str, cases: Iterable[str]) -> list[Any]:
    """The cases as parameters, all but those that show the feature marked as thorough."""
    named = list(cases)
    assert set(shown) <= set(named)
    return [name if name in shown else pytest.param(name, marks=pytest.mark.thorough) for name in named]
