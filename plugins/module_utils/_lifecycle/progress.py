# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run has seen of its tenant and sent for it so far, as values. Pure."""

from __future__ import annotations

import enum
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .._base.errors import NoResponse, WaitTooLong
from .._base.timestamps import days_after, write_time
from .._domain.decision import Decision, Verdict
from .._domain.tenant import DISABLED_STATUSES, Probe, Reading, Record, State
from .._domain.usage import Usage
from .._http.messages import Response
from .._receipts.events import Action, PurgeDate


class Mode(enum.Enum):
    """What a run may do. CHECK and PLAN read as a real run does, and change and write nothing."""

    APPLY = enum.auto()
    CHECK = enum.auto()
    PLAN = enum.auto()


@dataclass(frozen=True)
class Spec:
    """What one command is to do, and the constants of its action.

    ``doing``, ``noun``: for messages ("deactivating", "deactivation"). ``end``, ``end_states``: the state that it ends in, as a status
    and as what the tenant's host answers then. ``purge_after_days``: of a deactivation. ``restarts_countdown``: a disabled tenant is
    deactivated again. ``looks_at_use``: whether somebody still uses the tenant decides if it goes.
    """

    action: Action
    doing: str
    noun: str
    end: str
    end_states: frozenset[State]
    next_steps: Mapping[int, str] = field(default_factory=dict)
    purge_after_days: int | None = None
    restarts_countdown: bool = False
    looks_at_use: bool = False


@dataclass(frozen=True)
class Limits:
    """What bounds a run.

    ``retries``: of a request. ``verify_timeout``: s; None: no verification. ``may_take_effect_for``: how long, in s, the request of
    an earlier run's pending intent may still take effect.
    """

    retries: int
    verify_timeout: float | None = None
    may_take_effect_for: float = 0.0


@dataclass(frozen=True)
class Observation:
    """What is known of a tenant at one moment, and what follows from it."""

    read: Record | Reading
    probe: Probe | None
    decision: Decision
    # What the tenant's own host showed, if the record shows none.
    own_hostnames: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the decision."""
        return self.decision.verdict

    @property
    def hostnames(self) -> tuple[str, ...]:
        """The hostnames of the tenant, as far as they are shown."""
        return (self.read.hostnames if isinstance(self.read, Record) else None) or self.own_hostnames

    @property
    def name(self) -> str | None:
        """The name that the record shows."""
        return self.read.name if isinstance(self.read, Record) else None


class Doubt(enum.IntEnum):
    """How sure it is that no POST of this run has had an effect.

    UNTIL_READ: a 401 of the API says that it had none, and a reading that shows the tenant as it was confirms that. LASTING: what the
    server did is not known, and may still be coming.
    """

    NONE = 0
    UNTIL_READ = 1
    LASTING = 2


@dataclass(frozen=True)
class Objection:
    """Why a tenant must not be touched, as the beginning of a sentence without its end, and what to do about it."""

    reason: str
    next_step: str


@dataclass(frozen=True)
class Confirmation:
    """The server's response confirms the change; ``fields``: the result keys that it gives."""

    fields: PurgeDate


@dataclass(frozen=True)
class Conclusion:
    """What became of the tenant: the change is confirmed, would be made (check mode, plan), or is not needed."""

    status: str | None
    changed: bool


@dataclass(frozen=True)
class Progress:
    """What one run has seen and sent so far.

    ``news``: what was learned last and not acted on yet; None: the next look is due. ``usage``: of the tenant, read after the last look.
    ``objection``: why what was found must not be acted
    on. ``sent``: the last response to a POST, or why there is none. ``attempts``: that count towards the retries. ``intended``: the receipt
    has an intent of this run without an outcome. ``may_repeat``: the last POST failed in a way that another one may not.
    ``wait_budget_spent``: the wait before the next look was not allowed any more. ``sight``: the probe that verifies the end.
    """

    first: Observation | None = None
    last: Observation | None = None
    usage: Usage | None = None
    objection: Objection | None = None
    news: Observation | Response | NoResponse | Confirmation | None = None
    sent: Response | NoResponse | None = None
    attempts: int = 0
    doubt: Doubt = Doubt.NONE
    intended: bool = False
    may_repeat: bool = True
    waited_for_earlier_run: bool = False
    wait_budget_spent: WaitTooLong | None = None
    conclusion: Conclusion | None = None
    sight: Probe | None = None
    sight_recorded: bool = False

    @property
    def in_doubt(self) -> bool:
        """A POST may have had an effect, and what became of it is not known."""
        return self.doubt is not Doubt.NONE

    @property
    def was_live(self) -> bool:
        """The tenant was live when it was looked at first."""
        return self.first is not None and self.first.decision.status not in DISABLED_STATUSES

    def seen(self, found: Observation) -> Progress:
        """After a look at the tenant."""
        return replace(self, first=self.first or found, last=found, news=found, usage=None)

    def look_again(self, **changes: t.Any) -> Progress:
        """After something that only the next look can explain."""
        return replace(self, news=None, **changes)

    def answered(self, answer: Response | NoResponse) -> Progress:
        """After a POST: what its response, or that there is none, says about its effect."""
        doubt = self.doubt
        if isinstance(answer, NoResponse):
            if answer.sent:
                doubt = Doubt.LASTING
        elif not answer.refuses:
            # Only the API's own no is one. Behind any other response the server may have done it all the same.
            doubt = Doubt.LASTING
        elif answer.status == 401:
            doubt = max(doubt, Doubt.UNTIL_READ)
        confirms = isinstance(answer, Response) and answer.succeeded
        return replace(self, news=answer, sent=answer, doubt=doubt, may_repeat=confirms or answer.temporary)

    def concluded(self, status: str | None, *, changed: bool) -> Progress:
        """After it is known what became of the tenant: nothing is in doubt, whatever verifying it brings."""
        return replace(self, conclusion=Conclusion(status, changed), doubt=Doubt.NONE, news=None)


def computed_purge_date(found: Observation, days: int) -> PurgeDate:
    """The purge date of a tenant whose deactivation had no response, from the time of its last change, as result keys."""
    since = found.read.status_since if isinstance(found.read, Record) else None
    date = days_after(since, days) if since else None
    return {"estimated_purge_date": write_time(date), "purge_date_computed": True} if date else {}
