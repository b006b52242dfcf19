# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant is deactivated only if something proves that it lives. The register host refuses reads in all of these tests."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import perform
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.apply import change_tenant
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, GIVEN_TOKEN, HOSTNAME, NOW
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, options, reactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import ago, event, failed, intent, put, receipt, told
from ansible_collections.tenantops.qlik.tests.unit.waves import TOKENS, guarded
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

# What answers in place of a tenant's host, or as it, and proves nothing.
NO_PROOF = {
    "403 in HTML": Reply(403, b"<html>Blocked</html>", {"Content-Type": "text/html"}),
    "401 in HTML": Reply(401, b"<html>Sign in</html>", {"Content-Type": "text/html"}),
    "401 with an unknown code": answers.error(401, "HTTP-401", "Unauthorized"),
    "403 with an unknown code": answers.error(403, "WAF-1020", "Blocked"),
    "400 with an unknown code": answers.error(400, "HTTP-400", "Bad request"),
    "a code of the service in another form": answers.as_json(401, {"error": "OAUTH-14"}),
    "404 in HTML": Reply(404, b"<html>Not found</html>"),
    "200 without a token": answers.as_json(200, {}),
    "200 in HTML": answers.HTML,
    "a redirect": Reply(302, b"", {"Location": "https://login.example/"}),
    "405": Reply(405),
}
# What only a live tenant's authentication service answers.
LIVE_ERRORS = {
    "OAUTH-14": answers.UNKNOWN_CLIENT,
    "OAUTH-5 with 400": answers.error(400, "OAUTH-5"),
    "AUTH-5": answers.FORBIDDEN,
    "AUTHENTICATION-2": answers.error(401, "AUTHENTICATION-2"),
}
# Receipts by which the tenant is disabled, or may be.
DISABLED: dict[str, list[dict[str, t.Any]]] = {
    "deactivated": [event("deactivated", ago(days=3), estimated_purge_date=ago(days=-27))],
    "observed": [event("observed", ago(days=3), status="disabled")],
    "sent, and not known to be done": [intent(ago(days=3)), failed(ago(days=3), "unknown")],
}
NO_CREDENTIALS = {"access_token": GIVEN_TOKEN, "client_id": None, "client_secret": None}


@pytest.fixture(autouse=True)
def _reads_are_refused(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.FORBIDDEN)
    wire.on("deactivate", answers.disabled())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"{HOSTNAME}.json"


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("answer", NO_PROOF)
def test_an_answer_that_proves_nothing_stops_the_tenant_and_nothing_is_sent(
    wire: Wire, run: Run, answer: str, check_mode: bool
) -> None:
    wire.on("probe", NO_PROOF[answer])
    run.check_mode = check_mode
    for act in (deactivate, reactivate):
        wire.sent.clear()
        result = act(run)
        assert wire.sequence == ["token", "read", "probe"]
        assert (result["failed"], result["changed"]) == (True, False)
        assert "shows neither that it is live nor that it is disabled" in result["msg"]
        assert "Nothing was changed" in result["msg"]


@pytest.mark.parametrize("told_before", DISABLED)
@pytest.mark.parametrize("answer", NO_PROOF)
def test_a_block_page_before_a_disabled_tenant_restarts_no_countdown(
    wire: Wire, run: Run, path: Path, answer: str, told_before: str
) -> None:
    before = put(path, receipt(*DISABLED[told_before]))
    wire.on("probe", NO_PROOF[answer])
    for _run in range(2):
        assert deactivate(run, receipt_path=str(path))["failed"] is True
    assert wire.of("deactivate") == []
    assert path.read_bytes() == before


@pytest.mark.parametrize("answer", LIVE_ERRORS)
def test_an_error_of_its_own_authentication_service_proves_that_a_tenant_lives(
    wire: Wire, run: Run, path: Path, answer: str
) -> None:
    wire.on("probe", LIVE_ERRORS[answer])
    result = deactivate(run, receipt_path=str(path))
    assert wire.sequence == ["token", "read", "probe", "deactivate"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("told_before", DISABLED)
@pytest.mark.parametrize("options", [{}, NO_CREDENTIALS], ids=["with credentials", "without"])
@pytest.mark.parametrize("answer", LIVE_ERRORS)
def test_against_a_receipt_that_says_disabled_an_error_is_no_proof(
    wire: Wire, run: Run, path: Path, *, answer: str, options: dict[str, t.Any], told_before: str
) -> None:
    before = put(path, receipt(*DISABLED[told_before]))
    wire.on("probe", LIVE_ERRORS[answer])
    result = deactivate(run, receipt_path=str(path), **options)
    assert wire.of("deactivate") == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "the receipt says that the tenant is disabled" in result["msg"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("told_before", ["deactivated", "observed"])
def test_against_a_receipt_that_says_disabled_a_token_is_proof(
    wire: Wire, run: Run, path: Path, told_before: str
) -> None:
    put(path, receipt(*DISABLED[told_before]))
    wire.on("probe", answers.tenant_token())
    result = deactivate(run, receipt_path=str(path))
    assert wire.sequence == ["token", "read", "probe", "deactivate"]
    assert wire.of("probe")[0].body["client_id"] == CLIENT_ID
    assert (result["failed"], result["changed"]) == (False, True)


# In a wave, a tenant's task has a token of the region, and gets the client only if it needs more.
def change_in_a_wave(run: Run, folder: Path, got: list[Credentials]) -> dict[str, t.Any]:
    def late_credentials() -> Credentials:
        got.append(Credentials(CLIENT_ID, CLIENT_SECRET))
        return got[-1]

    tenant = guarded(receipts_dir=str(folder), confirm_restored=f"{NOW:%Y-%m-%d}")
    given = options("qlik_wave_tenant", tokens=TOKENS)
    return perform(lambda params, run: change_tenant(tenant, params, run, late_credentials), given, run)


@pytest.mark.parametrize("told_before", ["deactivated", "observed"])
def test_the_client_of_a_region_is_got_for_the_proof_that_a_disabled_tenant_lives(
    wire: Wire, run: Run, path: Path, told_before: str
) -> None:
    got: list[Credentials] = []
    put(path, receipt(*DISABLED[told_before]))
    wire.on("probe", answers.UNKNOWN_CLIENT, answers.tenant_token(), answers.deactivated())
    result = change_in_a_wave(run, path.parent, got)
    assert (result["failed"], result["changed"], len(got)) == (False, True, 1)
    assert [sent.body.get("client_id") for sent in wire.of("probe")] == [None, CLIENT_ID, None]


def test_the_client_of_a_region_is_not_got_where_nothing_says_that_the_tenant_is_disabled(
    wire: Wire, run: Run, path: Path
) -> None:
    got: list[Credentials] = []
    wire.on("probe", answers.UNKNOWN_CLIENT, answers.deactivated())
    result = change_in_a_wave(run, path.parent, got)
    assert (result["failed"], result["changed"], got) == (False, True, [])


def test_the_client_of_a_region_is_not_sent_to_the_hostname_of_a_tenant_that_is_purged(
    wire: Wire, run: Run, path: Path
) -> None:
    # The hostname may belong to another customer now.
    got: list[Credentials] = []
    put(path, receipt(event("deactivated", ago(days=99), estimated_purge_date=ago(days=69))))
    wire.on("read", answers.NO_SUCH_TENANT)
    wire.on("probe", answers.UNKNOWN_CLIENT)
    result = change_in_a_wave(run, path.parent, got)
    assert (result["failed"], wire.sequence, got) == (True, ["read", "probe"], [])


def test_a_restore_that_is_verified_without_credentials_says_in_the_receipt_that_the_tenant_answers_as_live(
    wire: Wire, run: Run, path: Path
) -> None:
    put(path, receipt(*DISABLED["deactivated"]))
    wire.on("POST /api/v1/tenants/zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM/actions/reactivate", answers.as_json(200, {}))
    wire.on("probe", answers.deactivated(), answers.error(400, "OAUTH-5", "Invalid request"))
    result = reactivate(run, receipt_path=str(path), verify=True)
    assert (result["failed"], result["changed"], result["probe"]["state"]) == (False, True, "unauthorized")
    assert told(path)[-1] == ("observed", {"status": "active", "probe_state": "active"})
    # A tenant that goes on living must not get a bot user from being restored.
    assert all(CLIENT_SECRET not in str(sent.content) for sent in wire.of("probe"))
