# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The next step of a run that creates one tenant: look, send once, find out, adjust. Pure; ``creator.py`` performs the steps.

A creation that is sent twice makes two tenants. So a request whose effect is not known is never sent again, by this run or by a later
one. The organization's list names the tenants that it may have created. If there is exactly one, and it was created while the request was
on its way, that is the new tenant. In all other cases the run stops, since somebody else may have created what is listed, and nothing in
the API tells the two cases apart. A person can confirm one of them.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._api.creation import NewTenant, read_new_tenant
from .._base.errors import NoResponse
from .._base.timestamps import read_time
from .._domain.addresses import Address
from .._http.messages import Response
from .._receipts.creation import Made
from .progress import Mode


class Effect(enum.Enum):
    """What a request that did not bring a tenant did."""

    NONE = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True)
class Listed:
    """The tenants of the organization's list that the request may have created, and how many entries of the list cannot be read.

    ``until``: by then the request had taken effect, or never will; None: not known. ``error``: why the list was not shown.
    """

    candidates: tuple[NewTenant, ...]
    unreadable: int = 0
    until: datetime | None = None
    error: str | None = None

    def chosen(self, confirmed: Address | None) -> NewTenant | None:
        """The tenant that the request created: the one that a person confirmed, else the only one, if it is of the request's time."""
        if confirmed is not None:
            return next((one for one in self.candidates if one.address == confirmed), None)
        if len(self.candidates) != 1 or self.unreadable or self.until is None:
            return None
        created = read_time(self.candidates[0].created)
        return self.candidates[0] if created is not None and created <= self.until else None


@dataclass(frozen=True)
class CreationLimits:
    """What bounds a run.

    ``retries``: of a request, and of a look at the list. ``has_list``: there is a client of the organization. ``may_take_effect_for``: how
    long, in s, a pending request may still take effect. ``confirmed``: the tenant that a person says was created by it.
    """

    retries: int
    has_list: bool = False
    may_take_effect_for: float = 0.0
    confirmed: Address | None = None


@dataclass(frozen=True)
class CreationProgress:
    """What one run has seen and sent so far.

    ``alias_is_free``: nobody has the alias, or none is wanted. ``has_key``: the license key is known. ``sent``: the last response, or why
    there is none. ``listed``: the last look at the list; None: the next one is due. ``adjusted``: name and alias are as they should be.
    """

    alias_is_free: bool = False
    has_key: bool = False
    sent: Response | NoResponse | None = None
    attempts: int = 0
    waited: bool = False
    listed: Listed | None = None
    looks: int = 0
    would_create: bool = False
    lives: bool = False
    adjusted: bool = False


@dataclass(frozen=True)
class CheckAlias:
    """See that no tenant has the alias: probe it, and ask the organization's list."""


@dataclass(frozen=True)
class ReadKey:
    """Read the license key from the tenant that was named."""


@dataclass(frozen=True)
class WouldCreate:
    """Check mode: a real run would send the request now."""


@dataclass(frozen=True)
class SendCreation:
    """Write the intent, send the request, write its outcome."""


@dataclass(frozen=True)
class WaitToRepeat:
    """Wait before the request is sent again that had no effect."""

    attempt: int
    cause: Response | NoResponse


@dataclass(frozen=True)
class FailCreation:
    """No tenant was created."""

    cause: Response | NoResponse


@dataclass(frozen=True)
class WaitForEffect:
    """The server may be at it still."""

    seconds: float


@dataclass(frozen=True)
class LookInList:
    """List the tenants that were created since the intent."""


@dataclass(frozen=True)
class LookLater:
    """The list may be late: wait before the next look."""

    attempt: int


@dataclass(frozen=True)
class Adopt:
    """The tenant of the list that the request created: write that it was created."""

    tenant: NewTenant


@dataclass(frozen=True)
class StopInDoubt:
    """Nobody can say what became of the request. ``listed``: None if there is no list to ask."""

    listed: Listed | None


@dataclass(frozen=True)
class CheckLife:
    """See that the tenant lives."""


@dataclass(frozen=True)
class Adjust:
    """Set name and alias, if they are not set yet."""


@dataclass(frozen=True)
class FinishCreation:
    """Done."""


# As a union type of Python 3.10 it would be taken for an operation of two classes by Ansible's own lint.
CreationStep = t.Union[  # noqa: UP007
    CheckAlias,
    ReadKey,
    WouldCreate,
    SendCreation,
    WaitToRepeat,
    FailCreation,
    WaitForEffect,
    LookInList,
    LookLater,
    Adopt,
    StopInDoubt,
    CheckLife,
    Adjust,
    FinishCreation,
]


def effect_of(answer: Response | NoResponse, region: str) -> NewTenant | Effect:
    """What a request to create a tenant did, by its response: the new tenant, nothing, or nobody knows."""
    if isinstance(answer, NoResponse):
        return Effect.UNKNOWN if answer.sent else Effect.NONE
    # Only the API's own no is one. Behind any other response the server may have done it all the same.
    return read_new_tenant(answer, region) or (Effect.NONE if answer.refuses else Effect.UNKNOWN)


def next_creation_step(progress: CreationProgress, made: Made, limits: CreationLimits, mode: Mode) -> CreationStep:
    """What to do next.

    :arg made: what the receipt says by now.
    """
    if made is Made.YES:
        if not progress.lives:
            return CheckLife()
        return FinishCreation() if progress.adjusted else Adjust()
    if made is Made.IN_DOUBT:
        return _in_doubt(progress, limits, mode)
    if progress.would_create:
        return FinishCreation()
    if progress.sent is not None:
        if progress.sent.temporary and progress.attempts <= limits.retries:
            return WaitToRepeat(progress.attempts, progress.sent)
        return FailCreation(progress.sent)
    if not progress.alias_is_free:
        return CheckAlias()
    if mode is not Mode.APPLY:
        return WouldCreate()
    return SendCreation() if progress.has_key else ReadKey()


def _in_doubt(progress: CreationProgress, limits: CreationLimits, mode: Mode) -> CreationStep:
    if not limits.has_list:
        return StopInDoubt(None)
    if mode is Mode.APPLY and limits.may_take_effect_for > 0 and not progress.waited:
        return WaitForEffect(limits.may_take_effect_for)
    listed = progress.listed
    if listed is None:
        return LookInList()
    chosen = listed.chosen(limits.confirmed)
    if chosen is not None:
        return Adopt(chosen)
    if not listed.candidates and listed.error is None and progress.looks <= limits.retries:
        return LookLater(progress.looks)
    return StopInDoubt(listed)
