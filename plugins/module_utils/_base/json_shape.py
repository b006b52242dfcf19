# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the keys of a JSON object by the TypedDict that describes it. So the type of a key is written once."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .text import for_terminal


@dataclass(frozen=True)
class Kind:
    """What a key may hold: in words, and as a test."""

    words: str
    fits: Callable[[t.Any], bool]


Kinds = Mapping[str, Kind]


def _is_whole(value: t.Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list_of_texts(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


_KINDS: dict[t.Any, Kind] = {
    str: Kind("a text", lambda value: isinstance(value, str)),
    int: Kind("a whole number", _is_whole),
    bool: Kind("true or false", lambda value: isinstance(value, bool)),
    list[str]: Kind("a list of texts", _is_list_of_texts),
    dict[str, t.Any]: Kind("an object", lambda value: isinstance(value, dict)),
}


def kinds_of(shape: type, besides: type | None = None) -> Kinds:
    """What the keys of a TypedDict may hold.

    :arg besides: a TypedDict whose keys are not looked at.
    """
    others = t.get_type_hints(besides) if besides else {}
    return {name: _kind(hint) for name, hint in t.get_type_hints(shape).items() if name not in others}


def _kind(hint: t.Any) -> Kind:
    if hint in _KINDS:
        return _KINDS[hint]
    choices = t.get_args(hint)
    if t.get_origin(hint) is t.Literal:
        return Kind(" or ".join(map(str, choices)), lambda value: isinstance(value, str) and value in choices)
    (only,) = (one for one in choices if one is not type(None))
    kind = _kind(only)
    return Kind(f"{kind.words}, or null", lambda value: value is None or kind.fits(value))


def fault_of(found: Mapping[str, t.Any], kinds: Kinds) -> str | None:
    """What is wrong with a key of an object, as the end of a sentence; None: nothing. A key that is missing is not looked at."""
    for name, kind in kinds.items():
        if name in found and not kind.fits(found[name]):
            return f"its {name} is {for_terminal(found[name], 40)}, and must be {kind.words}"
    return None
