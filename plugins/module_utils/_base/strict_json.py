# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as its standard has it: Python's own reader takes numbers that no other program does, and that it could not write again."""

from __future__ import annotations

import json
import math
import typing as t

from .text import for_terminal


class DuplicateKey(ValueError):
    """An object has a key twice: one program reads the first value, another one the last."""


def read_json(content: bytes) -> t.Any:
    """What a file holds.

    :raises DuplicateKey: an object in it has a key twice.
    :raises ValueError: it is not JSON, not UTF-8, nested too deeply, or holds a number that is none or has thousands of digits.
    """
    try:
        return json.loads(
            content.decode(), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_with_each_key_once
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _with_each_key_once(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DuplicateKey(f"the key {for_terminal(twice, 60)} appears twice in one object")
    return found


def _no_number(text: str) -> t.NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
