# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe: which state an answer of a tenant's host stands for, and waiting for a state."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    TENANT_TOKEN,
    TRACE_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import probe
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

NO_CREDENTIALS = {"client_id": None, "client_secret": None}

STATES: dict[str, tuple[Reply | BaseException, str]] = {
    "a token": (answers.tenant_token(), "active"),
    "TENANT_DEACTIVATED": (answers.deactivated("TENANT_DEACTIVATED"), "deactivated"),
    "TENANT_DISABLED": (answers.deactivated("TENANT_DISABLED"), "deactivated"),
    "TENANT_DEACTIVATED with 403": (answers.deactivated("TENANT_DEACTIVATED", 403), "deactivated"),
    "TENANT_DISABLED with 403": (answers.deactivated("TENANT_DISABLED", 403), "deactivated"),
    "TENANT_DEACTIVATED with 404": (answers.deactivated("TENANT_DEACTIVATED", 404), "deactivated"),
    "TENANT_DISABLED with 404": (answers.deactivated("TENANT_DISABLED", 404), "deactivated"),
    "LOGIN-2": (answers.NOBODYS_HOST, "not_found"),
    "LOGIN-2 with 403": (answers.error(403, "LOGIN-2"), "not_found"),
    "404": (Reply(404), "unknown"),
    "404 in HTML": (Reply(404, b"<html>Not found</html>"), "unknown"),
    "404 in another JSON": (answers.as_json(404, {"message": "no route"}), "unknown"),
    "LOGIN-2 in another form": (answers.as_json(401, {"error": "LOGIN-2"}), "unknown"),
    "TENANT_DEACTIVATED in another form": (answers.as_json(401, {"error": "TENANT_DEACTIVATED"}), "unknown"),
    "OAUTH-14 in another form": (answers.as_json(401, {"error": "OAUTH-14"}), "unknown"),
    "AUTHENTICATION-2": (answers.error(401, "AUTHENTICATION-2"), "unauthorized"),
    "an unknown code with 401": (answers.error(401, "HTTP-401"), "unknown"),
    "an unknown code with 403": (answers.error(403, "WAF-1020"), "unknown"),
    "an unknown code with 400": (answers.error(400, "HTTP-400"), "unknown"),
    "a code of the service with 404": (answers.error(404, "OAUTH-14"), "not_found"),
    "a code of the service with 409": (answers.error(409, "OAUTH-14"), "unknown"),
    "404 in JSON": (answers.error(404, "HTTP-404"), "not_found"),
    "no such name": (faults.name_unknown(), "not_found"),
    "another 401": (answers.UNKNOWN_CLIENT, "unauthorized"),
    "401 without a code": (Reply(401), "unknown"),
    "401 in HTML": (Reply(401, b"<html>Sign in</html>"), "unknown"),
    "403": (answers.FORBIDDEN, "unauthorized"),
    "403 in HTML": (Reply(403, b"<html>Forbidden</html>"), "unknown"),
    "a code that only resembles": (answers.error(401, "TENANT_DEACTIVATED_SOON"), "unknown"),
    "the code as a title": (answers.error(401, "AUTH-1", "TENANT_DEACTIVATED"), "unauthorized"),
    "200 in HTML": (answers.HTML, "unknown"),
    "200 without a token": (answers.as_json(200, {}), "unknown"),
    "200 with the code": (answers.deactivated("TENANT_DEACTIVATED", 200), "unknown"),
    "empty": (answers.EMPTY, "unknown"),
    "a redirect": (Reply(302, b"", {"Location": "https://evil.example/"}), "unknown"),
    "400 in HTML": (Reply(400, b"<html>"), "unknown"),
    "405": (Reply(405), "unknown"),
    "429": (answers.rate_limited("1"), "unreachable"),
    "500": (Reply(500), "unreachable"),
    "502": (answers.BAD_GATEWAY, "unreachable"),
    "503": (answers.UNAVAILABLE, "unreachable"),
    "connection refused": (faults.refused(), "unreachable"),
    "connection cut": (faults.cut(), "unreachable"),
    "time-out": (faults.read_timeout(), "unreachable"),
    "certificate": (faults.certificate(), "unreachable"),
    "name service down": (faults.name_service_down(), "unreachable"),
    "no such proxy": (faults.proxy_name_unknown(), "unreachable"),
    "tunnel refused": (faults.tunnel_refused("502 Bad Gateway"), "unreachable"),
}


@pytest.mark.parametrize("answer", STATES)
@pytest.mark.parametrize("credentials", [{}, NO_CREDENTIALS], ids=["with credentials", "without"])
def test_the_answer_tells_the_state(wire: Wire, run: Run, answer: str, credentials: dict[str, t.Any]) -> None:
    reply, state = STATES[answer]
    wire.on("probe", reply)
    result = probe(run, **credentials, retries=0)
    assert wire.sequence == ["probe"]
    assert (result["failed"], result["changed"], result["state"]) == (False, False, state)
    assert result["http_status"] == (reply.status if isinstance(reply, Reply) else None)


@pytest.mark.parametrize("code", ["OAUTH-5", "OAUTH-14"])
def test_a_live_tenant_that_misses_credentials_is_unauthorized(wire: Wire, run: Run, code: str) -> None:
    wire.on("probe", answers.error(400, code, "Malformed body"))
    assert probe(run, **NO_CREDENTIALS)["state"] == "unauthorized"


def test_the_result_has_the_servers_words(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.deactivated())
    assert probe(run) == {
        "failed": False,
        "changed": False,
        "hostname": HOSTNAME,
        "state": "deactivated",
        "http_status": 401,
        "code": "TENANT_DEACTIVATED",
        "title": "Tenant has been deactivated. Contact your administrator for more details.",
        "trace_id": TRACE_ID,
    }


def test_the_probe_asks_for_a_token_as_the_tutorial_does(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.tenant_token())
    result = probe(run, hostname=HOSTNAME.upper())
    (sent,) = wire.sent
    assert (sent.method, sent.url) == ("POST", f"https://{HOSTNAME}/oauth/token")
    assert sent.body == {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    assert TENANT_TOKEN not in str(result)


def test_without_credentials_it_asks_with_none(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.UNKNOWN_CLIENT)
    probe(run, **NO_CREDENTIALS)
    assert wire.sent[0].body == {"grant_type": "client_credentials"}


def test_check_mode_probes_as_well(wire: Wire, run: Run) -> None:
    wire.on("probe", answers.deactivated())
    run.check_mode = True
    assert probe(run)["state"] == "deactivated"


@pytest.mark.parametrize("state", ["active", "deactivated", "unauthorized", "not_found", "unreachable", "unknown"])
@pytest.mark.parametrize("answer", ["a token", "TENANT_DISABLED", "403", "LOGIN-2", "200 in HTML"])
def test_an_expected_state_is_a_check(wire: Wire, run: Run, answer: str, state: str) -> None:
    reply, found = STATES[answer]
    wire.on("probe", reply)
    result = probe(run, expect=state)
    assert (result["failed"], result["state"]) == (found != state, found)
    if found != state:
        for told in (HOSTNAME, found, state):
            assert told in result["msg"]


def test_it_is_probed_until_the_state_is_the_expected_one(wire: Wire, run: Run, clock: FakeClock) -> None:
    wire.on("probe", answers.tenant_token(), answers.tenant_token(), answers.deactivated())
    result = probe(run, expect="deactivated", wait_timeout=60)
    assert (result["failed"], result["state"], len(wire.sent)) == (False, "deactivated", 3)
    assert 0 < sum(clock.sleeps) < 10


def test_a_state_that_does_not_come_is_waited_for_no_longer_than_allowed(
    wire: Wire, run: Run, clock: FakeClock
) -> None:
    wire.on("probe", answers.tenant_token())
    result = probe(run, expect="deactivated", wait_timeout=17)
    assert (result["failed"], result["changed"], result["state"]) == (True, False, "active")
    assert sum(clock.sleeps) == pytest.approx(17)
    assert "17 s" in result["msg"]


def test_an_unreachable_host_may_be_the_expected_state(wire: Wire, run: Run) -> None:
    wire.on("probe", faults.refused())
    assert probe(run, expect="unreachable", retries=0)["failed"] is False


@pytest.mark.parametrize("given", [{"retries": 0}, {"retries": 3}])
def test_a_temporary_failure_is_repeated_within_the_retries(wire: Wire, run: Run, given: dict[str, int]) -> None:
    wire.on("probe", faults.cut())
    assert probe(run, **given)["state"] == "unreachable"
    assert len(wire.sent) == given["retries"] + 1
