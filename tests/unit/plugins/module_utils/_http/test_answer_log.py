# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written of answers when somebody asks for it: their shape, and nothing that names a tenant or is a secret."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._http.answer_log import (
    VARIABLE,
    field_names,
    kind_of_host,
    shape_of_path,
)
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.wire import DEACTIVATE, READ, TOKEN, Wire


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "answers.jsonl"
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def lines(path: Path) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_answer_is_one_line_without_ids_names_and_secrets(run: Run, wire: Wire, log: Path) -> None:
    wire.on(TOKEN, answers.token())
    wire.on(READ, answers.record())
    limits = {"X-RateLimit-Remaining": "97", "Qlik-Deprecation": f"soon {CLIENT_SECRET}", "Set-Cookie": "secret"}
    wire.on(DEACTIVATE, answers.Reply(200, answers.disabled().body, {"Content-Type": "application/json", **limits}))
    assert deactivate(run)["changed"]
    token, read, post = lines(log)
    assert (token["method"], token["host"], token["path"], token["status"]) == ("POST", "register", "/oauth/token", 200)
    assert token["fields"] == ["access_token", "token_type", "expires_in", "expires_at"]
    assert token["values"] == {"token_type": "bearer", "expires_in": 21600, "expires_at": "2026-11-24T18:00:00.000Z"}
    assert (read["path"], read["values"]["status"]) == ("/api/v1/tenants/{id}", "active")
    assert "links.self.href" in read["fields"]
    assert post["path"] == "/api/v1/tenants/{id}/actions/deactivate"
    assert post["header_names"] == ["content-type", "qlik-deprecation", "set-cookie", "x-ratelimit-remaining"]
    assert post["headers"] == {
        "content-type": "application/json",
        "qlik-deprecation": "soon ********",
        "x-ratelimit-remaining": "97",
    }
    text = log.read_text()
    assert secrets_in(text) == []
    assert not any(name in text for name in (TENANT_ID, HOSTNAME, ALIAS, "acme"))
    assert log.stat().st_mode & 0o777 == 0o600


def test_without_the_variable_nothing_is_written(run: Run, wire: Wire, tmp_path: Path) -> None:
    wire.on(TOKEN, answers.token())
    wire.on(READ, answers.record("disabled"))
    assert not deactivate(run)["failed"]
    assert not list(tmp_path.glob("*.jsonl"))


def test_no_answer_is_a_line_too(run: Run, wire: Wire, log: Path) -> None:
    wire.on(TOKEN, faults.cut())
    deactivate(run, retries=0)
    (line,) = lines(log)
    assert (line["failure"], "status" in line) == ("response_broken", False)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_servers_say_is_harmless(run: Run, wire: Wire, log: Path, text: str) -> None:
    wire.on(TOKEN, answers.error(403, text, text, text))
    deactivate(run)
    (line,) = lines(log)
    assert is_harmless(line["title"] or "")
    assert is_harmless(line["code"] or "")


def test_a_file_that_cannot_be_written_changes_nothing(
    run: Run, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "other"
    (tmp_path / "link").symlink_to(target)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "link"))
    wire.on(TOKEN, answers.token())
    wire.on(READ, answers.record())
    wire.on(DEACTIVATE, answers.disabled())
    assert deactivate(run)["changed"]
    assert not target.exists()


def test_a_name_that_may_be_an_id_is_not_shown() -> None:
    body = {"data": [{"name": "x", TENANT_ID: {"status": "y"}}, {"other1": 1}], "a b": 1}
    assert field_names(body) == ["data", "data[].name", "data[].*", "data[].*.status", "data[].other1", "*"]
    assert (
        len(field_names({f"a{letter}{other}": 1 for letter in "abcdefghijklmnopq" for other in "abcdefghijklmnopq"}))
        == 200
    )
    deep: t.Any = 1
    for _turn in range(50):
        deep = {"a": deep}
    assert len(field_names(deep)) < 10


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (f"/api/v1/tenants/{TENANT_ID}", "/api/v1/tenants/{id}"),
        ("/api/core/tenants?filter=hostnames%20eq%20x", "/api/core/tenants"),
        ("/api/v1/tenants/me", "/api/v1/tenants/me"),
        ("/oauth/token", "/oauth/token"),
    ],
)
def test_a_path_without_ids(path: str, shape: str) -> None:
    assert shape_of_path(path) == shape


def test_the_kinds_of_hosts() -> None:
    hosts = ("register.eu.qlikcloud.com", "console.qlikcloud.com", HOSTNAME)
    assert [kind_of_host(host) for host in hosts] == ["register", "console", "tenant"]
