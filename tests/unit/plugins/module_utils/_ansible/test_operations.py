# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations as modules and actions call them: bad input sends nothing, and every error becomes a clean result."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import perform
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import (
    InvalidInput,
    NoResponse,
    QlikError,
    Reason,
    Refused,
    Stopped,
    Unconfirmed,
    WaitTooLong,
)
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.facts import CLIENT_ID, CLIENT_SECRET, GIVEN_TOKEN, HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, probe, region_token
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

# Each wrong value of the issue, and the option that the sentence must name.
BAD_DEACTIVATIONS = {
    "9 days": ("purge_after_days", {"purge_after_days": 9}),
    "91 days": ("purge_after_days", {"purge_after_days": 91}),
    "10.5 days": ("purge_after_days", {"purge_after_days": 10.5}),
    "ten days": ("purge_after_days", {"purge_after_days": "ten"}),
    "empty days": ("purge_after_days", {"purge_after_days": ""}),
    "no days": ("purge_after_days", {"purge_after_days": None}),
    "region with fragment": ("region", {"region": "evil.example/#"}),
    "look-alike region": ("region", {"region": "eu.qlikcloud.com.evil"}),
    "empty region": ("region", {"region": ""}),
    "empty id": ("tenant_id", {"tenant_id": ""}),
    "path as id": ("tenant_id", {"tenant_id": "../../v1/users"}),
    "id with a blank": ("tenant_id", {"tenant_id": "zWb TyyJ"}),
    "me as id": ("tenant_id", {"tenant_id": "me"}),
    "hostname with line break": ("hostname", {"hostname": f"{HOSTNAME}\r\nX-Evil: 1"}),
    "URL as hostname": ("hostname", {"hostname": f"https://{HOSTNAME}"}),
    "foreign domain": ("hostname", {"hostname": "acme.example.com"}),
    "look-alike domain": ("hostname", {"hostname": "acme.eu.qlikcloud.com.evil"}),
    "user info": ("hostname", {"hostname": "a@evil"}),
    "reserved name": ("hostname", {"hostname": "register.eu.qlikcloud.com"}),
    "another region": ("region", {"region": "us"}),
    "government cloud": ("hostname", {"hostname": "acme.us.qlikcloudgov.com"}),
    "wrong confirmation": ("confirm_hostname", {"confirm_hostname": "other.eu.qlikcloud.com"}),
    "empty confirmation": ("confirm_hostname", {"confirm_hostname": ""}),
    "no credentials": ("client_id", {"client_id": None, "client_secret": None}),
    "empty credentials": ("client_id", {"client_id": "", "client_secret": ""}),
    "half credentials, no secret": ("client_secret", {"client_secret": None}),
    "half credentials, no id": ("client_id", {"client_id": None}),
    "half credentials and a token": ("client_secret", {"client_secret": None, "access_token": GIVEN_TOKEN}),
    "token with a line break": ("access_token", {"access_token": f"{GIVEN_TOKEN}\r\nX-Evil: 1"}),
    "token with a blank": ("access_token", {"access_token": f"Bearer {GIVEN_TOKEN}"}),
    "token that is no ASCII": ("access_token", {"access_token": f"{GIVEN_TOKEN}\u00e9"}),
    "no time-out": ("timeout", {"timeout": 0}),
    "negative time-out": ("timeout", {"timeout": -1}),
    "time-out in words": ("timeout", {"timeout": "long"}),
    "negative retries": ("retries", {"retries": -1}),
    "half a retry": ("retries", {"retries": 0.5}),
    "endless wait": ("max_wait", {"max_wait": "inf"}),
    "negative wait": ("max_wait", {"max_wait": -1}),
    "negative verification": ("verify_timeout", {"verify_timeout": -1, "verify": True}),
    "missing certificates": ("ca_path", {"ca_path": "/nowhere/ca.pem"}),
}


@pytest.mark.parametrize("case", BAD_DEACTIVATIONS)
def test_a_wrong_option_of_a_deactivation_is_one_sentence_and_sends_nothing(wire: Wire, run: Run, case: str) -> None:
    option, given = BAD_DEACTIVATIONS[case]
    result = deactivate(run, **given)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert is_one_sentence_about(result["msg"], option)
    assert secrets_in(result) == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_check_mode_refuses_a_wrong_option_too(wire: Wire, run: Run, check_mode: bool) -> None:
    run.check_mode = check_mode
    assert deactivate(run, purge_after_days=91)["failed"] is True
    assert wire.sent == []


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("region", {"region": "evil.example/#"}),
        ("region", {"region": ""}),
        ("region", {"region": "us.qlikcloudgov.com"}),
        ("client_id", {"client_id": None, "client_secret": None}),
        ("client_secret", {"client_secret": None}),
        ("client_id", {"client_id": None}),
        ("client_id", {"credentials": {"client_id": "", "client_secret": "x"}}),
        ("timeout", {"timeout": 0}),
    ],
)
def test_a_wrong_option_of_a_token_is_one_sentence_and_sends_nothing(
    wire: Wire, run: Run, option: str, given: dict[str, t.Any]
) -> None:
    result = region_token(run, **given)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert is_one_sentence_about(result["msg"], option)


def test_a_given_token_is_no_way_to_a_token(wire: Wire, run: Run) -> None:
    assert region_token(run, client_id=None, client_secret=None, access_token=GIVEN_TOKEN)["failed"] is True
    assert wire.sent == []


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("hostname", {"hostname": "https://acme.eu.qlikcloud.com"}),
        ("hostname", {"hostname": "console.eu.qlikcloud.com"}),
        ("region", {"region": "us"}),
        ("client_secret", {"client_secret": None}),
        ("client_id", {"client_id": None}),
        ("wait_timeout", {"wait_timeout": -1}),
        ("wait_timeout", {"wait_timeout": "nan", "expect": "active"}),
    ],
)
def test_a_wrong_option_of_a_probe_is_one_sentence_and_sends_nothing(
    wire: Wire, run: Run, option: str, given: dict[str, t.Any]
) -> None:
    result = probe(run, **given)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert is_one_sentence_about(result["msg"], option)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (InvalidInput, {}),
        (Refused, {}),
        (Stopped, {}),
        (WaitTooLong, {}),
        (Unconfirmed, {}),
        (NoResponse, {"reason": Reason.RESPONSE_BROKEN}),
    ],
)
def test_every_error_becomes_a_failure_with_its_message_and_the_keys_of_one(
    run: Run, kind: type[QlikError], more: dict[str, t.Any]
) -> None:
    def operation(params: t.Any, run: Run) -> dict[str, t.Any]:
        raise kind("It did not work.", **more)

    assert perform(operation, {}, run) == {
        "failed": True,
        "changed": False,
        "msg": "It did not work.",
        "http_status": None,
        "code": None,
        "trace_id": None,
    }


def test_what_an_error_knows_stands_beside_its_message(run: Run) -> None:
    def operation(params: t.Any, run: Run) -> dict[str, t.Any]:
        facts = {"http_status": 403, "code": "AUTH-5", "trace_id": "t"}
        raise Unconfirmed("Sent.", changed=True, result={"id": "x", "changed": False, "failed": False}, **facts)

    assert perform(operation, {}, run) == {
        "failed": True,
        "changed": True,
        "msg": "Sent.",
        "id": "x",
        "http_status": 403,
        "code": "AUTH-5",
        "trace_id": "t",
    }


class Unforeseen(Exception):
    """A fault of ours."""


def test_a_fault_of_ours_is_a_failure_without_a_traceback(run: Run) -> None:
    def operation(params: t.Any, run: Run) -> dict[str, t.Any]:
        raise Unforeseen("something")

    result = perform(operation, {}, run)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Unforeseen: something" in result["msg"]
    assert "report it" in result["msg"]
    assert "Traceback" not in str(result)
    assert "exception" not in result


@pytest.mark.parametrize(("kind", "changed"), [("read", False), ("deactivate", True)])
def test_a_fault_of_ours_after_a_post_counts_as_changed(wire: Wire, run: Run, kind: str, changed: bool) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record())
    wire.on(kind, Unforeseen("something"))
    result = deactivate(run)
    assert (result["failed"], result["changed"]) == (True, changed)
    assert ("had been sent" in result["msg"]) is changed


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_fault_of_ours_is_told_harmlessly(run: Run, value: str) -> None:
    def operation(params: t.Any, run: Run) -> dict[str, t.Any]:
        raise Unforeseen(value)

    assert is_harmless(perform(operation, {}, run)["msg"])


def test_an_interrupt_is_no_failure_of_the_operation(run: Run) -> None:
    def operation(params: t.Any, run: Run) -> dict[str, t.Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(operation, {}, run)


def test_a_client_shows_no_secret(wire: Wire, run: Run) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("disabled"))
    result = deactivate(run)
    assert secrets_in(result, run, run.clients, [client.credentials for client in run.clients]) == []
    assert run.mask(f"{CLIENT_SECRET} of {CLIENT_ID}") == f"******** of {CLIENT_ID}"
