# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands to change a tenant, and the one builder that makes them of what was written.

A module's options and a host's variables mean the same, so both go through one builder. Each wrong value is an InvalidInput that
names the option or the variable as the user wrote it.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timezone

from .._base.errors import InvalidInput
from .._base.text import for_terminal, shown
from .addresses import Address, check_hostname_in_region, check_tenant_id
from .approval import Approval
from .export import ExportRule
from .idle import IdleRule, check_idle_rule
from .planned import DEACTIVATE, RESET, Planned
from .protection import Protection, check_protections
from .restored import RestoreRule, check_restore_date
from .validation import (
    LONGEST_PURGE_DAYS,
    SHORTEST_PURGE_DAYS,
    check_bool,
    check_confirmation,
    check_purge_days,
    check_receipt_path,
    check_seconds,
)

REACTIVATE = "reactivate"

_LONGEST_CLAIM = 200

# What the user calls an option: the option itself, or the variable that its value was taken from.
Naming = Callable[[str], str]


@dataclass(frozen=True)
class Target:
    """The tenant that is meant. ``tenant_id`` is None if none is known."""

    address: Address
    tenant_id: str | None

    def __str__(self) -> str:
        return f"{self.address.hostname} ({self.tenant_id or 'id unknown'})"


@dataclass(frozen=True)
class Author:
    """Who gives the command. ``run`` names the run; ``approved_by`` and ``ticket`` are claims, copied as they were given;
    ``plan_sha256`` is the digest of the plan that is applied; ``approvals`` are the people whose signatures of it were verified.
    """

    run: str
    approved_by: str | None = None
    ticket: str | None = None
    plan_sha256: str | None = None
    approvals: tuple[Approval, ...] = ()

    def facts(self) -> dict[str, t.Any]:
        """What an event of a receipt says of the command's author; None: nothing."""
        return {
            "plan_sha256": self.plan_sha256,
            "approvals": [approval.to_json() for approval in self.approvals] or None,
            "approved_by": self.approved_by,
            "ticket": self.ticket,
        }


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command to change a tenant.

    ``verify_timeout`` in s (None: no verification); ``protected``: what protects tenants; ``receipt_path``: the file of its
    receipt (None: none is kept); ``planned``: what the approved plan says of it (None: there is no plan); ``receipt_searched``: the
    receipt was looked for under all hostnames of the tenant.
    """

    target: Target
    verify_timeout: float | None
    author: Author
    receipt_path: str | None = None
    protected: tuple[Protection, ...] = ()
    planned: Planned | None = None
    receipt_searched: bool = False

    def to_json(self) -> dict[str, t.Any]:
        """The command as JSON has it; command_from_json() reads it back."""
        return {"action": DEACTIVATE if isinstance(self, Deactivation) else REACTIVATE, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class Deactivation(Command):
    """A command to deactivate a tenant, to be purged after so many days.

    ``counted``: False if this tenant was left out, since its receipt or the organization's list says that nothing is to be done: out of
    the count of a wave that has more tenants than may be changed, or of the tasks that come before a deactivation.
    ``restore_rule``: what lets a tenant go again that was restored (None: it goes, with a warning). ``idle_rule``: what keeps a tenant
    that is still used (None: nobody looks). ``export_rule``: what keeps a tenant that was not exported.
    ``listed_purge_date``: of a tenant that is disabled already, by the organization's list. ``listed_live``: by that list it lives.
    """

    purge_after_days: int
    reset_purge_timer: bool = False
    counted: bool = True
    listed_purge_date: str | None = None
    listed_live: bool = False
    restore_rule: RestoreRule | None = None
    idle_rule: IdleRule | None = None
    export_rule: ExportRule | None = None


@dataclass(frozen=True, kw_only=True)
class Reactivation(Command):
    """A command to reactivate a tenant."""


def command_from_json(found: Mapping[str, t.Any]) -> Deactivation | Reactivation:
    """The command that to_json() wrote, and nobody else: its values are not checked again."""
    fields = {key: value for key, value in found.items() if key != "action"}
    target, planned, restore_rule = fields["target"], fields["planned"], fields.get("restore_rule")
    fields |= {
        "target": Target(Address(**target["address"]), target["tenant_id"]),
        "author": Author(
            **{**fields["author"], "approvals": tuple(Approval(**one) for one in fields["author"]["approvals"])}
        ),
        "protected": tuple(Protection(**one) for one in fields["protected"]),
        "planned": Planned(**{**planned, "hostnames": tuple(planned["hostnames"])}) if planned else None,
    }
    if restore_rule:
        fields["restore_rule"] = RestoreRule(**restore_rule)
    if fields.get("idle_rule"):
        fields["idle_rule"] = IdleRule(**fields["idle_rule"])
    if fields.get("export_rule"):
        fields["export_rule"] = ExportRule(**fields["export_rule"])
    return Deactivation(**fields) if found["action"] == DEACTIVATE else Reactivation(**fields)


def build_deactivation(
    given: Mapping[str, t.Any],
    *,
    run_id: str,
    name_of: Naming = str,
    must_confirm: bool = False,
    planned: Planned | None = None,
) -> Deactivation:
    """The command to deactivate a tenant, from what was given.

    :arg given: the values by their options. Those of a module; or those of a tenant of a wave, which has the limits of the local
        policy, protected tenants with the time zone of their days, a folder of receipts instead of a file, the confirmation of a
        restored tenant, the days that a tenant must be idle, and the plan's digest and time besides.
    :arg run_id: the name of the run, if the options give none.
    :arg name_of: what the user calls an option.
    :arg must_confirm: there has to be a confirmation. One that is given must fit in any case.
    :arg planned: what the approved plan says of the tenant.
    :raises InvalidInput: what is wrong, in one sentence.
    """
    common = _check_common(given, run_id, name_of, must_confirm=must_confirm)
    policy = f"{name_of('min_purge_days')} and {name_of('max_purge_days')}"
    days = check_purge_days(
        given["purge_after_days"], name_of("purge_after_days"), *check_policy(given, name_of), policy
    )
    reset = check_bool(given.get("reset_purge_timer", False), name_of("reset_purge_timer"))
    if planned:
        _check_planned(planned, common["target"], days, name_of, reset=reset)
        reset = planned.action == RESET
    return Deactivation(
        purge_after_days=days,
        reset_purge_timer=reset,
        planned=planned,
        restore_rule=_check_restore_rule(given, name_of) if "confirm_restored" in given else None,
        idle_rule=_check_idle_rule(given, name_of) if "idle_days" in given else None,
        export_rule=_check_export_rule(given.get("export_manifest"), name_of("export_manifest")),
        **common,
    )


def build_reactivation(
    given: Mapping[str, t.Any], *, run_id: str, name_of: Naming = str, must_confirm: bool = False
) -> Reactivation:
    """The command to reactivate a tenant, from what was given; arguments and errors are those of build_deactivation()."""
    return Reactivation(**_check_common(given, run_id, name_of, must_confirm=must_confirm))


def _check_common(given: Mapping[str, t.Any], run_id: str, name_of: Naming, *, must_confirm: bool) -> dict[str, t.Any]:
    target = check_target(given, name_of)
    if must_confirm or given.get("confirm_hostname") is not None:
        check_confirmation(given.get("confirm_hostname"), target.address, name_of("confirm_hostname"))
    verify_timeout = check_seconds(given["verify_timeout"], name_of("verify_timeout"), 0)
    return {
        "target": target,
        "verify_timeout": verify_timeout if check_bool(given["verify"], name_of("verify")) else None,
        "author": check_author(given, run_id, name_of),
        "receipt_path": check_receipt(given, target, name_of),
        "protected": check_protections(
            given.get("protected", ()), name_of("protected"), given.get("zone", timezone.utc)
        ),
    }


def check_target(given: Mapping[str, t.Any], name_of: Naming = str) -> Target:
    """The tenant that is meant by ``hostname``, ``region`` and ``tenant_id``."""
    address = check_hostname_in_region(given["hostname"], given.get("region"), name_of)
    tenant_id = given.get("tenant_id")
    if isinstance(tenant_id, (int, float)) and not isinstance(tenant_id, bool):
        raise InvalidInput(
            f"{name_of('tenant_id')} is {shown(tenant_id)}, which YAML reads as a number: put the id in quotes."
        )
    return Target(address, None if tenant_id is None else check_tenant_id(tenant_id, name_of("tenant_id")))


def check_policy(given: Mapping[str, t.Any], name_of: Naming = str) -> tuple[int, int]:
    """The shortest and the longest number of days that the local policy allows; the API's range if there is none."""
    shortest = check_purge_days(given.get("min_purge_days", SHORTEST_PURGE_DAYS), name_of("min_purge_days"))
    longest = check_purge_days(given.get("max_purge_days", LONGEST_PURGE_DAYS), name_of("max_purge_days"))
    if shortest > longest:
        raise InvalidInput(
            f"{name_of('min_purge_days')} is {shortest} and {name_of('max_purge_days')} is {longest}: no number of days fits both."
        )
    return shortest, longest


def check_receipt(given: Mapping[str, t.Any], target: Target, name_of: Naming = str) -> str | None:
    """The file of the tenant's receipt: ``receipt_path``, or a file in the folder ``receipts_dir`` that is named after the tenant."""
    if "receipts_dir" not in given:
        return check_receipt_path(given.get("receipt_path"), name_of("receipt_path"))
    folder, option = given["receipts_dir"], name_of("receipts_dir")
    if folder is None:
        return None
    if not isinstance(folder, str) or not folder:
        raise InvalidInput(f"{option} is {shown(folder)}: it must be the path of a folder.")
    return check_receipt_path(os.path.join(folder, f"{target.address.hostname}.json"), option)


def check_author(given: Mapping[str, t.Any], run_id: str, name_of: Naming = str) -> Author:
    """Who gives the command: ``run_id``, ``approved_by`` and ``ticket``.

    :arg run_id: the name of the run, if the options give none.
    """
    return Author(
        check_claim(given.get("run_id"), name_of("run_id")) or run_id,
        check_claim(given.get("approved_by"), name_of("approved_by")),
        check_claim(given.get("ticket"), name_of("ticket")),
        given.get("plan_sha256"),
        given.get("approvals", ()),
    )


def check_claim(value: t.Any, option: str) -> str | None:
    """What somebody says of a run, harmless on a terminal; None: nothing.

    :raises InvalidInput: it is no short text.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > _LONGEST_CLAIM:
        raise InvalidInput(f"{option} is {shown(value)}: it must be a text of at most {_LONGEST_CLAIM} characters.")
    return for_terminal(str(value), _LONGEST_CLAIM)


def _check_restore_rule(given: Mapping[str, t.Any], name_of: Naming) -> RestoreRule:
    option = name_of("confirm_restored")
    return RestoreRule(
        option,
        confirmed=check_restore_date(given["confirm_restored"], option),
        plan_created=given.get("plan_created"),
    )


def _check_idle_rule(given: Mapping[str, t.Any], name_of: Naming) -> IdleRule | None:
    return check_idle_rule(
        given["idle_days"],
        given["idle_check"],
        option=name_of("idle_days"),
        check_option=name_of("idle_check"),
        plan_created=given.get("plan_created"),
    )


def _check_export_rule(path: t.Any, option: str) -> ExportRule | None:
    if path is None:
        return None
    if not isinstance(path, str) or not path or path.endswith("/"):
        raise InvalidInput(f"{option} is {shown(path)}: it must be the path of a file.")
    return ExportRule(option, path)


def _check_planned(planned: Planned, target: Target, days: int, name_of: Naming, *, reset: bool) -> None:
    """What the inventory says of a tenant is what the plan says."""
    if planned.tenant_id is not None and target.tenant_id != planned.tenant_id:
        raise InvalidInput(
            f"{name_of('tenant_id')} of {target.address.hostname} is {target.tenant_id}, and in the plan it is {planned.tenant_id}: one of"
            " the two ids may be another customer's. Find out which is right, correct it, and make a new plan."
        )
    if planned.changes and days != planned.purge_after_days:
        raise InvalidInput(
            f"{name_of('purge_after_days')} is {days}, and the plan has {planned.purge_after_days} days for tenant {target}: give what was"
            " approved, or make a new plan."
        )
    if reset is not (planned.action == RESET) and planned.action != DEACTIVATE:
        raise InvalidInput(
            f"{name_of('reset_purge_timer')} is {str(reset).lower()}, and the plan has '{planned.action}' for tenant {target}: give what"
            " was approved, or make a new plan."
        )
