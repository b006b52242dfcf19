# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands to change a tenant, and how they are built from options that were checked."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._base.errors import InvalidInput
from .._base.text import for_terminal, shown
from .addresses import Address, check_hostname_in_region, check_tenant_id
from .planned import Planned
from .validation import check_confirmation, check_purge_days, check_receipt_path, check_seconds

_LONGEST_CLAIM = 200


@dataclass(frozen=True)
class Target:
    """The tenant that is meant. ``tenant_id`` is None where none is known."""

    address: Address
    tenant_id: str | None

    def __str__(self) -> str:
        return f"{self.address.hostname} ({self.tenant_id or 'id unknown'})"


@dataclass(frozen=True)
class Author:
    """Who orders it. ``run`` names the run; ``approved_by`` and ``ticket`` are claims, taken over as they were given;
    ``plan_sha256`` is the digest of the plan that is applied.
    """

    run: str
    approved_by: str | None = None
    ticket: str | None = None
    plan_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order to change a tenant.

    ``verify_timeout`` in s (None: no verification); ``protected``: patterns of hostnames; ``receipt_path``: the file of its
    receipt (None: none is kept); ``counted``: False where this tenant was left out, since its receipt says that nothing is to be
    done: out of the count of a wave that has more tenants than may be changed, or of the tasks that come before a deactivation;
    ``planned``: what the approved plan says of it (None: there is no plan).
    """

    target: Target
    verify_timeout: float | None
    author: Author
    receipt_path: str | None = None
    protected: tuple[str, ...] = ()
    counted: bool = True
    planned: Planned | None = None


@dataclass(frozen=True, kw_only=True)
class Deactivation(Order):
    """An order to deactivate a tenant, to be purged after so many days.

    ``listed_purge_date``: of a tenant that is disabled already, by the organization's list.
    """

    purge_after_days: int
    reset_purge_timer: bool = False
    listed_purge_date: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reactivation(Order):
    """An order to reactivate a tenant."""


def check_deactivation(params: Mapping[str, t.Any], run_id: str) -> Deactivation:
    """The order in the options of qlik_tenant_deactivate."""
    target = _check_target(params)
    days = check_purge_days(params["purge_after_days"])
    return Deactivation(
        target=target,
        purge_after_days=days,
        reset_purge_timer=params["reset_purge_timer"],
        **_check_order(params, run_id),
    )


def check_reactivation(params: Mapping[str, t.Any], run_id: str) -> Reactivation:
    """The order in the options of qlik_tenant_reactivate."""
    return Reactivation(target=_check_target(params), **_check_order(params, run_id))


def check_author(params: Mapping[str, t.Any], run_id: str, prefix: str = "") -> Author:
    """Who orders it, from the options ``run_id``, ``approved_by`` and ``ticket``; the run's own name where none is given.

    ``plan_sha256`` is not the user's to give here: the guard of a wave has it from the plan that it read.
    """
    return Author(
        _check_claim(params.get("run_id"), "run_id") or run_id,
        _check_claim(params.get("approved_by"), f"{prefix}approved_by"),
        _check_claim(params.get("ticket"), f"{prefix}ticket"),
        params.get("plan_sha256"),
    )


def _check_claim(value: t.Any, option: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, (str, int)) or isinstance(value, bool) or len(str(value)) > _LONGEST_CLAIM:
        raise InvalidInput(f"{option} is {shown(value)}: it must be a text of at most {_LONGEST_CLAIM} characters.")
    return for_terminal(str(value), _LONGEST_CLAIM)


def _check_order(params: Mapping[str, t.Any], run_id: str) -> dict[str, t.Any]:
    timeout = check_seconds(params["verify_timeout"], "verify_timeout", 0)
    return {
        "verify_timeout": timeout if params["verify"] else None,
        "author": check_author(params, run_id),
        "receipt_path": check_receipt_path(params["receipt_path"]),
    }


def _check_target(params: Mapping[str, t.Any]) -> Target:
    address = check_hostname_in_region(params["hostname"], params.get("region"))
    tenant_id = check_tenant_id(params["tenant_id"])
    if params.get("confirm_hostname") is not None:
        check_confirmation(params["confirm_hostname"], address)
    return Target(address, tenant_id)
