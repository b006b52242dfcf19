# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signature is good for exactly what the guard has passed."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet import signature
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import GuardedTenant
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.signature import is_signed, sign
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import RESTORE
from ansible_collections.tenantops.qlik.tests.unit.plans import to_deactivate
from ansible_collections.tenantops.qlik.tests.unit.waves import guarded


def signed(**given: t.Any) -> dict[str, t.Any]:
    return guarded(one_client=True, **given).signed()


def test_what_was_signed_is_read_back_as_it_was() -> None:
    for passed in (
        guarded(),
        guarded(RESTORE),
        guarded(verify="maybe"),
        guarded(planned=to_deactivate(), protected=["x.*"]),
        guarded(idle_days=30, export_manifest="/exports/manifest.json"),
    ):
        through_json = json.loads(json.dumps(passed.signed()))
        assert GuardedTenant.verified(through_json) == passed


def test_what_was_not_signed_is_not_read() -> None:
    assert GuardedTenant.verified({**signed(), "host": "another"}) is None
    assert GuardedTenant.verified({}) is None


def test_a_signed_entry_verifies() -> None:
    assert is_signed(signed())


def test_the_order_of_the_keys_does_not_matter() -> None:
    assert is_signed(dict(reversed(signed().items())))


@pytest.mark.parametrize("key", [key for key in signed() if key != "signature"])
def test_an_entry_with_any_value_changed_does_not_verify(key: str) -> None:
    for value in ("something else", None, 31, True, ["*"], {}):
        original = signed()
        changed = {**original, key: value}
        assert is_signed(changed) is (original[key] == value and type(original[key]) is type(value))


@pytest.mark.parametrize("key", [key for key in signed() if key != "signature"])
def test_an_entry_with_a_value_taken_away_does_not_verify(key: str) -> None:
    changed = signed()
    del changed[key]
    assert not is_signed(changed)


def test_an_entry_with_a_value_more_does_not_verify() -> None:
    assert not is_signed({**signed(), "reset_purge_timer": True})


@pytest.mark.parametrize(("written", "changed"), [(30, "30"), (30, 30.0), (True, 1), (True, "True"), (None, "null")])
def test_a_value_of_another_type_is_another_value(written: t.Any, changed: t.Any) -> None:
    assert not is_signed({"days": changed, "signature": sign({"days": written})})


@pytest.mark.parametrize("value", [None, "", "0" * 64, 7, True, [], {}, "s\u00e9al", b"signature"])
def test_what_is_no_signature_does_not_verify(value: t.Any) -> None:
    assert is_signed({**signed(), "signature": value}) is False


@pytest.mark.parametrize("nothing", [{}, {"signature": None}, {"hostname": "acme.eu.qlikcloud.com"}])
def test_an_entry_without_a_signature_does_not_verify(nothing: dict[str, t.Any]) -> None:
    assert not is_signed(nothing)


def test_the_signature_of_another_entry_does_not_verify() -> None:
    assert not is_signed({**signed(), "signature": signed(hostname="other.eu.qlikcloud.com")["signature"]})


def test_the_signature_of_another_run_does_not_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signed()
    monkeypatch.setattr(signature, "_KEY", b"the key of another run")
    assert not is_signed(before)


def test_the_key_is_not_in_the_signature_and_long_enough() -> None:
    assert len(signature._KEY) >= 32
    assert signature._KEY.hex() not in str(signed())
