# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as a file: made the same from the same, and read only where it is what was approved, and is still in time.

The examples are the same in each run of these tests: hypothesis makes them up from the tests themselves.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import PlanEntry, planned_tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet import plan as plan_module
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import (
    Plan,
    PlanContent,
    content_sha256,
    digest_of,
    make_plan,
    read_plan,
    write_plan,
)
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, NOW, REGION, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.plans import entry_of, file_of, plan_of, to_deactivate, to_leave
from ansible_collections.tenantops.qlik.tests.unit.receipts import DOCS, schema_faults

examples = settings(max_examples=60, deadline=None, derandomize=True, database=None)

OTHER = "other.us.qlikcloud.com"
# What a run in check mode says of a tenant that it would deactivate, and of one that is disabled.
ACTS = {
    "wave": "0f3a",
    "hostname": HOSTNAME,
    "hostnames": [HOSTNAME, ALIAS],
    "tenant_id": TENANT_ID,
    "name": "acme",
    "region": REGION,
    "action": "deactivate",
    "changed": False,
    "previous_status": "active",
    "status": "disabled",
    "purge_after_days": 30,
    "estimated_purge_date": None,
    "failed": False,
    "msg": "active → disabled",
}
LEAVES = {**ACTS, "action": "no-op", "previous_status": "disabled"}


# What is made.
def test_the_entry_of_a_tenant_that_is_to_be_deactivated() -> None:
    assert entry_of(ACTS, NOW) == to_deactivate()
    assert list(entry_of(ACTS, NOW)) == list(to_deactivate())


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (LEAVES, to_leave()),
        # An earlier run's date is kept as it is; a run that would not deactivate sends no days.
        ({**LEAVES, "estimated_purge_date": "2026-11-30T01:02:03Z"}, {"expected_purge_date": "2026-11-30T01:02:03Z"}),
        ({**LEAVES, "status": "purged", "previous_status": None}, {"status": "purged"}),
        ({**LEAVES, "tenant_id": None, "hostnames": []}, {"id": None, "hostnames": []}),
    ],
)
def test_the_entry_of_a_tenant_that_is_to_be_left_alone(result: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    assert entry_of(result, NOW) == {**to_leave(), **expected}


def test_name_and_end_of_the_licence_come_from_the_list_and_the_record_s_name_goes_first() -> None:
    listed = {"name": "Acme Ltd", "license_ends_at": "2026-09-01T00:00:00.000Z"}
    assert entry_of(ACTS, NOW, listed) == to_deactivate(license_ends_at="2026-09-01T00:00:00.000Z")
    assert entry_of({**ACTS, "name": None}, NOW, listed)["name"] == "Acme Ltd"
    assert entry_of({**ACTS, "name": None}, NOW)["name"] is None


LICENCE = "2027-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("result", "listed", "warning"),
    [
        (
            {**ACTS, "hostname": ALIAS},
            {},
            f"{ALIAS} is an alias, and an alias can be given to another customer later: name this tenant by {HOSTNAME}",
        ),
        ({**LEAVES, "hostname": ALIAS}, {}, f"{ALIAS} is an alias"),
        ({**ACTS, "restored_on": "2026-11-20"}, {}, "it was restored on 2026-11-20"),
        (ACTS, {"license_ends_at": LICENCE}, "its license has not ended: it ends on 2027-03-01"),
    ],
)
def test_what_an_approver_should_look_at_is_a_warning(
    result: dict[str, t.Any], listed: dict[str, t.Any], warning: str
) -> None:
    (said,) = entry_of(result, NOW, listed)["warnings"]
    assert said.startswith(warning)


@pytest.mark.parametrize(
    ("result", "listed"),
    [
        (LEAVES, {"license_ends_at": LICENCE}),
        (ACTS, {"license_ends_at": "2026-09-01"}),
        (ACTS, {"license_ends_at": "x"}),
    ],
)
def test_what_is_as_it_should_be_is_no_warning(result: dict[str, t.Any], listed: dict[str, t.Any]) -> None:
    assert entry_of(result, NOW, listed)["warnings"] == []


def test_the_status_of_an_entry_is_the_one_before_the_deactivation() -> None:
    assert entry_of({**ACTS, "previous_status": "user-access-disabled"}, NOW)["status"] == "user-access-disabled"


def test_the_first_hostname_stays_first_and_the_others_have_one_order() -> None:
    names = ["z.eu.qlikcloud.com", "b.eu.qlikcloud.com", "a.eu.qlikcloud.com"]
    expected = ["z.eu.qlikcloud.com", "a.eu.qlikcloud.com", "b.eu.qlikcloud.com"]
    for order in (names, [names[0], names[2], names[1]]):
        assert entry_of({**ACTS, "hostnames": order}, NOW)["hostnames"] == expected


@pytest.mark.parametrize(("days", "date"), [(10, "2026-12-04"), (30, "2026-12-24"), (90, "2027-02-22")])
def test_the_expected_date_is_a_day_and_counts_from_now(days: int, date: str) -> None:
    entry = entry_of({**ACTS, "purge_after_days": days}, NOW)
    assert (entry["purge_after_days"], entry["expected_purge_date"]) == (days, date)


def test_two_plans_of_one_day_mean_the_same_and_of_two_days_do_not() -> None:
    morning, evening = NOW.replace(hour=0), NOW.replace(hour=23, minute=59, second=59)
    tomorrow = evening + timedelta(seconds=1)
    digests = [make_plan([entry_of(ACTS, now)], now, 72)["content_sha256"] for now in (morning, evening, tomorrow)]
    assert digests[0] == digests[1] != digests[2]
    left = [make_plan([entry_of(LEAVES, now)], now, 72)["content_sha256"] for now in (morning, tomorrow)]
    assert left[0] == left[1]


def test_a_plan_has_what_the_design_says() -> None:
    other = to_leave(OTHER, id="x", region="us")
    plan = make_plan([other, to_deactivate()], NOW, 72)
    assert plan == {
        "schema": 3,
        "created": "2026-11-24T12:00:00Z",
        "expires": "2026-11-27T12:00:00Z",
        "planned_by": None,
        "content_sha256": plan["content_sha256"],
        "warnings": [],
        "tenants": [to_deactivate(), other],
    }
    # As the schema says how it is made.
    text = json.dumps([to_deactivate(), other], sort_keys=True, separators=(",", ":"))
    assert plan["content_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert schema_faults("plan", plan) == []


@pytest.mark.parametrize(
    ("hours", "expires"),
    [
        (72, "2026-11-27T12:00:00Z"),
        ("72", "2026-11-27T12:00:00Z"),
        (0.5, "2026-11-24T12:30:00Z"),
        ("0.25", "2026-11-24T12:15:00Z"),
        (0, "2026-11-24T12:00:00Z"),
        ("0", "2026-11-24T12:00:00Z"),
    ],
)
def test_a_plan_is_valid_for_so_many_hours_fractions_and_0_allowed(hours: t.Any, expires: str) -> None:
    plan = make_plan([], NOW, hours)
    assert (plan["created"], plan["expires"]) == ("2026-11-24T12:00:00Z", expires)


@pytest.mark.parametrize("hours", [-1, "-0.1", "long", "", None, True, "nan", "inf", [], 10**9])
def test_hours_that_are_none_make_no_plan(hours: t.Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_plan([to_deactivate()], NOW, hours)
    assert is_one_sentence_about(caught.value.message, "qlik_plan_valid_hours")


@pytest.mark.parametrize("fraction", [1, 499_999, 999_999])
def test_a_fraction_of_a_second_does_not_lengthen_a_plan(fraction: int) -> None:
    made = NOW.replace(microsecond=fraction)
    plan = make_plan([], made, 1)
    assert plan["expires"] == "2026-11-24T13:00:00Z"
    assert refused(write_plan(plan), now=made + timedelta(hours=1))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (to_deactivate(id="another"), ("hostname", HOSTNAME, f"{HOSTNAME}, {HOSTNAME}")),
        (to_deactivate(OTHER, region="us"), ("id", TENANT_ID, f"{HOSTNAME}, {OTHER}")),
        (to_leave(OTHER, region="us"), ("id", TENANT_ID, f"{HOSTNAME}, {OTHER}")),
    ],
)
def test_one_tenant_with_two_entries_makes_no_plan(second: dict[str, t.Any], told: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_plan([to_deactivate(), second], NOW, 72)
    for words in (*told, "No plan was written", "2 hosts"):
        assert words in caught.value.message


def test_tenants_whose_ids_nobody_knows_are_no_duplicates() -> None:
    entries = [to_leave(f"{name}.eu.qlikcloud.com", id=None) for name in "ab"]
    assert len(make_plan(entries, NOW, 72)["tenants"]) == 2


def test_making_a_plan_changes_no_entry_that_it_was_given() -> None:
    given = [to_leave(OTHER, id="x", region="us"), to_deactivate()]
    made = make_plan(given, NOW, 72)
    made["tenants"][0]["status"] = "?"
    assert given == [to_leave(OTHER, id="x", region="us"), to_deactivate()]


# What is read.
def read(
    content: bytes, approved: t.Any = None, *, now: datetime = NOW + timedelta(hours=1), max_hours: t.Any = 168
) -> Plan:
    return read_plan(content, digest_of(content) if approved is None else approved, now, max_hours)


def refused(content: bytes, approved: t.Any = None, **more: t.Any) -> str:
    """Why a plan is refused, in words that are fit for a terminal."""
    with pytest.raises(InvalidInput) as caught:
        read(content, approved, **more)
    assert is_harmless(caught.value.message)
    assert len(caught.value.message) < 1000
    return caught.value.message


GOOD, GOOD_DIGEST = file_of(plan_of(to_deactivate(), to_leave(OTHER, id=None, region="us")))


def test_an_approved_plan_is_read() -> None:
    plan = read(GOOD, GOOD_DIGEST)
    assert plan == Plan(
        GOOD_DIGEST,
        NOW,
        NOW + timedelta(hours=72),
        {HOSTNAME: to_deactivate(), OTHER: to_leave(OTHER, id=None, region="us")},
    )


def test_an_entry_that_was_read() -> None:
    planned = planned_tenant(to_deactivate())
    assert (planned.tenant_id, planned.hostname, planned.hostnames) == (TENANT_ID, HOSTNAME, (HOSTNAME, ALIAS))
    assert (planned.region, planned.status, planned.action) == (REGION, "active", "deactivate")
    assert planned.purge_after_days == 30


def test_a_digest_is_known_in_capitals_too() -> None:
    assert read(GOOD, GOOD_DIGEST.upper()).sha256 == GOOD_DIGEST


@pytest.mark.parametrize("approved", [None, ""])
def test_without_a_digest_no_plan_is_read(approved: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_plan(GOOD, approved, NOW, 168)
    assert is_one_sentence_about(caught.value.message, "qlik_plan_sha256 is missing")


NO_DIGESTS = {
    "short": GOOD_DIGEST[:-1],
    "long": GOOD_DIGEST + "0",
    "a line break": GOOD_DIGEST + "\n",
    "a blank": f" {GOOD_DIGEST}",
    "as sha256sum prints it": f"{GOOD_DIGEST}  plan.json",
    "of another kind": f"sha256:{GOOD_DIGEST}",
    "no hexadecimal": "g" * 64,
    "digits of another script": "٣" * 64,
    "a number": 7,
    "true": True,
    "a list": [GOOD_DIGEST],
}


@pytest.mark.parametrize("approved", NO_DIGESTS.values(), ids=NO_DIGESTS)
def test_what_is_no_digest_approves_nothing(approved: t.Any) -> None:
    message = refused(GOOD, approved)
    assert "qlik_plan_sha256 is" in message
    assert "64 digits" in message


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_digest_is_harmless_in_the_message(value: str) -> None:
    assert "qlik_plan_sha256 is" in refused(GOOD, value)


def test_another_digest_is_named_beside_that_of_the_file() -> None:
    message = refused(GOOD, "A" * 64)
    assert "not the plan that was approved" in message
    assert GOOD_DIGEST in message
    assert "a" * 64 in message


@pytest.mark.parametrize("place", [0, 63])
def test_every_digit_of_the_digest_counts(place: int) -> None:
    another = "0" if GOOD_DIGEST[place] != "0" else "1"
    approved = GOOD_DIGEST[:place] + another + GOOD_DIGEST[place + 1 :]
    assert "not the plan that was approved" in refused(GOOD, approved)


def test_the_digest_of_the_entries_is_not_the_one_that_approves() -> None:
    assert "not the plan that was approved" in refused(GOOD, json.loads(GOOD)["content_sha256"])


@examples
@given(place=st.integers(0, len(GOOD) - 1), bits=st.integers(1, 255))
def test_any_byte_that_was_changed_is_refused(place: int, bits: int) -> None:
    changed = bytearray(GOOD)
    changed[place] ^= bits
    assert "not the plan that was approved" in refused(bytes(changed), GOOD_DIGEST)


@pytest.mark.parametrize("changed", [GOOD + b"\n", GOOD[:-1], b"", b"\xef\xbb\xbf" + GOOD, GOOD.replace(b": ", b":")])
def test_a_file_in_another_layout_is_another_file(changed: bytes) -> None:
    assert "not the plan that was approved" in refused(changed, GOOD_DIGEST)


@pytest.mark.parametrize("key", ["status", "action", "purge_after_days", "id", "hostnames", "expected_purge_date"])
def test_entries_that_were_changed_are_refused_even_where_the_file_is_approved(key: str) -> None:
    plan = plan_of(to_deactivate())
    another = {"action": "no-op", "purge_after_days": 10, "hostnames": []}.get(key, "another")
    plan["tenants"][0][key] = another
    assert "content_sha256 is not that of its entries" in refused(file_of(plan)[0])


@pytest.mark.parametrize("change", ["an entry less", "an entry more", "another order"])
def test_entries_that_were_moved_are_refused_even_where_the_file_is_approved(change: str) -> None:
    entries = [to_deactivate(), to_leave(OTHER, id="x", region="us")]
    plan = plan_of(*entries)
    plan["tenants"] = {
        "an entry less": entries[:1],
        "an entry more": [*entries, to_leave("z.eu.qlikcloud.com", id="z")],
        "another order": entries[::-1],
    }[change]
    assert "content_sha256 is not that of its entries" in refused(file_of(plan)[0])


DEEP = b"[" * 100_000 + b"]" * 100_000
NOT_JSON = {
    "nothing": b"",
    "text": b"plan",
    "half of it": GOOD[: len(GOOD) // 2],
    "not UTF-8": b'{"schema": "\xff\xfe"}',
    "deep": DEEP,
    "an endless number": b'{"schema": ' + b"1" * 5000 + b"}",
}


@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON)
def test_a_file_that_is_no_json_is_refused(content: bytes) -> None:
    assert "it is not JSON" in refused(content)


@pytest.mark.parametrize("key", [b'"schema": 3', b'"action": "deactivate"'])
def test_a_key_that_stands_in_it_twice_is_refused(key: bytes) -> None:
    assert key in GOOD
    assert "different programs may read different values" in refused(GOOD.replace(key, key + b", " + key))


@pytest.mark.parametrize(("key", "value"), [("planned_by", 7), ("warnings", "none"), ("warnings", [7])])
def test_a_head_of_another_kind_is_refused(key: str, value: t.Any) -> None:
    assert "The file was changed or damaged" in refused(file_of({**plan_of(to_deactivate()), key: value})[0])


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
@pytest.mark.parametrize("key", ["expected_purge_date", "more"])
def test_a_number_that_json_has_not_is_refused(number: bytes, key: str) -> None:
    content = file_of(plan_of(to_deactivate(**{key: "a number"})))[0]
    assert "The plan is refused" in refused(content.replace(b'"a number"', number))


@pytest.mark.parametrize("schema", [None, 0, 1, 2, 4, 2.5, "3", True, [1], {}, *SAMPLE.values()])
def test_another_schema_is_refused(schema: t.Any) -> None:
    message = refused(file_of(plan_of(to_deactivate(), schema=schema))[0])
    assert "its schema is" in message
    assert "needs 3" in message


@pytest.mark.parametrize("content", [b"[]", b"null", b"7", b'"plan"', b"{}", b"true"])
def test_json_that_is_no_plan_is_refused(content: bytes) -> None:
    assert "its schema is None" in refused(content)


@pytest.mark.parametrize("tenants", [None, {}, "all", 7])
def test_a_plan_without_a_list_of_tenants_is_refused(tenants: t.Any) -> None:
    assert "no list of tenants" in refused(file_of(plan_of(tenants=tenants))[0])
    assert "no list of tenants" in refused(file_of(plan_of(without="tenants"))[0])


# What is wrong with an entry, and what the message has of it.
WRONG_ENTRIES: dict[str, tuple[t.Any, str]] = {
    "no object": (7, "not a JSON object"),
    "nothing": (None, "not a JSON object"),
    "no hostname": (to_deactivate(hostname=None), "hostname is None"),
    "a URL": (to_deactivate(hostname=f"https://{HOSTNAME}"), "hostname is"),
    "another domain": (to_deactivate(hostname="acme.eu.evil.example"), "hostname is"),
    "the register host": (to_deactivate(hostname="register.eu.qlikcloud.com"), "hostname is"),
    "a hostname in capitals": (to_deactivate(hostname=HOSTNAME.upper()), "in lower case"),
    "another region": (to_deactivate(region="us"), "must agree"),
    "a region in capitals": (to_deactivate(region="EU"), "must agree"),
    "no region": (to_deactivate(region=None), "must agree"),
    "no id": (to_deactivate(id=None), "id is None"),
    "an empty id": (to_deactivate(id=""), "id is ''"),
    "a path as id": (to_deactivate(id="../x"), "id is '../x'"),
    "me as id": (to_deactivate(id="me"), "id is 'me'"),
    "a number as id": (to_deactivate(id=7), "id is 7"),
    "a path as id of one that is left alone": (to_leave(id="../x"), "id is '../x'"),
    "an empty id of one that is left alone": (to_leave(id=""), "id is ''"),
    "no days": (to_deactivate(purge_after_days=None), "purge_after_days is None"),
    "9 days": (to_deactivate(purge_after_days=9), "purge_after_days is 9"),
    "91 days": (to_deactivate(purge_after_days=91), "purge_after_days is 91"),
    "true days": (to_deactivate(purge_after_days=True), "purge_after_days is True"),
    "another action": (to_deactivate(action="reactivate"), "its action is reactivate"),
    "no action": (to_deactivate(action=None), "its action is None"),
    "a list as action": (to_deactivate(action=["deactivate"]), "its action is"),
    "no status": (to_deactivate(status=None), "its status is None, and must be a text"),
    "a number as status": (to_deactivate(status=7), "its status is 7, and must be a text"),
    "hostnames that are none": (to_deactivate(hostnames=HOSTNAME), "must be a list of texts"),
    "no hostnames": (to_deactivate(hostnames=None), "must be a list of texts"),
    "a number as a hostname": (to_deactivate(hostnames=[7]), "must be a list of texts"),
    "a number as a name": (to_deactivate(name=7), "its name is 7, and must be a text, or null"),
    "a warning that is none": (to_deactivate(warnings=[7]), "must be a list of texts"),
    "no warnings": (to_deactivate(warnings=None), "must be a list of texts"),
}


@pytest.mark.parametrize("wrong", WRONG_ENTRIES)
def test_a_wrong_entry_is_refused_and_named_by_its_number(wrong: str) -> None:
    entry, told = WRONG_ENTRIES[wrong]
    message = refused(file_of(plan_of(to_leave(OTHER, id="x", region="us"), entry))[0])
    assert "its entry 2 is wrong" in message
    assert told in message


@pytest.mark.parametrize("key", to_deactivate())
def test_an_entry_that_lacks_something_is_refused(key: str) -> None:
    entry = {name: value for name, value in to_deactivate().items() if name != key}
    assert "its entry 1 is wrong" in refused(file_of(plan_of(entry))[0])


def test_a_hostname_with_two_entries_is_refused() -> None:
    message = refused(file_of(plan_of(to_leave(), to_deactivate(id="another")))[0])
    assert f"its entry 2 is wrong: {HOSTNAME} is in it twice" in message


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_value_is_harmless_in_the_message(value: str) -> None:
    for key in ("hostname", "id", "region", "action", "purge_after_days"):
        assert "its entry 1 is wrong" in refused(file_of(plan_of(to_deactivate(**{key: value})))[0])
    # It is for the operation to compare.
    content = file_of(plan_of(to_deactivate(status=value)))[0]
    assert read(content).tenants[HOSTNAME]["status"] == value


@pytest.mark.parametrize("digest", [None, "", 7, "0" * 64, GOOD_DIGEST])
def test_another_content_sha256_is_refused(digest: t.Any) -> None:
    assert "content_sha256" in refused(file_of(plan_of(to_deactivate(), content_sha256=digest))[0])


def test_a_plan_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "LARGEST", len(GOOD))
    assert read(GOOD).sha256 == GOOD_DIGEST
    assert "it is larger than" in refused(GOOD + b" ")


# When it is read.
@pytest.mark.parametrize("key", ["created", "expires"])
@pytest.mark.parametrize("value", [None, "", "soon", 1764000000, "2026-13-01T00:00:00Z", ["2026-11-24T12:00:00Z"]])
def test_a_plan_that_does_not_say_when_is_refused(key: str, value: t.Any) -> None:
    assert "its key 'created' or 'expires' is missing or wrong" in refused(
        file_of(plan_of(to_deactivate(), **{key: value}))[0]
    )


@pytest.mark.parametrize("key", ["created", "expires"])
def test_a_plan_that_lacks_one_of_its_times_is_refused(key: str) -> None:
    assert "its key 'created' or 'expires' is missing or wrong" in refused(
        file_of(plan_of(to_deactivate(), without=key))[0]
    )


def test_a_plan_that_ends_before_it_was_made_is_refused() -> None:
    assert "its key 'created' or 'expires' is missing or wrong" in refused(
        file_of(plan_of(to_deactivate(), hours=-1))[0], now=NOW - timedelta(days=1)
    )


def test_a_plan_is_applied_until_it_expires_and_no_longer() -> None:
    content, end = file_of(plan_of(to_deactivate(), hours=2))[0], NOW + timedelta(hours=2)
    assert read(content, now=NOW).expires == end
    assert read(content, now=end - timedelta(microseconds=1)).expires == end
    for now in (end, end + timedelta(microseconds=1), end + timedelta(days=1000)):
        assert "it expired at 2026-11-24T14:00:00Z" in refused(content, now=now)


def test_a_plan_of_0_hours_is_never_applied() -> None:
    content = write_plan(make_plan([to_deactivate()], NOW, 0))
    for now in (NOW - timedelta(minutes=1), NOW, NOW + timedelta(seconds=1)):
        if now < NOW:
            # A machine whose clock is behind.
            assert read(content, now=now).tenants
        else:
            assert "it expired" in refused(content, now=now)


def test_the_time_of_a_plan_counts_whatever_its_zone() -> None:
    # Nobody can apply it at any time: the collection writes times in UTC.
    content = file_of(plan_of(to_deactivate(), expires="2026-11-24T14:30:00+01:00"))[0]
    assert "byte for byte" in refused(content, now=NOW + timedelta(minutes=89))
    assert "expired at 2026-11-24T13:30:00Z" in refused(content, now=NOW + timedelta(minutes=90))


def test_a_plan_of_the_future_is_refused_but_for_clocks_that_differ_a_little() -> None:
    for ahead in (0, 60, 300):
        assert read(GOOD, now=NOW - timedelta(seconds=ahead)).created == NOW
    for ahead in (301, 3600, 10**8):
        message = refused(GOOD, now=NOW - timedelta(seconds=ahead))
        assert "2026-11-24T12:00:00Z, which is in the future" in message


@pytest.mark.parametrize(("hours", "longest"), [(168, 168), (72, 72), (0.5, "0.5"), (1000, 1000), (0, 0)])
def test_a_plan_that_is_as_long_as_is_allowed_is_read(hours: float, longest: t.Any) -> None:
    now = NOW - timedelta(minutes=1)
    assert read(file_of(plan_of(to_deactivate(), hours=hours))[0], now=now, max_hours=longest).tenants


@pytest.mark.parametrize(
    ("hours", "longest"), [(168 + 1 / 3600, 168), (169, "168"), (72, 71.9), (1, 0), (24 * 365, 168), (10**6, 168)]
)
def test_a_plan_that_is_valid_for_too_long_is_refused(hours: float, longest: t.Any) -> None:
    message = refused(file_of(plan_of(to_deactivate(), hours=hours))[0], max_hours=longest)
    assert f"qlik_plan_max_hours allows {longest}" in message


@pytest.mark.parametrize("hours", [None, "", "long", -1, True, "nan", "inf", []])
def test_a_longest_time_that_is_none_refuses_every_plan(hours: t.Any) -> None:
    assert is_one_sentence_about(refused(GOOD, max_hours=hours), "qlik_plan_max_hours")


# For any fleet.
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda name: name not in ("register", "console", "api")
)
TEXT = st.text(max_size=20)


@st.composite
def results(draw: st.DrawFn) -> list[dict[str, t.Any]]:
    """What a run in check mode says of the tenants of a fleet."""
    names = draw(st.lists(st.tuples(LABELS, LABELS), unique=True, max_size=6))
    found = []
    for number, (name, region) in enumerate(names):
        hostname = f"{name}.{region}.qlikcloud.com"
        acts = draw(st.booleans())
        others = draw(st.lists(TEXT, max_size=3))
        found.append(
            {
                **(ACTS if acts else LEAVES),
                "hostname": hostname,
                "hostnames": draw(st.sampled_from([[hostname, *others], []])),
                "tenant_id": f"id{number}" if acts else draw(st.sampled_from([None, f"id{number}"])),
                "region": region,
                "previous_status": draw(st.sampled_from(["active", "user-access-disabled"])),
                "purge_after_days": draw(st.integers(10, 90)),
                "estimated_purge_date": None if acts else draw(st.sampled_from([None, "2026-12-24T12:00:01.000Z"])),
            }
        )
    return found


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001


@examples
@given(found=results(), random=st.randoms(use_true_random=False), now=MOMENTS, hours=st.floats(0, 168))
def test_the_same_fleet_makes_the_same_entries_whatever_its_order(
    found: list[dict[str, t.Any]], random: t.Any, now: datetime, hours: float
) -> None:
    shuffled = []
    for result in random.sample(found, len(found)):
        first, *others = result["hostnames"] or [None]
        keys = random.sample(list(result), len(result))
        names = [] if first is None else [first, *random.sample(others, len(others))]
        shuffled.append({key: names if key == "hostnames" else result[key] for key in keys})
    later = now.replace(hour=23, minute=59, second=59)
    one = make_plan([entry_of(result, now) for result in found], now, hours)
    two = make_plan([entry_of(result, later) for result in shuffled], later, 72)
    # Byte for byte: the order of keys counts as well.
    assert write_plan({"tenants": one["tenants"]}) == write_plan({"tenants": two["tenants"]})
    assert one["content_sha256"] == two["content_sha256"] == content_sha256(one["tenants"])


@examples
@given(found=results(), now=MOMENTS, hours=st.floats(0.001, 168))
def test_what_is_written_is_valid_and_is_read_as_it_was_made(
    found: list[dict[str, t.Any]], now: datetime, hours: float
) -> None:
    plan = make_plan([entry_of(result, now) for result in found], now, hours)
    content = write_plan(plan)
    assert schema_faults("plan", json.loads(content)) == []
    back = read_plan(content, digest_of(content), now, 169)
    assert list(back.tenants.values()) == plan["tenants"]
    assert (back.created, back.expires) == (read_time(plan["created"]), read_time(plan["expires"]))
    assert list(back.tenants) == sorted(result["hostname"] for result in found)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([HOSTNAME, "x" * 200]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@examples
@given(
    top=st.dictionaries(st.sampled_from(["schema", "created", "expires", "tenants"]), JSON, max_size=1),
    inside=st.dictionaries(st.sampled_from([*to_deactivate(), "more"]), JSON, max_size=2),
    leave=st.booleans(),
)
def test_whatever_stands_in_an_approved_file_is_read_or_refused_in_words(
    top: dict[str, t.Any], inside: dict[str, t.Any], leave: bool
) -> None:
    plan = plan_of({**(to_leave() if leave else to_deactivate()), **inside}, **top)
    content = file_of(plan)[0]
    back, words = None, ""
    try:
        back = read(content)
    except InvalidInput as error:
        words = error.message
    if back is None:
        assert is_harmless(words)
        assert words.startswith("The plan is refused: ")
    else:
        for hostname, entry in back.tenants.items():
            planned = planned_tenant(entry)
            assert planned.hostname == hostname == HOSTNAME
            assert planned.action in ("deactivate", "no-op")
            assert planned.action == "no-op" or (planned.tenant_id and planned.purge_after_days)


def test_the_schema_has_each_key_of_a_plan_and_of_an_entry_and_no_other() -> None:
    schema = json.loads((DOCS / "plan.schema.json").read_bytes())
    assert set(schema["properties"]) == set(schema["required"]) == set(t.get_type_hints(PlanContent))
    entry = schema["$defs"]["tenant"]
    assert set(entry["properties"]) == set(entry["required"]) == set(t.get_type_hints(PlanEntry))
