# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receipt: which files are one, and what its events add up to."""

from __future__ import annotations

import itertools
import json
import typing as t
from datetime import datetime, timedelta

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import (
    DISABLED,
    EVENTS,
    LIVE,
    PURGED,
    BadReceipt,
    Event,
    Receipt,
    ReceiptState,
    read_receipt,
    receipt_state,
    write_receipt,
)
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, NOW, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    DOCS,
    ago,
    event,
    failed,
    intent,
    receipt,
    schema_faults,
)

DATE = "2026-12-24T12:00:01.000Z"


def read(found: t.Any) -> dict[str, t.Any]:
    return read_receipt(found if isinstance(found, bytes) else json.dumps(found).encode())


def with_event(**facts: t.Any) -> dict[str, t.Any]:
    return receipt({**event("observed"), **facts})


def without(key: str) -> dict[str, t.Any]:
    return {name: value for name, value in receipt().items() if name != key}


# What is no receipt → a word of the reason.
WRONG: dict[str, tuple[t.Any, str]] = {
    "empty": (b"", "JSON"),
    "blanks": (b" \n\t", "JSON"),
    "text": (b"purged on Monday\n", "JSON"),
    "half a receipt": (json.dumps(receipt(event("observed"))).encode()[:-40], "JSON"),
    "a receipt and more": (json.dumps(receipt()).encode() + b"}", "JSON"),
    "two receipts": (json.dumps(receipt()).encode() * 2, "JSON"),
    "a merge conflict": (b"<<<<<<< HEAD\n" + json.dumps(receipt()).encode(), "JSON"),
    "not UTF-8": (b'{"schema": 1, "x": "\xff"}', "JSON"),
    "UTF-16": (json.dumps(receipt()).encode("utf-16"), "JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(receipt()).encode(), "JSON"),
    "null bytes": (b"\0" * 100, "JSON"),
    "not a number": (json.dumps({**receipt(), "x": float("nan")}).encode(), "JSON"),
    "infinite": (json.dumps({**receipt(), "x": float("-inf")}).encode(), "JSON"),
    "too large for a float": (json.dumps(receipt()).encode()[:-1] + b', "x": 1e999}', "JSON"),
    "thousands of digits": (json.dumps(receipt()).encode()[:-1] + b', "x": ' + b"9" * 5000 + b"}", "JSON"),
    "nested without end": (b"[" * 200_000, "JSON"),
    "too large": (json.dumps({**receipt(), "x": "y" * (10 * 1024 * 1024)}).encode(), "10 MiB"),
    "a list": ([receipt()], "no JSON object"),
    "a number": (1, "no JSON object"),
    "null": (None, "no JSON object"),
    "a text": ("receipt", "no JSON object"),
    "empty object": ({}, "schema None"),
    "schema 0": (receipt(schema=0), "schema 0"),
    "schema in words": (receipt(schema="1"), "schema 1"),
    "between two schemas": (receipt(schema=1.5), "schema 1.5"),
    "schema true": (receipt(schema=True), "schema True"),
    "schema null": (receipt(schema=None), "schema None"),
    "schema 3": (receipt(schema=3), "a newer version wrote it"),
    "schema 2.5": (receipt(schema=2.5), "a newer version wrote it"),
    "a list as schema": (receipt(schema=[1]), "schema [1]"),
    "no hostname": (without("hostname"), "names no tenant"),
    "null as hostname": (receipt(hostname=None), "names no tenant"),
    "another domain": (receipt(hostname="acme.eu.evil.example"), "names no tenant"),
    "a register host": (receipt(hostname="register.eu.qlikcloud.com"), "names no tenant"),
    "capitals": (receipt(hostname=HOSTNAME.upper()), "in lower case"),
    "another region": (receipt(region="us"), "must agree"),
    "no region": (without("region"), "must agree"),
    "region in capitals": (receipt(region="EU"), "must agree"),
    "a list as region": (receipt(region=["eu"]), "must agree"),
    "a path as id": (receipt(tenant_id="../x"), "names no tenant"),
    "an empty id": (receipt(tenant_id=""), "names no tenant"),
    "a number as id": (receipt(tenant_id=7), "names no tenant"),
    "false as id": (receipt(tenant_id=False), "names no tenant"),
    "the id me": (receipt(tenant_id="me"), "names no tenant"),
    "text as hostnames": (receipt(hostnames=HOSTNAME), "hostnames must be a list"),
    "null as hostnames": (receipt(hostnames=None), "hostnames must be a list"),
    "numbers as hostnames": (receipt(hostnames=[HOSTNAME, 1]), "hostnames must be a list"),
    "no events": (without("events"), "no list of events"),
    "null as events": (receipt(events=None), "no list of events"),
    "an object as events": (receipt(events={}), "no list of events"),
    "an event that is a text": (receipt(events=["observed"]), "event 1: it is not a JSON object"),
    "an event that is null": (receipt(events=[event("observed"), None]), "event 2: it is not a JSON object"),
    "an unknown kind": (with_event(event="deleted"), "its kind is deleted"),
    "a kind in capitals": (with_event(event="Observed"), "its kind is Observed"),
    "a list as kind": (with_event(event=["observed"]), "its kind is"),
    "no kind": (receipt({"at": ago()}), "its kind is None"),
    "no time": (receipt({"event": "observed"}), "its time (at) is None"),
    "a number as time": (with_event(at=1764000000), "its time (at) is 1764000000"),
    "an hour alone": (with_event(at="12:00"), "its time (at) is 12:00"),
    "the 30th of February": (with_event(at="2026-02-30T00:00:00Z"), "its time (at) is"),
    "a time beyond the calendar": (with_event(at="9999-12-31T23:59:59-23:59"), "its time (at) is"),
    "days in words": (with_event(purge_after_days="30"), "purge_after_days"),
    "days with a fraction": (with_event(purge_after_days=30.5), "purge_after_days"),
    "true days": (with_event(purge_after_days=True), "purge_after_days"),
    **{
        f"{value!r} as {name}": (with_event(**{name: value}), "must be a text, or null")
        for name in ("previous_status", "status", "estimated_purge_date", "probe_state", "plan_sha256", "ticket")
        for value in (7, False, ["active"], {"is": "active"})
    },
    **{
        f"{value!r} as {name}": (with_event(**{name: value}), f"its {name} is {value}")
        for name in ("action", "effect")
        for value in (7, False, ["deactivate"], "delete", "DEACTIVATE")
    },
    "resolved in words": (with_event(resolved="no"), "its resolved is no, and must be true or false, or null"),
    "a key twice": (json.dumps(receipt()).encode()[:-1] + b', "events": []}', "the key events appears twice"),
    "a key of an event twice": (
        json.dumps(receipt(event("observed"))).encode().replace(b'"run"', b'"event": "purged", "run"'),
        "the key event appears twice",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_receipt_is_not_taken_for_one_and_the_reason_is_told(case: str) -> None:
    found, reason = WRONG[case]
    with pytest.raises(BadReceipt) as caught:
        read(found)
    assert reason in str(caught.value)
    assert is_harmless(str(caught.value))
    # It ends a sentence that begins with the name of the file.
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_hostile_values_are_harmless_in_the_reason(value: str) -> None:
    for place in ("schema", "hostname", "region", "tenant_id", "kind", "time"):
        places = {"kind": "event", "time": "at"}
        found = with_event(**{places[place]: value}) if place in places else receipt(**{place: value})
        with pytest.raises(BadReceipt) as caught:
            read(found)
        assert is_harmless(str(caught.value))
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("key", ["tenant_id", "hostnames"])
def test_a_receipt_that_was_written_by_hand_may_leave_out_what_nobody_knew(key: str) -> None:
    assert read(without(key))[key] in (None, [])


def test_an_event_that_was_written_by_hand_needs_its_kind_and_its_time_alone() -> None:
    for kind in EVENTS:
        assert read(receipt({"event": kind, "at": "2026-11-24"}))["events"] == [{"event": kind, "at": "2026-11-24"}]


def test_what_nothing_is_decided_on_is_kept_as_it_is() -> None:
    found = receipt(
        {**event("observed", status="disabled"), "by": "me", "run": 7, "noted": {"why": ["\x1b", None, 1.5, 2**70]}},
        comment="Wörter and \ud800",
        plan={"of": "later"},
    )
    assert json.loads(write_receipt(read(found))) == found


def test_every_event_of_the_schema_is_known_and_no_other() -> None:
    schema = json.loads((DOCS / "receipt.schema.json").read_bytes())
    assert set(schema["$defs"]["event"]["properties"]["event"]["enum"]) == EVENTS


def test_the_schema_has_each_key_of_a_receipt_and_of_an_event_and_no_other() -> None:
    schema = json.loads((DOCS / "receipt.schema.json").read_bytes())
    assert set(schema["properties"]) == set(t.get_type_hints(Receipt))
    assert set(schema["$defs"]["event"]["properties"]) == set(t.get_type_hints(Event))


def test_the_receipts_of_the_tests_are_valid() -> None:
    found = receipt(intent(), failed(), intent(action="reactivate"), event("deactivated", estimated_purge_date=DATE))
    assert schema_faults("receipt", found) == []


# Which state events add up to, since when, with which date, and whether an intent is pending.
FIRST, SECOND, THIRD = ago(days=9), ago(days=6), ago(days=3)
DEACTIVATED = event("deactivated", FIRST, estimated_purge_date=DATE)
COMPUTED = event("deactivated", FIRST, estimated_purge_date=DATE, purge_date_computed=True, resolved=True)
RESET = intent(SECOND, previous_status="disabled")
SUMS: dict[str, tuple[list[dict[str, t.Any]], str | None, str | None, str | None, bool]] = {
    "nothing": ([], None, None, None, False),
    "deactivated": ([DEACTIVATED], DISABLED, FIRST, DATE, False),
    "deactivated, no date": ([event("deactivated", FIRST)], DISABLED, FIRST, None, False),
    "deactivated twice": ([DEACTIVATED, event("deactivated", SECOND)], DISABLED, SECOND, None, False),
    "seen disabled": ([event("observed", FIRST, status="disabled")], DISABLED, FIRST, None, False),
    "seen in a status that nobody knows": ([event("observed", FIRST, status="frozen")], None, None, None, False),
    "seen disabled later": ([DEACTIVATED, event("observed", SECOND, status="disabled")], DISABLED, FIRST, DATE, False),
    "seen deactivated later": (
        [DEACTIVATED, event("observed", SECOND, probe_state="deactivated")],
        DISABLED,
        FIRST,
        DATE,
        False,
    ),
    "seen live": ([DEACTIVATED, event("observed", SECOND, status="active")], LIVE, SECOND, None, False),
    "users shut out": (
        [DEACTIVATED, event("observed", SECOND, status="user-access-disabled")],
        LIVE,
        SECOND,
        None,
        False,
    ),
    "answers as live": ([DEACTIVATED, event("observed", SECOND, probe_state="active")], LIVE, SECOND, None, False),
    "answers with a refusal": (
        [DEACTIVATED, event("observed", SECOND, probe_state="unauthorized")],
        LIVE,
        SECOND,
        None,
        False,
    ),
    "disabled by the register host, not verified": (
        [DEACTIVATED, event("observed", SECOND, status="disabled", probe_state="active")],
        DISABLED,
        FIRST,
        DATE,
        False,
    ),
    "reactivated": ([DEACTIVATED, event("reactivated", SECOND)], LIVE, SECOND, None, False),
    "disabled again": (
        [DEACTIVATED, event("reactivated", SECOND), event("observed", THIRD, status="disabled")],
        DISABLED,
        THIRD,
        None,
        False,
    ),
    "purged": ([DEACTIVATED, event("purged", SECOND)], PURGED, FIRST, DATE, False),
    "intended": ([intent(FIRST)], LIVE, FIRST, None, True),
    "intended and done": ([intent(FIRST), event("deactivated", SECOND)], DISABLED, SECOND, None, False),
    "intended and seen disabled": (
        [intent(FIRST), event("observed", SECOND, status="disabled")],
        DISABLED,
        SECOND,
        None,
        False,
    ),
    "intended and failed": ([intent(FIRST), failed(SECOND)], LIVE, FIRST, None, False),
    "intended and in doubt": ([intent(FIRST), failed(SECOND, "unknown")], LIVE, FIRST, None, True),
    "a reset that is intended": ([DEACTIVATED, RESET], DISABLED, FIRST, DATE, True),
    "a reset that failed": ([DEACTIVATED, RESET, failed(THIRD)], DISABLED, FIRST, DATE, False),
    "a reset in doubt": ([DEACTIVATED, RESET, failed(THIRD, "unknown")], DISABLED, FIRST, DATE, True),
    "a reset of what nobody knew": ([intent(FIRST, previous_status="disabled")], DISABLED, FIRST, None, True),
    "a reactivation that is intended": ([DEACTIVATED, intent(SECOND, "reactivate")], DISABLED, FIRST, DATE, True),
    "a reactivation that failed": (
        [DEACTIVATED, intent(SECOND, "reactivate"), failed(THIRD, action="reactivate")],
        DISABLED,
        FIRST,
        DATE,
        False,
    ),
    "a reactivation in doubt": (
        [DEACTIVATED, intent(SECOND, "reactivate"), failed(THIRD, "unknown", "reactivate")],
        DISABLED,
        FIRST,
        DATE,
        True,
    ),
    "live again and intended": ([DEACTIVATED, intent(SECOND)], LIVE, SECOND, None, True),
    "a failure without an intent": ([DEACTIVATED, failed(SECOND)], DISABLED, FIRST, DATE, False),
    "an intent by hand": ([{"event": "intent", "at": FIRST}], None, None, None, True),
}


@pytest.mark.parametrize("case", SUMS)
def test_events_add_up(case: str) -> None:
    events, state, since, date, pending = SUMS[case]
    told = receipt_state(events)
    assert (told.state, told.since, told.purge_date) == (state, read_time(since), date)
    assert (told.pending is not None) == pending


def test_a_computed_purge_date_is_told_as_one() -> None:
    assert receipt_state([COMPUTED]).purge_date_computed is True
    assert receipt_state([COMPUTED, event("observed", SECOND, status="disabled")]).purge_date_computed is True
    assert (
        receipt_state([COMPUTED, event("deactivated", SECOND, estimated_purge_date=DATE)]).purge_date_computed is False
    )
    assert receipt_state([DEACTIVATED]).purge_date_computed is False


def test_the_outcome_of_an_intent_was_last_looked_for_when_it_was_left_in_doubt() -> None:
    assert receipt_state([intent(FIRST)]).pending_since == read_time(FIRST)
    assert receipt_state([intent(FIRST), failed(SECOND, "unknown")]).pending_since == read_time(SECOND)
    assert receipt_state([intent(FIRST), failed(SECOND)]).pending_since is None


# The last possible purge of each of these is told in days before now.
def gone_by(*events: dict[str, t.Any], now: datetime = NOW) -> datetime | None:
    return receipt_state(events).gone_by(now)


def deactivated(days_ago: float, purge_days_ago: float | None = None) -> dict[str, t.Any]:
    date = {} if purge_days_ago is None else {"estimated_purge_date": ago(days=purge_days_ago)}
    return event("deactivated", ago(days=days_ago), **date)


def seen(days_ago: float, status: str = "disabled") -> dict[str, t.Any]:
    return event("observed", ago(days=days_ago), status=status)


def meant(days_ago: float, action: str = "deactivate", previous_status: str = "active") -> dict[str, t.Any]:
    return intent(ago(days=days_ago), action, previous_status=previous_status)


def in_doubt(days_ago: float) -> dict[str, t.Any]:
    return failed(ago(days=days_ago), "unknown")


# Events → how many days ago the event is that proves the purge.
PROOFS: dict[str, tuple[list[dict[str, t.Any]], float]] = {
    "a date over 48 hours past": ([deactivated(33, 3)], 33),
    "no date, and 90 days and 48 hours past": ([deactivated(93)], 93),
    "a date that is none": ([{**deactivated(93), "estimated_purge_date": "soon"}], 93),
    "a date before the deactivation": ([deactivated(93, 94)], 93),
    "a date in the moment of the deactivation": ([deactivated(3, 3)], 3),
    "seen disabled, and 90 days and 48 hours past": ([seen(93)], 93),
    "seen disabled once more": ([seen(93), seen(1)], 93),
    "a date, and seen disabled once more": ([deactivated(33, 3), seen(1)], 33),
    "purged": ([deactivated(33, 3), event("purged", ago(days=1))], 33),
    "disabled again after it was live": ([deactivated(300, 270), seen(200, "active"), deactivated(33, 3)], 33),
    "a failed reactivation": ([deactivated(33, 3), meant(20, "reactivate", "disabled"), failed(ago(days=20))], 33),
    "a failed reset": ([deactivated(33, 3), meant(20, previous_status="disabled"), failed(ago(days=20))], 33),
    "an intent, and 90 days and 48 hours past": ([meant(93)], 93),
    "an intent in doubt": ([meant(93), in_doubt(92.5)], 93),
    "an intent, and nobody knew what it was before": ([meant(93, previous_status="disabled")], 93),
    "a reset, and 90 days and 48 hours past": ([deactivated(120, 93), meant(93, previous_status="disabled")], 120),
    "a date, and a reset": ([deactivated(120, 3), meant(95, previous_status="disabled")], 120),
}
NO_PROOFS: dict[str, list[dict[str, t.Any]]] = {
    "nothing": [],
    "a date 48 hours past": [deactivated(32, 2)],
    "a date to come": [deactivated(93, -1)],
    "a date over 90 days after the deactivation": [deactivated(93, 1)],
    "no date, and 90 days past": [deactivated(92)],
    "a date before the deactivation, which is none": [deactivated(10, 30)],
    "seen disabled, 92 days ago": [seen(92)],
    "reactivated": [deactivated(33, 3), event("reactivated", ago(days=20))],
    "seen live": [deactivated(33, 3), seen(20, "active")],
    "only ever seen live": [seen(93, "active")],
    "a reactivation that is intended": [deactivated(33, 3), meant(20, "reactivate", "disabled")],
    "a reactivation in doubt": [deactivated(33, 3), meant(20, "reactivate", "disabled"), in_doubt(20)],
    "an action that nobody knows": [deactivated(33, 3), meant(20, "restart", "disabled")],
    "an intent, 92 days ago": [meant(92)],
    "an intent that failed": [meant(93), failed(ago(days=93))],
    "live again, and an intent that failed": [deactivated(300, 270), meant(200), failed(ago(days=200))],
    "a reset, 92 days ago": [deactivated(150, 120), meant(92, previous_status="disabled")],
    "a date to come, and a reset": [deactivated(150, -1), meant(93, previous_status="disabled")],
    "purged, and nothing before it": [event("purged", ago(days=93))],
    "a failure alone": [failed(ago(days=93))],
    "a doubt alone": [in_doubt(93)],
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_purge_is_proved_by_an_event_after_which_the_last_day_of_it_has_passed(case: str) -> None:
    events, days = PROOFS[case]
    assert gone_by(*events) == NOW - timedelta(days=days)


@pytest.mark.parametrize("case", NO_PROOFS)
def test_a_purge_is_not_proved_otherwise(case: str) -> None:
    assert gone_by(*NO_PROOFS[case]) is None


@pytest.mark.parametrize(
    ("events", "last"),
    [
        ([deactivated(30, 0)], NOW),
        ([deactivated(30)], NOW + timedelta(days=60)),
        ([seen(30)], NOW + timedelta(days=60)),
        ([meant(30)], NOW + timedelta(days=60)),
        ([deactivated(60, 40), meant(30, previous_status="disabled")], NOW + timedelta(days=60)),
    ],
    ids=["a date", "no date", "seen", "an intent", "a reset"],
)
def test_a_purge_is_over_after_48_hours_and_not_before(events: list[dict[str, t.Any]], last: datetime) -> None:
    end = last + timedelta(hours=48)
    assert gone_by(*events, now=end) is None
    assert gone_by(*events, now=end + timedelta(seconds=1)) is not None


def test_a_time_at_the_end_of_the_calendar_proves_nothing() -> None:
    far = "9999-12-30T00:00:00Z"
    for kind in ("deactivated", "observed", "intent"):
        assert gone_by({"event": kind, "at": far}) is None


def test_a_reset_at_the_end_of_the_calendar_leaves_no_earlier_proof() -> None:
    assert (
        gone_by(deactivated(120, 93), {**meant(93, previous_status="disabled"), "at": "9999-12-30T00:00:00Z"}) is None
    )


def test_by_hand_written_events_without_optional_facts_prove_what_they_tell() -> None:
    long_ago = ago(days=93)
    assert gone_by({"event": "deactivated", "at": long_ago}) == read_time(long_ago)
    assert gone_by({"event": "intent", "at": long_ago}) == read_time(long_ago)
    assert gone_by({"event": "reactivated", "at": long_ago}) is None
    assert gone_by({"event": "purged", "at": long_ago}) is None


@pytest.mark.parametrize("state", ["unreachable", "not_found"])
def test_a_sight_that_tells_another_state_is_no_proof_of_a_purge(state: str) -> None:
    assert gone_by(event("observed", ago(days=93), probe_state=state)) is None


def test_a_purge_that_was_told_once_is_told_again() -> None:
    """Whatever proves a purge proves it as well when ``purged`` is written behind it."""
    for case, (events, _days) in PROOFS.items():
        assert gone_by(*events, event("purged", NOW)) is not None, case


@pytest.mark.parametrize("hours", [47, 48, 49])
def test_a_tenant_is_overdue_when_it_is_disabled_over_48_hours_after_its_purge_date(hours: int) -> None:
    told = receipt_state([event("deactivated", ago(days=60), estimated_purge_date=ago(hours=hours))])
    assert told.overdue(NOW) == (hours > 48)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [deactivated(93)],
        [{**deactivated(93), "estimated_purge_date": "soon"}],
        [deactivated(60, 30), event("reactivated", ago(days=40))],
        [deactivated(60, 30), event("purged", ago(days=1))],
    ],
    ids=["nothing", "no date", "a date that is none", "reactivated", "purged"],
)
def test_no_other_tenant_is_overdue(events: list[dict[str, t.Any]]) -> None:
    assert receipt_state(events).overdue(NOW) is False


def test_no_order_of_events_breaks_the_sum() -> None:
    pool = [
        DEACTIVATED,
        RESET,
        intent(SECOND),
        intent(SECOND, "reactivate"),
        failed(THIRD),
        failed(THIRD, "unknown"),
        event("reactivated", THIRD),
        event("observed", THIRD, status="disabled"),
        event("purged", THIRD),
        *({"event": kind, "at": FIRST} for kind in sorted(EVENTS)),
    ]
    for events in itertools.product(pool, repeat=3):
        told = receipt_state(events)
        assert told.state in (None, LIVE, DISABLED, PURGED)
        # Nothing is both resolved and in doubt.
        assert told.pending is None or events[-1]["event"] in ("intent", "failed") or told.pending_since is not None
        proof = told.gone_by(NOW + timedelta(days=1000))
        if told.state == DISABLED and told.pending is None:
            assert proof == told.since
        if told.state == LIVE and told.pending is None:
            assert proof is None


def test_nothing_is_known_before_the_first_event() -> None:
    assert receipt_state([]) == ReceiptState()


def test_an_id_and_a_hostname_are_written_as_they_were_read() -> None:
    found = read(receipt())
    assert (found["tenant_id"], found["hostname"]) == (TENANT_ID, HOSTNAME)
    assert write_receipt(found).endswith(b"}\n")
    assert json.loads(write_receipt(found)) == receipt()


# The events of a receipt of a tenant that is seen live now → the day of the restore, and who did it; None: it was not restored.
TODAY = f"seen live again on {NOW:%Y-%m-%d}"
UNDONE = event("reactivated", SECOND, by={"user": "ann", "host": "desk"}, ticket="CHG-7")
RESTORES: dict[str, tuple[list[dict[str, t.Any]], str | None]] = {
    "never touched": ([], None),
    "live": ([event("observed", FIRST, status="active")], None),
    "deactivated": ([DEACTIVATED], TODAY),
    "purged": ([DEACTIVATED, event("purged", SECOND)], TODAY),
    "restored": ([DEACTIVATED, UNDONE], f"restored on {SECOND[:10]}, by ann, ticket CHG-7"),
    "restored, and seen live": (
        [DEACTIVATED, UNDONE, event("observed", THIRD, status="active")],
        f"restored on {SECOND[:10]}, by ann, ticket CHG-7",
    ),
    "restored, and then a deactivation that failed": (
        [DEACTIVATED, UNDONE, intent(THIRD), failed(THIRD)],
        f"restored on {SECOND[:10]}, by ann, ticket CHG-7",
    ),
    "restored, and deactivated again": ([DEACTIVATED, UNDONE, event("deactivated", THIRD)], TODAY),
    "restored, and seen disabled": ([DEACTIVATED, UNDONE, event("observed", THIRD, status="disabled")], TODAY),
    "restored by somebody else": (
        [DEACTIVATED, event("observed", SECOND, status="active")],
        f"seen live again on {SECOND[:10]}",
    ),
    "a restore that was sent, and whose outcome is not known": (
        [DEACTIVATED, intent(SECOND, "reactivate", by={"user": "ann", "host": "desk"})],
        f"restored on {SECOND[:10]}, by ann",
    ),
    "a restore that was sent, and seen live": (
        [DEACTIVATED, intent(SECOND, "reactivate"), event("observed", THIRD, status="active")],
        f"restored on {SECOND[:10]}, by ops",
    ),
    "a restore that was answered on the next day": (
        [DEACTIVATED, intent(SECOND, "reactivate"), event("reactivated", THIRD)],
        f"restored on {THIRD[:10]}, by ops",
    ),
    "a restore whose outcome was found later": (
        [DEACTIVATED, intent(SECOND, "reactivate"), event("reactivated", THIRD, resolved=True)],
        f"restored on {SECOND[:10]}, by ops",
    ),
    "a restore that was refused": (
        [DEACTIVATED, intent(SECOND, "reactivate"), failed(SECOND, action="reactivate")],
        TODAY,
    ),
    "restored by somebody else, and then a deactivation that failed": (
        [DEACTIVATED, intent(SECOND), failed(THIRD)],
        f"seen live again on {SECOND[:10]}",
    ),
    "restored without a deactivation of ours": ([event("reactivated", FIRST)], f"restored on {FIRST[:10]}, by ops"),
}


@pytest.mark.parametrize("case", RESTORES)
def test_a_receipt_tells_of_a_restore_since_the_last_deactivation(case: str) -> None:
    events, words = RESTORES[case]
    found = receipt_state(events).restore_if_live(NOW)
    assert (None if found is None else str(found)) == words
