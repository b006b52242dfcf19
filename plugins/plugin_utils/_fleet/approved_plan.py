# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The approved plan of a play: read once, and approved by its digest, by signatures, or by both."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.approvals import (
    approval_warnings,
    check_approvals,
    read_approval_rule,
    verify_signatures,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import check_plan_output, read_plan_file
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import Plan, read_plan


@dataclass(frozen=True)
class Approved:
    """The plan that is applied, if there is one. ``warnings``: what a person should know of its approval."""

    plan: Plan | None = None
    warnings: tuple[str, ...] = ()


def approved_plan(params: Mapping[str, t.Any], now: datetime, *, inventory: Iterable[str] = ()) -> Approved:
    """The approved plan, if one is to be applied. What is given and empty is often a variable of a pipeline that is not set.

    :arg params: the options of qlik_wave_guard.
    :arg inventory: the files of the inventory, which whoever makes plans can often write.
    :raises InvalidInput: the plan is missing, is not approved, or may not be applied.
    """
    path, digest = params["plan"], params["plan_sha256"]
    if params["planning"]:
        if not path:
            raise InvalidInput("qlik_plan is missing: name the file to write, such as -e qlik_plan=plan.json.")
        check_plan_output(path)
        return Approved()
    given = {"qlik_plan": path, "qlik_plan_sha256": digest}
    empty = [name for name, value in given.items() if value is not None and not str(value).strip()]
    if empty:
        raise InvalidInput(
            f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} given and empty: nothing was changed. Give the file of the"
            " approved plan and its digest, or leave out both."
        )
    if path is None and digest is not None:
        raise InvalidInput(
            "qlik_plan is missing and qlik_plan_sha256 is given: name the file of the plan, or leave out both. Nothing was changed."
        )
    rule = read_approval_rule(params)
    if path is None and rule is not None:
        raise InvalidInput(
            f"qlik_approvals_required is {rule.required}, and qlik_plan is missing: nothing was changed. Name the file of the signed plan."
        )
    if path is None and params["require_plan"]:
        raise InvalidInput(
            "qlik_require_plan is true and there is no plan: nothing was changed. Give qlik_plan and qlik_plan_sha256."
        )
    if path is None:
        return Approved()
    content = read_plan_file(path)
    if rule is None:
        return Approved(read_plan(content, digest, now, params["plan_max_hours"]))
    # Before anything in it is believed.
    verified = verify_signatures(rule, content, now, beside=(path, *inventory))
    plan = read_plan(content, digest, now, params["plan_max_hours"], is_signed=rule.required > 0)
    approvals = check_approvals(rule, verified, plan.planned_by)
    return Approved(replace(plan, approvals=approvals), tuple(approval_warnings(rule, verified, plan.planned_by)))
