# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deactivating a tenant: which requests go out, in which order, and what the result is."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    GIVEN_TOKEN,
    HOSTNAME,
    PURGE_DATE,
    REGION,
    REGISTER,
    RENEWED_TOKEN,
    TENANT_ID,
    TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

RECORD_URL = f"https://{REGISTER}/api/v1/tenants/{TENANT_ID}"


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())


def test_an_active_tenant_is_read_and_then_deactivated(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("deactivate", answers.disabled(estimatedPurgeDate="2027-01-23T12:00:01.000Z"))
    result = deactivate(run, purge_after_days=60)
    assert wire.sequence == ["token", "read", "deactivate"]
    _token, read, post = wire.sent
    assert (read.method, read.url, read.content) == ("GET", RECORD_URL, None)
    assert read.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (post.method, post.url) == ("POST", f"{RECORD_URL}/actions/deactivate")
    assert post.body == {"purgeAfterDays": 60}
    assert post.headers["qlik-confirm-hostname"] == HOSTNAME
    assert post.headers["Authorization"] == f"Bearer {TOKEN}"
    assert post.headers["Content-Type"] == post.headers["Accept"] == "application/json"
    assert result == {
        "failed": False,
        "changed": True,
        "id": TENANT_ID,
        "name": "acme",
        "hostname": HOSTNAME,
        "hostnames": [HOSTNAME, ALIAS],
        "region": REGION,
        "receipt": None,
        "status": "disabled",
        "previous_status": "active",
        "estimated_purge_date": "2027-01-23T12:00:01.000Z",
        "purge_date_computed": False,
        "purge_after_days": 60,
        "diff": {
            "before": {"status": "active"},
            "after": {"status": "disabled", "purge_after_days": 60},
            "before_header": HOSTNAME,
            "after_header": HOSTNAME,
        },
    }
    assert clock.sleeps == []


def test_a_purge_date_that_was_not_asked_for_is_warned_of(wire: Wire, run: Run) -> None:
    # Only multi-tenant entitlements may set the days.
    result = deactivate(run, purge_after_days=60)
    assert (result["failed"], result["estimated_purge_date"]) == (False, PURGE_DATE)
    (warning,) = result["warnings"]
    for told in (HOSTNAME, "2026-12-24", "is 60", "2027-01-23"):
        assert told in warning


def test_a_tenant_whose_users_are_shut_out_is_deactivated(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("user-access-disabled"))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["changed"], result["previous_status"]) == (True, "user-access-disabled")


@pytest.mark.parametrize("status", ["disabled", "deactivated"])
def test_a_tenant_that_is_disabled_already_gets_no_post(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (False, False)
    assert (result["previous_status"], result["estimated_purge_date"]) == (status, None)
    assert result["status"] == "disabled"
    assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize("status", ["disabled", "deactivated"])
def test_the_countdown_is_restarted_where_that_is_asked_for(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    result = deactivate(run, reset_purge_timer=True)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["changed"], result["previous_status"], result["estimated_purge_date"]) == (True, status, PURGE_DATE)


def test_check_mode_reads_and_decides_and_sends_no_post(wire: Wire, run: Run) -> None:
    run.check_mode = True
    result = deactivate(run, verify=True)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")
    assert result["previous_status"] == "active"
    assert result["diff"]["before"] == {"status": "active"}
    assert result["diff"]["after"] == {"status": "disabled", "purge_after_days": 30}
    assert not run.may_have_changed


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (answers.record("disabled"), {}),
        (answers.record("deleted"), {}),
        (answers.record("suspended"), {}),
        (answers.record("active", hostnames=["other.eu.qlikcloud.com"]), {}),
        (answers.NO_SUCH_TENANT, {}),
        (answers.HTML, {}),
        (answers.record("disabled"), {"reset_purge_timer": True}),
    ],
)
def test_check_mode_says_what_the_real_run_says(wire: Wire, run: Run, read: answers.Reply, given: dict) -> None:
    wire.on("read", read)
    real = deactivate(Run(clock=run.clock), **given)
    run.check_mode = True
    checked = deactivate(run, **given)
    for said in ("failed", "changed", "msg", "previous_status", "status", "http_status", "code", "diff"):
        assert checked.get(said) == real.get(said)


@pytest.mark.parametrize("hostname", [HOSTNAME.upper(), "Acme.Eu.QlikCloud.Com", ALIAS])
def test_a_hostname_in_another_case_and_an_alias_are_the_same_tenant(wire: Wire, run: Run, hostname: str) -> None:
    result = deactivate(run, hostname=hostname, confirm_hostname=hostname)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert wire.sent[-1].headers["qlik-confirm-hostname"] == result["hostname"] == hostname.lower()


def test_an_id_of_a_tenant_with_other_hostnames_stops_before_the_post(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active", hostnames=["other.eu.qlikcloud.com"]))
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert "other.eu.qlikcloud.com" in result["msg"]
    assert HOSTNAME in result["msg"]


def test_a_deleted_tenant_is_not_found(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("deleted"))
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert "not found" in result["msg"]
    assert "'deleted'" in result["msg"]


def test_a_tenant_that_the_api_does_not_know_is_not_found_without_a_probe(wire: Wire, run: Run) -> None:
    wire.on("read", answers.NO_SUCH_TENANT)
    result = deactivate(run)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert "not found" in result["msg"]


@pytest.mark.parametrize("status", ["suspended", "purging", "Active"])
def test_a_status_that_nobody_knows_stops_and_is_named(wire: Wire, run: Run, status: str) -> None:
    wire.on("read", answers.record(status))
    result = deactivate(run, reset_purge_timer=True)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"'{status}'" in result["msg"]


# What the probe answers where the register host refuses reads → (verdict, previous status, words of the message).
PROBES = {
    "active": (answers.tenant_token(), "act", "active"),
    "unauthorized": (answers.UNKNOWN_CLIENT, "act", "active"),
    "forbidden": (answers.FORBIDDEN, "act", "active"),
    "TENANT_DEACTIVATED": (answers.deactivated("TENANT_DEACTIVATED"), "no-op", "disabled"),
    "TENANT_DISABLED": (answers.deactivated("TENANT_DISABLED"), "no-op", "disabled"),
    "TENANT_DEACTIVATED with 403": (answers.deactivated("TENANT_DEACTIVATED", 403), "no-op", "disabled"),
    "TENANT_DISABLED with 403": (answers.deactivated("TENANT_DISABLED", 403), "no-op", "disabled"),
    "LOGIN-2": (answers.NOBODYS_HOST, "not found", None),
    "404": (answers.error(404, "HTTP-404"), "not found", None),
    "404 in HTML": (answers.Reply(404, b"<html>"), "cannot be changed safely", None),
    "403 in HTML": (answers.Reply(403, b"<html>"), "cannot be changed safely", None),
    "401 with an unknown code": (answers.error(401, "WAF-1"), "cannot be changed safely", None),
    "html": (answers.HTML, "cannot be changed safely", None),
    "501": (answers.Reply(501), "cannot be changed safely", None),
}


@pytest.mark.parametrize("refusal", answers.REFUSED_READS)
@pytest.mark.parametrize("probed", PROBES)
def test_where_reads_are_refused_the_probe_decides(wire: Wire, run: Run, refusal: str, probed: str) -> None:
    reply, verdict, previous_status = PROBES[probed]
    wire.on("read", answers.REFUSED_READS[refusal])
    wire.on("probe", reply)
    result = deactivate(run)
    read_and_probed = ["token", "read", "probe"]
    if verdict == "act":
        assert wire.sequence == [*read_and_probed, "deactivate"]
        assert (result["failed"], result["changed"]) == (False, True)
        assert (result["estimated_purge_date"], result["hostnames"]) == (PURGE_DATE, [])
    elif verdict == "no-op":
        assert wire.sequence == read_and_probed
        assert (result["failed"], result["changed"], result["status"]) == (False, False, "disabled")
    else:
        assert wire.sequence == read_and_probed
        assert (result["failed"], result["changed"]) == (True, False)
        assert verdict in result["msg"]
    assert result["previous_status"] == previous_status


def test_where_reads_are_refused_the_server_checks_the_identity(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.tenant_token())
    wire.on("deactivate", answers.error(412, "TENANTS-12", "Hostname mismatch"))
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "probe", "deactivate"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 412)
    assert (result["code"], result["trace_id"]) == ("TENANTS-12", TRACE_ID)


def test_with_reads_refused_the_countdown_is_restarted_where_that_is_asked_for(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.deactivated())
    result = deactivate(run, reset_purge_timer=True)
    assert wire.sequence == ["token", "read", "probe", "deactivate"]
    assert (result["changed"], result["previous_status"]) == (True, "disabled")


def test_a_token_that_was_given_is_used_and_none_asked_for(wire: Wire, run: Run) -> None:
    deactivate(run, access_token=GIVEN_TOKEN, client_id=None, client_secret=None)
    assert wire.sequence == ["read", "deactivate"]
    assert {sent.headers["Authorization"] for sent in wire.sent} == {f"Bearer {GIVEN_TOKEN}"}


def test_a_given_token_that_has_expired_is_renewed_where_credentials_are_there(wire: Wire, run: Run) -> None:
    wire.on("read", answers.UNAUTHORIZED, answers.record("active"))
    result = deactivate(run, access_token=GIVEN_TOKEN)
    assert wire.sequence == ["read", "token", "read", "deactivate"]
    assert [sent.headers.get("Authorization") for sent in wire.of("read")] == [
        f"Bearer {GIVEN_TOKEN}",
        f"Bearer {TOKEN}",
    ]
    assert result["changed"] is True


def test_a_token_that_expires_between_reading_and_the_post_is_renewed_once(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token(), answers.token(RENEWED_TOKEN))
    wire.on("deactivate", answers.UNAUTHORIZED, answers.disabled())
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "token", "read", "deactivate"]
    assert wire.sent[-1].headers["Authorization"] == f"Bearer {RENEWED_TOKEN}"
    assert (result["failed"], result["changed"]) == (False, True)


def test_a_post_that_a_new_token_does_not_help_is_refused(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.UNAUTHORIZED)
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 401)


def test_a_401_that_hides_an_effect_is_resolved_by_reading_before_any_second_post(wire: Wire, run: Run) -> None:
    wire.on("read", answers.record("active"), answers.record("disabled"))
    wire.on("deactivate", answers.UNAUTHORIZED)
    result = deactivate(run)
    assert wire.sequence == ["token", "read", "deactivate", "token", "read"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")


def test_a_token_that_was_renewed_for_reading_is_not_renewed_again_for_the_post(wire: Wire, run: Run) -> None:
    wire.on("read", answers.UNAUTHORIZED, answers.record("active"))
    wire.on("deactivate", answers.UNAUTHORIZED)
    result = deactivate(run, access_token=GIVEN_TOKEN)
    assert wire.sequence == ["read", "token", "read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 401)


def test_without_credentials_an_expired_token_is_not_renewed(wire: Wire, run: Run) -> None:
    wire.on("deactivate", answers.UNAUTHORIZED)
    result = deactivate(run, access_token=GIVEN_TOKEN, client_id=None, client_secret=None)
    assert wire.sequence == ["read", "deactivate", "read"]
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 401)


@pytest.mark.parametrize("lost", [answers.UNAVAILABLE, faults.cut(), faults.read_timeout()], ids=["503", "cut", "late"])
def test_a_token_that_is_not_renewed_leaves_in_doubt_what_the_post_did(
    wire: Wire, run: Run, lost: answers.Reply | BaseException
) -> None:
    # The state cannot be read any more, and a 401 may come from something in between, after the effect.
    wire.on("token", answers.token(), lost)
    wire.on("deactivate", answers.UNAUTHORIZED)
    result = deactivate(run, retries=0)
    assert len(wire.of("deactivate")) == 1
    assert (result["failed"], result["changed"]) == (True, True)
