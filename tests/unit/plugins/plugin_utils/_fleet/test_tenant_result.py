# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of a tenant's result: one type, which the documentation, the summary and its schema agree with."""

from __future__ import annotations

import json
import typing as t
from dataclasses import fields

import pytest
import yaml

from ansible_collections.tenantops.qlik.plugins.modules import qlik_tenant_deactivate, qlik_wave_tenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import Outcome, Shown, TenantResult
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.receipts import DOCS

# By the type of a key, what RETURN and the schema call it.
TYPES: dict[str, tuple[str, t.Any]] = {
    "str | None": ("str", ["string", "null"]),
    "int | None": ("int", ["integer", "null"]),
    "bool": ("bool", "boolean"),
    "bool | None": ("bool", "boolean"),
    "tuple[str, ...]": ("list", "array"),
    "Mapping[str, t.Any] | None": ("dict", "object"),
}
SUMMARY = json.loads((DOCS / "summary.schema.json").read_bytes())
OWN_KEYS_OF_THE_SUMMARY = {"host", "outcome", "overdue"}


def test_the_documentation_has_each_key_with_its_type() -> None:
    types = {field.name: TYPES[str(field.type)][0] for field in fields(TenantResult)}
    # What has its value from the deactivation is described there.
    own, others = (yaml.safe_load(module.RETURN) for module in (qlik_wave_tenant, qlik_tenant_deactivate))
    described = {name: found["type"] for name, found in {**others, **own}.items()}
    assert {name: described.get(name) for name in types} == types
    assert set(own) <= set(types)
    assert set(own) & set(others) == {"msg"}


def test_the_schema_of_the_summary_has_each_key_that_it_shows_with_its_type() -> None:
    tenant = SUMMARY["$defs"]["tenant"]
    assert set(tenant["required"]) == set(tenant["properties"])
    types = {name: found["type"] for name, found in tenant["properties"].items() if name not in OWN_KEYS_OF_THE_SUMMARY}
    assert types == {field.name: TYPES[str(field.type)][1] for field in fields(Shown)}


def test_the_schema_of_the_summary_has_each_outcome() -> None:
    outcomes = [outcome.value for outcome in Outcome]
    assert SUMMARY["$defs"]["tenant"]["properties"]["outcome"]["enum"] == outcomes
    totals = SUMMARY["properties"]["totals"]
    assert sorted(totals["properties"]) == sorted(totals["required"]) == sorted(outcomes)


def test_a_result_is_read_back_as_it_was() -> None:
    result = TenantResult(hostname=HOSTNAME, hostnames=(HOSTNAME,), changed=True, failed=False, notes=("a", "b"))
    assert TenantResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_what_there_is_nothing_to_say_of_is_left_out() -> None:
    nothing = TenantResult().to_json()
    assert {"http_status", "code", "trace_id", "notes", "warnings", "diff"}.isdisjoint(nothing)
    assert nothing["status"] is nothing["probe_state"] is None
    found = TenantResult(warnings=("one",), http_status=403).to_json()
    assert (found["warnings"], found["http_status"]) == (["one"], 403)


def test_keys_of_another_version_are_ignored_and_those_that_lack_have_their_default() -> None:
    result = TenantResult.from_json({"failed": True, "msg": "The task was ended.", "ansible_facts": {}})
    assert result == TenantResult(failed=True, msg="The task was ended.")


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, Outcome.NOT_REACHED),
        ({"failed": True, "changed": True}, Outcome.FAILED),
        ({"failed": False, "changed": True, "status": "disabled"}, Outcome.CHANGED),
        ({"failed": False, "status": "disabled"}, Outcome.UNCHANGED),
        ({"failed": False, "status": "purged"}, Outcome.PURGED),
    ],
)
def test_what_a_result_counts_as(given: dict[str, t.Any], outcome: Outcome) -> None:
    assert TenantResult(**given).outcome is outcome


def test_the_result_of_a_tenant_is_that_of_its_change_with_what_the_summary_needs() -> None:
    found = {"id": TENANT_ID, "status": "disabled", "probe": {"state": "deactivated"}, "warnings": ["a"], "note": "b"}
    result = TenantResult.of(found, changed=True, failed=False, msg="done", action="deactivate")
    assert (result.tenant_id, result.probe_state, result.notes) == (TENANT_ID, "deactivated", ("a", "b"))
    assert (result.warnings, result.status, result.action) == (("a",), "disabled", "deactivate")
