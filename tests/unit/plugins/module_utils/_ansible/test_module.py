# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's side: arguments in, JSON out, and no secret in it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible import module as module_module
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.argument_specs import ARGUMENT_SPECS
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_controller_only, run_module
from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    PURGE_DATE,
    REGION,
    TENANT_ID,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.module_args import patch_module_args
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
DEACTIVATION = {**CREDENTIALS, "tenant_id": TENANT_ID, "hostname": HOSTNAME}

Module = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: None)


@pytest.fixture
def module(capsys: pytest.CaptureFixture[str]) -> Module:
    """Run a module; its JSON."""

    def result_of(name: str, main: t.Callable[[str], None] = run_module, **args: t.Any) -> dict[str, t.Any]:
        with patch_module_args(args), pytest.raises(SystemExit):
            main(name)
        return json.loads(capsys.readouterr().out)

    return result_of


def test_a_module_deactivates_a_tenant(wire: Wire, module: Module) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    result = module("qlik_tenant_deactivate", **DEACTIVATION)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert (result["changed"], result["status"]) == (True, "disabled")
    assert result["estimated_purge_date"] == PURGE_DATE


def test_a_module_in_check_mode_sends_no_post(wire: Wire, module: Module) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    result = module("qlik_tenant_deactivate", **DEACTIVATION, _ansible_check_mode=True)
    assert wire.sequence == ["token", "read"]
    assert result["changed"] is True


@pytest.mark.parametrize("days", [9, 91, 10.5, "10.5", "ten", ""])
def test_wrong_days_reach_our_own_sentence(wire: Wire, module: Module, days: t.Any) -> None:
    result = module("qlik_tenant_deactivate", **DEACTIVATION, purge_after_days=days)
    assert wire.sent == []
    assert result["failed"] is True
    assert result["msg"].startswith("purge_after_days is ")
    assert "a whole number of days from 10 to 90" in result["msg"]


def test_credentials_come_from_the_environment_where_they_are_not_given(
    wire: Wire, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLIK_CLIENT_ID", "id-of-the-environment")
    monkeypatch.setenv("QLIK_CLIENT_SECRET", CLIENT_SECRET)
    wire.on("token", answers.token())
    module("qlik_region_token", region=REGION)
    assert wire.sent[0].body["client_id"] == "id-of-the-environment"
    assert wire.sent[0].body["client_secret"] == CLIENT_SECRET


def test_credentials_that_are_given_go_before_those_of_the_environment(
    wire: Wire, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLIK_CLIENT_ID", "id-of-the-environment")
    monkeypatch.setenv("QLIK_CLIENT_SECRET", "secret-of-the-environment")
    wire.on("token", answers.token())
    module("qlik_region_token", region=REGION, **CREDENTIALS)
    assert wire.sent[0].body["client_id"] == CLIENT_ID


def test_the_token_is_in_the_result_of_its_own_module(wire: Wire, module: Module) -> None:
    wire.on("token", answers.token())
    result = module("qlik_region_token", region=REGION, **CREDENTIALS)
    assert result["access_token"] == TOKEN
    assert CLIENT_SECRET not in str(result)


@pytest.mark.parametrize("kind", ["token", "read", "deactivate", "probe"])
def test_secrets_that_a_server_says_back_are_not_in_the_result(wire: Wire, module: Module, kind: str) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    known = CLIENT_SECRET if kind == "token" else f"{CLIENT_SECRET} {TOKEN}"
    wire.on(kind, answers.error(418, known, known, known))
    result = module("qlik_tenant_deactivate", **DEACTIVATION, verify=True, verify_timeout=0)
    assert wire.sequence[-1] == kind
    assert result["failed"] is True
    assert secrets_in(result) == []


def test_a_warning_reaches_the_operator(wire: Wire, module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, warning: warned.append(warning))
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled(estimatedPurgeDate="2050-01-01T00:00:00Z"))
    result = module("qlik_tenant_deactivate", **DEACTIVATION)
    assert result["changed"] is True
    assert len(warned) == 1
    assert "2050-01-01" in warned[0]


@pytest.mark.parametrize("name", ["qlik_region_token", "qlik_tenant_deactivate", "qlik_tenant_probe"])
def test_without_requests_a_module_says_what_is_missing(
    wire: Wire, module: Module, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(module_module, "REQUESTS_IMPORT_ERROR", "ImportError: no requests")
    required = {option: "eu" for option, spec in ARGUMENT_SPECS[name].items() if spec.get("required")}
    result = module(name, **required)
    assert wire.sent == []
    assert result["failed"] is True
    assert "requests" in result["msg"]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("qlik_wave_guard", {}),
        ("qlik_wave_tenant", {"tenant": {}, "tokens": []}),
        ("qlik_wave_summary", {"wave": {}}),
        ("qlik_wave_token", {"region": "eu"}),
    ],
)
def test_a_module_that_needs_the_play_refuses_to_run(
    wire: Wire, module: Module, name: str, args: dict[str, t.Any]
) -> None:
    result = module(name, run_controller_only, **args)
    assert wire.sent == []
    assert result["failed"] is True
    assert name in result["msg"]


def shown_arguments(result: dict[str, t.Any], *names: str) -> tuple[t.Any, ...] | None:
    """Options in the result; None if there are none: newer versions of ansible-core leave them out."""
    if "invocation" not in result:
        return None
    return tuple(result["invocation"]["module_args"][name] for name in names)


def test_a_secret_that_is_part_of_a_hostname_or_an_id_does_not_destroy_them(wire: Wire, module: Module) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    for secret in (HOSTNAME, TENANT_ID, PURGE_DATE):
        result = module("qlik_tenant_deactivate", **{**DEACTIVATION, "client_secret": secret})
        assert (result["id"], result["hostname"], result["region"]) == (TENANT_ID, HOSTNAME, REGION)
        assert result["estimated_purge_date"] == PURGE_DATE
        assert shown_arguments(result, "hostname", "client_secret") in (None, (HOSTNAME, "********"))


@pytest.mark.parametrize("secret", ["a", "acme", "e", "client_"])
def test_a_secret_that_is_too_short_is_refused_in_words_that_can_be_read(
    wire: Wire, module: Module, secret: str
) -> None:
    result = module("qlik_tenant_deactivate", **{**DEACTIVATION, "client_secret": secret})
    assert wire.sent == []
    assert result["msg"].startswith(
        "client_secret has fewer than 8 characters, and a secret that short cannot be hidden"
    )
    assert shown_arguments(result, "client_secret") in (None, ("********",))
