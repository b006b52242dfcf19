# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that can only be meant for a role of this collection, and that it does not have: what they say would be ignored. Pure."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import (
    DECOMMISSION,
    REGISTERED,
    RESTORE,
    VARIABLES_OF_PLAYBOOKS,
    known_names,
    prefix_of,
    variables_of,
)

# How like a variable of the role another one must be to be taken for a misspelt one.
_LIKENESS = 0.8

# How like a variable of the playbooks: theirs are short, and other products' names begin with qlik_ as well.
_ALIKE = 0.9

# Words that a letter or two make of ours.
_OTHER_WORDS = re.compile(r"tenants?_(restore[ds]|stored?|decommission(ed|s|er))_")

# Variables of the roles whose names no other product has: whatever stands before such a name, it is meant for us.
_DISTINCTIVE = (
    "confirm_hostname",
    "confirm_restored",
    "purge_after_days",
    "reset_purge_timer",
    "min_purge_days",
    "max_purge_days",
    "not_before",
    "max_in_days",
    "idle_days",
    "idle_check",
    "export_manifest",
)

# What may stand before the name of a variable in place of the role's prefix, besides the word for what the role does.
_SUBJECTS = frozenset(("tenant", "tenants", "qlik", "cloud", "tenantops", "role"))

# How that word begins, however it goes on.
_STEMS = {DECOMMISSION: ("decom", "tenantdecom", "deactivat"), RESTORE: ("restor", "tenantrestor", "reactivat")}

# What a restore takes from the decommission, if it has no value of its own.
_FALLBACKS = ("client_id", "client_secret", "credentials", "receipts_dir")

_PREFIXES = {operation: prefix_of(operation) for operation in (DECOMMISSION, RESTORE)}


@lru_cache(maxsize=4096)
def is_misplaced(name: str, operation: str, observed: tuple[str, ...] = ()) -> bool:
    """Whether a variable can only be meant for this collection's role, and is not one that the role has.

    - A name with the role's prefix that the role does not have.
    - In a restore, a name with the prefix of the decommission that looks like one of those that a restore takes from there. Other
      variables of the decommission are not the restore's business.
    - ``qlik_`` and the name of a variable of the role, if inventories do not call it so.
    - A name that looks like a variable of the playbooks (``qlik_target``).
    - The name of a variable of the role after other words for the role (``decommission_protected``).
    - A name whose prefix is within two letters of the role's.

    :arg observed: other variables of the inventory that there are.
    """
    prefix = _PREFIXES[operation]
    if name.startswith(prefix):
        return name.removeprefix(prefix) not in known_names(operation)
    if operation == RESTORE and name.startswith(_PREFIXES[DECOMMISSION]):
        rest = name.removeprefix(_PREFIXES[DECOMMISSION])
        return rest not in known_names(DECOMMISSION) and bool(difflib.get_close_matches(rest, _FALLBACKS, 1, _LIKENESS))
    if name.startswith("qlik_"):
        variables = {variable.name: variable for variable in variables_of(operation)}
        variable = variables.get(name.removeprefix("qlik_"))
        if variable is not None:
            return variable.inventory != name
        known = (*VARIABLES_OF_PLAYBOOKS, *observed)
        if name not in known and difflib.get_close_matches(name, known, 1, _ALIKE):
            return True
    return _has_other_words(name.lower(), operation) or _has_almost(name, prefix, operation)


def _has_other_words(name: str, operation: str) -> bool:
    """Whether a variable of the role stands behind words that mean the role, and are not its prefix."""
    if name.startswith(tuple(_PREFIXES.values())):
        return False
    for variable in known_names(operation):
        before = name.removesuffix(f"_{variable}")
        if before == name or variable in REGISTERED:
            continue
        words = [word for word in before.split("_") if word]
        roles = [word for word in words if word.startswith(_STEMS[operation])]
        if not words or not _SUBJECTS.issuperset(set(words).difference(roles)):
            continue
        # "decommission_timeout" and "tenant_region" may be anybody's.
        is_ours = bool(roles) and (len(words) > 1 or "tenant" in before)
        if is_ours or variable in _DISTINCTIVE or (variable == "protected" and (roles or "qlik" in words)):
            return True
    return False


def _has_almost(name: str, prefix: str, operation: str) -> bool:
    parts = name.split("_", 2)
    if len(parts) < 3 or abs(len(name) - len(parts[2]) - len(prefix)) > 2:
        return False
    almost, rest = name[: -len(parts[2])] if parts[2] else name, parts[2]
    if _distance(almost.lower(), prefix) > 2 or almost in _PREFIXES.values():
        return False
    # Other words of the same root, such as tenant_restored_at, may be anybody's, unless what follows is ours.
    return _is_like_a_variable(rest, operation) or not _OTHER_WORDS.match(almost.lower())


def _is_like_a_variable(name: str, operation: str) -> bool:
    return bool(difflib.get_close_matches(name, known_names(operation), 1, _LIKENESS))


def _distance(one: str, other: str) -> int:
    """How many letters have to be inserted, removed or replaced to make one text of the other."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row = row, [number]
        for position, wanted in enumerate(other, 1):
            row.append(min(before[position] + 1, row[-1] + 1, before[position - 1] + (letter != wanted)))
    return row[-1]


def likely_meant(name: str, operation: str, observed: tuple[str, ...] = ()) -> str | None:
    """The full name of the variable that somebody meant, for a hint; None if it is like none of them."""
    prefix = _PREFIXES[operation]
    alike = difflib.get_close_matches(name, (*VARIABLES_OF_PLAYBOOKS, *observed), 1, _ALIKE)
    if alike:
        return alike[0]
    bare = name.split("_", 1)[-1] if name.startswith("qlik_") else name.split("_", 2)[-1]
    names = [variable.name for variable in variables_of(operation)]
    ends = [one for one in names if f"_{bare}".lower().endswith(f"_{one}")]
    if ends:
        return prefix + max(ends, key=len)
    # In the order of the table: what is set most often comes first.
    words = {word.removesuffix("s") for word in bare.lower().split("_")}
    for one in names:
        if words <= {word.removesuffix("s") for word in one.split("_")}:
            return prefix + one
    similar = difflib.get_close_matches(bare.lower(), names, 1, 0.75)
    return prefix + similar[0] if similar else None
