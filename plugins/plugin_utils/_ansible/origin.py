# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the value of a variable came from: typed by a person, or put together by a template or a plugin.

Since ansible-core 2.19 texts carry tags. What a person typed (in YAML, INI, the output of an inventory script, with -e, at a prompt) is
trusted as a template, and has the place where it stands. What a template or a plugin (such as ansible.builtin.constructed) put together
is not trusted. A mere copy of another variable is the same tagged text: trusted, at the same place as the other one.

Automation controller hands on the answers of a survey as an extra variable that is not trusted (``!unsafe``). No template or plugin makes
extra variables, so such a text was typed.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping

try:
    from ansible._internal._datatag._tags import Origin
    from ansible.template import is_trusted_as_template
except ImportError:  # an ansible-core without tags cannot tell
    Origin = None

_TEMPLATES = ("{{", "{%", "{#")


def why_not_typed(
    variables: Mapping[str, t.Any], name: str, *, extra: Collection[str] = (), facts: Collection[str] = ()
) -> str | None:
    """Why the value of a variable is not one that a person typed for it, as the end of a sentence.

    None: it was typed, it is not set, it is not a text, or nobody can tell.

    :arg variables: all variables of the host, not evaluated.
    :arg extra: the names of those that were given with -e.
    :arg facts: the names of those that a task of this run set.
    """
    value = variables.get(name)
    if not isinstance(value, str) or not value:
        return None
    if any(mark in value for mark in _TEMPLATES):
        return "is a template"
    if Origin is None or name in extra:
        return None
    if not is_trusted_as_template(value):
        return "was put together by a template or a plugin"
    copied = _copied_from(variables, name, value, is_fact=name in facts)
    return f"is a copy of {copied}" if copied else None


def _copied_from(variables: Mapping[str, t.Any], name: str, value: str, *, is_fact: bool) -> str | None:
    """Another variable that the value was taken from.

    A plugin passes on the very same object. A task makes a new one with the same place. In files without columns (INI, JSON of a script)
    the line is all that is known, and whoever types both values may type them into one line; a task's value does not stand there.
    """
    place = _place_of(value)
    if place is None:
        return None
    tells = is_fact or place[-1] is not None
    for other, found in variables.items():
        if other == name or not isinstance(found, str):
            continue
        if found is value or (tells and found == value and _place_of(found) == place):
            return str(other)
    return None


def _place_of(value: str) -> tuple[t.Any, ...] | None:
    """File or other source, line and column (None: not known); None if nothing is known."""
    origin = Origin.get_tag(value)
    return None if origin is None else (origin.path, origin.description, origin.line_num, origin.col_num)
