# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside, made harmless for a terminal."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown, wrapped
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE, is_harmless


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_one_harmless_line(value: str) -> None:
    text = for_terminal(value)
    assert is_harmless(text)
    assert "E" in text
    assert len(text) <= 300


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_quoted_value_is_one_harmless_line(value: str) -> None:
    assert is_harmless(shown(value))
    assert len(shown(value)) <= 210


@pytest.mark.parametrize("text", ["", "acme", "Größe", "東京", "naïve café", "a — b", "1 < 2 & 3", "it's", "emoji 🎉"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert for_terminal(text) == text


def test_a_line_break_becomes_a_blank() -> None:
    assert for_terminal("one\r\ntwo\u2028three") == "one two three"


def test_what_is_cut_is_marked() -> None:
    assert for_terminal("x" * 301) == "x" * 299 + "…"
    assert for_terminal("x" * 300) == "x" * 300
    assert for_terminal("abcdef", 4) == "abc…"
    assert shown("x" * 201) == repr("x" * 199 + "…")
    assert shown("x" * 200) == repr("x" * 200)


@pytest.mark.parametrize("value", [None, 7, 1.5, True, ["\x1b[31m"], {"a": "\n"}, b"\x1b", ("a",)])
def test_what_is_no_text_is_shown_as_python_shows_it(value: t.Any) -> None:
    assert for_terminal(value) == repr(value)
    assert is_harmless(shown(value))


def test_a_number_that_python_does_not_show_is_shown_somehow() -> None:
    assert is_harmless(for_terminal(10**5000))


def test_a_wrong_text_is_quoted_and_other_values_are_not() -> None:
    assert (shown("ten"), shown(""), shown(7), shown(None)) == ("'ten'", "''", "7", "None")


def test_a_long_line_is_wrapped_and_what_follows_is_indented() -> None:
    assert wrapped("  short", 10) == ["  short"]
    assert wrapped("  host  a long message", 14) == ["  host  a long", "    message"]
    assert wrapped(f"  {'x' * 20}", 12) == [f"  {'x' * 10}", f"    {'x' * 8}", "    xx"]
