# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with a tenant, decided from what was read: pure, the same for a run, for check mode and for a plan.

Reference: "Read one tenant" (statuses; if the register host refuses reads, the probe decides), "Probe".
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .tenant import DISABLED_STATUSES, LIVE_STATUSES, Reading, Record, State


class Verdict(enum.Enum):
    """What follows."""

    CHANGE = enum.auto()
    NO_OP = enum.auto()
    NOT_FOUND = enum.auto()
    STOP = enum.auto()
    PROBE = enum.auto()
    PURGED = enum.auto()


@dataclass(frozen=True)
class Decision:
    """A verdict, the status that the tenant has now if one is known, the reason for stopping, and what to do about it."""

    verdict: Verdict
    status: str | None = None
    reason: str = ""
    next_step: str = "Check the id and the hostname of this tenant."


_DELETED = "deleted"


def decide_deactivation(
    read: Record | Reading,
    probed: State | None,
    hostname: str,
    *,
    reset_purge_timer: bool,
    purge_is_over: bool = False,
    was_disabled: bool = False,
) -> Decision:
    """Whether a tenant is to be deactivated.

    :arg read: the tenant's record, or why there is none.
    :arg probed: what the tenant's host answered; None: not asked yet (the verdict is PROBE if it must be).
    :arg hostname: the tenant's host as it was given, in lower case.
    :arg reset_purge_timer: a tenant that is disabled already is to be deactivated again, which restarts its countdown.
    :arg purge_is_over: its receipt proves that it was deactivated, and that the last day of its purge has passed.
    :arg was_disabled: its receipt says that it is disabled, or that a deactivation was sent, and nothing newer says that it lives. An
        error of its authentication service is no proof of life then: a second deactivation would restart the countdown.
    """
    decision = _decide(read, probed, hostname, wanted=DISABLED_STATUSES, again=reset_purge_timer)
    if (
        was_disabled
        and probed is State.UNAUTHORIZED
        and decision.verdict is Verdict.CHANGE
        and not isinstance(read, Record)
    ):
        return Decision(
            Verdict.STOP,
            None,
            f"{read.value}, and the receipt says that the tenant is disabled: only a token of its own host would prove that it is live"
            " again",
            "Check client_id and client_secret (without them no token can be requested), and find out who restored the tenant.",
        )
    # The register host's own word that it is gone; not a refusal, behind which the tenant may live under another hostname.
    gone = read is Reading.ABSENT or (isinstance(read, Record) and read.status == _DELETED)
    if decision.verdict is not Verdict.NOT_FOUND or not gone or not purge_is_over:
        return decision
    if probed is None:
        return Decision(Verdict.PROBE)
    if probed is State.NOT_FOUND:
        return Decision(Verdict.PURGED, decision.status)
    return Decision(
        Verdict.NOT_FOUND,
        decision.status,
        f"{decision.reason}, but its hostname {probed.seen}, so it may belong to another customer now",
    )


def decide_reactivation(read: Record | Reading, probed: State | None, hostname: str) -> Decision:
    """Whether a tenant is to be reactivated. Arguments as in decide_deactivation()."""
    return _decide(read, probed, hostname, wanted=LIVE_STATUSES, again=False)


def _decide(
    read: Record | Reading, probed: State | None, hostname: str, *, wanted: frozenset[str], again: bool
) -> Decision:
    """A no-op for a tenant that is in the wanted state (unless it is to be done again), a change for one that is in the other."""
    if isinstance(read, Record):
        names = read.hostnames
        # A tenant that is gone may have lost its hostnames.
        has_lost_them = read.status == _DELETED and not names
        if names is not None and not has_lost_them and hostname not in (name.lower() for name in names):
            shown = (
                f"the hostnames {', '.join(names)}, not {hostname}"
                if names
                else f"no hostnames, so {hostname} cannot be checked"
            )
            return Decision(Verdict.STOP, read.status, f"the tenant with this id has {shown}")
        if read.status == _DELETED:
            return Decision(Verdict.NOT_FOUND, read.status, "its status is 'deleted'")
        if read.status not in LIVE_STATUSES | DISABLED_STATUSES:
            return Decision(
                Verdict.STOP,
                read.status,
                f"its status is '{read.status}', and it is not documented what that means",
                "Look at the tenant in the management console, and ask the vendor's support about this status.",
            )
        return Decision(Verdict.CHANGE if again or read.status not in wanted else Verdict.NO_OP, read.status)
    if read is Reading.ABSENT:
        return Decision(Verdict.NOT_FOUND, None, read.value)
    if probed is None:
        return Decision(Verdict.PROBE)
    if probed is State.NOT_FOUND:
        return Decision(Verdict.NOT_FOUND, None, f"{read.value}, and this hostname does not exist")
    if probed is State.UNREACHABLE:
        return Decision(
            Verdict.STOP, None, f"{read.value}, and the tenant's own host cannot be reached", "Run again later."
        )
    if probed is State.UNKNOWN:
        return Decision(
            Verdict.STOP,
            None,
            f"{read.value}, and the answer of the tenant's own host shows neither that it is live nor that it is disabled",
            "Check what answers in place of the tenant (a proxy, a block page), then run again.",
        )
    # A live tenant may refuse the credentials: it lives.
    status = "disabled" if probed is State.DEACTIVATED else "active"
    if status in wanted and not again:
        return Decision(Verdict.NO_OP, status)
    if read is Reading.NO_ID:
        return Decision(
            Verdict.STOP,
            None,
            f"{read.value}, and a tenant cannot be changed without it",
            "Give the tenant's id (tenant_id; qlik_tenant_id in an inventory).",
        )
    return Decision(Verdict.CHANGE, status)
