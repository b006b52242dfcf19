# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts agree on what belongs to the play, and nobody sets what belongs to the role."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.agreement import PlayVariables

PREFIX = "tenant_decommission_"


def problems_of(
    *hosts: Mapping[str, t.Any],
    registered: Mapping[str, t.Any] | None = None,
    evaluated: Mapping[str, t.Any] | None = None,
    prefix: str = PREFIX,
) -> list[str]:
    """What is wrong with hosts that have these variables, each called by its number."""
    looked_at = PlayVariables(prefix)
    for number, variables in enumerate(hosts):
        # A template here is the name of what it gives for each host.
        looked_at.look(
            f"h{number}",
            variables,
            registered or {},
            lambda name, number=number: (evaluated or {})[name][number],  # type: ignore[misc]
        )
    return list(looked_at.problems)


@pytest.mark.parametrize(
    "name", ["tenant_decommission_max_tenants", "tenant_decommission_summary_file", "qlik_plan", "qlik_plan_sha256"]
)
@pytest.mark.parametrize("values", [(500, 1), (1, 500), (None, 1), ("a", "b")])
def test_a_variable_of_the_play_that_differs_is_named_with_both_hosts_and_values(
    name: str, values: tuple[t.Any, t.Any]
) -> None:
    first, second = ("not set" if value is None else repr(value) for value in values)
    assert problems_of({name: values[0]}, {name: values[0]}, {name: values[1]}, {name: values[1]}) == [
        f"{name} is {first} for h0 and {second} for h2, and it belongs to the play: give all its hosts the same value, such as with -e."
    ]


def test_templates_are_compared_by_what_they_give() -> None:
    name = f"{PREFIX}max_tenants"
    assert problems_of({name: "{{ mine }}"}, {name: "{{ mine }}"}, evaluated={name: (5, 5)}) == []
    assert problems_of({name: "{{ mine }}"}, {name: 5}, evaluated={name: (5, 5)}) == []
    assert "is 5 for h0 and 6 for h1" in problems_of({name: "{{ x }}"}, {name: "{{ x }}"}, evaluated={name: (5, 6)})[0]


@pytest.mark.parametrize("name", ["client_id", "client_secret", "credentials", "org_client_secret"])
@pytest.mark.parametrize("prefix", [PREFIX, "tenant_restore_"])
def test_credentials_are_compared_as_written_and_not_shown(name: str, prefix: str) -> None:
    # A restore takes those of the decommission too.
    found = problems_of({PREFIX + name: "one secret"}, {PREFIX + name: "other secret"}, prefix=prefix)
    assert len(found) == 1
    assert f"{PREFIX}{name} differs between h0 and h1" in found[0]
    assert "secret'" not in found[0] and "one" not in found[0].replace("belongs", "")
    assert problems_of({PREFIX + name: "{{ lookup('x') }}"}, {PREFIX + name: "{{ lookup('x') }}"}, prefix=prefix) == []


@pytest.mark.parametrize(
    "name",
    [
        "tenant_decommission_result",
        "_tenant_decommission_wave",
        "_tenant_decommission_tokens",
        "_tenant_decommission_prepared",
    ],
)
@pytest.mark.parametrize("value", [{}, None, "", {"failed": False}])
def test_what_the_role_registers_cannot_be_set(name: str, value: t.Any) -> None:
    if value is not None:
        assert problems_of({name: value}) == [
            f"{name} is set (h0), and only the role itself may set it: remove it from -e, the inventory and the play."
        ]
    # What an earlier wave of this run has registered is the role's own.
    mine = {"changed": True}
    assert problems_of({name: mine}, registered={name: mine}) == []
    assert problems_of({name: {"changed": False}}, registered={name: mine})


def test_per_tenant_variables_may_differ() -> None:
    assert problems_of({f"{PREFIX}purge_after_days": 30}, {f"{PREFIX}purge_after_days": 60}) == []
