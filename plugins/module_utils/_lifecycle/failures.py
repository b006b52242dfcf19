# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that a run which changes one tenant ends in. Each is built here, once, and not changed afterwards. Pure."""

from __future__ import annotations

from .._base.errors import NOTHING_SAID, RUN_LATER, ErrorFields, NoResponse, QlikError, Stopped, Unconfirmed, Unrecorded
from .._base.text import sentence
from .._domain.commands import Target
from .._domain.tenant import Probe, State
from .._http.messages import Response
from .progress import Objection, Progress, Spec


def request_name(spec: Spec, target: Target) -> str:
    """What a request does, for messages."""
    return f"{spec.doing} tenant {target}"


def stopped(progress: Progress, objection: Objection, *, actions_sent: int) -> Stopped:
    """What was found must not be acted on.

    :arg actions_sent: how many POSTs the task has sent.
    """
    probed = progress.last.probe if progress.last else None
    seen = f" The tenant's own host says: {probed.description}." if probed and probed.description else ""
    sent = " Nothing was changed."
    if progress.in_doubt:
        sent = ""
    elif actions_sent:
        sent = " Nothing was changed: the server refused the requests of this task."
    return Stopped(
        f"{objection.reason}.{seen}{sent} {objection.next_step}", **(probed.error_fields() if probed else NOTHING_SAID)
    )


def failed(spec: Spec, target: Target, progress: Progress, cause: Response | NoResponse) -> QlikError:
    """The last POST failed for good."""
    if isinstance(cause, NoResponse):
        return unconfirmed(spec, target, cause.message, cause) if progress.in_doubt else cause
    if progress.in_doubt:
        spent = progress.wait_budget_spent
        reason = spent.message if spent else f"{request_name(spec, target)}: {cause.describe()}"
        return unconfirmed(spec, target, reason, cause)
    if 300 <= cause.status < 400:
        return cause.refusal("A redirect is not an answer of this API: check proxy and region.")
    return cause.refusal(spec.next_steps.get(cause.status, RUN_LATER))


def unconfirmed(spec: Spec, target: Target, reason: str, cause: Response | QlikError | Probe) -> Unconfirmed:
    """The change was sent and is not known to be done."""
    return Unconfirmed(
        f"The {spec.noun} of tenant {target} was sent and is not confirmed."
        f" {sentence(reason.rstrip('.'))}. Run again: the state is read first, and a tenant that is {spec.end} already gets no"
        " second request.",
        changed=True,
        **cause.error_fields(),
    )


def not_verified(spec: Spec, target: Target, status: str | None, sight: Probe, timeout: float) -> Unconfirmed:
    """The API says one thing, and the tenant's host another one."""
    return Unconfirmed(
        f"The API says that tenant {target} is {status}, but after {timeout:g} s (verify_timeout) its own host does not answer as"
        f" {'deactivated' if State.DEACTIVATED in spec.end_states else 'live'}: it {sight.state.seen}."
        f" {sentence(sight.description.rstrip('.'))}. In a few minutes, run the same command again, without"
        " reset_purge_timer: it looks again. If the result is the same, check that the tenant's id and hostname belong together.",
        **sight.error_fields(),
    )


def unrecorded(target: Target, status: str, date: str | None, why: Exception, said: ErrorFields) -> Unrecorded:
    """What is so could not be written to the receipt.

    :arg date: the purge date, if one is known.
    """
    return Unrecorded(
        f"Tenant {target} is {status}, but this could not be written to its receipt: {why}."
        f"{f' It will be purged about {date}: write down that date.' if date else ''} Fix the cause, then run again: the tenant is"
        " read first, and the receipt is brought up to date.",
        **said,
    )
