# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A seal is good for exactly what the guard has passed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet import signature
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.signature import is_sealed, seal
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, entry


def sealed(**given: t.Any) -> dict[str, t.Any]:
    passed = {**entry(**given), "prefix": PREFIX, "one_client": True}
    return {**passed, "seal": seal(passed)}


def test_a_sealed_entry_verifies() -> None:
    assert is_sealed(sealed())


def test_the_order_of_the_keys_does_not_matter() -> None:
    assert is_sealed(dict(reversed(sealed().items())))


@pytest.mark.parametrize("key", [key for key in sealed() if key != "seal"])
def test_an_entry_with_any_value_changed_does_not_verify(key: str) -> None:
    for value in ("something else", None, 31, True, ["*"], {}):
        original = sealed()
        changed = {**original, key: value}
        assert is_sealed(changed) is (original[key] == value and type(original[key]) is type(value))


@pytest.mark.parametrize("key", [key for key in sealed() if key != "seal"])
def test_an_entry_with_a_value_taken_away_does_not_verify(key: str) -> None:
    changed = sealed()
    del changed[key]
    assert not is_sealed(changed)


def test_an_entry_with_a_value_more_does_not_verify() -> None:
    assert not is_sealed({**sealed(), "reset_purge_timer": True})


@pytest.mark.parametrize(("written", "changed"), [(30, "30"), (30, 30.0), (True, 1), (True, "True"), (None, "null")])
def test_a_value_of_another_type_is_another_value(written: t.Any, changed: t.Any) -> None:
    assert not is_sealed({**sealed(purge_after_days=written), "purge_after_days": changed})


@pytest.mark.parametrize("value", [None, "", "0" * 64, 7, True, [], {}, "s\u00e9al", b"seal"])
def test_what_is_no_seal_does_not_verify(value: t.Any) -> None:
    assert is_sealed({**sealed(), "seal": value}) is False


@pytest.mark.parametrize("nothing", [{}, {"seal": None}, {"hostname": "acme.eu.qlikcloud.com"}])
def test_an_entry_without_a_seal_does_not_verify(nothing: dict[str, t.Any]) -> None:
    assert not is_sealed(nothing)


def test_the_seal_of_another_entry_does_not_verify() -> None:
    assert not is_sealed({**sealed(), "seal": sealed(hostname="other.eu.qlikcloud.com")["seal"]})


def test_the_seal_of_another_run_does_not_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sealed()
    monkeypatch.setattr(signature, "_KEY", b"the key of another run")
    assert not is_sealed(before)


def test_the_key_is_not_in_the_seal_and_long_enough() -> None:
    assert len(signature._KEY) >= 32
    assert signature._KEY.hex() not in str(sealed())
