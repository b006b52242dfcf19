# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the guard.

Each rule is a pure function of the wave, and yields what is wrong with the wave as a whole, one sentence each. To add a rule, write
one function and add it to RULES. What is wrong with one tenant is left to that tenant's own task, which does not stop the others.

A rule also runs in a restore: one that is only for a decommission begins with ``if wave.operation != DECOMMISSION: return``. It runs if
a plan is made (``wave.planning``), too: what it yields refuses the plan, which is not written. It sees all entries: also those of tenants
that need no change (``wave.done``), and those with an ``error``, in which each value that could not be evaluated is the default. So a rule
about a missing value leaves out entries with an ``error``: their own tasks stop them with it. ``_faults_by()`` runs a check of one value,
such as those of ``_domain/moments.py``, for each entry; ``_hosts_by()`` gathers the hosts that have the same fault, and ``some()`` names a
few of them.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.credentials import missing_credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown, some
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import check_policy
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.protection import (
    Protection,
    check_protections,
    protection_of,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.misplaced import likely_meant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.recent import Recent, TakenDown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import CLAIMS, DECOMMISSION, VERBS
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput

Rule = Callable[[WaveInput], Iterable[str]]


def hosts_that_the_plan_lacks(wave: WaveInput) -> Iterator[str]:
    hosts = [tenant.entry.shown_host for tenant in wave.tenants if wave.plan is not None and tenant.planned is None]
    if hosts:
        yield (
            f"Not in the plan: {some(hosts)}. A plan can be applied only to the tenants in it. Check -i and --limit, or make a new plan."
        )


def too_many_tenants(wave: WaveInput) -> Iterator[str]:
    option, limit = f"{wave.prefix}max_tenants", wave.policy.max_tenants
    if wave.to_change <= limit or wave.planning:
        return
    remarks = []
    before = len(wave.changed_before.difference(tenant.hostname for tenant in wave.tenants))
    if before:
        remarks.append(f"{before} of the {wave.to_change} in earlier runs of the role in this play")
    uncounted = [one for one in wave.tenants if one.hostname not in wave.counting and one.host not in wave.not_due]
    if uncounted and wave.plan is None:
        remarks.append(f"{len(uncounted)} more are disabled or purged according to their receipts, and are not counted")
    besides = " according to the plan" if wave.plan else ""
    if remarks:
        besides += f" ({'; '.join(remarks)})"
    tenants = "tenant" if wave.to_change == 1 else "tenants"
    yield (
        f"The play has {wave.to_change} {tenants} to {VERBS[wave.operation]}{besides}, and {option} allows {limit}: check the"
        f" inventory and --limit; if they are right, set {option} to {wave.to_change}."
    )


def too_many_in_days(wave: WaveInput) -> Iterator[str]:
    problem = None if wave.planning else in_days_problem(wave)
    if problem:
        yield problem


def in_days_problem(wave: WaveInput, listed: Iterable[TakenDown] = ()) -> str | None:
    """Why so many may not go within some days; None: they may, or there is no limit.

    :arg listed: what was taken down in the days that count besides, by the organization's list.
    """
    limit, recent, going = wave.policy.max_in_days, wave.recent, wave.counting
    if limit is None or recent is None or not going:
        return None
    # A tenant that goes counts once, whatever the receipts and the list say of it.
    before = [one for one in recent.tenants if not one.hostnames & going]
    besides = [one for one in listed if not one.hostnames & going]
    times = [one.at for one in (*before, *besides)]
    if len(times) + len(going) <= limit.tenants:
        return None
    option = f"{wave.prefix}max_in_days"
    sources = [f"{len(before)} according to receipts{_with_unreadable(recent, going)}"]
    sources += [f"{len(besides)} more according to the organization's list"] if besides else []
    free = max(0, limit.tenants - len(times))
    were = "was" if len(times) == 1 else "were"
    words = (
        f"{option} allows {limit.tenants} tenants in {limit.days} days. {len(times)} {were} deactivated since"
        f" {limit.since(wave.now):%Y-%m-%d %H:%M} UTC ({', '.join(sources)}), and this play would deactivate {len(going)}."
        f" {free} can be deactivated now"
    )
    next_one = limit.free_at(times, 1) if limit.tenants else None
    if next_one is not None:
        words += f", the next one from {_moment(next_one)} on"
    everyone = limit.free_at(times, len(going)) if len(going) <= limit.tenants else None
    if not everyone:
        words += f", and never {len(going)} at once"
        if not limit.tenants:
            return f"{words}. Check {option}."
        # To wait alone does not help.
        return f"{words}. Choose fewer with --limit{'' if free else ', and wait'}."
    if len(going) > 1 or next_one is None:
        words += f", all {len(going)} from {_moment(everyone)} on"
    return f"{words}. Choose fewer with --limit, or wait."


def _with_unreadable(recent: Recent, going: Collection[str]) -> str:
    unreadable = len(recent.unreadable.difference(going))
    return f", among them {unreadable} that cannot be read" if unreadable else ""


def _moment(time: datetime) -> str:
    # Rounded up: a minute that has begun would be too early.
    return f"{time + timedelta(seconds=59):%Y-%m-%d %H:%M} UTC"


def misplaced_variables(wave: WaveInput) -> Iterator[str]:
    """Variables that can only be meant for the role, and that it does not have: what they say would be ignored."""
    for name, hosts in _hosts_by(wave, lambda entry: entry.misplaced):
        meant = likely_meant(name, wave.operation, OBSERVED_VARIABLES)
        hint = (
            f"Did you mean {meant}? Correct or remove it."
            if meant
            else f"Remove it. `ansible-doc -t role tenantops.qlik.tenant_{wave.operation}` shows the variables of the role."
        )
        yield f"{for_terminal(name, 100)} ({some(hosts)}) is not a variable of the role tenant_{wave.operation}. {hint}"


def approvals_in_the_inventory(wave: WaveInput) -> Iterator[str]:
    """What approves a plan may not come from whoever writes the inventory."""
    for name, hosts in _hosts_by(wave, lambda entry: entry.approvals):
        yield (
            f"{name} is set in the inventory ({some(hosts)}), but only the person who approves or starts the run may set it. Give it with"
            " -e, or as a variable of the play."
        )


def computed_confirmations(wave: WaveInput) -> Iterator[str]:
    """A confirmation that nobody typed would confirm whatever tenant the entry names."""
    for why, hosts in _hosts_by(wave, lambda entry: (entry.not_typed,) if entry.not_typed else ()):
        remedy = "Type the hostname of each tenant"
        if wave.operation == DECOMMISSION:
            remedy += ", or leave it out and use a plan (tenantops.qlik.plan)"
        yield f"{wave.prefix}confirm_hostname of {some(hosts)} {why}, so nobody has confirmed these tenants. {remedy}."


def no_confirmation(wave: WaveInput) -> Iterator[str]:
    """Not one tenant is confirmed: said once, not once per tenant."""
    due = [tenant.entry for tenant in wave.tenants if tenant.host not in wave.not_due]
    if wave.planning or wave.plan is not None or not due or any(entry.is_confirmed for entry in due):
        return
    option = f"{wave.prefix}confirm_hostname"
    hosts = some([entry.shown_host for entry in due])
    yield (
        f"{option} is missing for every tenant of the play ({hosts}): set it to the hostname of each tenant that you mean"
        + (
            ", or make a plan with the playbook tenantops.qlik.plan, have it approved, and apply it with -e qlik_plan=FILE -e"
            " qlik_plan_sha256=DIGEST."
            if wave.operation == DECOMMISSION
            else "."
        )
    )


def _hosts_by(wave: WaveInput, found: Callable[[Entry], Iterable[str]]) -> Iterable[tuple[str, list[str]]]:
    """Each thing found, with the hosts that it was found for."""
    hosts: dict[str, list[str]] = {}
    for entry in wave.entries:
        for one in found(entry):
            hosts.setdefault(one, []).append(entry.shown_host)
    return hosts.items()


def _faults_by(wave: WaveInput, check: Callable[[Entry], object]) -> Iterator[str]:
    """What a check raises InvalidInput for: each fault once, with the hosts that have it."""

    def faults(entry: Entry) -> Iterator[str]:
        try:
            check(entry)
        except InvalidInput as error:
            yield error.message

    for message, hosts in _hosts_by(wave, faults):
        yield f"{some(hosts)}: {message}"


def other_pre_tasks(wave: WaveInput) -> Iterator[str]:
    """Hosts whose tasks to be run first are not those that the play was loaded with."""
    if wave.operation != DECOMMISSION:
        return
    loaded = wave.pre_tasks
    hosts = [entry.shown_host for entry in wave.entries if (entry["pre_tasks"] or None) != (loaded or None)]
    if hosts:
        option = f"{wave.prefix}pre_tasks"
        yield (
            f"{option} of {some(hosts)} has another value than in the play ({shown(loaded) if loaded else 'not set'}). Ansible"
            f" includes these tasks before it reads the inventory. Set {option} with -e, as a variable of the play or as a"
            " parameter of the role, to one file for all tenants."
        )


def one_tenant_twice(wave: WaveInput) -> Iterator[str]:
    yield from _duplicates(wave, "hostname", lambda value: str(value).lower())
    yield from _duplicates(wave, "tenant_id", str)


def _duplicates(wave: WaveInput, name: str, normal: Callable[[t.Any], str]) -> Iterator[str]:
    given = [(normal(entry[name]), entry.shown_host) for entry in wave.entries if entry[name]]
    for value, count in Counter(value for value, _host in given).items():
        if count > 1:
            hosts = ", ".join(host for one, host in given if one == value)
            yield (
                f"{count} hosts have the {name} {shown(value)} ({hosts}): each tenant must be in the inventory only once."
            )


def wrong_policies(wave: WaveInput) -> Iterator[str]:
    """A local policy that is wrong itself: no tenant is changed under it."""

    def check(entry: Entry) -> None:
        if wave.operation == DECOMMISSION:
            check_policy(entry.values, entry.name_of)
        _own_protections(entry, wave)

    return _faults_by(wave, check)


def patterns_that_protect_nothing(wave: WaveInput) -> Iterator[str]:
    """A protected pattern that can never match was meant to match something."""
    hosts = {*wave.inventory_hosts, *(entry.host for entry in wave.entries)}
    ids = {str(entry["tenant_id"]) for entry in wave.entries if entry["tenant_id"]}
    for one in _all_protections(wave):
        fault = None if one.has_expired(wave.now) else one.fault(hosts, ids)
        if fault:
            yield f"{one.source} has the pattern {shown(one.pattern)}, and {fault}."


def protected_tenants(wave: WaveInput) -> Iterator[str]:
    for entry in wave.entries:
        protection = protection_of(
            _protections_of(entry, wave),
            wave.now,
            hostnames=[name for name in (entry["hostname"], entry.host) if isinstance(name, str)],
            tenant_id=entry["tenant_id"] if isinstance(entry["tenant_id"], str) else None,
        )
        if protection:
            yield (
                f"{entry.shown_host} is protected: {protection}. Leave this host out with --limit '!{entry.shown_host}', or remove that"
                " entry."
            )


def expired_protections(wave: WaveInput) -> Iterator[str]:
    """A warning, and no problem: whoever set the end meant it. But somebody may still count on the protection."""
    expired = [str(one) for one in _all_protections(wave) if one.has_expired(wave.now)]
    if expired:
        yield f"Protections that have expired, and protect no tenant any more: {some(expired)}. Remove them, or give them a later until."


def _all_protections(wave: WaveInput) -> Iterable[Protection]:
    return dict.fromkeys(
        (*wave.policy.protected, *(one for entry in wave.entries for one in _protections_of(entry, wave)))
    )


def _protections_of(entry: Entry, wave: WaveInput) -> tuple[Protection, ...]:
    """What protects an entry's tenant, as far as it can be read; another rule says what cannot."""
    own: tuple[Protection, ...] = ()
    with contextlib.suppress(InvalidInput):
        own = _own_protections(entry, wave)
    return (*own, *wave.policy.protected)


def _own_protections(entry: Entry, wave: WaveInput) -> tuple[Protection, ...]:
    return () if entry.error else check_protections(entry["protected"], entry.name_of("protected"), wave.policy.zone)


def regions_without_credentials(wave: WaveInput) -> Iterator[str]:
    if wave.regions_with_credentials is None:
        return
    sentence = missing_credentials(wave.regions, wave.regions_with_credentials, wave.prefix)
    if sentence:
        yield sentence


def unusable_receipts_folders(wave: WaveInput) -> Iterable[str]:
    """Said once, and before the first request: each tenant would stop by itself."""
    return wave.unusable_folders


# Variables of the inventory that rules read of each host, by their full names. A rule finds the value in Entry.inventory: None if it is not
# set, a date without quotes as the text that was typed (_domain/moments.py reads it). Nobody can set them as variables of a role. A
# misspelt name is only noticed if it begins with qlik_: a rule that needs a variable says which hosts lack it.
OBSERVED_VARIABLES: tuple[str, ...] = (*CLAIMS.values(),)

RULES: tuple[Rule, ...] = (
    hosts_that_the_plan_lacks,
    too_many_tenants,
    too_many_in_days,
    misplaced_variables,
    approvals_in_the_inventory,
    no_confirmation,
    computed_confirmations,
    other_pre_tasks,
    one_tenant_twice,
    wrong_policies,
    patterns_that_protect_nothing,
    protected_tenants,
    regions_without_credentials,
    unusable_receipts_folders,
)
