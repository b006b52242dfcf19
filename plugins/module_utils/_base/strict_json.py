# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as its standard has it: Python's own reader takes numbers that no other program does, and that it could not write again."""

from __future__ import annotations

import json
import math
import typing as t


def read_json(content: bytes) -> t.Any:
    """What a file holds.

    :raises ValueError: it is not JSON, not UTF-8, nested too deeply, or holds a number that is none or has thousands of digits.
    """
    try:
        return json.loads(content.decode(), parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(text: str) -> t.NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
