# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module and the action of the same name give equal results: one table through both."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.module import run_module
from ansible_collections.tenantops.qlik.plugins.module_utils._base.clock import Clock
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.controller import run_action
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    NOW,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    REGION,
    TENANT_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.module_args import patch_module_args
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
DEACTIVATION = {**CREDENTIALS, "tenant_id": TENANT_ID, "hostname": HOSTNAME}
PROBE = {**CREDENTIALS, "hostname": HOSTNAME}
ORGANIZATION = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}

# The module, its options, and what is answered other than by a live tenant.
CASES: dict[str, tuple[str, dict[str, t.Any], dict[str, t.Any]]] = {
    "a token": ("qlik_region_token", {**CREDENTIALS, "region": REGION}, {}),
    "no token": ("qlik_region_token", {**CREDENTIALS, "region": REGION}, {"token": answers.FORBIDDEN}),
    "no region": ("qlik_region_token", CREDENTIALS, {}),
    "wrong region": ("qlik_region_token", {**CREDENTIALS, "region": "e.u"}, {}),
    "no credentials": ("qlik_region_token", {"region": REGION}, {}),
    "deactivated": ("qlik_tenant_deactivate", DEACTIVATION, {}),
    "deactivated and verified": ("qlik_tenant_deactivate", {**DEACTIVATION, "verify": True}, {}),
    "verify in words": ("qlik_tenant_deactivate", {**DEACTIVATION, "verify": "yes", "retries": "3"}, {}),
    "disabled before": ("qlik_tenant_deactivate", DEACTIVATION, {"read": answers.record("disabled")}),
    "other hostnames": ("qlik_tenant_deactivate", DEACTIVATION, {"read": answers.record("active", hostnames=["x"])}),
    "not found": ("qlik_tenant_deactivate", DEACTIVATION, {"read": answers.NO_SUCH_TENANT}),
    "refused": ("qlik_tenant_deactivate", DEACTIVATION, {"deactivate": answers.FORBIDDEN}),
    "not confirmed": ("qlik_tenant_deactivate", DEACTIVATION, {"deactivate": answers.HTML}),
    "lost": ("qlik_tenant_deactivate", DEACTIVATION, {"deactivate": faults.read_timeout()}),
    "nobody there": ("qlik_tenant_deactivate", DEACTIVATION, {"read": faults.refused()}),
    "fault of ours": ("qlik_tenant_deactivate", DEACTIVATION, {"read": RuntimeError(CLIENT_SECRET)}),
    "91 days": ("qlik_tenant_deactivate", {**DEACTIVATION, "purge_after_days": 91}, {}),
    "10.5 days": ("qlik_tenant_deactivate", {**DEACTIVATION, "purge_after_days": 10.5}, {}),
    "no id": ("qlik_tenant_deactivate", PROBE, {}),
    "unknown option": ("qlik_tenant_deactivate", {**DEACTIVATION, "days": 30}, {}),
    "probe": ("qlik_tenant_probe", PROBE, {}),
    "probe of a live tenant": ("qlik_tenant_probe", PROBE, {"probe": answers.tenant_token()}),
    "probe without credentials": ("qlik_tenant_probe", {"hostname": HOSTNAME}, {}),
    "another state": ("qlik_tenant_probe", {**PROBE, "expect": "active"}, {}),
    "usage of a deactivated tenant": ("qlik_tenant_usage_info", PROBE, {}),
    "usage of 91 days": ("qlik_tenant_usage_info", {**PROBE, "activity_days": 91}, {}),
    "usage that is refused": (
        "qlik_tenant_usage_info",
        PROBE,
        {"probe": answers.tenant_token(), "read": answers.FORBIDDEN},
    ),
    "by id": ("qlik_tenant_info", {**ORGANIZATION, "tenant_id": TENANT_ID}, {"read": answers.page(answers.listed())}),
    "by hostname": (
        "qlik_tenant_info",
        {**ORGANIZATION, "hostname": HOSTNAME},
        {"read": answers.page(answers.listed())},
    ),
    "by filter": (
        "qlik_tenant_info",
        {**ORGANIZATION, "filter": 'status eq "active"'},
        {"read": answers.page(answers.listed(), answers.listed(1))},
    ),
    "by filter, without the organization": ("qlik_tenant_info", {**CREDENTIALS, "filter": 'status eq "active"'}, {}),
    "half of the organization's client": ("qlik_tenant_info", {"org_client_id": "x", "hostname": HOSTNAME}, {}),
    "foreign subscription": ("qlik_tenant_info", {**ORGANIZATION, "filter": "x"}, {"read": answers.FORBIDDEN}),
    "unknown state": ("qlik_tenant_probe", {**PROBE, "expect": "gone"}, {}),
}


def answer(wire: Wire, others: dict[str, t.Any]) -> None:
    usual = {
        "token": answers.token(),
        "read": answers.record("active"),
        "deactivate": answers.disabled(),
        "probe": answers.deactivated(),
    }
    for kind, reply in {**usual, **others}.items():
        wire.on(kind, reply)


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize("case", CASES)
def test_both_ways_give_equal_results(
    wire: Wire, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str, check_mode: bool
) -> None:
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: None)
    # The answers' dates are of that day; on another one they would be worth a warning.
    monkeypatch.setattr(Clock, "now", lambda self: NOW)
    name, args, others = CASES[case]
    answer(wire, others)
    by_action = run_action(name, args, check_mode=check_mode)
    sent_by_action, wire.sent = wire.sent, []
    answer(wire, others)
    capsys.readouterr()  # What the action announced.
    with patch_module_args({**args, "_ansible_check_mode": check_mode}), pytest.raises(SystemExit):
        run_module(name)
    by_module = json.loads(capsys.readouterr().out)

    assert wire.sent == sent_by_action
    by_action.pop("_ansible_no_log", None)
    by_module.pop("invocation", None)
    unknown = "Unsupported parameters for"
    if unknown in by_action["msg"] if "msg" in by_action else False:
        # The two name themselves differently, and the module lists what it supports.
        assert unknown in by_module["msg"]
        by_module["msg"] = by_action["msg"]
    assert {"changed": False, **by_module} == by_action
