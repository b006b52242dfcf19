# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is taken for a token."""

from __future__ import annotations

import hashlib
import typing as t
from datetime import timedelta

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http.messages import Request, read_response
from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import IssuedToken, read_token
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, NOW, REGION, REGISTER, TENANT_TOKEN, TOKEN
from ansible_collections.tenantops.qlik.tests.unit.operate import region_token
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

WITHOUT: dict[str, t.Any] = {"expires_in": None, "expires_at": None}


def read(reply: Reply) -> IssuedToken | None:
    request = Request("asking for a token", "POST", REGISTER, "/oauth/token")
    return read_token(read_response(request, reply.status, reply.headers, reply.body, str), NOW)


def test_the_result_of_the_module_is_what_the_server_said(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    assert region_token(run) == {
        "failed": False,
        "changed": False,
        "access_token": TOKEN,
        "token_type": "bearer",
        "expires_in": 21600,
        "expires_at": "2026-11-24T18:00:00Z",
        "host": REGISTER,
        "client": hashlib.sha256(CLIENT_ID.encode()).hexdigest()[:16],
    }


def test_check_mode_asks_for_a_token_too(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    run.check_mode = True
    assert region_token(run)["access_token"] == TOKEN


def test_the_region_of_a_token_knows_no_case(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    assert region_token(run, region=REGION.upper())["host"] == REGISTER


def test_credentials_in_one_value_go_before_the_two_options(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    region_token(run, credentials={"client_id": "of-the-mapping", "client_secret": "its-secret"})
    assert (wire.sent[0].body["client_id"], wire.sent[0].body["client_secret"]) == ("of-the-mapping", "its-secret")
    assert CLIENT_ID not in str(wire.sent[0].content)


@pytest.mark.parametrize("token_type", ["bearer", "Bearer", "BEARER"])
def test_bearer_is_known_in_any_case(token_type: str) -> None:
    issued = read(answers.token(token_type=token_type))
    assert issued is not None
    assert issued.token_type == token_type


@pytest.mark.parametrize(
    ("more", "seconds", "until"),
    [
        ({}, 21600, "2026-11-24T18:00:00Z"),
        ({"expires_at": None}, 21600, "2026-11-24T18:00:00Z"),
        ({"expires_in": None}, 21600, "2026-11-24T18:00:00Z"),
        (WITHOUT, None, None),
        ({"expires_in": "3600", "expires_at": None}, None, None),
        ({"expires_in": -5, "expires_at": None}, None, None),
        ({"expires_in": True, "expires_at": None}, None, None),
        ({"expires_in": 10**300, "expires_at": None}, None, None),
        ({"expires_at": "never"}, 21600, "2026-11-24T18:00:00Z"),
        ({"expires_in": None, "expires_at": "2020-01-01T00:00:00Z"}, 0, "2020-01-01T00:00:00Z"),
    ],
)
def test_how_long_a_token_is_good_for(more: dict[str, t.Any], seconds: int | None, until: str | None) -> None:
    issued = read(answers.token(**more))
    assert issued is not None
    assert (issued.expires_in, issued.expires_at) == (seconds, until)


def test_the_end_of_a_token_is_known() -> None:
    issued = read(answers.token())
    assert issued is not None
    assert issued.token.expires_at == NOW + timedelta(hours=6)


NO_TOKENS = {
    "empty": answers.token(""),
    "null": answers.as_json(200, {"access_token": None, "token_type": "bearer"}),
    "missing": answers.as_json(200, {"token_type": "bearer"}),
    "a number": answers.as_json(200, {"access_token": 7}),
    "a list": answers.as_json(200, {"access_token": ["x"]}),
    "line break": answers.token("x\r\nX-Evil: 1"),
    "blank": answers.token("x y"),
    "no ASCII": answers.token("tök"),
    "null byte": answers.token("x\x00"),
    "another type": answers.token(token_type="mac"),
    "no type": answers.token(token_type=None),
    "HTML": answers.HTML,
    "nothing": answers.EMPTY,
    "a JSON list": answers.as_json(200, [TOKEN]),
    "a JSON text": answers.as_json(200, TOKEN),
    "an error": Reply(401, answers.token().body),
    "a redirect": Reply(302, answers.token().body),
}


@pytest.mark.parametrize("reply", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_is_not_taken_for_one(wire: Wire, run: Run, reply: Reply) -> None:
    assert read(reply) is None
    wire.on("token", reply)
    result = region_token(run)
    assert len(wire.sent) == 1
    assert (result["failed"], result["http_status"]) == (True, reply.status)
    assert "access_token" not in result


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"])
def test_an_end_outside_of_the_calendar_costs_no_token(wire: Wire, run: Run, until: str) -> None:
    wire.on("token", answers.token(expires_at=until))
    assert region_token(run).get("access_token") == TOKEN


def test_neither_a_token_nor_what_was_issued_shows_itself() -> None:
    issued = read(answers.tenant_token())
    assert issued is not None
    assert TENANT_TOKEN not in f"{issued} {issued!r} {issued.token}"
