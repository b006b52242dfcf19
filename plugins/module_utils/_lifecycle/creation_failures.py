# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that the creation of a tenant ends in. Each is built here, once. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from datetime import datetime

from .._api.creation import NewTenant
from .._base.errors import NOTHING_SAID, RUN_LATER, NoResponse, QlikError, Refused, Stopped, Unconfirmed, Unrecorded
from .._base.text import for_terminal, sentence
from .._base.timestamps import write_time
from .._domain.addresses import Address
from .._domain.creation import Creation
from .._domain.tenant import LIVE_STATES, Probe, State
from .._http.messages import Response
from .creation import Listed

# Reference: "Create".
_BY_CODE = {
    "TENANTS-21": "The server got no license key: check license_key, or license_from.",
    "TENANTS-22": "The license allows no more tenants. A tenant uses its slot until its purge: wait until a tenant is purged, or use"
    " another subscription.",
    "TENANTS-23": "The license is not valid: check that license_key is the whole key of a subscription that is in force.",
    "TENANTS-10": "The alias is not a name that the server takes: give one part of a hostname, 3 to 63 characters.",
}
_BY_STATUS = {
    400: "The request is wrong for the server: check license_key.",
    401: "The server does not accept the token: check client_id and client_secret, and that it is a client of this region.",
    403: "The client may not create tenants: check that it has the scope tenants:create, and that the subscription may have more than one"
    " tenant.",
    429: "The rate limit still blocks the client: run again later, or raise retries and max_wait.",
}


def refused(cause: Response | NoResponse) -> QlikError:
    """The request had no effect."""
    if isinstance(cause, NoResponse):
        return cause
    return cause.refusal(
        f"No tenant was created. {_BY_CODE.get(cause.code or '', _BY_STATUS.get(cause.status, RUN_LATER))}"
    )


def still_in_doubt(
    command: Creation, asked_at: datetime | None, sent: Response | NoResponse | None, listed: Listed | None
) -> Unconfirmed:
    """Nobody can say what became of the request."""
    when = f" at {write_time(asked_at)}" if asked_at else ""
    reason = f" {_words(sent)}" if sent else ""
    fields = sent.error_fields() if sent else NOTHING_SAID
    return Unconfirmed(
        f"It is not known whether a tenant was created in region {command.region}: the request was sent, or was about to be sent,{when}"
        f" and is not confirmed.{reason} It is not sent again: that could make a second tenant. {_said_by(listed)}."
        f" {_what_to_do(command, listed)}",
        changed=sent is not None,
        **fields,
    )


def not_to_be_confirmed(confirmed: Address, known: NewTenant | None) -> Stopped:
    """A person confirms a tenant, and the receipt has no creation in doubt, or that of another one."""
    says = f"the receipt is that of tenant {known.target}" if known else "the receipt has no creation that is in doubt"
    return Stopped(
        f"confirm_hostname is {confirmed.hostname}, and there is nothing to confirm: {says}. Nothing was changed. Check receipt_path"
        " and confirm_hostname; for a creation that is not in doubt leave confirm_hostname out."
    )


def alias_not_free(alias: Address, found: Probe, owners: Sequence[Mapping[str, t.Any]]) -> Stopped:
    """Somebody has the alias, or nobody can say."""
    if owners:
        owner = owners[0]
        reason = (
            f"it is taken: the organization's list has it for tenant {owner['id']}, {for_terminal(owner['status'])}"
        )
    elif found.state in (*LIVE_STATES, State.DEACTIVATED):
        reason = f"it is taken: its host {found.state.seen}"
    else:
        reason = f"it is not known whether it is free: {found.description.rstrip('.')}"
    return Stopped(
        f"The alias {alias.hostname} cannot be used: {reason}. Nothing was changed. Choose another alias. If an earlier run created the"
        " tenant that has it, set receipt_path to the receipt of that tenant.",
        **found.error_fields(),
    )


def no_license_there(origin: Address, found: Probe) -> Stopped:
    """The tenant that is to show the license key does not live."""
    return Stopped(
        f"license_from is {origin.hostname}, and its host {found.state.seen}: {found.description.rstrip('.')}. Nothing was"
        " changed. Name a live tenant of the subscription, or give license_key.",
        **found.error_fields(),
    )


def unrecorded(tenant: NewTenant, why: Exception) -> Unrecorded:
    """It was created, and the receipt does not have it."""
    return Unrecorded(
        f"Tenant {tenant.target} was created, but this could not be written to its receipt: {why}. Write down its id and hostname. Fix"
        f" the cause and run again with org_client_id and org_client_secret, and with {tenant.address.hostname} in confirm_hostname: then"
        " the receipt is brought up to date.",
        changed=True,
    )


def not_recorded(command: Creation, sent: Response | NoResponse, why: Exception, *, in_doubt: bool) -> QlikError:
    """It failed, and the receipt does not have that: for the next run it is in doubt."""
    kind, words = (Unconfirmed, "is not confirmed") if in_doubt else (Refused, "failed, and no tenant was created")
    next_step = (
        "Fix the cause, and run again: the request is not sent again."
        if in_doubt
        else "Fix the cause. Then move the receipt away before the next run, because it says that the outcome of the creation is not known."
        " But if it is the receipt of another tenant, leave it there, and set receipt_path to another file."
    )
    return kind(
        f"The creation of a tenant in region {command.region} {words}. This could not be written to the receipt: {why}. {_words(sent)}"
        f" {next_step}",
        changed=in_doubt,
        **sent.error_fields(),
    )


def not_alive_yet(tenant: NewTenant, found: Probe, seconds: float) -> Unconfirmed:
    """The API says that it was created, and its host does not answer."""
    return Unconfirmed(
        f"Tenant {tenant.target} was created, but its host does not answer as a live tenant within {seconds:g} s: it"
        f" {found.state.seen}. {sentence(found.description.rstrip('.'))}. Run again: the receipt has it, and no second one is created.",
        changed=True,
        **found.error_fields(),
    )


def does_not_live(tenant: NewTenant, reason: str, found: Probe | None) -> Stopped:
    """The tenant of the receipt is not live any more."""
    seen = f", and the tenant's own host {found.state.seen} ({found.description.rstrip('.')})" if found else ""
    return Stopped(
        f"The tenant of this receipt, {tenant.target}, is not live any more: {reason}{seen}. Nothing was changed. Restore a deactivated"
        " tenant with qlik_tenant_reactivate. To create another tenant, name another file in receipt_path.",
        **(found.error_fields() if found else NOTHING_SAID),
    )


def has_other_hostnames(tenant: NewTenant, hostnames: Sequence[str]) -> Stopped:
    """The record with the id of the receipt is not that of its hostname."""
    return Stopped(
        f"This receipt has tenant {tenant.target}, but the tenant with this id has other hostnames: {for_terminal(', '.join(hostnames))}."
        " Nothing was changed. Check the receipt: the first hostname of a tenant never changes."
    )


def has_another_alias(tenant: NewTenant, alias: Address, other: str) -> Stopped:
    """To replace an alias would give the old one away."""
    return Stopped(
        f"Tenant {tenant.target} has the alias {for_terminal(other, 253)} already, and alias is {alias.hostname}. The alias is not changed,"
        " because another customer could then take the old one. Leave alias out, or change it in the tenant itself."
    )


def not_set(answer: Response, option: str, value: str) -> Refused:
    """The server refused a value.

    :arg option: ``name`` or ``alias``.
    """
    advice = _BY_CODE.get(answer.code or "", "")
    if not advice and answer.status not in (400, 403, 404, 409, 422):
        advice = RUN_LATER
    elif not advice and option == "alias":
        advice = (
            "Some licenses, such as those of trials, do not allow an alias. Another tenant may have this one already."
        )
    return answer.refusal(
        f"The {option} '{for_terminal(value)}' was refused. The tenant exists, and its receipt has it.{f' {advice}' if advice else ''}"
        f" Leave {option} out, or give another value, and run again."
    )


def alias_not_shown(tenant: NewTenant, alias: Address) -> Unconfirmed:
    """The server took the alias, and does not show it."""
    return Unconfirmed(
        f"The server confirmed the alias {alias.hostname} of tenant {tenant.target}, but does not show it yet. Run again: the tenant is"
        " read first.",
        changed=True,
    )


def _said_by(listed: Listed | None) -> str:
    if listed is None:
        return (
            "The organization's list was not read, because org_client_id and org_client_secret (or QLIK_ORG_CLIENT_ID and"
            " QLIK_ORG_CLIENT_SECRET in the environment) are missing: run again with them"
        )
    if listed.error is not None:
        return f"The organization's list could not be read, so run again later: {listed.error.rstrip('.')}"
    found = []
    if listed.candidates:
        names = (f"{one.address.hostname} (id {one.tenant_id}, created {one.created})" for one in listed.candidates[:5])
        plural = "s" if len(listed.candidates) > 1 else ""
        found.append(f"{len(listed.candidates)} tenant{plural} that may be the new one: {', '.join(names)}")
    if listed.unreadable:
        found.append(f"entries that cannot be read ({listed.unreadable}), and the new tenant may be one of them")
    if found:
        return f"The organization's list has {', and '.join(found)}"
    return "The new tenant is not in the organization's list yet, and may appear there later: run again"


def _what_to_do(command: Creation, listed: Listed | None) -> str:
    again = f"move the receipt {for_terminal(command.receipt_path, 1000)} away, and run again."
    if listed is None or not listed.candidates:
        return (
            f"In the management console, look for a tenant of region {command.region} that was created at or after the time of the request,"
            " has no alias and is in no receipt of this folder. It uses a slot: if nobody else created it or needs it, deactivate it with"
            f" qlik_tenant_deactivate. If there is none, {again}"
        )
    wrong = (
        f" confirm_hostname is {command.confirmed.hostname}, which is not listed there." if command.confirmed else ""
    )
    return (
        f"Somebody else may have created what is listed, so nothing was sent to it.{wrong} In the management console, see when and by whom"
        " each listed tenant was created. Compare this with the time and the client of this request, and ask whoever else creates tenants."
        f" If one of them is the tenant of this receipt, set confirm_hostname to its hostname, and run again. If none is, {again}"
    )


def _words(sent: Response | NoResponse) -> str:
    return sent.message if isinstance(sent, NoResponse) else f"{sentence(sent.request.what)}: {sent.describe()}."
