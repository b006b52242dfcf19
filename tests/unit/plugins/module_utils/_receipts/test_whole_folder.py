# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files of a folder are receipts that a run would find."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.receipts import intent, put, receipt

OWN, OTHER = f"{HOSTNAME}.json", f"{ALIAS}.json"


@pytest.mark.parametrize(
    ("names", "used"),
    [
        ([OWN], {OWN}),
        # Of a tenant that was created, nobody knew the hostname before.
        ([OTHER], {OTHER}),
        (["rehearsal.json"], set()),
        ([OWN, OTHER], {OWN}),
        (["a.eu.qlikcloud.com.json", OTHER], set()),
    ],
)
def test_a_receipt_counts_once_under_a_name_that_a_run_finds(names: list[str], used: set[str], tmp_path: Path) -> None:
    for name in names:
        put(tmp_path / name, receipt(intent()))
    found = read_whole_folder(str(tmp_path))
    assert {Path(path).name for path in found.receipts} == used
    assert {Path(one.path).name for one in found.unreadable} == {*names} - used


def test_without_an_id_only_the_hostname_finds_it(tmp_path: Path) -> None:
    put(tmp_path / OWN, receipt(intent(), tenant_id=None))
    assert list(read_whole_folder(str(tmp_path)).receipts) == [str(tmp_path / OWN)]
    (tmp_path / OWN).unlink()
    put(tmp_path / OTHER, receipt(intent(), tenant_id=None))
    found = read_whole_folder(str(tmp_path))
    assert found.receipts == {}
    (left_out,) = map(str, found.unreadable)
    assert left_out.startswith(
        f"{OTHER} is the receipt of {HOSTNAME}, and no run finds it under this name. Rename it to {OWN}, if"
    )
