# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of ansible-playbook knows of its waves, whatever variables say."""

from __future__ import annotations

import os
import typing as t
import uuid

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import (
    Part,
    log_begin,
    log_check,
    log_part,
    log_result,
    log_summary,
    read_wave_log,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult

CHANGED: dict[str, t.Any] = {"failed": False, "changed": True, "msg": "active → disabled"}
UNCHANGED = {"failed": False, "changed": False, "msg": "disabled already"}
FAILED = {"failed": True, "changed": False, "msg": "HTTP 403"}


@pytest.fixture
def play() -> str:
    return uuid.uuid4().hex


def part(hosts: dict[str, str | None], batch: tuple[str, ...] | None = None, **more: t.Any) -> Part:
    return Part(
        operation=more.pop("operation", "decommission"),
        hosts=hosts,
        batch=tuple(hosts) if batch is None else batch,
        due=tuple(hosts) if batch is None else batch,
        to_change=tuple(str(hostname) for hostname in hosts.values()),
        **more,
    )


def results_of(play: str) -> dict[str, t.Any]:
    rows = read_wave_log(play, "decommission").rows
    return {row.hostname or row.host: row.result and said(row.result) for row in rows}


def said(result: TenantResult) -> dict[str, t.Any]:
    return {key: getattr(result, key) for key in CHANGED}


def test_a_wave_whose_guard_did_not_run_has_no_parts(play: str) -> None:
    log_result(play, "a", CHANGED)
    assert read_wave_log(play, "decommission").parts == []


def test_the_parts_of_a_loop_on_one_host_are_different_tenants(play: str) -> None:
    for hostname in ("acme", "beta"):
        log_part(play, part({"localhost": hostname}))
        log_result(play, "localhost", {**CHANGED, "msg": hostname})
    wave = read_wave_log(play, "decommission")
    assert [(row.hostname, row.result and row.result.msg) for row in wave.rows] == [
        ("acme", "acme"),
        ("beta", "beta"),
    ]
    assert wave.changed_before == {"acme", "beta"}
    assert wave.not_reached == []


def test_of_the_batches_only_those_so_far_are_due(play: str) -> None:
    hosts: dict[str, str | None] = {"a": "a", "b": "b", "c": "c", "d": "d"}
    log_part(play, part(hosts, ("a", "b")))
    log_result(play, "a", CHANGED)
    assert [row.host for row in read_wave_log(play, "decommission").not_reached] == ["b"]
    log_part(play, part(hosts, ("d", "c")))
    log_result(play, "d", FAILED)
    assert [row.host for row in read_wave_log(play, "decommission").not_reached] == ["b", "c"]
    assert results_of(play) == {"a": CHANGED, "b": None, "c": None, "d": FAILED}


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        (CHANGED, UNCHANGED, CHANGED),
        (CHANGED, FAILED, FAILED),
        (FAILED, CHANGED, CHANGED),
        (FAILED, UNCHANGED, UNCHANGED),
    ],
)
def test_a_tenant_that_was_looked_at_twice_keeps_that_it_was_changed(
    play: str, first: dict[str, t.Any], second: dict[str, t.Any], counts: dict[str, t.Any]
) -> None:
    for result in (first, second):
        log_part(play, part({"a": "acme"}))
        log_result(play, "a", result)
    assert results_of(play) == {"acme": counts}


def test_a_refused_part_keeps_what_was_done_before(play: str) -> None:
    log_part(play, part({"a": "acme"}))
    log_result(play, "a", CHANGED)
    log_part(play, part({"a": "acme", "b": "beta"}, (), error="too many"))
    assert results_of(play) == {"acme": CHANGED, "beta": None}
    assert read_wave_log(play, "decommission").last.error == "too many"


def test_a_part_that_was_refused_before_its_hosts_were_read_has_the_same_tenants(play: str) -> None:
    log_part(play, part({"a": "acme", "b": "beta"}, ("a",)))
    log_result(play, "a", CHANGED)
    log_part(play, part({"a": None, "b": None, "c": None}, (), error="too many failed"))
    assert results_of(play) == {"acme": CHANGED, "beta": None, "c": None}


def test_plays_and_operations_are_kept_apart(play: str) -> None:
    log_part(play, part({"a": "acme"}))
    log_part(play, part({"a": "acme"}, operation="restore"))
    log_result(play, "a", CHANGED)
    log_part(uuid.uuid4().hex, part({"a": "acme"}))
    assert results_of(play) == {"acme": None}
    assert [row.result for row in read_wave_log(play, "restore").rows] == [TenantResult.from_json(CHANGED)]


def test_a_tenant_whose_task_began_and_did_not_end_is_told_from_one_that_did_not_begin(play: str) -> None:
    log_part(play, part({"a": "acme", "b": "beta"}))
    log_begin(play, "a")
    assert [row.begun for row in read_wave_log(play, "decommission").rows] == [True, False]


def test_each_part_wants_a_summary_and_a_check_of_its_own(play: str) -> None:
    def state() -> tuple[bool, bool]:
        wave = read_wave_log(play, "decommission")
        return wave.is_summed_up, wave.is_checked

    log_part(play, part({"a": "acme"}))
    assert state() == (False, False)
    log_summary(play, "decommission")
    log_check(play, "decommission")
    assert state() == (True, True)
    log_part(play, part({"a": "acme"}))
    assert state() == (False, False)


def test_what_many_workers_write_at_once_is_whole(play: str) -> None:
    names = [f"t{number}" for number in range(8)]
    log_part(play, part(dict.fromkeys(names)))
    workers = []
    for name in names:
        worker = os.fork()
        if not worker:
            for _again in range(20):
                log_result(play, name, {**CHANGED, "msg": name * 5000})
            os._exit(0)
        workers.append(worker)
    for worker in workers:
        os.waitpid(worker, 0)
    wave = read_wave_log(play, "decommission")
    assert {row.host: row.result and row.result.msg for row in wave.rows} == {name: name * 5000 for name in names}
