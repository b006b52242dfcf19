# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each operation takes, as Ansible's argument specs. The documentation of each module says the same in words."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

# Numbers that decide what becomes of a tenant. The operation checks them, and says in one sentence what is right; Ansible's own
# conversion would say half of it.
_AS_GIVEN: dict[str, t.Any] = {"type": "raw"}

_REGION: dict[str, t.Any] = {"region": {"type": "str"}}

# A region-level client.
_CLIENT: dict[str, t.Any] = {
    "client_id": {"type": "str", "fallback": (env_fallback, ["QLIK_CLIENT_ID"])},
    "client_secret": {"type": "str", "no_log": True, "fallback": (env_fallback, ["QLIK_CLIENT_SECRET"])},
}

# Instead of a client, where a token of the register host is enough.
_ACCESS_TOKEN: dict[str, t.Any] = {"access_token": {"type": "str", "no_log": True}}

_ORGANIZATION: dict[str, t.Any] = {
    "org_client_id": {"type": "str", "fallback": (env_fallback, ["QLIK_ORG_CLIENT_ID"])},
    "org_client_secret": {"type": "str", "no_log": True, "fallback": (env_fallback, ["QLIK_ORG_CLIENT_SECRET"])},
}

# A client's id and secret in one value, for when both come out of one look-up.
_ONE_CLIENT: dict[str, t.Any] = {
    "type": "dict",
    "no_log": False,
    "options": {
        "client_id": {"type": "str", "required": True},
        "client_secret": {"type": "str", "required": True, "no_log": True},
    },
}

# A mapping of regions to clients. The operation checks it.
_CLIENTS: dict[str, t.Any] = {"credentials": {"type": "raw", "no_log": False}}

_REQUESTS: dict[str, t.Any] = {
    "timeout": {"type": "float", "default": 30},
    "retries": {"type": "int", "default": 5},
    "max_wait": {"type": "float", "default": 900},
    "ca_path": {"type": "path"},
}

# What module_defaults may set for the whole action group, also for those of its modules that have no use for it.
OF_THE_GROUP = frozenset((*_REGION, *_CLIENT, *_ACCESS_TOKEN, *_ORGANIZATION, *_REQUESTS))

# Why a task of such a module is refused elsewhere.
ON_THE_CONTROLLER = "{} must run on the controller: remove async and delegate_to from the task."

# What a wave is for.
_OPERATION: dict[str, t.Any] = {"type": "str", "choices": ["decommission", "restore"], "default": "decommission"}

# What is written into receipts as it was given.
_CLAIMS: dict[str, t.Any] = {"approved_by": {"type": "str"}, "ticket": {"type": "str"}}

# Which run writes into a receipt, and on whose behalf.
_AUTHOR: dict[str, t.Any] = {"run_id": {"type": "str"}, **_CLAIMS}

_TENANT: dict[str, t.Any] = {
    **_REGION,
    "tenant_id": {"type": "str", "required": True},
    "hostname": {"type": "str", "required": True},
    "confirm_hostname": {"type": "str"},
    "verify": {"type": "bool", "default": False},
    "verify_timeout": {"type": "float", "default": 60},
    "receipt_path": {"type": "path"},
    **_AUTHOR,
}

# Their own words about a wrong value name the variable.
_SIGNATURES: dict[str, dict[str, t.Any]] = {
    "approvals_required": _AS_GIVEN,
    "plan_signatures": _AS_GIVEN,
    "allowed_signers": _AS_GIVEN,
    "revoked_signers": _AS_GIVEN,
    "planner_may_approve": _AS_GIVEN | {"default": False},
}

_POLICY: dict[str, dict[str, t.Any]] = {"time_zone": _AS_GIVEN, "protected_file": _AS_GIVEN}

_WAVE: dict[str, dict[str, t.Any]] = {
    "variable_prefix": {"type": "str", "default": "tenant_decommission_"},
    "max_tenants": _AS_GIVEN | {"default": 10},
    "require_protected_file": _AS_GIVEN | {"default": False},
    "max_in_days": _AS_GIVEN,
}

ARGUMENT_SPECS: dict[str, dict[str, t.Any]] = {
    "qlik_region_token": {
        **_CLIENT,
        **_REQUESTS,
        "region": {"type": "str", "required": True},
        "credentials": _ONE_CLIENT,
    },
    "qlik_tenant_deactivate": {
        **_CLIENT,
        **_ACCESS_TOKEN,
        **_REQUESTS,
        **_TENANT,
        "purge_after_days": _AS_GIVEN | {"default": 30},
        "reset_purge_timer": {"type": "bool", "default": False},
    },
    "qlik_tenant_reactivate": {**_CLIENT, **_ACCESS_TOKEN, **_REQUESTS, **_TENANT},
    "qlik_tenant_create": {
        **_CLIENT,
        **_ACCESS_TOKEN,
        **_REQUESTS,
        **_ORGANIZATION,
        "region": {"type": "str", "required": True},
        "license_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["QLIK_LICENSE_KEY"])},
        "license_from": {"type": "str"},
        "alias": {"type": "str"},
        "name": {"type": "str"},
        "confirm_hostname": {"type": "str"},
        "receipt_path": {"type": "path", "required": True},
        **_AUTHOR,
    },
    "qlik_tenant_info": {
        **_REGION,
        **_CLIENT,
        **_ACCESS_TOKEN,
        **_REQUESTS,
        **_ORGANIZATION,
        "tenant_id": {"type": "str"},
        "hostname": {"type": "str"},
        "filter": {"type": "str"},
    },
    "qlik_tenant_probe": {
        **_REGION,
        **_CLIENT,
        **_REQUESTS,
        "hostname": {"type": "str", "required": True},
        "expect": {
            "type": "str",
            "choices": ["active", "deactivated", "unauthorized", "not_found", "unreachable", "unknown"],
        },
        "wait_timeout": {"type": "float", "default": 0},
    },
    "qlik_tenant_usage_info": {
        **_REGION,
        **_CLIENT,
        **_REQUESTS,
        "hostname": {"type": "str", "required": True},
        "tenant_id": {"type": "str"},
        "subset": {
            "type": "list",
            "elements": "str",
            "choices": ["activity", "contents"],
            "default": ["activity", "contents"],
        },
        "activity_days": _AS_GIVEN | {"default": 30},
    },
    "qlik_preflight_info": {
        **_CLIENT,
        **_CLIENTS,
        **_REQUESTS,
        **_ORGANIZATION,
        **_POLICY,
        **_WAVE,
        "dest": {"type": "path"},
    },
    "qlik_report": {
        **_REQUESTS,
        **_ORGANIZATION,
        "dest": {"type": "path", "default": "qlik-report"},
    },
    "qlik_rehearsal_report": {
        "dir": {"type": "path", "required": True},
        "receipt": {"type": "path", "required": True},
        "steps": {"type": "list", "elements": "dict", "default": []},
    },
    "qlik_watch": {
        **_CLIENT,
        **_CLIENTS,
        **_REQUESTS,
        **_ORGANIZATION,
        **_POLICY,
        "days": _AS_GIVEN | {"default": 7},
        "dest": {"type": "path"},
        "markdown": {"type": "path"},
    },
    "qlik_wave_guard": {
        **_CLIENT,
        **_REQUESTS,
        **_ORGANIZATION,
        **_POLICY,
        **_WAVE,
        "operation": _OPERATION,
        "regions_with_credentials": {"type": "raw"},
        "planning": {"type": "bool", "default": False},
        "plan": {"type": "path"},
        "plan_sha256": {"type": "str"},
        "plan_max_hours": _AS_GIVEN | {"default": 168},
        "require_plan": {"type": "bool", "default": False},
        **_SIGNATURES,
        "empty": {"type": "bool", "default": False},
        "summary_file": {"type": "path"},
    },
    "qlik_wave_token": {
        **_CLIENT,
        **_REQUESTS,
        "region": {"type": "str", "required": True},
        "credentials": _ONE_CLIENT,
        "variable_prefix": {"type": "str", "default": "tenant_decommission_"},
    },
    "qlik_wave_tenant": {
        **_CLIENT,
        **_REQUESTS,
        "wave_variable": {"type": "str", "default": "_tenant_decommission_wave"},
        "tokens_variable": {"type": "str", "default": "_tenant_decommission_tokens", "no_log": False},
        "tenant": {"type": "dict"},
        "tokens": {"type": "list", "elements": "dict", "no_log": False},
        "credentials": _ONE_CLIENT,
        "prepared_variable": {"type": "str", "default": "_tenant_decommission_prepared"},
    },
    "qlik_wave_plan": {
        "wave": {"type": "dict", "required": True},
        "result_variable": {"type": "str", "default": "tenant_decommission_result"},
        "dest": {"type": "path", "required": True},
        "valid_hours": _AS_GIVEN | {"default": 72},
        "planned_by": _AS_GIVEN,
    },
    "qlik_wave_usage": {
        **_CLIENT,
        **_REQUESTS,
        "step": {"type": "str", "choices": ["check", "read", "show"], "required": True},
        "result_variable": {"type": "str", "default": "_tenant_decommission_usage"},
        "dest": {"type": "path"},
    },
    "qlik_wave_check": {"operation": _OPERATION},
    "qlik_wave_summary": {
        "wave": {"type": "dict", "required": True},
        "operation": _OPERATION,
        "result_variable": {"type": "str", "default": "tenant_decommission_result"},
        "dest": {"type": "path"},
        "junit": {"type": "path"},
    },
}
