# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local policy of a play, and what it protects: by a file, with reasons, and until some day."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.policy import Policy, read_policy
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.rules import expired_protections
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.wave import WaveInput
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.hostile import is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import put, receipt
from ansible_collections.tenantops.qlik.tests.unit.waves import PREFIX, decommission, entry, wave_of
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

LEGAL = {"pattern": "acme.*", "reason": "litigation", "by": "legal@example.com", "until": "2027-06-30"}
FILE = """
- pattern: acme.*
  reason: litigation
  by: legal@example.com
  until: 2027-06-30
"""


def policy(**given: t.Any) -> Policy:
    nothing = {"time_zone": None, "protected_file": None, "require_protected_file": False}
    no_limits = {"max_tenants": None, "max_in_days": None}
    return read_policy({**nothing, **no_limits, "variable_prefix": PREFIX, **given})


def refused(**given: t.Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        policy(**given)
    assert is_harmless(caught.value.message)
    return caught.value.message


def guard(*entries: t.Any, **given: t.Any) -> WaveInput:
    wave = wave_of(*entries, **given)
    guard_wave(wave)
    return wave


def refusal(*entries: t.Any, **given: t.Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        guard(*entries, **given)
    return caught.value.message


@pytest.mark.parametrize("limit", ["", "many", -1, 1.5, True, "10 "])
def test_a_limit_that_is_no_whole_number_is_refused(limit: t.Any) -> None:
    assert refused(max_tenants=limit).startswith(f"{PREFIX}max_tenants is ")


def test_a_limit_may_be_a_text_and_is_ten_if_it_is_null() -> None:
    assert [policy(max_tenants=limit).max_tenants for limit in (25, "25", 0, None)] == [25, 25, 0, 10]


def test_the_reason_is_in_the_message() -> None:
    assert (
        f"{HOSTNAME} is protected: its hostname matches 'acme.*' (litigation, by legal@example.com, until 2027-07-01T00:00:00Z)"
        " in tenant_decommission_protected."
    ) in refusal(entry(protected=[LEGAL]))


def test_an_id_protects(run: Run, wire: Wire, tmp_path: Path) -> None:
    assert f"{HOSTNAME} is protected: its id is '{TENANT_ID}' in tenant_decommission_protected." in refusal(
        entry(protected=[TENANT_ID])
    )
    # One that only the receipt has.
    put(tmp_path / f"{HOSTNAME}.json", receipt())
    wire.on("read", answers.record("active"))
    result = decommission(run, tenant_id=None, protected=[TENANT_ID], receipts_dir=str(tmp_path))
    assert f"is protected: its id is '{TENANT_ID}' in tenant_decommission_protected" in result["msg"]
    assert wire.of("deactivate") == []


def test_an_expired_protection_warns_and_protects_nothing() -> None:
    over = {**LEGAL, "until": "2026-11-23"}
    wave = guard(entry(protected=[over]), entry("beta.eu.qlikcloud.com", tenant_id="b", protected=[over]))
    (warning,) = expired_protections(wave)
    assert warning == (
        "Protections that have expired, and protect no tenant any more: 'acme.*' (litigation, by legal@example.com, until"
        " 2026-11-24T00:00:00Z) in tenant_decommission_protected. Remove them, or give them a later until."
    )
    assert list(expired_protections(guard(entry("beta.eu.qlikcloud.com", protected=[LEGAL])))) == []


def test_an_expired_protection_of_another_hostname_does_not_stop_the_tenant(run: Run, wire: Wire) -> None:
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())
    result = decommission(run, hostname=ALIAS, confirm_hostname=ALIAS, protected=[{**LEGAL, "until": "2026-11-23"}])
    assert result["failed"] is False
    assert len(wire.of("deactivate")) == 1


@pytest.mark.parametrize(
    "wrong", [[{"pattern": "acme.*", "untill": "2027-01-01"}], [{"until": "2027-01-01"}], "acme.*"]
)
def test_a_wrong_entry_refuses_the_wave(wrong: t.Any) -> None:
    assert "tenant_decommission_protected" in refusal(entry(protected=wrong))


def test_the_file_protects_besides_the_inventory(tmp_path: Path) -> None:
    file = tmp_path / "protected.yml"
    file.write_text(FILE)
    found = policy(protected_file=str(file), require_protected_file=True)
    assert found.warnings == ()
    assert (
        "matches 'acme.*' (litigation, by legal@example.com, until 2027-07-01T00:00:00Z) in qlik_protected_file"
        in refusal(entry(), policy=found)
    )
    assert "matches 'acme.*' in tenant_decommission_protected" in refusal(entry(protected=["acme.*"]), policy=found)
    (tenant,) = guard(entry(ALIAS.replace("acme", "beta")), policy=found).tenants
    assert tenant.command is not None
    # So that a tenant stops of which another hostname is protected.
    assert tenant.command.protected == found.protected


def test_a_pattern_of_the_file_that_can_match_nothing(tmp_path: Path) -> None:
    file = tmp_path / "protected.yml"
    file.write_text("[acme]")
    assert "qlik_protected_file has the pattern 'acme', and it is neither the whole hostname" in refusal(
        entry("beta.eu.qlikcloud.com"), policy=policy(protected_file=str(file))
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "it does not exist"),
        ("", "it has no entries"),
        ("# nothing\n", "it has no entries"),
        ("[]", "it has no entries"),
    ],
)
def test_a_file_that_is_missing_or_empty(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "protected.yml"
    if content is not None:
        file.write_text(content)
    assert words in refused(protected_file=str(file), require_protected_file="yes")
    (warning,) = policy(protected_file=str(file)).warnings
    assert warning.startswith(f"qlik_protected_file is '{file}': {words}, so it protects no tenant. Check the path.")


def test_a_required_file_that_is_not_named() -> None:
    assert "qlik_require_protected_file is true, and qlik_protected_file is missing" in refused(
        require_protected_file=True
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- pattern: [", "it is not YAML"),
        ("{pattern: acme.*}", "qlik_protected_file is {'pattern': 'acme.*'}: it must be a list"),
        ("- {pattern: acme.*, until: someday}", "qlik_protected_file[0].until is 'someday'"),
        ("- !!python/object/apply:os.system [ls]", "it is not YAML"),
        ("- \x07", "it is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_any_case(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "protected.yml"
    file.write_text(content)
    assert words in refused(protected_file=str(file))


def test_other_values(tmp_path: Path) -> None:
    assert "qlik_protected_file is" in refused(protected_file=str(tmp_path))
    assert "qlik_protected_file is ''" in refused(protected_file="")
    assert "qlik_require_protected_file is 'perhaps'" in refused(require_protected_file="perhaps")
    assert "qlik_time_zone is 'Mars'" in refused(time_zone="Mars")
    assert "tenant_decommission_max_in_days is 50" in refused(max_in_days=50)
