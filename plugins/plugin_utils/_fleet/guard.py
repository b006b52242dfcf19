# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guard of a wave: all tenants of a play, checked together before the first request; and what it passes to each tenant's task."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import (
    Deactivation,
    Reactivation,
    command_from_json,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import RULES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.signature import is_signed, sign
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import Tenant, WaveInput


def guard_wave(wave: WaveInput) -> None:
    """Check a wave as a whole.

    :raises InvalidInput: with all that is wrong with it.
    """
    problems = [problem for rule in RULES for problem in rule(wave)]
    if problems:
        raise InvalidInput(refusal(problems, is_rest=bool(wave.changed_before)))


def refusal(problems: Iterable[str], *, is_rest: bool = False) -> str:
    """The message of a wave that is refused.

    :arg is_rest: earlier batches, or earlier runs of the role in this play, may have changed tenants.
    """
    what = (
        "The rest of the wave is refused (all tenants of this play that are not done yet): nothing more was changed."
        if is_rest
        else "The wave is refused (all tenants of this play): nothing was changed."
    )
    return " ".join((what, *problems))


@dataclass(frozen=True, kw_only=True)
class GuardedTenant:
    """What the guard passes to the task of one tenant.

    ``wave``: the id of the wave; ``operation``: ``decommission`` or ``restore``; ``prefix``: what the names of the role's variables
    begin with; ``host``: the name in the inventory; ``hostname``, ``region``, ``tenant_id``: of the tenant; if none is meant, as they
    were written; ``command``: what is to be done (None: ``fault`` says why not, or the tenant is not due before ``not_before``);
    ``planning``: a plan is made, so nothing is changed; ``prepares``: ``pre_tasks`` have to run first; ``one_client``: one client is for
    all regions.
    """

    wave: str
    operation: str
    prefix: str
    host: str
    hostname: str | None
    region: str | None
    tenant_id: str | None
    command: Deactivation | Reactivation | None
    fault: str | None
    not_before: str | None
    planning: bool
    prepares: bool
    pre_tasks: str | None
    one_client: bool

    def signed(self) -> dict[str, t.Any]:
        """Its JSON form with the signature of this run's guard."""
        content = {**asdict(self), "command": self.command.to_json() if self.command else None}
        return {**content, "signature": sign(content)}

    @classmethod
    def verified(cls, found: Mapping[str, t.Any]) -> GuardedTenant | None:
        """What signed() wrote in this run of ansible-playbook; None if it is anything else."""
        if not is_signed(found):
            return None
        fields = {key: value for key, value in found.items() if key != "signature"}
        command = fields["command"]
        return cls(**{**fields, "command": command_from_json(command) if command else None})


def pass_tenants(
    wave: WaveInput,
    wave_id: str,
    *,
    one_client: bool,
    purge_dates: Mapping[str, str],
    live: Collection[str] = (),
    inactive: Collection[str] = (),
) -> list[GuardedTenant]:
    """What the tasks of the tenants get of a wave that guard_wave() has checked.

    :arg wave_id: what to call the wave.
    :arg purge_dates: of disabled tenants, by host, from the organization's list.
    :arg live: hosts whose tenants live by that list.
    :arg inactive: hosts whose tenants did not count for a limit, since they are not live by the organization's list.
    """
    # A tenant that was left out of a count, or of the tasks that come first, may not be changed.
    left_out = frozenset() if wave.planning else wave.unprepared
    if not wave.planning and wave.size > wave.policy.max_tenants:
        left_out |= wave.done
    left_out |= frozenset(inactive)

    def passed(tenant: Tenant) -> GuardedTenant:
        entry, command = tenant.entry, tenant.command
        address = tenant.target.address if tenant.target else None
        if isinstance(command, Deactivation):
            command = replace(
                command,
                counted=tenant.host not in left_out,
                listed_purge_date=purge_dates.get(tenant.host),
                listed_live=tenant.host in live,
            )
        return GuardedTenant(
            wave=wave_id,
            operation=wave.operation,
            prefix=wave.prefix,
            host=tenant.host,
            hostname=address.hostname if address else _text(entry["hostname"]),
            region=address.region if address else _text(entry["region"]),
            tenant_id=_text(entry["tenant_id"]),
            command=command,
            fault=tenant.fault,
            not_before=write_time(tenant.not_before) if tenant.not_before else None,
            planning=wave.planning,
            prepares=bool(wave.pre_tasks) and not wave.planning and tenant.host not in wave.unprepared,
            pre_tasks=_text(wave.pre_tasks),
            one_client=one_client,
        )

    return [passed(tenant) for tenant in wave.tenants]


def _text(value: t.Any) -> str | None:
    """A value as JSON can have it: what is no text was refused, or will be."""
    return value if value is None or isinstance(value, str) else shown(value)
