# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local policy of a play: what whoever runs it allows, whatever the inventory says of single tenants."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timezone, tzinfo

import yaml

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import MIB, UnusableFile, absolute, read_file
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.max_in_days import MaxInDays, check_max_in_days
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.moments import check_time_zone
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import Protection, check_protections
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_bool, check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import DEFAULT_MAX_TENANTS


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The policy of a play.

    ``zone``: the time zone of days and times without one; ``protected``: of the file of protected tenants; ``max_tenants``: how many
    tenants the play may change; ``max_in_days``: how many may go within some days, over all runs (None: there is no such limit);
    ``warnings``: in sentences.
    """

    zone: tzinfo = timezone.utc
    protected: tuple[Protection, ...] = ()
    max_tenants: int = DEFAULT_MAX_TENANTS
    max_in_days: MaxInDays | None = None
    warnings: tuple[str, ...] = ()


NO_POLICY = Policy()


def as_in_the_roles(option: str) -> str:
    """What the user of a role calls an option of the policy."""
    return f"qlik_{option}"


def read_policy(params: Mapping[str, t.Any], name_of: Callable[[str], str] = as_in_the_roles) -> Policy:
    """The policy, as the options of a task have it.

    :arg params: ``time_zone``, ``protected_file``, ``require_protected_file``, ``max_tenants``, ``max_in_days``, ``variable_prefix``.
    :arg name_of: what the user calls the first three; by default as the roles do.
    :raises InvalidInput: something of it is wrong.
    """
    zone = check_time_zone(params["time_zone"], name_of("time_zone"))
    required = check_bool(params["require_protected_file"], name_of("require_protected_file"))
    protected, warnings = _read_protected(params["protected_file"], zone, name_of, required=required)
    prefix, number = params["variable_prefix"], params["max_tenants"]
    return Policy(
        zone=zone,
        protected=protected,
        # Null is not set.
        max_tenants=DEFAULT_MAX_TENANTS
        if number is None
        else check_whole_number(number, f"{prefix}max_tenants", 0, 10**6),
        max_in_days=check_max_in_days(params["max_in_days"], f"{prefix}max_in_days"),
        warnings=warnings,
    )


def _read_protected(
    path: t.Any, zone: tzinfo, name_of: Callable[[str], str], *, required: bool
) -> tuple[tuple[Protection, ...], tuple[str, ...]]:
    """The entries of the file of protected tenants, and warnings. A file that cannot be read is refused in any case."""
    option, require = name_of("protected_file"), name_of("require_protected_file")
    if path is None:
        if required:
            raise InvalidInput(f"{require} is true, and {option} is missing: nothing was changed. Name the file.")
        return (), ()
    try:
        if not isinstance(path, str):
            raise UnusableFile("must be the path of a file")
        content = read_file(absolute(path), MIB, follow_link=True)
        entries = None if content is None else yaml.safe_load(content)
    except UnusableFile as error:
        raise InvalidInput(f"{option} is {shown(path)}: it {error}. Nothing was changed.") from None
    except (yaml.YAMLError, ValueError) as error:
        where = for_terminal(str(error), 300).rstrip(".")
        raise InvalidInput(f"{option} is {shown(path)}: it is not YAML ({where}). Nothing was changed.") from None
    protected = () if entries is None else check_protections(entries, option, zone)
    if protected:
        return protected, ()
    found = "does not exist" if content is None else "has no entries"
    if required:
        raise InvalidInput(
            f"{option} is {shown(path)}: it {found}, and {require} is true. Nothing was changed. Check the path and what is in the file."
        )
    warning = f"{option} is {shown(path)}: it {found}, so it protects no tenant. Check the path. To refuse a run then, set {require}."
    return (), (warning,)
