# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tenant of a wave: its own guards, its region's token, and the role's result, whatever happens."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    PURGE_DATE,
    REGION,
    TENANT_ID,
    TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, TOKENS, WAVE, decommission
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

RESULT_KEYS = set(TenantResult().to_json())
FAILURE_KEYS = {"http_status", "code", "trace_id"}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


def test_a_tenant_is_read_deactivated_and_verified_with_its_regions_token(wire: Wire, run: Run) -> None:
    result = decommission(run)
    assert wire.sequence == ["read", "deactivate", "probe"]
    assert [sent.headers.get("Authorization") for sent in wire.sent] == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", None]
    assert wire.of("deactivate")[0].body == {"purgeAfterDays": 30}
    assert set(result) == RESULT_KEYS | {"diff"}
    # Its other keys are those of the deactivation, which test_actions.py is about.
    expected = {
        "wave": WAVE,
        "tenant_id": TENANT_ID,
        "action": "deactivate",
        "changed": True,
        "failed": False,
        "status": "disabled",
        "estimated_purge_date": PURGE_DATE,
        "probe_state": "deactivated",
        "msg": "active → disabled",
    }
    assert {key: result[key] for key in expected} == expected


def test_a_tenant_that_is_disabled_already_is_left_alone(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("disabled"))
    result = decommission(run)
    assert wire.sequence == ["read", "probe"]
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "disabled")
    assert (result["previous_status"], result["estimated_purge_date"]) == ("disabled", None)
    assert set(result) == RESULT_KEYS | {"diff"}


def test_check_mode_sends_no_post(wire: Wire, run: Run) -> None:
    run.check_mode = True
    result = decommission(run)
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")
    assert (result["probe_state"], result["estimated_purge_date"]) == (None, None)


def test_without_verification_nothing_is_probed(wire: Wire, run: Run) -> None:
    assert decommission(run, verify=False)["probe_state"] is None
    assert wire.sequence == ["read", "deactivate"]


def test_the_days_of_the_tenant_are_sent(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.disabled(estimatedPurgeDate="2027-02-22T12:00:00Z"))
    assert decommission(run, purge_after_days="90")["failed"] is False
    assert wire.of("deactivate")[0].body == {"purgeAfterDays": 90}


def test_days_that_the_server_does_not_grant_are_warned_of(wire: Wire, run: Run) -> None:
    assert len(decommission(run, purge_after_days=90)["warnings"]) == 1


# Each tenant's own guards: the entry, and what the one sentence must name.
OWN_FAULTS: dict[str, tuple[str, dict[str, t.Any]]] = {
    "no confirmation": ("confirm_hostname", {"confirm_hostname": None}),
    "empty confirmation": ("confirm_hostname", {"confirm_hostname": ""}),
    "another confirmation": ("confirm_hostname", {"confirm_hostname": "other.eu.qlikcloud.com"}),
    "9 days": ("purge_after_days", {"purge_after_days": 9}),
    "10.5 days": ("purge_after_days", {"purge_after_days": "10.5"}),
    "fewer days than the house allows": ("purge_after_days", {"min_purge_days": 31}),
    "more days than the house allows": ("purge_after_days", {"max_purge_days": 29}),
    "a house rule outside of the API's": ("min_purge_days", {"min_purge_days": 5}),
    "a house rule that nothing fits": ("min_purge_days", {"min_purge_days": 40, "max_purge_days": 30}),
    "a URL as hostname": ("hostname", {"hostname": f"https://{HOSTNAME}"}),
    "no hostname": ("hostname", {"hostname": None}),
    "another region": ("region", {"region": "us"}),
    "an empty region": ("region", {"region": ""}),
    "a path as id": ("tenant_id", {"tenant_id": "../x"}),
    "an empty id": ("tenant_id", {"tenant_id": ""}),
    "me as id": ("tenant_id", {"tenant_id": "me"}),
    "a number as id": ("tenant_id", {"tenant_id": 7}),
    "a strange truth": ("verify", {"verify": "maybe"}),
    "a time that is none": ("verify_timeout", {"verify_timeout": "long"}),
    "a pattern instead of a list": ("protected", {"protected": "other.*"}),
}


@pytest.mark.parametrize("fault", OWN_FAULTS)
def test_a_tenants_own_guards_stop_it_before_any_request(wire: Wire, run: Run, fault: str) -> None:
    option, given = OWN_FAULTS[fault]
    result = decommission(run, **given)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert is_one_sentence_about(result["msg"], f"{PREFIX}{option}")
    assert set(result) == RESULT_KEYS | FAILURE_KEYS


@pytest.mark.parametrize("protected", [[HOSTNAME], ["ACME.*"], ["other.*", "*"]])
def test_a_protected_tenant_gets_no_post(wire: Wire, run: Run, protected: list[str]) -> None:
    result = decommission(run, protected=protected)
    assert wire.of("deactivate") == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "is protected" in result["msg"]


def test_a_tenant_is_protected_by_its_other_hostnames_too(wire: Wire, run: Run) -> None:
    result = decommission(run, protected=["acme-old.*"])
    assert wire.sequence == ["read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert ALIAS in result["msg"]


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_protected_hostname_of_the_servers_is_harmless_in_the_message(wire: Wire, run: Run, value: str) -> None:
    wire.on("read", answers.record("active", hostnames=[HOSTNAME, f"x{value}"]))
    result = decommission(run, protected=["x*"])
    assert wire.of("deactivate") == []
    assert is_harmless(result["msg"])
    assert len(result["msg"]) < 2000


def test_variables_that_cannot_be_evaluated_stop_their_tenant_alone(wire: Wire, run: Run) -> None:
    result = decommission(run, error=f"{PREFIX}tenant_id: 'nowhere' is undefined", tenant_id=None)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "'nowhere' is undefined" in result["msg"]
    assert set(result) == RESULT_KEYS | FAILURE_KEYS


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [{"item": "us", "access_token": TOKEN}],
        [{"item": "eu.", "access_token": TOKEN}],
        [{"item": REGION, "failed": True, "access_token": TOKEN, "msg": "No."}],
        [{"item": REGION, "failed": True, "msg": "No."}],
        [{"item": REGION, "access_token": "", "msg": "No."}],
        [{"item": REGION, "skipped": True}],
        [{"access_token": TOKEN}],
    ],
)
def test_without_a_token_of_its_region_nothing_is_sent(wire: Wire, run: Run, tokens: list[dict[str, t.Any]]) -> None:
    result = decommission(run, tokens)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"region {REGION}" in result["msg"]
    assert set(result) == RESULT_KEYS | FAILURE_KEYS


def test_a_region_whose_credentials_failed_stops_its_tenants_with_the_servers_words(wire: Wire, run: Run) -> None:
    failed = {
        "item": REGION,
        "failed": True,
        "msg": "Asking for a token of region eu: HTTP 401",
        "http_status": 401,
        "code": "OAUTH-14",
        "trace_id": TRACE_ID,
    }
    result = decommission(run, [{"item": "us", "access_token": "x"}, failed])
    assert "HTTP 401" in result["msg"]
    assert (result["http_status"], result["code"], result["trace_id"]) == (401, "OAUTH-14", TRACE_ID)


@pytest.mark.parametrize("read", ["active", "disabled", "suspended"])
def test_a_tenant_without_an_id_can_only_be_left_alone(wire: Wire, run: Run, read: str) -> None:
    result = decommission(run, tenant_id=None)
    assert wire.sequence == ["probe"]
    assert (result["failed"], result["changed"]) == (False, False)
    assert (result["tenant_id"], result["status"], result["probe_state"]) == (None, "disabled", "deactivated")


@pytest.mark.parametrize(
    "probed",
    [answers.tenant_token(), answers.UNKNOWN_CLIENT, answers.NOBODYS_HOST, answers.HTML, faults.name_unknown()],
)
def test_a_tenant_without_an_id_that_is_not_deactivated_stops(wire: Wire, run: Run, probed: t.Any) -> None:
    wire.on("probe", probed)
    result = decommission(run, tenant_id=None)
    assert set(wire.sequence) == {"probe"}
    assert (result["failed"], result["changed"]) == (True, False)
    assert set(result) == RESULT_KEYS | FAILURE_KEYS


def test_a_token_that_has_expired_is_renewed_with_the_one_client_of_all_regions(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.UNAUTHORIZED, answers.disabled())
    wire.on("token", answers.token())
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    result = decommission(run, one_client=True, options=credentials)
    assert wire.sequence == ["read", "deactivate", "token", "read", "deactivate", "probe"]
    assert (result["failed"], result["changed"]) == (False, True)


def test_a_client_of_the_environment_is_not_used_where_each_region_has_its_own(wire: Wire, run: Run) -> None:
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    decommission(run, one_client=False, options=credentials)
    assert all(CLIENT_SECRET not in str(sent.content) for sent in wire.sent)


# What can go wrong on the way → (replies, changed, status known at the end).
FAILURES: dict[str, tuple[dict[str, t.Any], bool, str | None]] = {
    "refused": ({"deactivate": answers.FORBIDDEN}, False, None),
    "not confirmed": ({"deactivate": answers.HTML}, True, None),
    "not found": ({"read": answers.NO_SUCH_TENANT}, False, None),
    "no record": ({"read": answers.HTML}, False, None),
    "nobody there": ({"read": faults.refused()}, False, None),
    "a strange status": ({"read": answers.record("suspended")}, False, None),
    "not verified": ({"probe": answers.tenant_token()}, True, "disabled"),
    "not verified, host gone": ({"probe": faults.name_unknown()}, True, "disabled"),
    "not verified, rate limited": ({"probe": answers.rate_limited("100000")}, True, "disabled"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_a_whole_result_too(wire: Wire, run: Run, failure: str) -> None:
    replies, changed, status = FAILURES[failure]
    for kind, reply in replies.items():
        wire.on(kind, reply)
    result = decommission(run)
    result.pop("diff", None)
    assert set(result) == RESULT_KEYS | FAILURE_KEYS
    assert (result["hostname"], result["tenant_id"], result["region"]) == (HOSTNAME, TENANT_ID, REGION)
    assert (result["failed"], result["changed"], result["status"]) == (True, changed, status)
    assert result["estimated_purge_date"] == (PURGE_DATE if status else None)
    assert HOSTNAME in result["msg"]
    assert secrets_in(result) == []


def test_a_refused_tenant_is_shown_with_the_status_that_was_read(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.FORBIDDEN)
    result = decommission(run)
    assert result["previous_status"] == "active"
    assert (result["http_status"], result["code"], result["trace_id"]) == (403, "AUTH-5", TRACE_ID)


@pytest.mark.parametrize("given", [{"hostname": HOSTNAME.upper()}, {"region": REGION.upper()}])
def test_hostname_and_region_are_known_in_any_case(wire: Wire, run: Run, given: dict[str, str]) -> None:
    result = decommission(run, **{"confirm_hostname": HOSTNAME, **given})
    assert (result["failed"], result["hostname"], result["region"]) == (False, HOSTNAME, REGION)


@pytest.mark.parametrize("option", ["timeout", "retries", "max_wait"])
def test_a_wrong_option_of_the_task_is_named_and_sends_nothing(wire: Wire, run: Run, option: str) -> None:
    result = decommission(run, options={option: "x"})
    assert wire.sent == []
    assert is_one_sentence_about(result["msg"], option)


def test_the_tokens_are_not_in_what_is_shown(wire: Wire, run: Run) -> None:
    wire.on("read", answers.error(501, "X-1", f"Token {TOKEN} is bad"))
    decommission(run)
    assert TOKEN not in run.mask(TOKEN)
    assert TOKENS[0]["access_token"] == TOKEN
