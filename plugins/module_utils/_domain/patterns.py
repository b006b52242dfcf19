# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patterns of hostnames, as a shell matches file names; and whether one can match any hostname at all."""

from __future__ import annotations

import fnmatch
import re
import string
from collections.abc import Collection, Iterator, Sequence

from .._base.text import shown

_LABEL = frozenset(string.ascii_lowercase + string.digits)
_ALPHABET = _LABEL | {"-", "."}
_WILDCARDS = re.compile(r"\[!?[^\]]+\]|[*?]")
_FOREIGN = re.compile(r"[^A-Za-z0-9.*?\[\]!-]")
_REST = ".qlikcloud.com"
# Where in <name>.<region>.qlikcloud.com one is: before a label, in it after a letter or digit, in it after a dash; then in the rest.
_NAME, _NAME_CAN_END, _NAME_DASH, _REGION, _REGION_CAN_END, _REGION_DASH = range(-6, 0)
_INSIDE = {_NAME: _NAME_CAN_END, _NAME_CAN_END: _NAME_CAN_END, _NAME_DASH: _NAME_CAN_END}
_INSIDE |= {_REGION: _REGION_CAN_END, _REGION_CAN_END: _REGION_CAN_END, _REGION_DASH: _REGION_CAN_END}


def matching_pattern(hostname: str, patterns: Sequence[str]) -> str | None:
    """The first of the patterns that a hostname matches, whatever the case."""
    return next((one for one in patterns if fnmatch.fnmatchcase(hostname.lower(), one.lower())), None)


def pattern_fault(pattern: str, hosts: Collection[str]) -> str | None:
    """Why a pattern protects nothing, with what is right, as the end of a sentence; None if it can match.

    :arg hosts: the names of all hosts of the inventory: a pattern that matches one of them is right, whatever it looks like.
    """
    if any(matching_pattern(host, [pattern]) for host in hosts):
        return None
    foreign = _FOREIGN.search(pattern)
    if foreign:
        return (
            f"no hostname has the character {shown(foreign[0])}: write a hostname (<name>.<region>{_REST}), or a pattern with '*', '?' or"
            f" '[...]' such as 'acme.*{_REST}'"
        )
    if can_match_a_hostname(pattern):
        return None
    if _WILDCARDS.search(pattern):
        return f"no hostname can match it: write a pattern for hostnames of the form <name>.<region>{_REST}, such as 'acme.*{_REST}'"
    return (
        f"it is neither the whole hostname of a tenant (<name>.<region>{_REST}) nor a host of the inventory: write the whole hostname, or a"
        f" pattern such as '{pattern.split('.', maxsplit=1)[0]}.*'"
    )


def can_match_a_hostname(pattern: str) -> bool:
    """Whether there may be a hostname ``<name>.<region>.qlikcloud.com`` that the pattern matches.

    The pattern and the form of a hostname are followed side by side, one character after the other, along all ways.
    """
    tokens = list(_tokens(pattern.lower()))
    seen: set[tuple[int, int]] = set()
    open_ends = [(0, _NAME)]
    while open_ends:
        here = open_ends.pop()
        if here in seen:
            continue
        seen.add(here)
        position, state = here
        if position == len(tokens):
            if state == len(_REST):
                return True
            continue
        repeats, characters = tokens[position]
        if repeats:
            open_ends.append((position + 1, state))
        following = position if repeats else position + 1
        open_ends += [(following, after) for after in _after(state, characters)]
    return False


def _tokens(pattern: str) -> Iterator[tuple[bool, frozenset[str]]]:
    """For each part of a pattern whether it stands for any number of characters, and which ones."""
    for part in re.findall(r"\[!?[^\]]+\]|.", pattern, re.DOTALL):
        if part == "*":
            yield True, _ALPHABET
        elif len(part) > 1:
            yield False, frozenset(one for one in _ALPHABET if fnmatch.fnmatchcase(one, part))
        else:
            yield False, _ALPHABET if part == "?" else frozenset(part)


def _after(state: int, characters: Collection[str]) -> Iterator[int]:
    """Where in a hostname one can be after one of these characters."""
    if state >= 0:
        if state < len(_REST) and _REST[state] in characters:
            yield state + 1
        return
    if not _LABEL.isdisjoint(characters):
        yield _INSIDE[state]
    if "-" in characters and state not in (_NAME, _REGION):
        yield _NAME_DASH if state < _REGION else _REGION_DASH
    if "." in characters and state in (_NAME_CAN_END, _REGION_CAN_END):
        yield _REGION if state == _NAME_CAN_END else 1
