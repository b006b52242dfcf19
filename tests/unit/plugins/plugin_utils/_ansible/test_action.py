# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An operation as an action: in the controller, with the task's environment, and never over the task's connection."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import action as action_module
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import secrets_in
from ansible_collections.tenantops.qlik.tests.unit.controller import make_action, run_action
from ansible_collections.tenantops.qlik.tests.unit.core import template
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    GIVEN_TOKEN,
    HOSTNAME,
    PROXY_PASSWORD,
    REGION,
    TENANT_ID,
    TOKEN,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
DEACTIVATION = {**CREDENTIALS, "tenant_id": TENANT_ID, "hostname": HOSTNAME}


@pytest.fixture(autouse=True)
def _live(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: None)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was printed."""
    printed: list[str] = []
    monkeypatch.setattr(output.display, "display", lambda line, *args, **kwargs: printed.append(line))
    return printed


def test_an_operation_runs_without_touching_the_connection(wire: Wire) -> None:
    result = run_action("qlik_tenant_deactivate", {**DEACTIVATION, "verify": True})
    assert wire.sequence == ["token", "read", "deactivate", "probe"]
    assert (result["failed"], result["changed"], result["status"]) == (False, True, "disabled")


@pytest.mark.parametrize("delegate_to", ["localhost", "127.0.0.1", "::1", HOSTNAME, "other.eu.qlikcloud.com"])
def test_delegation_to_this_machine_or_to_a_tenant_stays_in_the_controller(wire: Wire, delegate_to: str) -> None:
    result = run_action("qlik_tenant_deactivate", DEACTIVATION, delegate_to=delegate_to)
    assert wire.sequence == ["token", "read", "deactivate"]
    assert result["changed"] is True


def test_check_mode_is_passed_on(wire: Wire) -> None:
    result = run_action("qlik_tenant_deactivate", DEACTIVATION, check_mode=True)
    assert wire.sequence == ["token", "read"]
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({**DEACTIVATION, "purge_days": 30}, "Unsupported parameters"),
        ({**CREDENTIALS, "hostname": HOSTNAME}, "missing required arguments: tenant_id"),
        ({**DEACTIVATION, "verify": "maybe"}, "verify"),
        ({**DEACTIVATION, "hostname": {"a": 1}}, "hostname"),
        ({**DEACTIVATION, "purge_after_days": "ten"}, "purge_after_days is 'ten'"),
    ],
)
def test_wrong_arguments_are_a_clean_failure_and_send_nothing(wire: Wire, args: dict[str, t.Any], told: str) -> None:
    result = run_action("qlik_tenant_deactivate", args)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert told in result["msg"]
    assert secrets_in(result) == []


def test_a_state_that_nobody_knows_is_refused(wire: Wire) -> None:
    result = run_action("qlik_tenant_probe", {"hostname": HOSTNAME, "expect": "gone"})
    assert wire.sent == []
    assert "expect" in result["msg"]


def test_the_tasks_environment_is_the_operations(wire: Wire) -> None:
    environment = [
        {"HTTPS_PROXY": "http://outer.example:1", "QLIK_CLIENT_ID": "of-the-task"},
        {"HTTPS_PROXY": "http://proxy.example:3128", "QLIK_CLIENT_SECRET": CLIENT_SECRET},
    ]
    result = run_action("qlik_region_token", {"region": REGION}, environment=environment)
    assert result["failed"] is False
    (sent,) = wire.sent
    assert sent.proxy == "http://proxy.example:3128"
    assert (sent.body["client_id"], sent.body["client_secret"]) == ("of-the-task", CLIENT_SECRET)


def test_the_tasks_environment_goes_before_that_of_the_process(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QLIK_CLIENT_ID", "of-the-process")
    monkeypatch.setenv("QLIK_CLIENT_SECRET", CLIENT_SECRET)
    run_action("qlik_region_token", {"region": REGION}, environment=[{"QLIK_CLIENT_ID": "of-the-task"}])
    assert wire.sent[0].body["client_id"] == "of-the-task"
    assert os.environ["QLIK_CLIENT_ID"] == "of-the-process"


@pytest.mark.parametrize("ending", [answers.token(), answers.FORBIDDEN, faults.certificate(), KeyboardInterrupt()])
def test_the_environment_of_the_process_is_as_before_afterwards(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, ending: t.Any
) -> None:
    monkeypatch.setenv("NO_PROXY", "before.example")
    before = dict(os.environ)
    wire.on("token", ending)
    environment = [{"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "task.example", "SOMETHING_NEW": "1"}]
    try:
        run_action("qlik_region_token", {"region": REGION, **CREDENTIALS}, environment=environment)
    except KeyboardInterrupt:
        assert isinstance(ending, KeyboardInterrupt)
    assert dict(os.environ) == before


def test_a_certificate_of_the_tasks_environment_is_missed_by_its_name(wire: Wire) -> None:
    environment = [{"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}]
    result = run_action("qlik_region_token", {"region": REGION, **CREDENTIALS}, environment=environment)
    assert wire.sent == []
    assert "REQUESTS_CA_BUNDLE" in result["msg"]


def test_a_token_is_censored_and_its_failure_is_not(wire: Wire) -> None:
    args = {"region": REGION, **CREDENTIALS}
    success = run_action("qlik_region_token", args)
    assert (success["access_token"], success["_ansible_no_log"]) == (TOKEN, True)
    wire.on("token", answers.error(401, "OAUTH-14", "Client not found."))
    failure = run_action("qlik_region_token", args)
    assert failure["failed"] is True
    assert "OAUTH-14" in failure["msg"]
    assert not failure.get("_ansible_no_log")


@pytest.mark.parametrize("name", ["qlik_tenant_deactivate", "qlik_tenant_probe"])
def test_other_results_are_not_censored(name: str) -> None:
    args = DEACTIVATION if name == "qlik_tenant_deactivate" else {"hostname": HOSTNAME}
    assert "_ansible_no_log" not in run_action(name, args)


@pytest.mark.parametrize("kind", ["token", "read", "deactivate", "probe"])
def test_secrets_that_a_server_says_back_are_not_in_the_result(wire: Wire, kind: str) -> None:
    known = CLIENT_SECRET if kind == "token" else f"{CLIENT_SECRET} {TOKEN}"
    wire.on(kind, answers.error(418, known, known, known))
    result = run_action("qlik_tenant_deactivate", {**DEACTIVATION, "verify": True, "verify_timeout": 0})
    assert wire.sequence[-1] == kind
    assert result["failed"] is True
    assert secrets_in(result) == []


def test_a_token_that_a_tenant_issues_is_not_in_the_result(wire: Wire) -> None:
    wire.on("probe", answers.tenant_token())
    result = run_action("qlik_tenant_probe", {**CREDENTIALS, "hostname": HOSTNAME})
    assert result["state"] == "active"
    assert secrets_in(result) == []


def test_secrets_in_a_fault_of_ours_are_not_in_the_result(wire: Wire) -> None:
    wire.on("read", RuntimeError(f"{CLIENT_SECRET} {GIVEN_TOKEN} {PROXY_PASSWORD}"))
    environment = [{"HTTPS_PROXY": f"http://somebody:{PROXY_PASSWORD}@proxy.example:3128"}]
    result = run_action(
        "qlik_tenant_deactivate", {**DEACTIVATION, "access_token": GIVEN_TOKEN}, environment=environment
    )
    assert result["failed"] is True
    assert "RuntimeError" in result["msg"]
    assert "Traceback" not in str(result)
    assert secrets_in(result) == []


def test_a_long_wait_is_announced_and_a_short_one_is_not(wire: Wire, displayed: list[str]) -> None:
    wire.on("token", answers.rate_limited("4"), answers.rate_limited("30"), answers.token())
    run_action("qlik_region_token", {"region": REGION, **CREDENTIALS})
    (line,) = displayed
    for told in ("region eu", "HTTP 429", "30 s"):
        assert told in line


def test_secrets_that_a_server_says_back_are_not_announced(wire: Wire, displayed: list[str]) -> None:
    echo = answers.error(429, "HTTP-429", f"{CLIENT_SECRET} {TOKEN}", **{"Retry-After": "30"})
    wire.on("read", echo, answers.record("disabled"))
    assert run_action("qlik_tenant_deactivate", DEACTIVATION)["failed"] is False
    assert displayed
    assert secrets_in(displayed) == []


class TaskTimeoutError(BaseException):
    """As ansible-core raises it for the keyword timeout."""


@pytest.mark.parametrize(
    ("kind", "changed"), [("token", False), ("read", False), ("deactivate", True), ("probe", True)]
)
def test_the_keyword_timeout_is_a_clean_failure_that_knows_whether_something_was_sent(
    wire: Wire, kind: str, changed: bool
) -> None:
    wire.on(kind, TaskTimeoutError())
    result = run_action("qlik_tenant_deactivate", {**DEACTIVATION, "verify": True}, timeout=5)
    assert wire.sequence[-1] == kind
    assert (result["failed"], result["changed"]) == (True, changed)
    assert "5 s" in result["msg"]
    assert ("had been sent, and its effect is not known" in result["msg"]) is changed


def test_a_kind_of_the_timeout_of_ansible_is_one_too(wire: Wire) -> None:
    class SomeTimeout(TaskTimeoutError):
        pass

    wire.on("read", SomeTimeout())
    assert run_action("qlik_tenant_deactivate", DEACTIVATION)["failed"] is True


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_any_other_interrupt_passes_through(wire: Wire, interrupt: type[BaseException]) -> None:
    wire.on("read", interrupt())
    with pytest.raises(interrupt):
        run_action("qlik_tenant_deactivate", DEACTIVATION)


def test_without_requests_an_action_says_what_is_missing(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_module, "REQUESTS_IMPORT_ERROR", "ImportError: no requests")
    result = run_action("qlik_tenant_deactivate", DEACTIVATION)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert "requests" in result["msg"]


def test_values_with_tags_become_plain_ones(wire: Wire) -> None:
    class Tagged(str):
        __slots__ = ()

    value = {Tagged("a"): [Tagged("b"), (Tagged("c"), 1, 1.5, True, None)]}
    plain = action_module.plain(value)
    assert plain == {"a": ["b", ["c", 1, 1.5, True, None]]}
    assert {type(one) for one in (*plain, plain["a"][0], plain["a"][1][0])} == {str}


def test_a_warning_of_the_operation_is_one_of_the_action(wire: Wire) -> None:
    wire.on("deactivate", answers.disabled(estimatedPurgeDate="2050-01-01T00:00:00Z"))
    assert "2050-01-01" in str(run_action("qlik_tenant_deactivate", DEACTIVATION)["warnings"])


@pytest.mark.parametrize("secret", [HOSTNAME, TENANT_ID, "qlikcloud.com", "disabled"])
def test_a_secret_that_is_part_of_ids_and_hostnames_does_not_destroy_them(wire: Wire, secret: str) -> None:
    result = run_action("qlik_tenant_deactivate", {**DEACTIVATION, "client_secret": secret})
    assert (result["id"], result["hostname"], result["status"]) == (TENANT_ID, HOSTNAME, "disabled")
    assert result["diff"]["after"]["status"] == "disabled"


# Before ansible-core 2.19 the value of a template is a text: an empty one if it is None.
WRITTEN = {
    "plan": "{{ qlik_plan | default(none) }}",
    "plan_sha256": "{{ qlik_plan_sha256 | default(none) }}",
    "summary_file": "",
    "org_client_id": "{{ lookup('env', 'ID') }}",
}


@pytest.mark.parametrize(
    ("variables", "left"),
    [
        ({}, {"summary_file", "org_client_id"}),
        ({"qlik_plan": None}, {"summary_file", "org_client_id"}),
        ({"qlik_plan": "", "qlik_plan_sha256": ""}, {"plan", "plan_sha256", "summary_file", "org_client_id"}),
    ],
)
def test_what_is_not_set_is_told_from_what_is_empty_before_templates_have_none(
    variables: dict[str, t.Any], left: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", True)
    task = {"_ds": {"tenantops.qlik.qlik_wave_guard": WRITTEN}}
    action = make_action("qlik_wave_guard", dict.fromkeys(WRITTEN, ""), **task)
    assert set(action.arguments(variables)) == left


@pytest.mark.parametrize("default", ["none", "omit", "false", "168"])
def test_a_variable_that_is_null_is_not_set_whatever_its_default_is_before_templates_have_none(
    default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", True)
    written = {"require_plan": f"{{{{ qlik_require_plan | default({default}) }}}}"}
    action = make_action("qlik_wave_guard", {"require_plan": ""}, _ds={"tenantops.qlik.qlik_wave_guard": written})
    assert action.arguments({"qlik_require_plan": None}) == {}
    assert action.arguments({"qlik_require_plan": ""}) == {"require_plan": ""}


def test_a_default_that_is_an_empty_text_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", True)
    written = {"dest": "{{ qlik_plan | default('') }}"}
    action = make_action("qlik_wave_plan", {"dest": ""}, _ds={"tenantops.qlik.qlik_wave_plan": written})
    assert action.arguments({}) == {"dest": ""}


def test_an_empty_text_is_an_empty_text_where_templates_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", False)
    action = make_action("qlik_wave_guard", {"plan": ""}, _ds={"tenantops.qlik.qlik_wave_guard": WRITTEN})
    assert action.arguments({}) == {"plan": ""}


def test_an_empty_text_is_no_mapping_before_templates_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", True)
    assert make_action("qlik_region_token", {"region": "", "credentials": ""}).arguments({}) == {"region": ""}


@pytest.mark.parametrize(
    ("value", "is_refused"),
    [("{{ missing }}", True), ("{{ missing | default(omit) }}", False), ("{{ none }}", False), (None, False)],
)
def test_a_variable_that_is_set_and_left_out_is_refused(wire: Wire, value: str | None, is_refused: bool) -> None:
    written = {"client_id": "{{ other_id | default(omit) }}"}
    variables = {"inventory_hostname": HOSTNAME, "other_id": None if value is None else template(value), "omit": "omit"}
    action = make_action(
        "qlik_tenant_deactivate", {**DEACTIVATION}, _ds={"tenantops.qlik.qlik_tenant_deactivate": written}
    )
    del action._task.args["client_id"]
    action._templar.available_variables = variables
    result = action.run(task_vars=variables)
    assert ("other_id is set, and its template names something that is not defined" in result["msg"]) is is_refused
    assert wire.sent == []


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("{{ other | default(omit) }}", {}),
        ("{{ other | default(none, true) or omit }}", {}),
        ("{{ other | default(none) }}", {"dest": None}),
        ("{{ other | default(none) }}", {"dest": ""}),
        ("{{ other | default('qlik-report', true) }}", {"dest": "qlik-report"}),
    ],
)
def test_a_default_that_was_taken_for_a_variable_that_is_set_is_refused(written: str, given: dict[str, t.Any]) -> None:
    variables = {"inventory_hostname": HOSTNAME, "other": template("{{ missing }}")}
    action = make_action("qlik_watch", given, _ds={"tenantops.qlik.qlik_watch": {"dest": written}})
    action._templar.available_variables = variables
    result = action.run(task_vars=variables)
    assert "other is set, and its template names something that is not defined" in result["msg"]


def test_a_summary_is_shown_whatever_is_left_out() -> None:
    variables = {"inventory_hostname": HOSTNAME, "other": template("{{ missing }}")}
    written = {"tenantops.qlik.qlik_wave_summary": {"dest": "{{ other | default(none) }}"}}
    result = run_action("qlik_wave_summary", {"wave": {}, "dest": None}, variables, _ds=written)
    assert "other is set" not in result["msg"]


@pytest.mark.parametrize("none", [None, ""])
def test_what_is_null_is_not_given_to_a_module_on_another_machine(
    none: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_module, "NONE_IS_EMPTY", True)
    written = {"purge_after_days": "{{ days | default(none) }}"}
    action = make_action(
        "qlik_tenant_deactivate",
        {**DEACTIVATION, "purge_after_days": none},
        delegate_to="jump.example",
        _ds={"tenantops.qlik.qlik_tenant_deactivate": written},
    )
    given: dict[str, t.Any] = {}
    monkeypatch.setattr(action, "_execute_module", lambda **call: given.update(call["module_args"]) or {})
    monkeypatch.setattr(action, "_remove_tmp_path", lambda path: None)
    action.run(task_vars={"inventory_hostname": HOSTNAME})
    assert given == DEACTIVATION


GROUP = "group/tenantops.qlik.qlik"


@pytest.mark.parametrize("defaults", [{"timeout": 3, "access_token": "a-token"}, "{{ defaults }}"])
def test_what_module_defaults_give_to_the_group_reaches_only_modules_that_have_it(defaults: t.Any) -> None:
    given = {"timeout": 3, "access_token": "a-token"}
    for name, expected in (("qlik_wave_check", {}), ("qlik_tenant_probe", {"timeout": 3}), ("qlik_tenant_info", given)):
        assert make_action(name, given, module_defaults=[{GROUP: defaults}]).arguments({}) == expected


@pytest.mark.parametrize("defaults", [[], [{GROUP: {"timeout": 3}}], [{"tenantops.qlik.qlik_watch": {"region": "eu"}}]])
def test_an_option_that_the_module_does_not_have_is_refused_if_the_group_did_not_give_it(defaults: t.Any) -> None:
    result = run_action("qlik_watch", {"region": "eu"}, module_defaults=defaults)
    assert result["failed"]
    assert "Unsupported parameters for (tenantops.qlik.qlik_watch) module: region" in result["msg"]
