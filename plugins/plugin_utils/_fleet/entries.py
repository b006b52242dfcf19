# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was written for one host of a play, and the tenant and the command that it means."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone, tzinfo

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.approval import Approval
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import (
    Deactivation,
    Reactivation,
    Target,
    build_deactivation,
    build_reactivation,
    check_receipt,
    check_target,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.moments import check_start
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import Planned
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import CLAIMS, RESTORE

# What the user calls a hostname that nobody wrote.
HOST_NAME = "the name of the host in the inventory (qlik_hostname is not set)"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was written for one host of a play; nothing in it is checked.

    ``host``: its name in the inventory; ``prefix``: what the names of the role's variables begin with; ``values``: the variables of
    the tenant without the prefix, evaluated, with the defaults of those that are not set; ``set_by``: the full names of other variables
    that some of these values came from; ``inventory``: other variables that rules read, by their full names (OBSERVED_VARIABLES), None if
    not set; ``error``: why a variable could not be evaluated; ``misplaced``: variables that can only be meant for the role, and that it
    does not have; ``not_typed``: why the confirmation is not a literal; ``approvals``: variables of approval that the inventory sets.
    """

    host: str
    prefix: str
    values: Mapping[str, t.Any]
    set_by: Mapping[str, str] = field(default_factory=dict)
    inventory: Mapping[str, t.Any] = field(default_factory=dict)
    error: str | None = None
    misplaced: tuple[str, ...] = ()
    not_typed: str | None = None
    approvals: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> t.Any:
        return self.values[name]

    def with_values(self, **values: t.Any) -> Entry:
        """The same with other values of some variables."""
        return replace(self, values={**self.values, **values})

    def name_of(self, name: str) -> str:
        """What the user calls a variable of the tenant, for messages."""
        return self.set_by.get(name) or CLAIMS.get(name) or f"{self.prefix}{name}"

    @property
    def is_confirmed(self) -> bool:
        """Whether anything at all was given as the confirmation."""
        return self["confirm_hostname"] not in (None, "")

    @property
    def shown_host(self) -> str:
        """The name of the host, harmless on a terminal."""
        return for_terminal(self.host, 100)


def target_of(entry: Entry) -> Target:
    """The tenant that an entry means.

    :raises InvalidInput: it names none.
    """
    _must_be_evaluated(entry)
    return check_target(entry.values, entry.name_of)


def command_of(
    entry: Entry,
    operation: str,
    *,
    run_id: str = "",
    planned: Planned | None = None,
    planning: bool = False,
    plan_sha256: str | None = None,
    plan_created: str | None = None,
    approvals: tuple[Approval, ...] = (),
    zone: tzinfo = timezone.utc,
) -> Deactivation | Reactivation:
    """The command in an entry: the tenant's own guards.

    :arg operation: what the wave is for: ``decommission``, ``restore``.
    :arg planned: what the approved plan says of the tenant. It was read and approved with the tenant in it, so it is the confirmation.
    :arg planning: a plan is made. Nothing is changed, so no confirmation is needed. One that is typed all the same must fit.
    :arg plan_sha256: the digest of that plan.
    :arg plan_created: when it was made.
    :arg approvals: the people whose signatures of it were verified.
    :arg zone: the time zone of days and times without one.
    :raises InvalidInput: what is wrong with this tenant.
    """
    _must_be_evaluated(entry)
    must_confirm = planned is None and not planning
    # Each tenant has its own claims.
    claims = {name: entry.inventory.get(variable) for name, variable in CLAIMS.items()}
    plan = {"plan_sha256": plan_sha256, "plan_created": plan_created, "approvals": approvals}
    given = {**entry.values, **claims, **plan, "zone": zone}
    if not must_confirm:
        given["confirm_hostname"] = entry["confirm_hostname"] or None
    if operation == RESTORE:
        return build_reactivation(given, run_id=run_id, name_of=entry.name_of, must_confirm=must_confirm)
    return build_deactivation(given, run_id=run_id, name_of=entry.name_of, must_confirm=must_confirm, planned=planned)


def start_of(entry: Entry, zone: tzinfo) -> datetime | None:
    """The moment before which nothing may be done to an entry's tenant; None if there is none.

    :arg zone: the time zone of a day or a time without one.
    :raises InvalidInput: the variable is neither a day nor a time.
    """
    return check_start(entry.values.get("not_before"), entry.name_of("not_before"), zone)


def receipt_of(entry: Entry, target: Target) -> str | None:
    """The file of the receipt of an entry's tenant."""
    return check_receipt(entry.values, target, entry.name_of)


def _must_be_evaluated(entry: Entry) -> None:
    if entry.error:
        raise InvalidInput(
            f"The variables of {entry.shown_host} cannot be evaluated: {for_terminal(entry.error).rstrip('.')}."
        )
