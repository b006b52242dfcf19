# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback: counts results, one line at the bottom of a terminal, a line once in a while elsewhere, and never in the way."""

from __future__ import annotations

import io
import os
import sys
import typing as t
from types import SimpleNamespace

import pytest

from ansible_collections.tenantops.qlik.plugins.callback import progress
from ansible_collections.tenantops.qlik.plugins.callback.progress import CallbackModule
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import output

GUARD, TENANT = "tenantops.qlik.qlik_wave_guard", "tenantops.qlik.qlik_wave_tenant"


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be moved by a test."""
    moment = [1_764_000_000.0]
    monkeypatch.setattr(progress.time, "time", lambda: moment[0])
    return moment


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was displayed as lines of their own."""
    shown: list[str] = []
    monkeypatch.setattr(CallbackModule, "get_option", lambda self, name: {"interval": 30}[name])
    display = SimpleNamespace(display=lambda text, *a, **k: shown.append(text), vv=lambda *a: None)
    monkeypatch.setattr(CallbackModule, "_display", display, raising=False)
    monkeypatch.setattr(output, "display", display)
    return shown


@pytest.fixture
def callback(lines: list[str], now: list[float], monkeypatch: pytest.MonkeyPatch) -> CallbackModule:
    made = CallbackModule()
    made._display = CallbackModule.__dict__["_display"]
    return made


def result(action: str, **found: t.Any) -> t.Any:
    return SimpleNamespace(_task=SimpleNamespace(action=action), _result=found)


def test_a_log_has_a_line_once_in_a_while_and_one_at_the_end(
    callback: CallbackModule, lines: list[str], now: list[float]
) -> None:
    callback.v2_runner_on_ok(result(GUARD, count=100))
    for number in range(100):
        now[0] += 1
        answer = result(TENANT)
        (callback.v2_runner_on_failed if number == 5 else callback.v2_runner_on_ok)(answer)
    assert len(lines) == 5
    assert lines[0] == "1 of 100 tenants"
    assert lines[1].startswith("31 of 100 tenants, 1 failed, done about ")
    assert lines[-1] == "100 of 100 tenants, 1 failed"


def test_a_long_wait_for_the_rate_limit_is_told_at_once_and_once(
    callback: CallbackModule, lines: list[str], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    callback.v2_runner_on_ok(result(GUARD, count=100))
    blocked: list[float | None] = [None]
    monkeypatch.setattr(progress, "blocks", lambda _now: blocked[0])
    for _tenant in range(10):
        now[0] += 0.1
        callback.v2_runner_on_ok(result(TENANT))
    assert lines == ["1 of 100 tenants"]
    blocked[0] = now[0] + 1
    callback.v2_runner_on_ok(result(TENANT))
    assert len(lines) == 1
    blocked[0] = now[0] + 280
    for _tenant in range(2):
        # The next tenants begin, and nothing more is heard until the block is over.
        callback.v2_runner_on_start("host", "task")
    assert len(lines) == 2
    assert lines[1].startswith("11 of 100 tenants, waiting for the rate limit until ")


def test_what_was_not_told_before_an_early_end_is_told_then(callback: CallbackModule, lines: list[str]) -> None:
    callback.v2_runner_on_ok(result(GUARD, count=6))
    for _tenant in range(2):
        callback.v2_runner_on_ok(result(TENANT))
    callback.v2_runner_on_failed(result(TENANT))
    callback.v2_playbook_on_stats(None)
    assert lines == ["1 of 6 tenants", "3 of 6 tenants, 1 failed"]
    callback.v2_playbook_on_stats(None)
    assert len(lines) == 2


def test_tenants_that_begin_are_no_news(callback: CallbackModule, lines: list[str]) -> None:
    callback.v2_runner_on_start("host", "task")
    callback.v2_runner_on_ok(result(GUARD, count=2))
    for _tenant in range(2):
        callback.v2_runner_on_start("host", "task")
    assert lines == []
    for _tenant in range(2):
        callback.v2_runner_on_ok(result(TENANT))
    callback.v2_runner_on_start("host", "another task")
    callback.v2_playbook_on_stats(None)
    assert lines == ["1 of 2 tenants", "2 of 2 tenants"]


class Broken(Screen):
    """A terminal that is gone."""

    def write(self, text: str) -> t.NoReturn:
        raise BrokenPipeError


def test_a_terminal_that_is_gone_ends_it_and_nothing_else(
    callback: CallbackModule, lines: list[str], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stdout", Screen())
    callback.v2_runner_on_ok(result(GUARD, count=3))
    callback.v2_runner_on_ok(result(TENANT))
    monkeypatch.setattr(sys, "stdout", Broken())
    now[0] += 1
    callback.v2_runner_on_ok(result(TENANT))
    assert callback.disabled is True
    callback.v2_playbook_on_stats(None)
    assert lines == []


def test_other_tasks_do_not_count_nor_a_wave_that_was_refused(callback: CallbackModule, lines: list[str]) -> None:
    callback.v2_runner_on_ok(result(TENANT))
    callback.v2_runner_on_failed(result(GUARD, msg="refused"))
    callback.v2_runner_on_ok(result("ansible.builtin.debug"))
    callback.v2_runner_on_ok(result(TENANT))
    assert lines == []


def test_batches_are_one_wave_and_plays_are_several(callback: CallbackModule, lines: list[str]) -> None:
    for _batch in range(2):
        callback.v2_runner_on_ok(result(GUARD, count=2))
        callback.v2_runner_on_ok(result(TENANT))
    assert lines[-1] == "2 of 2 tenants"
    callback.v2_playbook_on_play_start(SimpleNamespace())
    callback.v2_runner_on_ok(result(GUARD, count=1))
    callback.v2_runner_on_ok(result(TENANT))
    assert lines[-1] == "1 of 1 tenants"


def test_on_a_terminal_the_last_line_is_drawn_anew_and_given_back(
    callback: CallbackModule, lines: list[str], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(progress.shutil, "get_terminal_size", lambda: os.terminal_size((20, 10)))
    callback.v2_runner_on_ok(result(GUARD, count=3))
    callback.v2_runner_on_ok(result(TENANT))
    # The region above scrolls, and the text is cut where the line ends.
    assert screen.getvalue() == "\n\x1b7\x1b[1;9r\x1b8\x1b[1A\x1b7\x1b[10;1H\x1b[2K1 of 3 tenants\x1b8"
    screen.truncate(0)
    screen.seek(0)
    callback.v2_runner_on_ok(result(TENANT))
    assert screen.getvalue() == ""
    now[0] += 1
    callback.v2_runner_on_ok(result(TENANT))
    assert screen.getvalue() == "\x1b7\x1b[10;1H\x1b[2K\x1b[r\x1b8"
    assert lines == ["3 of 3 tenants"]


def test_an_end_before_all_are_done_gives_the_line_back(
    callback: CallbackModule, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    callback.v2_runner_on_ok(result(GUARD, count=3))
    callback.v2_runner_on_ok(result(TENANT))
    callback.v2_playbook_on_stats(None)
    assert screen.getvalue().endswith("\x1b[r\x1b8")


@pytest.mark.parametrize("found", [{}, {"count": "many"}, {"count": None}])
def test_what_it_does_not_understand_ends_it_and_nothing_else(
    callback: CallbackModule, lines: list[str], found: dict[str, t.Any]
) -> None:
    callback.v2_runner_on_ok(result(GUARD, **found))
    assert callback.disabled is True
    callback.v2_runner_on_ok(result(TENANT))
    callback.v2_playbook_on_stats(None)
    assert lines == []
