# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of all hosts of a play, evaluated for each of them."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.template import trust_as_template

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import hosts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.hosts import read_hosts
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.entries import Entry
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import Variable
from ansible_collections.tenantops.qlik.tests.unit.controller import Play

HOSTNAME = Variable("hostname", "str")
VARIABLES = (HOSTNAME, Variable("purge_after_days", "int", 30))


def read(
    of_hosts: dict[str, dict[str, t.Any]], *variables: Variable, play: Play | None = None, **given: t.Any
) -> list[Entry]:
    task: t.Any = SimpleNamespace(get_play=lambda: None)
    return list(read_hosts(task, (play or Play(of_hosts)).task_vars, variables or VARIABLES, prefix="x_", **given))


def test_each_host_has_its_own_values() -> None:
    found = read({"a": {"x_hostname": "one"}, "b": {"x_hostname": "two", "x_purge_after_days": 60}})
    assert [(entry.host, entry.values) for entry in found] == [
        ("a", {"hostname": "one", "purge_after_days": 30}),
        ("b", {"hostname": "two", "purge_after_days": 60}),
    ]


def test_a_template_is_evaluated_for_each_host() -> None:
    template = trust_as_template("{{ inventory_hostname }}.eu")
    entries = read({"a": {"x_hostname": template}, "b": {"x_hostname": template}})
    assert [entry["hostname"] for entry in entries] == ["a.eu", "b.eu"]
    assert {type(entry["hostname"]) for entry in entries} == {str}


def test_a_template_that_fails_is_an_error_of_its_host_alone() -> None:
    broken, fine = read({"a": {"x_hostname": trust_as_template("{{ nowhere }}")}, "b": {"x_hostname": "two"}})
    assert "x_hostname" in str(broken.error)
    assert "nowhere" in str(broken.error)
    assert broken["hostname"] is None
    assert (fine["hostname"], fine.error) == ("two", None)


def test_what_the_inventory_calls_it_takes_the_place_of_a_variable_that_is_not_set() -> None:
    of_hosts = {
        "a": {"qlik_id": "one"},
        "b": {"qlik_id": "one", "x_id": "two"},
        "c": {"qlik_id": trust_as_template("{{ nowhere }}")},
        "d": {"x_id": None, "qlik_id": trust_as_template("{{ 'thr' ~ 'ee' }}")},
        "e": {},
    }
    found = read(of_hosts, HOSTNAME, Variable("id", "str", "none", inventory="qlik_id"))
    assert [one["id"] for one in found] == ["one", "two", "none", "three", "none"]
    assert [one["hostname"] for one in found] == ["a", "b", None, "d", "e"]
    assert "qlik_id" in str(found[2].error)


def test_text_that_only_looks_like_a_template_is_text() -> None:
    assert read({"a": {"x_hostname": "{{ lookup('pipe', 'id') }}"}})[0]["hostname"] == "{{ lookup('pipe', 'id') }}"


# Where receipts go.
def folder_of(file: Path | str | None, *sources: Path | str, said: t.Any = None) -> t.Any:
    """The folder of receipts of a host that this file of an inventory names, in a run with these sources."""
    variables: dict[str, t.Any] = {} if file is None else {"inventory_file": str(file)}
    if said is not None:
        variables["x_receipts_dir"] = said
    play = Play({"a": variables})
    play._inventory._sources = [str(source) for source in sources]
    (found,) = read({}, Variable("receipts_dir", "path"), play=play)
    return found["receipts_dir"]


def test_receipts_go_beside_the_inventory_file(tmp_path: Path) -> None:
    tenants = tmp_path / "tenants" / "eu.yml"
    tenants.parent.mkdir()
    tenants.write_text("")
    assert folder_of(tenants, tenants) == str(tmp_path / "tenants" / "qlik-receipts")


def test_receipts_go_beside_an_inventory_folder_and_not_into_it(tmp_path: Path) -> None:
    # Ansible would read them as inventory.
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    assert folder_of(inventory / "eu.yml", inventory) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("order", [1, -1])
def test_of_folders_in_folders_the_outermost_counts(tmp_path: Path, order: int) -> None:
    inner = tmp_path / "inventory" / "eu" / "north"
    inner.mkdir(parents=True)
    sources = [tmp_path / "inventory", inner][::order]
    assert folder_of(inner / "tenants.yml", *sources) == str(tmp_path / "qlik-receipts")


def test_a_file_deep_in_an_inventory_folder_has_receipts_beside_the_folder(tmp_path: Path) -> None:
    deep = tmp_path / "inventory" / "a" / "b"
    deep.mkdir(parents=True)
    assert folder_of(deep / "tenants.yml", tmp_path / "inventory") == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("sources", [(), ("a.eu.qlikcloud.com,",), ("inventory",)])
def test_a_host_that_no_file_names_has_receipts_where_the_run_was_started(
    tmp_path: Path, sources: tuple[str, ...]
) -> None:
    (tmp_path / "inventory").mkdir()
    assert folder_of(None, *sources) == str(tmp_path / "qlik-receipts")
    assert folder_of("", *sources) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize(("file", "source"), [("inventory/eu.yml", "inventory"), ("./inventory/eu.yml", "inventory/")])
def test_relative_names_count_from_where_the_run_was_started(tmp_path: Path, file: str, source: str) -> None:
    (tmp_path / "inventory").mkdir()
    assert folder_of(file, source) == str(tmp_path / "qlik-receipts")


@pytest.mark.parametrize("said", ["elsewhere", "/var/receipts", "~/receipts"])
def test_a_folder_that_is_said_is_taken_as_it_is(tmp_path: Path, said: str) -> None:
    assert folder_of(tmp_path / "eu.yml", said=said) == said


def test_an_empty_name_is_left_to_the_operation_to_refuse(tmp_path: Path) -> None:
    assert folder_of(tmp_path / "eu.yml", said="") == ""


def test_who_keeps_no_receipts_has_no_folder_of_them() -> None:
    (found,) = read({"a": {}}, HOSTNAME)
    assert "receipts_dir" not in found.values


def test_variables_with_the_prefix_that_nobody_knows_are_named() -> None:
    of_hosts = {"a": {"x_one": 1, "x_onne": 2, "x_more": 3, "y_one": 4, "x_a": 5}, "b": {"x_one": 1}}
    found = read(of_hosts, Variable("one", "int"), others=["more"])
    assert [entry.unknown for entry in found] == [("a", "onne"), ()]


def test_a_variable_of_the_inventory_can_be_read_without_being_one_of_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "OBSERVED_VARIABLES", ("qlik_name",))
    (found,) = read({"a": {"qlik_name": trust_as_template("{{ 'Ac' ~ 'me' }}"), "x_qlik_name": "no"}})
    assert (found.inventory, found.unknown) == ({"qlik_name": "Acme"}, ("qlik_name",))
