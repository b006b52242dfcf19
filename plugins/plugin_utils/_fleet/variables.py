# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the roles in one table. ``meta/argument_specs.yml`` of each role says the same; a test compares them."""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass
from functools import lru_cache

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import (
    DEFAULT_PURGE_DAYS,
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
)

DECOMMISSION, RESTORE = "decommission", "restore"

DEFAULT_MAX_TENANTS = 10

# How like a variable of the role another one must be to be taken for a misspelt one.
_LIKENESS = 0.8

# How like a variable of the playbooks: theirs are short, and other products' names begin with qlik_ as well.
_ALIKE = 0.9

# Words that a letter or two make of ours.
_OTHER_WORDS = re.compile(r"tenants?_(restore[ds]|stored?|decommission(ed|s|er))_")

# For messages.
VERBS = {DECOMMISSION: "deactivate", RESTORE: "reactivate"}


@dataclass(frozen=True)
class Variable:
    """A variable of a role.

    ``name``: without the role's prefix; ``type`` and ``default``: as in the role's argument spec; ``per_tenant``: the guard reads it
    for each host (else the role's tasks read it once for the play); ``inventory``: what inventories call it, whatever is to be done to
    the tenant: taken if the variable itself is not set; ``entry_point``: the only one that takes it.
    """

    name: str
    type: str
    default: t.Any = None
    per_tenant: bool = False
    inventory: str | None = None
    entry_point: str | None = None


def _of_tenant(name: str, kind: str, *, default: t.Any = None, inventory: str | None = None) -> Variable:
    return Variable(name, kind, default, per_tenant=True, inventory=inventory)


_COMMON = (
    _of_tenant("hostname", "str", inventory="qlik_hostname"),
    _of_tenant("region", "str", inventory="qlik_region"),
    _of_tenant("tenant_id", "str", inventory="qlik_tenant_id"),
    _of_tenant("confirm_hostname", "str"),
    _of_tenant("verify", "bool", default=True),
    _of_tenant("verify_timeout", "float", default=60),
    _of_tenant("protected", "list", default=()),
    Variable("client_id", "str"),
    Variable("client_secret", "str"),
    Variable("max_tenants", "int", DEFAULT_MAX_TENANTS),
    Variable("timeout", "float", 30),
    Variable("retries", "int", 5),
    Variable("max_wait", "float", 900),
    Variable("ca_path", "path"),
    Variable("summary_file", "path"),
)

_VARIABLES: dict[str, tuple[Variable, ...]] = {
    DECOMMISSION: (
        *_COMMON,
        _of_tenant("receipts_dir", "path"),
        _of_tenant("confirm_restored", "str"),
        _of_tenant("purge_after_days", "int", default=DEFAULT_PURGE_DAYS),
        _of_tenant("reset_purge_timer", "bool", default=False),
        _of_tenant("min_purge_days", "int", default=SHORTEST_PURGE_DAYS),
        _of_tenant("max_purge_days", "int", default=LONGEST_PURGE_DAYS),
        _of_tenant("idle_days", "int"),
        _of_tenant("idle_check", "str", default="require"),
        _of_tenant("export_manifest", "path"),
        _of_tenant("pre_tasks", "path"),
        _of_tenant("max_percent", "float"),
        _of_tenant("not_before", "str"),
        Variable("max_in_days", "dict"),
        _of_tenant("subscription_id", "str", inventory="qlik_subscription_id"),
        Variable("credentials", "dict", {}),
        Variable("org_client_id", "str"),
        Variable("org_client_secret", "str"),
        Variable("preflight_file", "path", entry_point="preflight"),
    ),
    # The defaults of these are the decommission's.
    RESTORE: (
        *_COMMON,
        _of_tenant("receipts_dir", "path", inventory="tenant_decommission_receipts_dir"),
        Variable("credentials", "dict"),
    ),
}

# What the roles register, and hand on to the next job of a workflow, under names with their prefix.
REGISTERED = ("result", "summary")

# Variables of the inventory that rules read of each host, by their full names. A rule finds the value in Entry.inventory: None if it is not
# set, a date without quotes as the text that was typed (_domain/moments.py reads it). Nobody can set them as variables of a role. To add
# one, add its name here, and its words to the argument spec and the README of the role. A misspelt name is only noticed if it begins with
# qlik_ (is_misplaced()): a rule that needs a variable says which hosts lack it.
OBSERVED_VARIABLES: tuple[str, ...] = ("qlik_approved_by", "qlik_ticket")

# Who may approve a plan is not the inventory's to say, nor is whether a plan is needed, or who made it.
APPROVAL_VARIABLES = (
    *("qlik_plan", "qlik_plan_sha256", "qlik_plan_max_hours", "qlik_require_plan"),
    *("qlik_approvals_required", "qlik_plan_signatures", "qlik_allowed_signers", "qlik_revoked_signers"),
    *("qlik_planner_may_approve", "qlik_planned_by"),
    # Nor what is protected from it.
    *("qlik_protected_file", "qlik_require_protected_file"),
)

# Those of the playbooks that belong to the play. All its hosts must agree on them.
PLAY_VARIABLES = (*APPROVAL_VARIABLES, "qlik_plan_valid_hours", "qlik_summary_junit", "qlik_time_zone")

# All variables of the playbooks, and what a plan leaves for the next job of a workflow.
VARIABLES_OF_PLAYBOOKS = (
    *OBSERVED_VARIABLES,
    *PLAY_VARIABLES,
    "qlik_targets",
    "qlik_plan_base64",
    "qlik_usage_days",
    "qlik_usage_file",
)

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

_PREFIXES = {DECOMMISSION: "tenant_decommission_", RESTORE: "tenant_restore_"}


def variables_of(operation: str) -> tuple[Variable, ...]:
    """The variables of a wave's role."""
    return _VARIABLES[operation]


def tenant_variables(operation: str) -> tuple[Variable, ...]:
    """Those of them that the guard reads for each host."""
    return tuple(variable for variable in _VARIABLES[operation] if variable.per_tenant)


def prefix_of(operation: str) -> str:
    """What the names of the variables of a wave's role begin with."""
    return _PREFIXES[operation]


def known_names(operation: str) -> tuple[str, ...]:
    """All names without the prefix that may be set in a wave: the variables of its role, and what the role registers."""
    return (*(variable.name for variable in _VARIABLES[operation]), *REGISTERED)


@lru_cache(maxsize=4096)
def is_misplaced(name: str, operation: str) -> bool:
    """Whether a variable can only be meant for this collection's role, and is not one that the role has.

    - A name with the role's prefix that the role does not have.
    - In a restore, a name with the prefix of the decommission that looks like one of those that a restore takes from there. Other
      variables of the decommission are not the restore's business.
    - ``qlik_`` and the name of a variable of the role, if inventories do not call it so.
    - A name that looks like a variable of the playbooks (``qlik_target``).
    - The name of a variable of the role after other words for the role (``decommission_protected``).
    - A name whose prefix is within two letters of the role's.
    """
    prefix = _PREFIXES[operation]
    if name.startswith(prefix):
        return name.removeprefix(prefix) not in known_names(operation)
    if operation == RESTORE and name.startswith(_PREFIXES[DECOMMISSION]):
        rest = name.removeprefix(_PREFIXES[DECOMMISSION])
        return rest not in known_names(DECOMMISSION) and bool(difflib.get_close_matches(rest, _FALLBACKS, 1, _LIKENESS))
    if name.startswith("qlik_"):
        variables = {variable.name: variable for variable in _VARIABLES[operation]}
        variable = variables.get(name.removeprefix("qlik_"))
        if variable is not None:
            return variable.inventory != name
        if name not in VARIABLES_OF_PLAYBOOKS and difflib.get_close_matches(name, VARIABLES_OF_PLAYBOOKS, 1, _ALIKE):
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


def likely_meant(name: str, operation: str) -> str | None:
    """The full name of the variable that somebody meant, for a hint; None if it is like none of them."""
    prefix = _PREFIXES[operation]
    alike = difflib.get_close_matches(name, VARIABLES_OF_PLAYBOOKS, 1, _ALIKE)
    if alike:
        return alike[0]
    bare = name.split("_", 1)[-1] if name.startswith("qlik_") else name.split("_", 2)[-1]
    names = [variable.name for variable in _VARIABLES[operation]]
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
