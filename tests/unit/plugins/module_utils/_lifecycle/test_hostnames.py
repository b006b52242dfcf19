# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant has a hostname that never changes and an alias: its one receipt, the warning, and protected aliases."""

from __future__ import annotations

import json
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.answers import Reply
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, CLIENT_ID, CLIENT_SECRET, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    content_of,
    event,
    everything_below,
    put,
    receipt,
    told,
)
from ansible_collections.tenantops.qlik.tests.unit.waves import change, decommission
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

BY_ALIAS = {"hostname": ALIAS, "confirm_hostname": ALIAS}
ONE_CLIENT = {"one_client": True, "options": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}}


@pytest.fixture(autouse=True)
def _live(wire: Wire) -> None:
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    wire.on("probe", answers.deactivated())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "receipts"
    found.mkdir()
    return found


# By the module with a file, and by the role with a folder.
def by_module(run: Run, folder: Path) -> dict[str, t.Any]:
    return deactivate(run, **BY_ALIAS, receipt_path=str(folder / f"{ALIAS}.json"))


def by_role(run: Run, folder: Path) -> dict[str, t.Any]:
    return decommission(run, **BY_ALIAS, receipts_dir=str(folder))


@pytest.mark.parametrize("act", [by_module, by_role])
def test_a_tenant_that_is_named_by_its_alias_has_both_names_in_its_receipt_and_a_warning(
    wire: Wire, run: Run, folder: Path, act: t.Any
) -> None:
    result = act(run, folder)
    assert (result["failed"], result["changed"]) == (False, True)
    assert content_of(folder / f"{ALIAS}.json")["hostnames"] == [HOSTNAME, ALIAS]
    (warning,) = result["warnings"]
    assert ALIAS in warning
    assert HOSTNAME in warning
    assert "alias" in warning
    assert act is by_module or result["notes"] == [warning]


@pytest.mark.parametrize("act", [by_module, by_role])
def test_a_receipt_with_the_same_id_under_another_hostname_is_continued(
    wire: Wire, run: Run, folder: Path, act: t.Any
) -> None:
    known = folder / f"{HOSTNAME}.json"
    put(known, receipt(event("observed", ago(days=9), status="active"), hostnames=[HOSTNAME]))
    result = act(run, folder)
    assert (result["failed"], result["changed"], result["receipt"]) == (False, True, str(known))
    assert [path.name for path in folder.iterdir()] == [known.name]
    assert [kind for kind, _facts in told(known, 1)][:2] == ["intent", "deactivated"]
    assert content_of(known)["hostnames"] == [HOSTNAME, ALIAS]
    assert any(
        f"The receipt of {ALIAS} is kept under another hostname of the same tenant, {HOSTNAME}:" in one
        for one in result["warnings"]
    )


@pytest.mark.parametrize("act", [by_module, by_role])
def test_what_that_receipt_says_counts(wire: Wire, run: Run, folder: Path, act: t.Any) -> None:
    # Disabled, and reads are refused: an error of the host is no proof of life against it.
    put(folder / f"{HOSTNAME}.json", receipt(event("deactivated", ago(days=3))))
    before = everything_below(folder)
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.UNKNOWN_CLIENT)
    assert act(run, folder)["failed"] is True
    assert wire.of("deactivate") == []
    assert everything_below(folder) == before


@pytest.mark.parametrize("act", [by_module, by_role])
def test_two_receipts_with_the_same_id_stop_the_tenant_and_are_named(
    wire: Wire, run: Run, folder: Path, act: t.Any
) -> None:
    for name in (HOSTNAME, "other.eu.qlikcloud.com"):
        put(folder / f"{name}.json", receipt(hostname=name))
    result = act(run, folder)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert f"{HOSTNAME}.json, other.eu.qlikcloud.com.json" in result["msg"]


@pytest.mark.parametrize("act", [by_module, by_role])
def test_a_receipt_under_its_own_name_is_used_whatever_lies_beside_it(
    wire: Wire, run: Run, folder: Path, act: t.Any
) -> None:
    for name in (ALIAS, HOSTNAME):
        put(folder / f"{name}.json", receipt(hostname=name))
    result = act(run, folder)
    assert (result["failed"], result["receipt"]) == (False, str(folder / f"{ALIAS}.json"))


def test_the_receipt_of_another_tenant_under_the_alias_stops_the_tenant(wire: Wire, run: Run, folder: Path) -> None:
    # The alias belonged to another customer before.
    put(folder / f"{ALIAS}.json", receipt(hostname=ALIAS, tenant_id="another"))
    result = by_module(run, folder)
    assert (result["failed"], wire.of("deactivate")) == (True, [])
    assert "another tenant's" in result["msg"]


def test_other_files_in_the_folder_are_no_receipts(wire: Wire, run: Run, folder: Path) -> None:
    (folder / "summary.json").write_text(json.dumps({"tenants": [{"tenant_id": TENANT_ID}]}))
    (folder / f".{HOSTNAME}.json.new").write_text(json.dumps(receipt()))
    (folder / "beta.eu.qlikcloud.com.json").mkdir()
    (folder / "link.eu.qlikcloud.com.json").symlink_to(folder / "summary.json")
    result = by_module(run, folder)
    assert (result["failed"], result["receipt"]) == (False, str(folder / f"{ALIAS}.json"))


def test_a_folder_of_thousands_of_receipts_is_looked_through_in_no_time(wire: Wire, run: Run, folder: Path) -> None:
    text = json.dumps(receipt(event("observed")))
    for number in range(2000):
        name = f"t{number}.eu.qlikcloud.com"
        (folder / f"{name}.json").write_text(text.replace(HOSTNAME, name).replace(TENANT_ID, f"id{number}"))
    began = time.process_time()
    assert by_role(run, folder)["failed"] is False
    assert time.process_time() - began < 2


# Protections, and a register host that refuses reads.
@pytest.fixture
def refused(wire: Wire) -> Wire:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.tenant_token(), answers.tenant_token(), answers.deactivated())
    return wire


def own_record(wire: Wire, *replies: Reply | BaseException) -> None:
    # The register host's answer to the read comes first; the tenant's own host is asked after it.
    wire.on("read", answers.FORBIDDEN, *replies, answers.FORBIDDEN)


@pytest.mark.parametrize("options", [{}, {"planning": True, "confirm_hostname": None}], ids=["run", "plan"])
@pytest.mark.parametrize("pattern", ["acme.*", HOSTNAME, "acme.eu.*"])
def test_a_protected_hostname_that_only_the_tenant_itself_shows_stops_it(
    refused: Wire, run: Run, pattern: str, options: dict[str, t.Any]
) -> None:
    own_record(refused, answers.record("active"))
    result = decommission(run, **{**BY_ALIAS, **ONE_CLIENT, "protected": [pattern], **options})
    assert (result["failed"], refused.of("deactivate")) == (True, [])
    assert f"is protected: its hostname {HOSTNAME} matches '{pattern}'" in result["msg"]


def test_a_tenant_none_of_whose_hostnames_is_protected_goes_on(refused: Wire, run: Run) -> None:
    own_record(refused, answers.record("active"))
    result = decommission(run, **BY_ALIAS, **ONE_CLIENT, protected=["vip.*"])
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["hostnames"] == [HOSTNAME, ALIAS]
    assert len(refused.of("deactivate")) == 1


@pytest.mark.parametrize(
    "shown",
    [
        answers.FORBIDDEN,
        answers.HTML,
        faults.certificate(),
        answers.record("active", id="another"),
        answers.record("active", hostnames=["other.eu.qlikcloud.com"]),
        answers.record("active", hostnames=[]),
    ],
)
def test_a_tenant_that_does_not_show_its_hostnames_stops(refused: Wire, run: Run, shown: Reply | BaseException) -> None:
    own_record(refused, shown)
    result = decommission(run, **BY_ALIAS, **ONE_CLIENT, protected=["vip.*"])
    assert (result["failed"], result["changed"], refused.of("deactivate")) == (True, False, [])
    assert "may be protected" in result["msg"]
    assert "Nothing was changed" in result["msg"]


def test_a_tenant_that_somebody_deactivates_before_it_shows_its_hostnames_stops(refused: Wire, run: Run) -> None:
    refused.on("probe", answers.tenant_token(), answers.deactivated())
    result = decommission(run, **BY_ALIAS, **ONE_CLIENT, protected=["vip.*"])
    assert (result["failed"], refused.of("deactivate")) == (True, [])
    assert "may be protected" in result["msg"]


def test_without_credentials_a_tenant_that_may_be_protected_stops(refused: Wire, run: Run) -> None:
    refused.on("probe", answers.UNKNOWN_CLIENT)
    result = decommission(run, **BY_ALIAS, protected=["vip.*"])
    assert (result["failed"], refused.of("deactivate")) == (True, [])
    assert "client_id and client_secret" in result["msg"]


def test_a_tenant_that_is_deactivated_already_is_not_asked(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    result = decommission(run, **BY_ALIAS, **ONE_CLIENT, protected=["vip.*"])
    assert (result["failed"], result["changed"], result["status"]) == (False, False, "disabled")
    assert set(wire.sequence) == {"read", "probe"}
    assert len(wire.of("read")) == 1


def test_without_a_protection_the_tenant_is_not_asked(refused: Wire, run: Run) -> None:
    refused.on("probe", answers.tenant_token(), answers.deactivated())
    result = decommission(run, **BY_ALIAS, **ONE_CLIENT)
    assert (result["failed"], result["changed"]) == (False, True)
    assert refused.sequence == ["read", "probe", "deactivate", "probe"]


def test_a_restore_is_not_stopped_by_what_a_deactivated_tenant_cannot_show(wire: Wire, run: Run) -> None:
    wire.on("read", answers.FORBIDDEN)
    wire.on("probe", answers.deactivated(), answers.error(400, "OAUTH-5"))
    wire.on(f"POST /api/v1/tenants/{TENANT_ID}/actions/reactivate", answers.as_json(200, {}))
    result = change(run, "restore", protected=["vip.*"])
    assert (result["failed"], result["changed"]) == (False, True)
