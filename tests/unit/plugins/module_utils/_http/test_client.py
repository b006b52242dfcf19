# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every request has in common: what goes out, what is not followed, what is repeated, what is taken for an answer."""

from __future__ import annotations

import importlib.util
import json
import sys
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput, WaitTooLong
from ansible_collections.tenantops.qlik.plugins.module_utils._base.version import VERSION
from ansible_collections.tenantops.qlik.plugins.module_utils._http import client as client_module
from ansible_collections.tenantops.qlik.plugins.module_utils._http import transport
from ansible_collections.tenantops.qlik.plugins.module_utils._http.client import Client
from ansible_collections.tenantops.qlik.plugins.module_utils._http.masking import Masking
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials, Token, region_issuer
from ansible_collections.tenantops.qlik.plugins.module_utils._http.retry import RetryPolicy
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    GIVEN_TOKEN,
    HOSTNAME,
    NOW,
    REGISTER,
    TENANT_ID,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, probe, region_token
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

READ = Request("reading the tenant", "GET", REGISTER, f"/api/v1/tenants/{TENANT_ID}")


def make_client(clock: FakeClock, *, retries: int = 5, max_wait: float = 900, **more: t.Any) -> Client:
    retry_policy = RetryPolicy(retries=retries, max_wait=max_wait, clock=clock)
    return Client(
        issuer=region_issuer("eu"), credentials=Credentials(CLIENT_ID, CLIENT_SECRET), retry_policy=retry_policy, **more
    )


def test_the_request_for_a_token_is_the_one_of_the_reference(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    region_token(run)
    (sent,) = wire.sent
    assert (sent.method, sent.url) == ("POST", f"https://{REGISTER}/oauth/token")
    assert sent.body == {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "grant_type": "client_credentials",
    }
    assert sent.headers["Content-Type"] == sent.headers["Accept"] == "application/json"
    assert "Authorization" not in sent.headers
    assert "Cookie" not in sent.headers


def test_every_request_names_the_collection_and_its_version(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run)
    assert {sent.headers["User-Agent"] for sent in wire.sent} == {f"tenantops.qlik/{VERSION}"}


def test_every_request_has_a_time_out_and_checks_certificates(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run, timeout=12)
    assert [(sent.timeout, sent.verify) for sent in wire.sent] == [(12, True)] * 4


def test_every_request_goes_to_https(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run)
    hosts = {REGISTER, HOSTNAME}
    assert {sent.url.split("/")[0] for sent in wire.sent} == {"https:"}
    assert {sent.url.split("/")[2] for sent in wire.sent} == hosts


def run_through_all_kinds(wire: Wire, run: Run, **given: t.Any) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    assert deactivate(run, verify=True, **given)["failed"] is False
    assert wire.sequence == ["token", "read", "deactivate", "probe"]


def test_the_secret_goes_nowhere_but_into_bodies_of_token_requests(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run)
    assert [sent.kind for sent in wire.sent if CLIENT_SECRET in str(sent.content)] == ["token"]
    assert not any(CLIENT_SECRET in f"{sent.url} {sent.headers}" for sent in wire.sent)


def test_the_token_of_the_register_host_goes_to_no_other_host(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run)
    with_token = [sent for sent in wire.sent if TOKEN in f"{sent.url} {sent.headers} {sent.content}"]
    assert [(sent.kind, sent.url.split("/")[2]) for sent in with_token] == [
        ("read", REGISTER),
        ("deactivate", REGISTER),
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "where", ["https://evil.example/", f"https://{HOSTNAME}/", "//evil.example/", "http://x/", "/a"]
)
@pytest.mark.parametrize("kind", ["token", "read", "deactivate", "probe"])
def test_a_redirect_is_not_followed_and_named(wire: Wire, run: Run, status: int, where: str, kind: str) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    wire.on(kind, Reply(status, b"", {"Location": where}))
    result = deactivate(run, verify=True, verify_timeout=0)
    # After a POST that was answered with one the state is read again.
    assert wire.sequence[-1] == ("read" if kind == "deactivate" else kind)
    assert {sent.url.split("/")[2] for sent in wire.sent} <= {REGISTER, HOSTNAME}
    assert result["failed"] is True
    assert f"redirect to {where} not followed" in result["msg"]


@pytest.mark.parametrize("where", ["http://[evil", "https://[", "", "https://", "mailto:x", "https://e:99999999/", "?"])
def test_a_redirect_to_rubbish_is_an_answer_like_any_other(wire: Wire, run: Run, where: str) -> None:
    wire.on("token", answers.token())
    wire.on("read", Reply(302, b"", {"Location": where}))
    result = deactivate(run)
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, 302)
    assert "Unexpected" not in result["msg"]


def test_cookies_are_not_kept(wire: Wire, run: Run) -> None:
    wire.on("token", answers.as_json(200, json.loads(answers.token().body), **{"Set-Cookie": "a=b; Path=/"}))
    wire.on("read", answers.record("disabled"))
    deactivate(run)
    assert "Cookie" not in wire.sent[-1].headers


@pytest.mark.parametrize("kind", ["token", "read", "probe"])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_temporary_answer_is_asked_for_again(wire: Wire, run: Run, clock: FakeClock, kind: str, status: int) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.deactivated())
    good = {"token": answers.token(), "read": answers.FORBIDDEN, "probe": answers.deactivated()}[kind]
    wire.on(kind, Reply(status), Reply(status), good)
    assert deactivate(run)["failed"] is False
    assert (len(wire.of(kind)), len(clock.sleeps)) == (3, 2)


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_request_is_repeated_as_often_as_allowed(wire: Wire, clock: FakeClock, retries: int) -> None:
    wire.on("read", Reply(503))
    answer = make_client(clock, retries=retries, token=Token(GIVEN_TOKEN)).request_with_token(READ)
    assert answer.status == 503
    assert (len(wire.sent), len(clock.sleeps)) == (retries + 1, retries)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 405, 408, 412, 418, 501, 505])
def test_what_is_not_temporary_is_asked_once(wire: Wire, clock: FakeClock, status: int) -> None:
    wire.on("read", Reply(status))
    assert make_client(clock).request(READ).status == status
    assert (len(wire.sent), clock.sleeps) == (1, [])


def test_a_wait_that_max_wait_does_not_leave_ends_it(wire: Wire, clock: FakeClock) -> None:
    wire.on("read", answers.rate_limited("61"))
    client = make_client(clock, max_wait=60)
    with pytest.raises(WaitTooLong) as caught:
        client.request(READ)
    assert caught.value.error_fields()["http_status"] == 429
    assert (len(wire.sent), clock.sleeps) == (1, [])
    for told in ("61 s", "60 s", "max_wait", "HTTP-429"):
        assert told in caught.value.message


def test_a_token_is_asked_for_once_a_task(wire: Wire, clock: FakeClock) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record())
    client = make_client(clock)
    for _time in range(3):
        client.request_with_token(READ)
    assert wire.sequence == ["token", "read", "read", "read"]


def test_a_token_that_is_refused_is_renewed_once_and_no_more(wire: Wire, clock: FakeClock) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.UNAUTHORIZED)
    client = make_client(clock, token=Token(GIVEN_TOKEN))
    for _time in range(3):
        assert client.request_with_token(READ).status == 401
    assert wire.sequence == ["read", "token", "read", "read", "read"]


def test_a_host_that_refuses_reads_does_not_cost_a_token_a_read(wire: Wire, clock: FakeClock) -> None:
    # The token is known to be good for hours: a 401 is no reason to get another one.
    wire.on("token", answers.token())
    wire.on("read", answers.UNAUTHORIZED)
    assert make_client(clock).request_with_token(READ).status == 401
    assert wire.sequence == ["token", "read"]


def test_a_token_that_is_past_its_time_is_renewed(wire: Wire, clock: FakeClock) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.UNAUTHORIZED, answers.record())
    answer = make_client(clock, token=Token(GIVEN_TOKEN, expires_at=NOW)).request_with_token(READ)
    assert (wire.sequence, answer.status) == (["read", "token", "read"], 200)


def test_only_a_401_renews_a_token(wire: Wire, clock: FakeClock) -> None:
    wire.on("read", answers.FORBIDDEN)
    make_client(clock, token=Token(GIVEN_TOKEN)).request_with_token(READ)
    assert wire.sequence == ["read"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_credentials_that_get_no_token_are_refused_with_the_servers_words(wire: Wire, run: Run, status: int) -> None:
    wire.on("token", answers.error(status, "OAUTH-14", "Client not found.", "No such client."))
    result = region_token(run)
    assert len(wire.sent) == 1
    assert (result["failed"], result["changed"], result["http_status"]) == (True, False, status)
    assert result["code"] == "OAUTH-14"
    for told in ("region eu", REGISTER, f"HTTP {status}", "OAUTH-14", "Client not found.", "No such client."):
        assert told in result["msg"]


def test_a_client_without_credentials_and_token_says_what_is_missing(wire: Wire, clock: FakeClock) -> None:
    client = Client(issuer=region_issuer("eu"), retry_policy=RetryPolicy(retries=0, max_wait=0, clock=clock))
    with pytest.raises(InvalidInput, match="client_id and client_secret are missing"):
        client.request_with_token(READ)
    assert wire.sent == []


def test_without_requests_the_core_can_be_imported_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location(f"{transport.__package__}._transport_alone", transport.__file__)
    assert spec is not None
    assert spec.loader is not None
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert "requests" in alone.REQUESTS_IMPORT_ERROR
    assert alone.prepare_process() is None


class Endless:
    """A body that has no end; ``given`` counts what was read of it."""

    closed = False

    def __init__(self) -> None:
        self.given = 0

    def read(self, amount: int | None = None) -> bytes:
        if amount is None or self.given > 50_000_000:
            pytest.fail("a body was read to its end that has none")
        self.given += amount
        return b" " * amount

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_huge_body_is_not_read_to_its_end(wire: Wire, clock: FakeClock, status: int) -> None:
    body = Endless()
    wire.on("read", Reply(status, stream=body))
    answer = make_client(clock).request(READ)
    assert (answer.status, answer.body) == (status, None)
    assert body.given < 5_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_huge_body_of_a_redirect_is_not_read_to_its_end(wire: Wire, clock: FakeClock, status: int) -> None:
    body = Endless()
    wire.on("read", Reply(status, headers={"Location": "https://evil.example/"}, stream=body))
    assert make_client(clock).request(READ).status == status
    assert body.given < 5_000_000


def test_a_body_that_ends_early_is_no_answer(wire: Wire, run: Run) -> None:
    body = answers.token().body
    wire.on("token", Reply(200, body, {"Content-Length": str(len(body) + 10)}))
    result = region_token(run, retries=0)
    assert (result["failed"], result["http_status"]) == (True, None)
    assert "broke" in result["msg"]


def test_a_body_that_is_not_what_its_encoding_says_is_no_answer(wire: Wire, run: Run) -> None:
    wire.on("token", Reply(200, b"not gzip", {"Content-Encoding": "gzip"}))
    assert region_token(run, retries=0)["failed"] is True


@pytest.mark.parametrize(
    "error",
    [
        faults.refused(),
        faults.cut(),
        faults.cut_by_proxy(),
        faults.tunnel_refused(),
        faults.certificate(),
        faults.read_timeout(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_secret_is_in_messages_of_the_core_and_none_in_what_it_holds(
    wire: Wire, run: Run, announced: list[str], error: BaseException
) -> None:
    wire.on("token", answers.token())
    wire.on("read", error)
    wire.on("probe", error)
    shown = [deactivate(run, retries=2, access_token=GIVEN_TOKEN), probe(run, retries=2), announced, run, *run.clients]
    assert secrets_in(*shown) == []


def test_an_answer_does_not_show_the_token_in_it(wire: Wire, clock: FakeClock) -> None:
    wire.on("token", answers.token())
    client = make_client(clock)
    answer = client.request(Request("asking", "POST", REGISTER, "/oauth/token", body={"client_secret": CLIENT_SECRET}))
    assert secrets_in(answer, answer.request, client.request_token(), Token(TOKEN), client.credentials) == []


def test_the_tokens_that_come_with_answers_are_known_as_secrets(wire: Wire, run: Run) -> None:
    run_through_all_kinds(wire, run)
    wire.on("probe", answers.tenant_token())
    probe(run)
    issued = json.loads(answers.tenant_token().body)["access_token"]
    assert run.mask(f"{CLIENT_SECRET}, {TOKEN}, {issued}") == "********, ********, ********"


def test_credentials_that_come_late_are_known_as_secrets_and_are_got_once(clock: FakeClock) -> None:
    client = make_client(clock)
    late, client.credentials = client.credentials, None
    given = [late]
    client.late_credentials = given.pop
    # The client of these tests was made with them.
    client.secrets = Masking()
    assert [client.obtain_credentials(), client.obtain_credentials()] == [late, late]
    assert client.mask(CLIENT_SECRET) == "********"


def test_whoever_is_interrupted_knows_whether_something_was_sent(wire: Wire, clock: FakeClock) -> None:
    wire.on("deactivate", KeyboardInterrupt())
    client = make_client(clock, token=Token(GIVEN_TOKEN))
    assert client.actions_sent == 0
    with pytest.raises(KeyboardInterrupt):
        client.send_action(Request("deactivating", "POST", REGISTER, "/api/v1/tenants/x/actions/deactivate"))
    assert client.actions_sent == 1


def test_connections_are_closed_at_the_end_of_an_operation(
    wire: Wire, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Client] = []

    def close(client: Client) -> None:
        closed.append(client)

    monkeypatch.setattr(client_module.Client, "close", close)
    wire.on("token", answers.FORBIDDEN)
    assert region_token(run)["failed"] is True
    assert closed == run.clients
