# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of a creation: what was seen and sent so far → the next step. No row sends what may have had an effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._api.creation import NewTenant
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import NoResponse, Reason
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import Address
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, Response
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.creation import (
    Adjust,
    Adopt,
    CheckAlias,
    CheckLife,
    CreationLimits,
    CreationProgress,
    CreationStep,
    Effect,
    FailCreation,
    FinishCreation,
    Listed,
    LookInList,
    LookLater,
    ReadKey,
    SendCreation,
    StopInDoubt,
    WaitForEffect,
    WaitToRepeat,
    WouldCreate,
    effect_of,
    next_creation_step,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._lifecycle.progress import Mode
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.creation import Made
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, REGION, TENANT_ID

REQUEST = Request("creating", "POST", "register.eu.qlikcloud.com", "/api/v1/tenants")
API_ERROR = {"errors": [{"code": "TENANTS-22"}]}
RECORD = {"id": TENANT_ID, "status": "active", "hostnames": [HOSTNAME]}
CREATED = Response(REQUEST, 201, {}, RECORD)
REFUSED = Response(REQUEST, 403, {}, API_ERROR, code="TENANTS-22")
BLOCKED = Response(REQUEST, 429, {}, API_ERROR, code="HTTP-429")
FAILED = Response(REQUEST, 500, {}, API_ERROR, code="TENANTS-24")
NOT_SENT = NoResponse("refused", Reason.CONNECTION_REFUSED)
NO_PROXY = NoResponse("no proxy", Reason.PROXY_REFUSED)
CUT = NoResponse("cut", Reason.RESPONSE_BROKEN)

TENANT = NewTenant(TENANT_ID, Address(HOSTNAME, REGION), (HOSTNAME,), created="2026-11-24T12:00:03.000Z")
OTHER = NewTenant("another", Address("other.eu.qlikcloud.com", REGION), ("other.eu.qlikcloud.com",))
UNTIL = datetime(2026, 11, 24, 12, 0, 3, tzinfo=timezone.utc)
NONE, ONE, TWO = Listed((), until=UNTIL), Listed((TENANT,), until=UNTIL), Listed((TENANT, OTHER), until=UNTIL)
LATER = Listed((TENANT,), until=UNTIL - timedelta(milliseconds=1))
UNSURE = Listed((TENANT,), unreadable=1, until=UNTIL)
HIDDEN = Listed((), error="Forbidden")

NEW = CreationProgress()
READY = CreationProgress(alias_is_free=True, has_key=True)
LIMITS = CreationLimits(retries=1, has_list=True)
YOUNG = replace(LIMITS, may_take_effect_for=20)
CONFIRMED = replace(LIMITS, confirmed=TENANT.address)


@dataclass(frozen=True)
class Row:
    """The arguments of next_creation_step(), and the step."""

    progress: CreationProgress
    step: CreationStep
    made: Made = Made.NO
    limits: CreationLimits = LIMITS
    mode: Mode = Mode.APPLY


def sent(answer: Response | NoResponse, attempts: int = 1) -> CreationProgress:
    return replace(READY, sent=answer, attempts=attempts)


def looked(listed: Listed, looks: int = 1) -> CreationProgress:
    return CreationProgress(listed=listed, looks=looks)


TABLE: dict[str, Row] = {
    "nothing is known": Row(NEW, CheckAlias()),
    "the alias is free": Row(replace(NEW, alias_is_free=True), ReadKey()),
    "the key is known": Row(READY, SendCreation()),
    "check mode reads no key": Row(replace(NEW, alias_is_free=True), WouldCreate(), mode=Mode.CHECK),
    "check mode checks the alias": Row(NEW, CheckAlias(), mode=Mode.CHECK),
    "check mode is over": Row(replace(READY, would_create=True), FinishCreation(), mode=Mode.CHECK),
    "refused": Row(sent(REFUSED), FailCreation(REFUSED)),
    "blocked": Row(sent(BLOCKED), WaitToRepeat(1, BLOCKED)),
    "blocked once too often": Row(sent(BLOCKED, 2), FailCreation(BLOCKED)),
    "not sent": Row(sent(NOT_SENT), WaitToRepeat(1, NOT_SENT)),
    "cannot be sent": Row(sent(NO_PROXY), FailCreation(NO_PROXY)),
    "in doubt": Row(sent(CUT), LookInList(), Made.IN_DOUBT),
    "in doubt since an earlier run": Row(NEW, LookInList(), Made.IN_DOUBT),
    "in doubt, and the server may be at it": Row(sent(CUT), WaitForEffect(20), Made.IN_DOUBT, YOUNG),
    "waited for the server": Row(replace(sent(CUT), waited=True), LookInList(), Made.IN_DOUBT, YOUNG),
    "check mode does not wait": Row(NEW, LookInList(), Made.IN_DOUBT, YOUNG, Mode.CHECK),
    "in doubt without a list": Row(sent(CUT), StopInDoubt(None), Made.IN_DOUBT, CreationLimits(1)),
    "the list has one of the request's time": Row(looked(ONE), Adopt(TENANT), Made.IN_DOUBT),
    "the list has one that was created later": Row(looked(LATER), StopInDoubt(LATER), Made.IN_DOUBT),
    "the list has one that was created later, which a person confirmed": Row(
        looked(LATER), Adopt(TENANT), Made.IN_DOUBT, CONFIRMED
    ),
    "the list has one of the request's time, and a person confirmed another one": Row(
        looked(ONE), StopInDoubt(ONE), Made.IN_DOUBT, replace(LIMITS, confirmed=OTHER.address)
    ),
    "the list has two, of which a person confirmed one": Row(looked(TWO), Adopt(TENANT), Made.IN_DOUBT, CONFIRMED),
    "the list has two, and a person confirmed another one": Row(
        looked(TWO),
        StopInDoubt(TWO),
        Made.IN_DOUBT,
        replace(LIMITS, confirmed=Address("third.eu.qlikcloud.com", REGION)),
    ),
    "the list does not have what a person confirmed": Row(looked(NONE, 2), StopInDoubt(NONE), Made.IN_DOUBT, CONFIRMED),
    "the list has none yet": Row(looked(NONE), LookLater(1), Made.IN_DOUBT),
    "the list has none": Row(looked(NONE, 2), StopInDoubt(NONE), Made.IN_DOUBT),
    "the list has two": Row(looked(TWO), StopInDoubt(TWO), Made.IN_DOUBT),
    "the list cannot be read as a whole": Row(looked(UNSURE), StopInDoubt(UNSURE), Made.IN_DOUBT),
    "the list is not shown": Row(looked(HIDDEN), StopInDoubt(HIDDEN), Made.IN_DOUBT),
    "made": Row(sent(CREATED), CheckLife(), Made.YES),
    "made by an earlier run": Row(NEW, CheckLife(), Made.YES),
    "it lives": Row(replace(NEW, lives=True), Adjust(), Made.YES),
    "all is set": Row(replace(NEW, lives=True, adjusted=True), FinishCreation(), Made.YES),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_next_step_of_a_creation(name: str) -> None:
    row = TABLE[name]
    assert next_creation_step(row.progress, row.made, row.limits, row.mode) == row.step


@pytest.mark.parametrize("answer", [None, CUT, FAILED, BLOCKED, NOT_SENT])
@pytest.mark.parametrize("listed", [None, NONE, ONE, TWO])
@pytest.mark.parametrize("mode", [Mode.APPLY, Mode.CHECK])
def test_what_is_in_doubt_is_never_sent_again(
    answer: Response | NoResponse | None, listed: Listed | None, mode: Mode
) -> None:
    for looks in range(4):
        for limits in (LIMITS, YOUNG, CreationLimits(3)):
            progress = replace(READY, sent=answer, listed=listed, looks=looks)
            step = next_creation_step(progress, Made.IN_DOUBT, limits, mode)
            assert not isinstance(step, (SendCreation, WaitToRepeat, ReadKey, WouldCreate))


@pytest.mark.parametrize(
    ("answer", "effect"),
    [
        (CREATED, replace(TENANT, created=None)),
        (replace(CREATED, status=200), replace(TENANT, created=None)),
        (replace(CREATED, status=202), Effect.UNKNOWN),
        (replace(CREATED, body=None), Effect.UNKNOWN),
        (replace(CREATED, body={**RECORD, "id": "me"}), Effect.UNKNOWN),
        (replace(CREATED, body={**RECORD, "status": "frozen"}), Effect.UNKNOWN),
        (replace(CREATED, body={**RECORD, "hostnames": []}), Effect.UNKNOWN),
        (replace(CREATED, body={**RECORD, "hostnames": ["acme.us.qlikcloud.com"]}), Effect.UNKNOWN),
        (replace(CREATED, body={**RECORD, "hostnames": ["acme.example.com", HOSTNAME]}), Effect.UNKNOWN),
        (REFUSED, Effect.NONE),
        (BLOCKED, Effect.NONE),
        (replace(REFUSED, body=None), Effect.UNKNOWN),
        (FAILED, Effect.UNKNOWN),
        (NOT_SENT, Effect.NONE),
        (CUT, Effect.UNKNOWN),
    ],
)
def test_what_an_answer_says_about_the_effect(answer: Response | NoResponse, effect: NewTenant | Effect) -> None:
    assert effect_of(answer, REGION) == effect
