# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at who uses a tenant before it goes, and whether what is in it was exported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .._api.usage import read_usage
from .._base.errors import NoResponse, Refused, WaitTooLong
from .._base.text import for_terminal
from .._domain.commands import Deactivation, Target
from .._domain.export import BadExport, Export, ExportRule, UseUnknown
from .._domain.usage import LONGEST_WINDOW_DAYS, Activity, Contents, Usage
from .._http.client import Client
from .export import load_export
from .progress import Mode, Objection


@dataclass(frozen=True)
class Use:
    """What was found. ``problem``: why the tenant is not idle, as the end of a sentence, if that only warns."""

    usage: Usage
    objection: Objection | None = None
    problem: str | None = None


def has_to_look(command: Deactivation, mode: Mode) -> bool:
    """Whether the use of a tenant decides if it goes. Only a real run has had the tasks that export something."""
    return command.idle_rule is not None or (command.export_rule is not None and mode is Mode.APPLY)


def look_at_use(
    client: Client,
    command: Deactivation,
    target: Target,
    mode: Mode,
    *,
    hostnames: Collection[str],
    subset: Collection[str],
) -> Use:
    """Read who uses the tenant, with a token of its own host, and find out if it may go.

    :arg hostnames: those of its record.
    :arg subset: what to read besides the activity.
    :raises Stopped: the tenant does not live, or its host is that of another tenant.
    """
    rule = command.export_rule if mode is Mode.APPLY else None
    now = client.clock.now()
    usage, unread = Usage(None, None), ""
    try:
        # The files come first: to read them may take a while.
        export = _load(rule, (target.address.hostname, *hostnames), client) if rule else None
        try:
            usage = read_usage(client, target, days=LONGEST_WINDOW_DAYS, subset=subset)
        except (Refused, NoResponse, WaitTooLong) as error:
            usage, unread = Usage(Activity.unknown(), Contents.unknown()), f" ({error.message.rstrip('.')})"
        activity = usage.activity or Activity.unknown()
        if export:
            export.check_age(activity)
    except BadExport as error:
        if rule is None:
            raise
        reason = f"{rule.option} is {for_terminal(rule.path, 1000)}, which {error}"
        reason = f"The export of tenant {target} is not valid: {reason}"
        next_step = "Export it once more, with a new manifest."
        if isinstance(error, UseUnknown):
            reason += unread
            next_step = (
                "A new export does not help. Run the module qlik_tenant_usage_info to see why the last login is not shown. To deactivate"
                f" the tenant without this check, remove {rule.option}."
            )
        return Use(usage, Objection(reason, next_step))
    problem = command.idle_rule.problem(activity, now) if command.idle_rule else None
    if command.idle_rule is None or problem is None:
        return Use(usage)
    reason, next_step = problem
    if command.idle_rule.only_warns:
        return Use(usage, problem=f"{reason}{unread}")
    return Use(usage, Objection(f"Tenant {target} {reason}{unread}", next_step))


def _load(rule: ExportRule, hostnames: Collection[str], client: Client) -> Export:
    export = load_export(rule)
    export.check([name.lower() for name in hostnames], client.clock.now())
    return export
