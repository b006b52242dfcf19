# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, evaluated for each of them."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

from ansible.template import trust_as_template

from ansible_collections.tenantops.qlik.plugins.plugin_utils._hosts import read_hosts, read_registered
from ansible_collections.tenantops.qlik.tests.unit.controller import Play

NAMES: dict[str, t.Any] = {"hostname": None, "purge_after_days": 30}


def read(hosts: dict[str, dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    task: t.Any = SimpleNamespace(get_play=lambda: None)
    return list(read_hosts(task, Play(hosts).task_vars, NAMES, prefix="x_"))


def test_each_host_has_its_own_values() -> None:
    assert read({"a": {"x_hostname": "one"}, "b": {"x_hostname": "two", "x_purge_after_days": 60}}) == [
        {"host": "a", "hostname": "one", "purge_after_days": 30},
        {"host": "b", "hostname": "two", "purge_after_days": 60},
    ]


def test_a_template_is_evaluated_for_each_host() -> None:
    template = trust_as_template("{{ inventory_hostname }}.eu")
    entries = read({"a": {"x_hostname": template}, "b": {"x_hostname": template}})
    assert [entry["hostname"] for entry in entries] == ["a.eu", "b.eu"]
    assert {type(entry["hostname"]) for entry in entries} == {str}


def test_a_template_that_fails_is_an_error_of_its_host_alone() -> None:
    broken, fine = read({"a": {"x_hostname": trust_as_template("{{ nowhere }}")}, "b": {"x_hostname": "two"}})
    assert "x_hostname" in broken["error"]
    assert "nowhere" in broken["error"]
    assert broken["hostname"] is None
    assert fine == {"host": "b", "hostname": "two", "purge_after_days": 30}


def test_text_that_only_looks_like_a_template_is_text() -> None:
    assert read({"a": {"x_hostname": "{{ lookup('pipe', 'id') }}"}})[0]["hostname"] == "{{ lookup('pipe', 'id') }}"


def test_what_was_registered_for_a_host_is_read_without_tags() -> None:
    play = Play({"a": {}})
    play.registered["a"]["result"] = {"changed": True, "list": (1, 2)}
    assert read_registered(play.task_vars, "a", "result") == {"changed": True, "list": [1, 2]}
    assert read_registered(play.task_vars, "a", "nothing") is None
