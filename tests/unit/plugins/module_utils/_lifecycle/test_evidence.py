# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of a tenant with its receipt: what is sent, what is written at which step, and what an earlier run's receipt decides."""

from __future__ import annotations

import errno
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base import files as files_module
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_SECRET,
    HOSTNAME,
    NOW,
    PROXY_PASSWORD,
    PURGE_DATE,
    TENANT_ID,
    TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, reactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    content_of,
    event,
    everything_below,
    failed,
    intent,
    put,
    receipt,
    schema_faults,
    told,
)
from ansible_collections.tenantops.qlik.tests.unit.waves import decommission
from ansible_collections.tenantops.qlik.tests.unit.wire import Reply, Wire

DEACTIVATE = "deactivate"
REACTIVATE = f"POST /api/v1/tenants/{TENANT_ID}/actions/reactivate"
ACTIVE, DISABLED = answers.record("active"), answers.record("disabled")

INTENT = ("intent", {"action": "deactivate", "previous_status": "active", "purge_after_days": 30})
DONE = ("deactivated", {"http_status": 200, "purge_after_days": 30, "estimated_purge_date": PURGE_DATE})
# The record's last change, and 30 days.
BY_LAST_CHANGE = {"purge_after_days": 30, "estimated_purge_date": "2026-12-24T12:00:01Z", "purge_date_computed": True}
SHUT = {"http_status": 401, "code": "TENANT_DEACTIVATED", "trace_id": TRACE_ID, "probe_state": "deactivated"}
SEEN_SHUT = ("observed", {"status": "disabled", **SHUT})
BACK = ("intent", {"action": "reactivate", "previous_status": "disabled"})
GONE = {"http_status": 401, "code": "LOGIN-2", "trace_id": TRACE_ID, "probe_state": "not_found"}

Event = tuple[str, dict[str, t.Any]]


def nothing(action: str = "deactivate", effect: str = "none", **facts: t.Any) -> Event:
    return ("failed", {"action": action, "effect": effect, **facts})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the receipt is, or is to be."""
    return tmp_path / "receipts" / f"{HOSTNAME}.json"


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    # When what reaches the disk is looked at elsewhere; waiting for it takes most of the time of these tests.
    monkeypatch.setattr(files_module.os, "fsync", lambda _file: None)
    wire.on("token", answers.token())
    wire.on("read", ACTIVE)
    wire.on(DEACTIVATE, answers.disabled())
    wire.on(REACTIVATE, answers.as_json(200, {"id": TENANT_ID, "status": "active"}))
    wire.on("probe", answers.deactivated())


class Case(t.NamedTuple):
    """What is answered, the options, and then the events, the requests after the token's, failed and changed."""

    replies: dict[str, t.Any]
    options: dict[str, t.Any]
    events: list[Event]
    requests: list[str]
    failed: bool
    changed: bool


def met(wire: Wire, replies: dict[str, t.Any]) -> None:
    for kind, reply in replies.items():
        wire.on(kind, *(reply if isinstance(reply, tuple) else (reply,)))


# The answer to the deactivation had no date: that of the tests' moment and the days.
COMPUTED = {"purge_after_days": 30, "estimated_purge_date": "2026-12-24T12:00:00Z", "purge_date_computed": True}

OUTCOMES: dict[str, Case] = {
    "confirmed": Case({}, {}, [INTENT, DONE], ["read", DEACTIVATE], False, True),
    "confirmed without a date": Case(
        {DEACTIVATE: answers.as_json(200, {"id": TENANT_ID, "status": "disabled"})},
        {},
        [INTENT, ("deactivated", {"http_status": 200, **COMPUTED})],
        ["read", DEACTIVATE],
        False,
        True,
    ),
    "confirmed with a date that is none": Case(
        {DEACTIVATE: answers.disabled(estimatedPurgeDate="soon")},
        {},
        [INTENT, ("deactivated", {"http_status": 200, **COMPUTED, "purge_date_text": "soon"})],
        ["read", DEACTIVATE],
        False,
        True,
    ),
    "confirmed and verified": Case(
        {}, {"verify": True}, [INTENT, DONE, SEEN_SHUT], ["read", DEACTIVATE, "probe"], False, True
    ),
    "verified with the second look": Case(
        {"probe": (answers.tenant_token(), answers.deactivated())},
        {"verify": True},
        [INTENT, DONE, SEEN_SHUT],
        ["read", DEACTIVATE, "probe", "probe"],
        False,
        True,
    ),
    "not verified": Case(
        {"probe": answers.tenant_token()},
        {"verify": True, "verify_timeout": 0},
        [INTENT, DONE, ("observed", {"status": "disabled", "probe_state": "active", "http_status": 200})],
        ["read", DEACTIVATE, "probe"],
        True,
        True,
    ),
    "not verified, no answer": Case(
        {"probe": faults.refused()},
        {"verify": True, "verify_timeout": 0},
        [INTENT, DONE, ("observed", {"status": "disabled", "probe_state": "unreachable"})],
        ["read", DEACTIVATE, "probe"],
        True,
        True,
    ),
    "forbidden": Case(
        {DEACTIVATE: answers.FORBIDDEN},
        {},
        [INTENT, nothing(http_status=403, code="AUTH-5", trace_id=TRACE_ID)],
        ["read", DEACTIVATE],
        True,
        False,
    ),
    "another hostname's id": Case(
        {DEACTIVATE: answers.error(412, "TENANTS-12")},
        {},
        [INTENT, nothing(http_status=412, code="TENANTS-12", trace_id=TRACE_ID)],
        ["read", DEACTIVATE],
        True,
        False,
    ),
    "not found by the POST": Case(
        {DEACTIVATE: answers.NO_SUCH_TENANT},
        {},
        [INTENT, nothing(http_status=404, code="TENANTS-8", trace_id=TRACE_ID)],
        ["read", DEACTIVATE],
        True,
        False,
    ),
    "a redirect": Case(
        {DEACTIVATE: Reply(302, b"", {"Location": "https://evil.example/"})},
        {},
        [INTENT, nothing(effect="unknown", http_status=302)],
        ["read", DEACTIVATE, "read"],
        True,
        True,
    ),
    "the server's fault": Case(
        {DEACTIVATE: answers.error(501, "HTTP-501")},
        {},
        [INTENT, nothing(effect="unknown", http_status=501, code="HTTP-501", trace_id=TRACE_ID)],
        ["read", DEACTIVATE, "read"],
        True,
        True,
    ),
    "the server's fault for a while": Case(
        {DEACTIVATE: (answers.error(500, "HTTP-500"), answers.disabled())},
        {},
        [INTENT, INTENT, DONE],
        ["read", DEACTIVATE, "read", DEACTIVATE],
        False,
        True,
    ),
    "a block page": Case(
        {DEACTIVATE: Reply(403, b"<html>")},
        {},
        [INTENT, nothing(effect="unknown", http_status=403)],
        ["read", DEACTIVATE, "read"],
        True,
        True,
    ),
    "a block page after the effect": Case(
        {DEACTIVATE: Reply(403, b"<html>"), "read": (ACTIVE, DISABLED)},
        {},
        [INTENT, ("deactivated", {"http_status": 403, **BY_LAST_CHANGE, "resolved": True})],
        ["read", DEACTIVATE, "read"],
        False,
        True,
    ),
    "a 401 after the effect": Case(
        {DEACTIVATE: answers.UNAUTHORIZED, "read": (ACTIVE, DISABLED)},
        {},
        [INTENT, ("deactivated", {"http_status": 401, "trace_id": TRACE_ID, **BY_LAST_CHANGE, "resolved": True})],
        ["read", DEACTIVATE, "token", "read"],
        False,
        True,
    ),
    "a yes that does not say to what": Case(
        {DEACTIVATE: answers.HTML},
        {},
        [INTENT, nothing(effect="unknown", http_status=200)],
        ["read", DEACTIVATE],
        True,
        True,
    ),
    "a lost answer that is resolved": Case(
        {DEACTIVATE: faults.cut(), "read": (ACTIVE, DISABLED)},
        {},
        [INTENT, ("deactivated", {**BY_LAST_CHANGE, "resolved": True})],
        ["read", DEACTIVATE, "read"],
        False,
        True,
    ),
    "a gateway's answer that is resolved": Case(
        {DEACTIVATE: answers.BAD_GATEWAY, "read": (ACTIVE, DISABLED)},
        {},
        [INTENT, ("deactivated", {"http_status": 502, **BY_LAST_CHANGE, "resolved": True})],
        ["read", DEACTIVATE, "read"],
        False,
        True,
    ),
    "a lost answer, resolved by a record without times": Case(
        {DEACTIVATE: faults.cut(), "read": (ACTIVE, answers.record("disabled", statusLastUpdatedAt=None))},
        {},
        [INTENT, ("deactivated", {"purge_after_days": 30, "resolved": True})],
        ["read", DEACTIVATE, "read"],
        False,
        True,
    ),
    "a lost answer, resolved by the probe": Case(
        {
            "read": answers.FORBIDDEN,
            DEACTIVATE: faults.cut(),
            "probe": (answers.tenant_token(), answers.deactivated()),
        },
        {},
        [INTENT, ("deactivated", {"purge_after_days": 30, "resolved": True})],
        ["read", "probe", DEACTIVATE, "read", "probe"],
        False,
        True,
    ),
    "a lost answer without an effect": Case(
        {DEACTIVATE: (faults.cut(), answers.disabled())},
        {},
        [INTENT, INTENT, DONE],
        ["read", DEACTIVATE, "read", DEACTIVATE],
        False,
        True,
    ),
    "never confirmed": Case(
        {DEACTIVATE: faults.read_timeout()},
        {"retries": 1},
        [INTENT, nothing(effect="unknown")],
        ["read", DEACTIVATE, "read", "read"],
        True,
        True,
    ),
    "in doubt, and then gone": Case(
        {DEACTIVATE: faults.cut(), "read": (ACTIVE, answers.NO_SUCH_TENANT)},
        {},
        [INTENT, nothing(effect="unknown")],
        ["read", DEACTIVATE, "read"],
        True,
        True,
    ),
    "nobody there": Case(
        {DEACTIVATE: faults.refused()}, {"retries": 0}, [INTENT, nothing()], ["read", DEACTIVATE], True, False
    ),
    "a certificate that nobody vouches for": Case(
        {DEACTIVATE: faults.certificate()}, {}, [INTENT, nothing()], ["read", DEACTIVATE], True, False
    ),
    "the rate limit, and then done": Case(
        {DEACTIVATE: (answers.rate_limited(), answers.disabled())},
        {},
        [INTENT, INTENT, DONE],
        ["read", DEACTIVATE, "read", DEACTIVATE],
        False,
        True,
    ),
    "the rate limit past max_wait": Case(
        {DEACTIVATE: answers.rate_limited("1000")},
        {"max_wait": 900},
        [INTENT, nothing(http_status=429, code="HTTP-429", trace_id=TRACE_ID)],
        ["read", DEACTIVATE],
        True,
        False,
    ),
    "the rate limit until retries end": Case(
        {DEACTIVATE: answers.rate_limited()},
        {"retries": 1},
        [INTENT, INTENT, nothing(http_status=429, code="HTTP-429", trace_id=TRACE_ID)],
        ["read", DEACTIVATE, "read", DEACTIVATE],
        True,
        False,
    ),
    "a token that had run out": Case(
        {DEACTIVATE: (answers.UNAUTHORIZED, answers.disabled())},
        {},
        [INTENT, INTENT, DONE],
        ["read", DEACTIVATE, "token", "read", DEACTIVATE],
        False,
        True,
    ),
    "the countdown again": Case(
        {"read": DISABLED},
        {"reset_purge_timer": True},
        [("intent", {**INTENT[1], "previous_status": "disabled"}), DONE],
        ["read", DEACTIVATE],
        False,
        True,
    ),
    "the countdown again, in doubt": Case(
        {"read": DISABLED, DEACTIVATE: faults.cut()},
        {"reset_purge_timer": True},
        [("intent", {**INTENT[1], "previous_status": "disabled"}), nothing(effect="unknown")],
        ["read", DEACTIVATE, "read"],
        True,
        True,
    ),
    "first seen disabled": Case({"read": DISABLED}, {}, [("observed", {"status": "disabled"})], ["read"], False, False),
    "first seen disabled, and verified": Case(
        {"read": DISABLED}, {"verify": True}, [SEEN_SHUT], ["read", "probe"], False, False
    ),
    "first seen disabled by the probe": Case(
        {"read": answers.FORBIDDEN}, {}, [SEEN_SHUT], ["read", "probe"], False, False
    ),
    "first seen disabled, and not verified": Case(
        {"read": DISABLED, "probe": answers.tenant_token()},
        {"verify": True, "verify_timeout": 0},
        [("observed", {"status": "disabled", "probe_state": "active", "http_status": 200})],
        ["read", "probe"],
        True,
        False,
    ),
}

RETURNED = ("reactivated", {"http_status": 200})
RESTORED: dict[str, Case] = {
    "confirmed": Case({"read": (DISABLED, ACTIVE)}, {}, [BACK, RETURNED], ["read", REACTIVATE, "read"], False, True),
    "confirmed and verified": Case(
        {"read": (DISABLED, ACTIVE), "probe": answers.tenant_token()},
        {"verify": True},
        [BACK, RETURNED, ("observed", {"status": "active", "probe_state": "active", "http_status": 200})],
        ["read", REACTIVATE, "read", "probe"],
        False,
        True,
    ),
    "not verified": Case(
        {"read": (DISABLED, ACTIVE)},
        {"verify": True, "verify_timeout": 0},
        [BACK, RETURNED, ("observed", {"status": "active", **SHUT})],
        ["read", REACTIVATE, "read", "probe"],
        True,
        True,
    ),
    "forbidden": Case(
        {"read": DISABLED, REACTIVATE: answers.FORBIDDEN},
        {},
        [BACK, nothing("reactivate", http_status=403, code="AUTH-5", trace_id=TRACE_ID)],
        ["read", REACTIVATE],
        True,
        False,
    ),
    "a lost answer that is resolved": Case(
        {"read": (DISABLED, ACTIVE), REACTIVATE: faults.cut()},
        {},
        [BACK, ("reactivated", {"resolved": True})],
        ["read", REACTIVATE, "read"],
        False,
        True,
    ),
    "never confirmed": Case(
        {"read": DISABLED},
        {"retries": 1},
        [BACK, nothing("reactivate", "unknown", http_status=200)],
        ["read", REACTIVATE, "read", "read"],
        True,
        True,
    ),
    "the rate limit past max_wait": Case(
        {"read": DISABLED, REACTIVATE: answers.rate_limited("1000")},
        {"max_wait": 900},
        [BACK, nothing("reactivate", http_status=429, code="HTTP-429", trace_id=TRACE_ID)],
        ["read", REACTIVATE],
        True,
        False,
    ),
    "by the probe alone": Case(
        {"read": answers.FORBIDDEN, "probe": (answers.deactivated(), answers.tenant_token())},
        {},
        [BACK, RETURNED],
        ["read", "probe", REACTIVATE, "read", "probe"],
        False,
        True,
    ),
}


def check(case: Case, wire: Wire, path: Path, result: dict[str, t.Any], skip: int = 0) -> None:
    """All that a case says is so; told() has looked at the schema."""
    assert (told(path, skip) if path.exists() else []) == case.events
    assert wire.sequence == ["token", *case.requests]
    assert (result["failed"], result["changed"]) == (case.failed, case.changed), result
    assert secrets_in(path.read_text() if path.exists() else "") == []


@pytest.mark.parametrize("case", OUTCOMES)
def test_a_deactivation_writes_its_intent_and_what_became_of_it(wire: Wire, run: Run, path: Path, case: str) -> None:
    met(wire, OUTCOMES[case].replies)
    result = deactivate(run, receipt_path=str(path), **OUTCOMES[case].options)
    check(OUTCOMES[case], wire, path, result)
    assert result["receipt"] == str(path)


@pytest.mark.parametrize("case", RESTORED)
def test_a_reactivation_writes_its_intent_and_what_became_of_it(wire: Wire, run: Run, path: Path, case: str) -> None:
    met(wire, RESTORED[case].replies)
    result = reactivate(run, receipt_path=str(path), **RESTORED[case].options)
    check(RESTORED[case], wire, path, result)
    assert result["receipt"] == str(path)


@pytest.mark.parametrize("case", OUTCOMES)
def test_what_was_in_the_receipt_stays_before_it(wire: Wire, run: Run, path: Path, case: str) -> None:
    earlier = [event("deactivated", ago(days=9), noted="by hand"), event("reactivated", ago(days=8))]
    put(path, receipt(*earlier, comment="kept"))
    met(wire, OUTCOMES[case].replies)
    deactivate(run, receipt_path=str(path), **OUTCOMES[case].options)
    found = json.loads(path.read_bytes())
    assert (found["events"][:2], found["comment"]) == (earlier, "kept")
    del found["comment"], found["events"][0]["noted"]
    assert schema_faults("receipt", found) == []
    assert len(found["events"]) == 2 + len(OUTCOMES[case].events)


@pytest.mark.parametrize(
    ("operation", "case"),
    [*((deactivate, case) for case in OUTCOMES.values()), *((reactivate, case) for case in RESTORED.values())],
    ids=[*OUTCOMES, *(f"restored: {name}" for name in RESTORED)],
)
def test_check_mode_writes_nothing(
    wire: Wire, run: Run, path: Path, tmp_path: Path, *, operation: t.Callable[..., dict[str, t.Any]], case: Case
) -> None:
    met(wire, case.replies)
    run.check_mode = True
    operation(run, receipt_path=str(path), **case.options)
    assert (wire.of(DEACTIVATE), wire.of(REACTIVATE)) == ([], [])
    assert everything_below(tmp_path) == {}


# Step by step: what is in the file when a request goes out.
def test_the_intent_is_in_the_file_before_the_post_and_the_outcome_before_the_probe(
    wire: Wire, run: Run, path: Path
) -> None:
    seen: list[tuple[str, list[str]]] = []
    reply = wire.reply

    def watched(sent: t.Any) -> Reply:
        kinds = [kind for kind, _facts in told(path)] if path.exists() else []
        seen.append((sent.kind, kinds))
        return reply(sent)

    wire.reply = watched  # type: ignore[method-assign]
    deactivate(run, receipt_path=str(path), verify=True)
    assert seen == [
        ("token", []),
        ("read", []),
        (DEACTIVATE, ["intent"]),
        ("probe", ["intent", "deactivated"]),
    ]


@pytest.mark.parametrize(
    ("operation", "replies"),
    [
        (deactivate, {"read": DISABLED}),
        (deactivate, {"read": answers.FORBIDDEN}),
        (deactivate, {"read": DISABLED, "probe": answers.FORBIDDEN}),
        (deactivate, {"read": answers.record("deactivated")}),
        (reactivate, {"read": ACTIVE, "probe": answers.tenant_token()}),
        (reactivate, {"read": answers.record("user-access-disabled"), "probe": answers.tenant_token()}),
    ],
)
@pytest.mark.parametrize("verify", [False, True])
def test_a_second_run_that_finds_nothing_to_do_leaves_every_byte_alone(
    wire: Wire,
    run: Run,
    path: Path,
    tmp_path: Path,
    *,
    operation: t.Callable[..., dict[str, t.Any]],
    replies: dict[str, t.Any],
    verify: bool,
) -> None:
    kind = "deactivated" if operation is deactivate else "reactivated"
    put(path, receipt(event(kind, ago(days=2))))
    met(wire, replies)
    before, file = everything_below(tmp_path / "receipts"), path.stat()
    result = operation(run, receipt_path=str(path), verify=verify, verify_timeout=0)
    assert result["changed"] is False
    assert everything_below(tmp_path / "receipts") == before
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (file.st_ino, file.st_mtime_ns)
    assert (wire.of(DEACTIVATE), wire.of(REACTIVATE)) == ([], [])


@pytest.mark.parametrize("case", OUTCOMES)
def test_whatever_became_of_a_run_the_next_two_end_in_the_same_receipt(
    wire: Wire, run: Run, path: Path, case: str
) -> None:
    met(wire, OUTCOMES[case].replies)
    deactivate(run, receipt_path=str(path), **OUTCOMES[case].options)
    met(wire, {"read": DISABLED, "probe": answers.deactivated()})
    assert not deactivate(run, receipt_path=str(path))["failed"]
    before = path.read_bytes()
    wire.sent.clear()
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], wire.of(DEACTIVATE)) == (False, False, [])
    assert path.read_bytes() == before


# What an earlier run left, and the operation, what is read → what is written, and whether it is a change.
FIRST = ago(days=9)
LAST_WEEK = event("deactivated", FIRST, estimated_purge_date=PURGE_DATE)
RESET = intent(ago(hours=1), previous_status="disabled")
Pending = tuple[list[dict[str, t.Any]], t.Callable[..., dict[str, t.Any]], t.Any, list[Event], list[str]]
OLD = ago(hours=1)
PENDING: dict[str, Pending] = {
    "a deactivation that took effect": (
        [intent(OLD)],
        deactivate,
        DISABLED,
        [("deactivated", {"resolved": True, **BY_LAST_CHANGE})],
        ["read"],
    ),
    "a deactivation in doubt that took effect": (
        [intent(OLD), failed(OLD, "unknown")],
        deactivate,
        DISABLED,
        [("deactivated", {"resolved": True, **BY_LAST_CHANGE})],
        ["read"],
    ),
    "a deactivation that took effect, by a record without times": (
        [intent(OLD)],
        deactivate,
        answers.record("disabled", statusLastUpdatedAt=None),
        [("deactivated", {"resolved": True, "purge_after_days": 30})],
        ["read"],
    ),
    "a deactivation that took effect, by the probe": (
        [intent(OLD)],
        deactivate,
        answers.FORBIDDEN,
        [("deactivated", {"resolved": True, "purge_after_days": 30})],
        ["read", "probe"],
    ),
    "a deactivation with other days": (
        [intent(OLD, purge_after_days=60)],
        deactivate,
        DISABLED,
        [
            (
                "deactivated",
                {
                    "resolved": True,
                    "purge_after_days": 60,
                    "estimated_purge_date": "2027-01-23T12:00:01Z",
                    "purge_date_computed": True,
                },
            )
        ],
        ["read"],
    ),
    "a deactivation that had no effect": ([intent(OLD)], deactivate, ACTIVE, [INTENT, DONE], ["read", DEACTIVATE]),
    "a restart of the countdown": (
        [LAST_WEEK, RESET],
        deactivate,
        DISABLED,
        # Whether it was restarted, nobody knows: no date is better than a wrong one.
        [("deactivated", {"resolved": True, "purge_after_days": 30})],
        ["read"],
    ),
    "a reactivation that had no effect": (
        [LAST_WEEK, intent(OLD, "reactivate")],
        deactivate,
        DISABLED,
        [nothing("reactivate", resolved=True)],
        ["read"],
    ),
    "a reactivation that took effect": (
        [LAST_WEEK, intent(OLD, "reactivate")],
        deactivate,
        ACTIVE,
        [("reactivated", {"resolved": True}), INTENT, DONE],
        ["read", DEACTIVATE],
    ),
    "a reactivation that took effect, to be restored": (
        [LAST_WEEK, intent(OLD, "reactivate")],
        reactivate,
        ACTIVE,
        [("reactivated", {"resolved": True})],
        ["read"],
    ),
    "a reactivation that had no effect, to be restored": (
        [LAST_WEEK, intent(OLD, "reactivate")],
        reactivate,
        (DISABLED, ACTIVE),
        [BACK, RETURNED],
        ["read", REACTIVATE, "read"],
    ),
    "a deactivation that had no effect, to be restored": (
        [intent(OLD)],
        reactivate,
        ACTIVE,
        [nothing(resolved=True)],
        ["read"],
    ),
    "a deactivation that took effect, to be restored": (
        [intent(OLD)],
        reactivate,
        (DISABLED, ACTIVE),
        [("deactivated", {"resolved": True, **BY_LAST_CHANGE}), BACK, RETURNED],
        ["read", REACTIVATE, "read"],
    ),
    "an intent by hand": (
        [{"event": "intent", "at": OLD}],
        deactivate,
        DISABLED,
        [("deactivated", {"resolved": True})],
        ["read"],
    ),
}


@pytest.mark.parametrize("case", PENDING)
def test_an_intent_that_an_earlier_run_left_is_resolved_once(
    wire: Wire, run: Run, clock: FakeClock, path: Path, case: str
) -> None:
    events, operation, read, written, requests = PENDING[case]
    put(path, receipt(*events))
    met(wire, {"read": read})
    result = operation(run, receipt_path=str(path))
    found = json.loads(path.read_bytes())["events"][len(events) :]
    assert [
        (one["event"], {key: one[key] for key in one if key not in ("event", "at", "by", "run")}) for one in found
    ] == written
    assert wire.sequence == ["token", *requests]
    assert result["failed"] is False
    assert result["changed"] == (len(written) > 1)
    assert clock.sleeps == []
    if not result["changed"]:
        before = path.read_bytes()
        again = operation(run, receipt_path=str(path))
        assert (again["failed"], again["changed"], path.read_bytes()) == (False, False, before)


def test_the_date_of_a_resolved_intent_is_in_the_result_and_said_to_be_computed(
    wire: Wire, run: Run, path: Path
) -> None:
    put(path, receipt(intent(OLD)))
    wire.on("read", DISABLED)
    result = deactivate(run, receipt_path=str(path))
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (
        BY_LAST_CHANGE["estimated_purge_date"],
        True,
    )


def test_a_reactivation_that_came_to_nothing_leaves_a_receipt_of_a_disabled_tenant(
    wire: Wire, run: Run, path: Path
) -> None:
    """What the run read before its POST stands in its intent: the tenant was disabled, and a purge can be proved by that."""
    events = [intent(ago(days=95)), intent(ago(days=94), "reactivate"), failed(ago(days=94), action="reactivate")]
    put(path, receipt(*events))
    gone(wire)
    assert deactivate(run, receipt_path=str(path))["status"] == "purged"


# Waiting for a request that may be under way.
@pytest.mark.parametrize(
    ("events", "operation", "before", "after"),
    [
        ([intent(ago(seconds=10))], deactivate, ACTIVE, DISABLED),
        ([intent(ago(hours=1)), failed(ago(seconds=10), "unknown")], deactivate, ACTIVE, DISABLED),
        ([LAST_WEEK, intent(ago(seconds=10), "reactivate")], reactivate, DISABLED, ACTIVE),
    ],
)
def test_a_young_intent_is_waited_for_and_gets_no_second_request(
    wire: Wire,
    run: Run,
    clock: FakeClock,
    announced: list[str],
    path: Path,
    *,
    events: list[t.Any],
    operation: t.Callable[..., dict[str, t.Any]],
    before: Reply,
    after: Reply,
) -> None:
    put(path, receipt(*events))
    wire.on("read", before, after)
    result = operation(run, receipt_path=str(path), timeout=30)
    assert wire.sequence == ["token", "read", "read"]
    assert clock.sleeps == [20]
    assert (result["failed"], result["changed"]) == (False, False)
    (sentence,) = announced
    assert HOSTNAME in sentence and "20 s" in sentence
    (outcome,) = told(path, len(events))
    assert outcome[0] == f"{'de' if operation is deactivate else 're'}activated"
    assert outcome[1]["resolved"] is True


def test_a_young_intent_without_an_effect_is_waited_for_once(
    wire: Wire, run: Run, clock: FakeClock, path: Path
) -> None:
    put(path, receipt(intent(ago(seconds=10))))
    result = deactivate(run, receipt_path=str(path), timeout=30)
    assert wire.sequence == ["token", "read", "read", DEACTIVATE]
    assert clock.sleeps == [20]
    assert (result["failed"], result["changed"]) == (False, True)


def test_the_undo_waits_for_a_young_deactivation_and_undoes_it(
    wire: Wire, run: Run, clock: FakeClock, path: Path
) -> None:
    put(path, receipt(intent(ago(seconds=10))))
    wire.on("read", ACTIVE, DISABLED, ACTIVE)
    result = reactivate(run, receipt_path=str(path), timeout=30)
    assert wire.sequence == ["token", "read", "read", REACTIVATE, "read"]
    assert clock.sleeps == [20]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("age", [30, 31, 3600])
def test_an_intent_as_old_as_the_time_out_is_not_waited_for(
    wire: Wire, run: Run, clock: FakeClock, path: Path, age: int
) -> None:
    put(path, receipt(intent(ago(seconds=age))))
    deactivate(run, receipt_path=str(path), timeout=30)
    assert wire.sequence == ["token", "read", DEACTIVATE]
    assert clock.sleeps == []


def test_the_clock_of_another_machine_may_be_ahead(wire: Wire, run: Run, clock: FakeClock, path: Path) -> None:
    put(path, receipt(intent(ago(seconds=-5000))))
    deactivate(run, receipt_path=str(path), timeout=30)
    assert clock.sleeps == [30]


def test_in_check_mode_nobody_waits(wire: Wire, run: Run, clock: FakeClock, path: Path) -> None:
    put(path, receipt(intent(ago(seconds=10))))
    run.check_mode = True
    result = deactivate(run, receipt_path=str(path))
    assert (clock.sleeps, result["changed"], wire.sequence) == ([], True, ["token", "read"])


class Killed(BaseException):
    """The end of a process, as far as the operation can tell: nothing of it goes on."""


def test_a_deactivation_whose_undo_was_killed_keeps_its_computed_purge_date(wire: Wire, run: Run, path: Path) -> None:
    """The answer of the deactivation was lost, and the run that should undo it was killed before its POST had an effect."""
    wire.on(DEACTIVATE, Killed())
    with pytest.raises(Killed):
        deactivate(run, receipt_path=str(path))
    wire.on("read", DISABLED)
    wire.on(REACTIVATE, Killed())
    with pytest.raises(Killed):
        reactivate(run, receipt_path=str(path))
    assert deactivate(run, receipt_path=str(path))["estimated_purge_date"] == BY_LAST_CHANGE["estimated_purge_date"]


def test_a_run_that_is_killed_after_its_second_post_is_waited_for_by_the_next_one(
    wire: Wire, run: Run, clock: FakeClock, path: Path
) -> None:
    """The first POST met the rate limit. The second went out 100 s after the intent was written, and may take effect late."""
    wire.on(DEACTIVATE, answers.rate_limited("100"), Killed())
    with pytest.raises(Killed):
        deactivate(run, receipt_path=str(path), timeout=30)
    assert sum(clock.sleeps) == 100
    wire.sent.clear()
    wire.on("read", ACTIVE, DISABLED)
    wire.on(DEACTIVATE, answers.disabled())
    result = deactivate(run, receipt_path=str(path), timeout=30)
    assert wire.of(DEACTIVATE) == []
    assert (result["failed"], result["changed"]) == (False, False)


def test_what_somebody_else_did_between_two_attempts_is_not_told_as_the_runs_own(
    wire: Wire, run: Run, path: Path
) -> None:
    """The POST was refused by the rate limit. Before the next one somebody else deactivated the tenant, for who knows how long."""
    wire.on(DEACTIVATE, answers.rate_limited())
    wire.on("read", ACTIVE, DISABLED)
    result = deactivate(run, receipt_path=str(path), purge_after_days=90)
    assert (result["failed"], result["changed"]) == (False, False)
    # A date that is too late by 80 days would be worse than none.
    assert result["estimated_purge_date"] is None
    events = told(path)
    assert "deactivated" not in [kind for kind, _facts in events]
    assert [facts["http_status"] for kind, facts in events if kind == "failed"] == [429]


def test_what_was_resolved_has_not_failed_because_it_was_not_verified(wire: Wire, run: Run, path: Path) -> None:
    wire.on(DEACTIVATE, answers.rate_limited())
    wire.on("read", ACTIVE, DISABLED)
    wire.on("probe", answers.tenant_token())
    deactivate(run, receipt_path=str(path), verify=True, verify_timeout=0)
    assert sum(kind in ("failed", "deactivated") for kind, _facts in told(path)) == 1


# The id, and what the receipt knows of the tenant.
def wave_of(path: Path, **given: t.Any) -> dict[str, t.Any]:
    return {"tenant_id": None, "receipts_dir": str(path.parent), "verify": False, **given}


def test_where_no_id_is_given_the_receipts_is_taken_and_nobody_is_asked_for_it(
    wire: Wire, run: Run, path: Path
) -> None:
    put(path, receipt(event("observed", FIRST, status="active")))
    result = decommission(run, **wave_of(path))
    assert wire.sequence == ["read", DEACTIVATE]
    assert wire.sent[1].url.endswith(f"/tenants/{TENANT_ID}/actions/deactivate")
    assert (result["failed"], result["changed"], result["tenant_id"]) == (False, True, TENANT_ID)
    assert [kind for kind, _facts in told(path, 1)] == ["intent", "deactivated"]


def test_a_tenant_whose_id_nobody_knows_is_seen_disabled_and_its_receipt_has_no_id(
    wire: Wire, run: Run, path: Path
) -> None:
    result = decommission(run, **wave_of(path))
    assert wire.sequence == ["probe"]
    assert (result["failed"], result["changed"], result["tenant_id"]) == (False, False, None)
    found = content_of(path)
    assert (found["tenant_id"], found["hostnames"]) == (None, [])
    assert told(path) == [SEEN_SHUT]
    before = path.read_bytes()
    decommission(run, **wave_of(path))
    assert path.read_bytes() == before


def test_an_id_that_comes_to_be_known_is_written_with_a_sight_and_then_left_alone(
    wire: Wire, run: Run, path: Path
) -> None:
    put(path, receipt(event("observed", FIRST, status="disabled"), tenant_id=None, hostnames=[]))
    wire.on("read", DISABLED)
    deactivate(run, receipt_path=str(path))
    # Without an id the receipt could never prove the purge.
    assert content_of(path)["tenant_id"] == TENANT_ID
    assert told(path, 1) == [("observed", {"status": "disabled"})]
    before = path.read_bytes()
    deactivate(run, receipt_path=str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("computed", [False, True])
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_purge_date_of_a_disabled_tenant_is_told_from_the_receipt(
    wire: Wire, run: Run, path: Path, computed: bool, check_mode: bool
) -> None:
    facts = {"purge_date_computed": True} if computed else {}
    put(path, receipt(event("deactivated", FIRST, estimated_purge_date=PURGE_DATE, **facts)))
    wire.on("read", DISABLED)
    run.check_mode = check_mode
    result = deactivate(run, receipt_path=str(path))
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (PURGE_DATE, computed)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [event("observed", FIRST, status="disabled")],
        [LAST_WEEK, event("reactivated", OLD)],
        [LAST_WEEK, event("observed", OLD, status="active")],
    ],
)
def test_a_date_that_the_receipt_does_not_tell_is_null(
    wire: Wire, run: Run, path: Path, events: list[dict[str, t.Any]]
) -> None:
    put(path, receipt(*events))
    wire.on("read", DISABLED)
    result = deactivate(run, receipt_path=str(path))
    assert (result["estimated_purge_date"], result["purge_date_computed"]) == (None, False)


def test_a_tenant_that_would_be_deactivated_again_has_no_date_of_its_last_deactivation(
    wire: Wire, run: Run, path: Path
) -> None:
    put(path, receipt(LAST_WEEK))
    run.check_mode = True
    result = deactivate(run, receipt_path=str(path))
    assert (result["changed"], result["estimated_purge_date"]) == (True, None)


@pytest.mark.parametrize("name", ["colours", "line break", "right to left", "too long"])
def test_a_date_of_a_receipt_that_is_none_reaches_no_terminal(wire: Wire, run: Run, path: Path, name: str) -> None:
    put(path, receipt(event("deactivated", FIRST, estimated_purge_date=HOSTILE[name])))
    wire.on("read", DISABLED)
    date = deactivate(run, receipt_path=str(path))["estimated_purge_date"]
    assert date is None or (is_harmless(date) and len(date) < 1000)


# Purged, and each of its conditions.
def gone(wire: Wire) -> None:
    wire.on("read", answers.NO_SUCH_TENANT)
    wire.on("probe", answers.NOBODYS_HOST)


PROOF = event("deactivated", ago(days=33), estimated_purge_date=ago(days=3))


@pytest.mark.parametrize("read", [answers.NO_SUCH_TENANT, answers.record("deleted")], ids=["TENANTS-8", "deleted"])
@pytest.mark.parametrize(
    "probed",
    [answers.NOBODYS_HOST, answers.error(404, "HTTP-404"), faults.name_unknown()],
    ids=["LOGIN-2", "404", "no such name"],
)
@pytest.mark.parametrize("verify", [False, True])
def test_a_tenant_that_is_gone_is_purged_where_its_receipt_proves_it(
    wire: Wire, run: Run, path: Path, *, read: Reply, probed: t.Any, verify: bool
) -> None:
    put(path, receipt(PROOF))
    met(wire, {"read": read, "probe": probed})
    result = deactivate(run, receipt_path=str(path), verify=verify)
    assert wire.sequence == ["token", "read", "probe"]
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "purged")
    assert (result["msg"], result["estimated_purge_date"]) == (
        "purged (receipt: out of service since 2026-10-22)",
        ago(days=3),
    )
    assert result["probe"]["state"] == "not_found"
    ((kind, facts),) = told(path, 1)
    assert (kind, facts["probe_state"]) == ("purged", "not_found")
    before = path.read_bytes()
    again = deactivate(run, receipt_path=str(path), verify=verify)
    assert (again["failed"], again["changed"], again["status"]) == (False, False, "purged")
    assert (again["msg"], path.read_bytes()) == (result["msg"], before)


# What else proves it.
PROOFS: dict[str, list[dict[str, t.Any]]] = {
    "no date, 93 days ago": [event("deactivated", ago(days=93))],
    "seen disabled, 93 days ago": [event("observed", ago(days=93), status="disabled")],
    "an intent, 93 days ago": [intent(ago(days=93))],
    "an intent in doubt": [intent(ago(days=93)), failed(ago(days=93), "unknown")],
    "a restart that nobody knows the outcome of": [intent(ago(days=93), previous_status="disabled")],
    "a restart in doubt": [
        intent(ago(days=93), previous_status="disabled"),
        failed(ago(days=93), "unknown"),
    ],
    "a restart after all": [
        event("deactivated", ago(days=120)),
        intent(ago(days=93), previous_status="disabled"),
    ],
    "purged before": [PROOF, event("purged", ago(days=1), probe_state="not_found")],
    "an intent by hand": [{"event": "intent", "at": ago(days=93)}],
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_purge_that_is_proved_is_told_by_every_run_in_the_same_words(
    wire: Wire, run: Run, path: Path, case: str
) -> None:
    put(path, receipt(*PROOFS[case]))
    gone(wire)
    first = deactivate(run, receipt_path=str(path))
    after_first = path.read_bytes()
    second = deactivate(run, receipt_path=str(path))
    for result in (first, second):
        assert (result["failed"], result["changed"], result["status"]) == (False, False, "purged"), result["msg"]
    assert first["msg"] == second["msg"]
    assert path.read_bytes() == after_first


class Missing(t.NamedTuple):
    """One condition that is missing: in the receipt (None: there is none), or in the answers."""

    written: dict[str, t.Any] | None
    replies: dict[str, t.Any]


def proof(*more: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    return receipt(PROOF, *more, **other)


CONDITIONS: dict[str, Missing] = {
    "no receipt": Missing(None, {}),
    "no events": Missing(receipt(), {}),
    "no id in the receipt": Missing(proof(tenant_id=None), {}),
    "the purge is 48 hours past": Missing(
        receipt(event("deactivated", ago(days=32), estimated_purge_date=ago(hours=48))), {}
    ),
    "the purge is to come": Missing(receipt(event("deactivated", FIRST, estimated_purge_date=PURGE_DATE)), {}),
    "no date, and 92 days past": Missing(receipt(event("deactivated", ago(days=92))), {}),
    "reactivated since": Missing(proof(event("reactivated", ago(days=20))), {}),
    "seen live since": Missing(proof(event("observed", ago(days=20), status="active")), {}),
    "a reactivation in doubt": Missing(
        proof(intent(ago(days=20), "reactivate"), failed(ago(days=20), "unknown", "reactivate")), {}
    ),
    "a restart 90 days ago": Missing(proof(intent(ago(days=20), previous_status="disabled")), {}),
    "only ever live": Missing(receipt(event("observed", ago(days=200), status="active")), {}),
    "an intent that failed": Missing(receipt(intent(ago(days=200)), failed(ago(days=200))), {}),
    "purged, and nothing before it": Missing(receipt(event("purged", ago(days=200), probe_state="not_found")), {}),
    "reads are refused": Missing(proof(), {"read": answers.FORBIDDEN}),
    "reads are refused with 404": Missing(proof(), {"read": answers.REFUSED_READS["404 in HTML"]}),
    "reads are refused with a code of others": Missing(
        proof(), {"read": answers.REFUSED_READS["404 with another code"]}
    ),
    "the host does not answer": Missing(proof(), {"probe": faults.refused()}),
    "the name service is down": Missing(proof(), {"probe": faults.name_service_down()}),
    "no such proxy": Missing(proof(), {"probe": faults.proxy_name_unknown()}),
    "the host says something": Missing(proof(), {"probe": answers.HTML}),
    "the host refuses": Missing(proof(), {"probe": answers.UNKNOWN_CLIENT}),
    "the host refuses without a code": Missing(proof(), {"probe": Reply(401)}),
    "the host lives": Missing(proof(), {"probe": answers.tenant_token()}),
    "the host is deactivated": Missing(proof(), {"probe": answers.deactivated()}),
}


@pytest.mark.parametrize(
    ("case", "reset"),
    # What answers is there, and its countdown may be restarted: not a case of these.
    [
        (case, reset)
        for case, missing in CONDITIONS.items()
        for reset in (False, True)
        if not (missing.replies and reset)
    ],
)
def test_without_one_of_its_conditions_a_tenant_that_is_not_found_is_a_failure(
    wire: Wire, run: Run, path: Path, tmp_path: Path, *, case: str, reset: bool
) -> None:
    written, replies = CONDITIONS[case]
    if written is not None:
        put(path, written)
    gone(wire)
    met(wire, replies)
    before = everything_below(tmp_path / "receipts")
    result = deactivate(run, receipt_path=str(path), reset_purge_timer=reset, retries=0)
    assert (result["failed"], result["changed"], result.get("status")) == (True, False, None), result
    assert "Unexpected" not in result["msg"]
    assert (wire.of(DEACTIVATE), wire.of(REACTIVATE)) == ([], [])
    assert everything_below(tmp_path / "receipts") == before


@pytest.mark.parametrize(
    "other",
    [
        {"hostname": "beta.eu.qlikcloud.com", "tenant_id": "x"},
        {"hostname": "acme.us.qlikcloud.com", "region": "us"},
        {"tenant_id": "x"},
    ],
    ids=["hostname", "region", "id"],
)
def test_the_receipt_of_another_tenant_proves_nothing(wire: Wire, run: Run, path: Path, other: dict[str, str]) -> None:
    put(path, proof(**other))
    gone(wire)
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], wire.sent) == (True, False, [])
    assert "another tenant's" in result["msg"]


def test_without_a_receipt_path_a_tenant_that_is_not_found_is_a_failure(wire: Wire, run: Run) -> None:
    gone(wire)
    assert deactivate(run)["failed"]
    assert wire.sequence == ["token", "read"]


def test_a_purge_is_told_in_check_mode_and_not_written(wire: Wire, run: Run, path: Path, tmp_path: Path) -> None:
    put(path, proof())
    gone(wire)
    run.check_mode = True
    before = everything_below(tmp_path)
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "purged")
    assert everything_below(tmp_path) == before


def test_a_purge_is_told_by_the_id_of_the_receipt_where_none_is_given(wire: Wire, run: Run, path: Path) -> None:
    put(path, proof())
    gone(wire)
    result = decommission(run, **wave_of(path))
    assert wire.sequence == ["read", "probe"]
    assert (result["failed"], result["status"], result["tenant_id"]) == (False, "purged", TENANT_ID)
    assert result["msg"].startswith("purged (receipt: out of service since 2026-10-22)")
    assert result["probe_state"] == "not_found"


@pytest.mark.parametrize("events", [[PROOF], [PROOF, event("purged", ago(days=1), probe_state="not_found")]])
def test_the_undo_of_a_tenant_that_is_gone_fails_and_names_its_purge_date(
    wire: Wire, run: Run, path: Path, events: list[dict[str, t.Any]]
) -> None:
    before = put(path, receipt(*events))
    gone(wire)
    result = reactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], wire.sequence) == (True, False, ["token", "read"])
    assert "nothing can restore it" in result["msg"]
    assert ago(days=3) in result["msg"]
    assert path.read_bytes() == before


# Receipts that cannot be worked with.
@pytest.mark.parametrize("operation", [deactivate, reactivate])
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"schema": 3}', json.dumps(receipt(tenant_id="x")).encode(), json.dumps(receipt({})).encode()],
    ids=["empty", "torn", "a list", "newer", "foreign", "a wrong event"],
)
def test_a_wrong_receipt_stops_its_tenant_before_the_first_request(
    wire: Wire,
    run: Run,
    path: Path,
    *,
    operation: t.Callable[..., dict[str, t.Any]],
    check_mode: bool,
    content: bytes,
) -> None:
    put(path, content)
    run.check_mode = check_mode
    result = operation(run, receipt_path=str(path))
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Nothing was changed" in result["msg"]
    assert path.read_bytes() == content


# What cannot be written.
def broken(monkeypatch: pytest.MonkeyPatch, name: str, number: int = 1, *, until_the_end: bool = True) -> None:
    monkeypatch.setattr(files_module, "os", FailingOs(name, number, errno.EROFS, until_the_end=until_the_end))


@pytest.mark.parametrize("step", ["makedirs", "replace"])
@pytest.mark.parametrize("operation", [deactivate, reactivate])
def test_without_an_intent_in_the_receipt_nothing_is_sent(
    wire: Wire,
    run: Run,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    operation: t.Callable[..., dict[str, t.Any]],
    step: str,
) -> None:
    before = put(path, receipt(event("reactivated", FIRST)))
    wire.on("read", ACTIVE if operation is deactivate else DISABLED)
    broken(monkeypatch, step)
    result = operation(run, receipt_path=str(path))
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (True, False)
    for words in ("cannot be written", "Read-only file system", "Nothing was changed", str(path)):
        assert words in result["msg"]
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_flushed_leaves_no_intent_behind(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run calls not written must not be found by the next one as a request that may have been sent."""
    before = put(path, receipt(event("reactivated", FIRST)))
    broken(monkeypatch, "fsync", 2, until_the_end=False)
    result = deactivate(run, receipt_path=str(path))
    assert result["failed"] == (path.read_bytes() == before)


def test_a_deactivation_whose_outcome_cannot_be_written_is_failed_and_changed_and_tells_its_date(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, "replace", 2)
    result = deactivate(run, receipt_path=str(path), verify=True)
    assert wire.sequence == ["token", "read", DEACTIVATE]
    assert (result["failed"], result["changed"], result["status"]) == (True, True, "disabled")
    assert result["estimated_purge_date"] == PURGE_DATE
    for words in (
        f"{HOSTNAME} ({TENANT_ID}) is disabled",
        "this could not be written to its receipt",
        PURGE_DATE,
        str(path),
    ):
        assert words in result["msg"]
    assert told(path) == [INTENT]


def test_an_outcome_that_could_not_be_written_is_resolved_by_the_next_run(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here:
        broken(here, "replace", 2)
        deactivate(run, receipt_path=str(path))
    wire.sent.clear()
    wire.on("read", DISABLED)
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], wire.of(DEACTIVATE)) == (False, False, [])
    assert told(path) == [INTENT, ("deactivated", {"resolved": True, **BY_LAST_CHANGE})]


def test_a_sight_that_cannot_be_written_after_a_change_is_failed_and_changed(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, "replace", 3)
    result = deactivate(run, receipt_path=str(path), verify=True)
    assert (result["failed"], result["changed"], result["status"]) == (True, True, "disabled")
    assert (result["probe"]["state"], result["estimated_purge_date"]) == ("deactivated", PURGE_DATE)
    assert told(path) == [INTENT, DONE]


@pytest.mark.parametrize(
    ("events", "read", "probed"),
    [
        ([], DISABLED, answers.deactivated()),
        ([intent(OLD)], DISABLED, answers.deactivated()),
        ([PROOF], answers.NO_SUCH_TENANT, answers.NOBODYS_HOST),
    ],
    ids=["first seen", "resolved", "purged"],
)
def test_news_that_cannot_be_written_are_a_failure_and_no_change(
    wire: Wire,
    run: Run,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    events: list[dict[str, t.Any]],
    read: Reply,
    probed: Reply,
) -> None:
    before = put(path, receipt(*events))
    met(wire, {"read": read, "probe": probed})
    broken(monkeypatch, "replace")
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], wire.of(DEACTIVATE)) == (True, False, [])
    assert "this could not be written to its receipt" in result["msg"]
    assert path.read_bytes() == before


def test_a_failure_that_cannot_be_written_is_told_beside_the_failure_itself(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.on(DEACTIVATE, answers.FORBIDDEN)
    broken(monkeypatch, "replace", 2)
    result = deactivate(run, receipt_path=str(path))
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 403)
    for words in ("AUTH-5", "That could not be written to the receipt", "Read-only file system"):
        assert words in result["msg"]
    assert told(path) == [INTENT]


# Secrets.
@pytest.mark.parametrize("case", [*OUTCOMES])
def test_no_receipt_has_a_secret_of_the_client_or_of_the_proxy(
    wire: Wire, run: Run, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, case: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://ops:{PROXY_PASSWORD}@proxy.example:3128")
    met(wire, OUTCOMES[case].replies)
    deactivate(run, receipt_path=str(path), approved_by="eve", ticket="OPS-7", **OUTCOMES[case].options)
    assert path.exists()
    assert secrets_in(everything_below(tmp_path)) == []


@pytest.mark.parametrize("place", ["code", "traceId", "hostnames", "probe's code", "traceId of a success"])
def test_a_secret_that_a_server_says_back_is_in_no_receipt(
    wire: Wire, run: Run, path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A gateway may put what it was sent into its error; receipts are made to be committed."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://ops:{PROXY_PASSWORD}@proxy.example:3128")
    secret = f"{CLIENT_SECRET} {TOKEN} {PROXY_PASSWORD}"
    if place == "code":
        wire.on(DEACTIVATE, answers.error(403, secret))
    elif place == "traceId":
        wire.on(DEACTIVATE, answers.as_json(403, {"errors": [{"code": "AUTH-5"}], "traceId": f"of {secret}"}))
    elif place == "traceId of a success":
        wire.on(DEACTIVATE, answers.disabled(traceId=secret))
    elif place == "hostnames":
        wire.on("read", answers.record("active", hostnames=[HOSTNAME, secret]))
    else:
        wire.on("probe", answers.error(403, secret))
    deactivate(run, receipt_path=str(path), verify=True, verify_timeout=0)
    assert wire.of(DEACTIVATE)
    assert secrets_in(path.read_text()) == []


# Who it was.
@pytest.mark.parametrize("operation", [deactivate, reactivate])
def test_each_event_names_the_run_the_approver_and_the_ticket(
    wire: Wire, run: Run, path: Path, operation: t.Callable[..., dict[str, t.Any]]
) -> None:
    wire.on("read", *((ACTIVE,) if operation is deactivate else (DISABLED, ACTIVE)))
    operation(run, receipt_path=str(path), run_id="night-7", approved_by="eve\x1b[31m", ticket=" OPS-7 ")
    events = content_of(path)["events"]
    assert len(events) == 2
    for one in events:
        assert (one["run"], one["approved_by"], one["ticket"]) == ("night-7", "eve [31m", "OPS-7")


def test_without_a_name_a_run_has_one_of_its_own(wire: Wire, run: Run, path: Path) -> None:
    deactivate(run, receipt_path=str(path))
    assert {one["run"] for one in content_of(path)["events"]} == {run.run_id}
    assert run.run_id


@pytest.mark.parametrize("option", ["run_id", "approved_by", "ticket"])
def test_a_claim_that_is_too_long_sends_nothing(wire: Wire, run: Run, path: Path, option: str) -> None:
    result = deactivate(run, receipt_path=str(path), **{option: "x" * 201})
    assert (result["failed"], wire.sent, path.exists()) == (True, [], False)
    assert option in result["msg"]


@pytest.mark.parametrize("value", ["", "receipts/", "a\0b", "/"])
def test_what_is_no_path_of_a_file_sends_nothing(wire: Wire, run: Run, value: str) -> None:
    result = deactivate(run, receipt_path=value)
    assert (result["failed"], wire.sent) == (True, [])
    assert "receipt_path" in result["msg"]


def test_a_relative_path_counts_from_the_folder_of_the_process(wire: Wire, run: Run, tmp_path: Path) -> None:
    assert deactivate(run, receipt_path="kept/a.json")["receipt"] == str(tmp_path / "kept" / "a.json")
    assert told(tmp_path / "kept" / "a.json") == [INTENT, DONE]


def test_events_have_the_time_at_which_they_were_written(wire: Wire, run: Run, clock: FakeClock, path: Path) -> None:
    wire.on(DEACTIVATE, answers.rate_limited("60"), answers.disabled())
    deactivate(run, receipt_path=str(path))
    assert [one["at"] for one in content_of(path)["events"]] == [
        "2026-11-24T12:00:00Z",
        "2026-11-24T12:01:00Z",
        "2026-11-24T12:01:00Z",
    ]
    assert clock.now() > NOW
