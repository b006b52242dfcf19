# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where receipts are kept: a tenant never gets a second receipt because the inventory is named in another way."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.guard import guard_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.receipts_folder import RECEIPTS, ReceiptsFolders
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.waves import entry, wave_of

# Ways to name an inventory of two files. Whoever uses them one after the other must find the receipt again.
SOURCES = [
    ("a/t.yml", "b/m.yml"),
    ("b/m.yml", "a/t.yml"),
    ("a/t.yml",),
    ("a",),
    ("a", "b"),
    ("b", "a/t.yml"),
    ("a/deep/d.yml", "a"),
]


@pytest.fixture(autouse=True)
def _inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a/t.yml", "b/m.yml", "a/deep/d.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")


def folders(*sources: str) -> ReceiptsFolders:
    return ReceiptsFolders(sources, "the_variable")


def put(folder: str, hostname: str = HOSTNAME) -> None:
    path = Path(folder, f"{hostname}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")


@pytest.mark.parametrize(("first", "later"), list(itertools.permutations(SOURCES, 2)))
def test_a_receipt_is_found_again_however_the_inventory_is_named(
    first: tuple[str, ...], later: tuple[str, ...]
) -> None:
    folder = folders(*first).folder_for(HOSTNAME, "a/t.yml")
    put(folder)
    assert folders(*later).folder_for(HOSTNAME, "a/t.yml") == folder
    # A hostname has no case, and the file is named in lower case.
    assert folders(*later).folder_for(HOSTNAME.upper(), "a/t.yml") == folder


@pytest.mark.parametrize(
    ("sources", "place"),
    [
        (("a/t.yml",), "a"),
        (("a/t.yml", "a/deep/d.yml"), "a"),
        (("a",), "."),
        (("a/t.yml", "b/m.yml"), "."),
        (("b/m.yml", "a/t.yml"), "."),
        (("a", "a/t.yml"), "."),
        (("acme.eu.qlikcloud.com,",), "."),
        (("acme.eu.qlikcloud.com,", "a/t.yml"), "a"),
        (("nowhere.yml", "a/t.yml"), "a"),
        ((), "."),
    ],
)
def test_all_tenants_of_a_run_have_one_place(tmp_path: Path, sources: tuple[str, ...], place: str) -> None:
    found = folders(*sources)
    wanted = str((tmp_path / place).resolve() / RECEIPTS)
    assert {found.folder_for(name, file) for name in ("x.eu", "y.eu") for file in ("a/t.yml", "b/m.yml", None)} == {
        wanted
    }
    assert list(found.warnings()) == []
    # Looking makes nothing.
    assert not list(tmp_path.rglob(RECEIPTS))


def test_a_folder_that_is_there_is_the_place_whatever_the_order(tmp_path: Path) -> None:
    (tmp_path / "b" / RECEIPTS).mkdir()
    for sources in (("a/t.yml", "b/m.yml"), ("b/m.yml", "a/t.yml")):
        found = folders(*sources)
        assert found.folder_for(HOSTNAME, "a/t.yml") == str(tmp_path / "b" / RECEIPTS)
        assert list(found.warnings()) == []


def test_another_folder_of_receipts_warns_and_each_tenant_keeps_its_receipt(tmp_path: Path) -> None:
    put(str(tmp_path / "a" / RECEIPTS), "acme.eu")
    put(str(tmp_path / "b" / RECEIPTS), "golf.eu")
    found = folders("b/m.yml", "a/t.yml")
    assert [found.folder_for(name, None) for name in ("acme.eu", "golf.eu", "new.eu")] == [
        str(tmp_path / folder / RECEIPTS) for folder in ("a", "b", "a")
    ]
    (warning,) = found.warnings()
    assert f"New receipts go to {tmp_path / 'a' / RECEIPTS}" in warning
    assert f"have one in {tmp_path / 'b' / RECEIPTS} keep it" in warning
    assert "the_variable" in warning


def test_two_receipts_of_one_tenant_refuse_the_wave(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        put(str(tmp_path / folder / RECEIPTS))
    with pytest.raises(InvalidInput) as caught:
        folders("a/t.yml", "b/m.yml").folder_for(HOSTNAME, None)
    for words in (f"2 receipts of {HOSTNAME}", str(tmp_path / "a" / RECEIPTS), "Nothing was changed", "the_variable"):
        assert words in caught.value.message


def test_receipts_in_an_inventory_folder_are_used_and_to_be_moved(tmp_path: Path) -> None:
    put(str(tmp_path / "a" / RECEIPTS))
    found = folders("a")
    assert {found.folder_for(name, "a/t.yml") for name in (HOSTNAME, "new.eu")} == {str(tmp_path / "a" / RECEIPTS)}
    (warning,) = found.warnings()
    assert f"Move them to {tmp_path / RECEIPTS}." in warning


def test_the_folder_of_another_inventory_is_not_taken_unless_it_has_the_receipt(tmp_path: Path) -> None:
    (tmp_path / RECEIPTS).mkdir()
    assert folders("a/t.yml").folder_for(HOSTNAME, "a/t.yml") == str(tmp_path / "a" / RECEIPTS)
    put(str(tmp_path / RECEIPTS))
    assert folders("a/t.yml").folder_for(HOSTNAME, "a/t.yml") == str(tmp_path / RECEIPTS)


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_sources_with_nothing_in_common_but_a_shared_folder_ask_for_a_place(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(InvalidInput) as caught:
        folders("a/t.yml", "b/m.yml").folder_for(HOSTNAME, None)
    assert "Set the_variable" in caught.value.message
    # Where the user says it by the only source, that is the place.
    assert folders("a").folder_for(HOSTNAME, None) == str(tmp_path / RECEIPTS)


def test_sources_with_nothing_in_common_at_all_ask_for_a_place() -> None:
    with pytest.raises(InvalidInput, match="Set the_variable"):
        folders("a/t.yml", "/etc/passwd").folder_for(HOSTNAME, None)


def test_a_hostname_that_is_a_path_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a" / RECEIPTS).mkdir()
    (tmp_path / "a" / "x.json").write_text("{}")
    (tmp_path / RECEIPTS).mkdir()
    (tmp_path / "x.json").write_text("{}")
    assert folders("a/t.yml").folder_for("../x", None) == str(tmp_path / "a" / RECEIPTS)


@pytest.mark.parametrize("operation", ["decommission", "restore"])
@pytest.mark.parametrize("folder", ["file", "file/receipts"])
def test_a_folder_in_which_no_receipt_can_be_kept_refuses_the_wave_once(
    tmp_path: Path, folder: str, operation: str
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / folder)
    names = [f"t{number}.eu.qlikcloud.com" for number in range(3)]
    hosts = [entry(name, tenant_id=name[:2], operation=operation, receipts_dir=place) for name in names]
    with pytest.raises(InvalidInput) as refused:
        guard_wave(wave_of(*hosts, operation=operation))
    assert (
        refused.value.message.count(f"tenant_{operation}_receipts_dir is '{place}': no receipt can be written there")
        == 1
    )


def test_a_folder_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    guard_wave(wave_of(entry(receipts_dir=str(tmp_path / "new" / "receipts"))))
    assert not (tmp_path / "new").exists()
