# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin qlik_receipts, in the process of the test."""

from __future__ import annotations

import os
import time
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.inventory import qlik_receipts
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import back, gone, tenant_id, write_folder
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import event, put, receipt, unborn

NOW = datetime.now(timezone.utc)
EVIL = "{{ lookup('ansible.builtin.pipe', 'touch pwned') }}"


class Source:
    """A source of the plugin in a folder, and what the plugin warned of."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.receipts = folder / "qlik-receipts"
        self.warnings: list[str] = []
        # As Ansible's loader makes one.
        options = yaml.safe_load(qlik_receipts.DOCUMENTATION)["options"]
        name = qlik_receipts.InventoryModule.NAME
        constants.config.initialize_plugin_configuration_definitions("inventory", name, options)
        self.plugin = qlik_receipts.InventoryModule()
        self.plugin._load_name, self.plugin._redirected_names = name, [name]
        monkeypatch.setattr(self.plugin.display, "warning", lambda text, *args, **more: self.warnings.append(text))

    def read(self, inventory: InventoryData | None = None, **options: t.Any) -> InventoryData:
        source = self.folder / "x.qlik_receipts.yml"
        source.write_text(yaml.safe_dump({"plugin": "tenantops.qlik.qlik_receipts", **options}))
        found = inventory or InventoryData()
        assert self.plugin.verify_file(str(source))
        self.plugin.parse(found, DataLoader(), str(source), cache=False)
        return found

    def write(self, name: str, content: t.Any) -> Path:
        put(self.receipts / name, content)
        return self.receipts / name


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    return Source(tmp_path, monkeypatch)


def names(found: InventoryData, group: str) -> list[str]:
    return sorted(host.name.partition(".")[0] for host in found.groups[group].hosts)


def test_each_tenant_is_in_the_groups_of_its_state(source: Source) -> None:
    write_folder(source.receipts, NOW)
    found = source.read()
    assert names(found, "qlik_disabled") == ["again", "changed", "overdue", "refused", "seen", "soon"]
    assert names(found, "qlik_overdue") == ["overdue"]
    assert names(found, "qlik_restored") == ["restored"]
    assert names(found, "qlik_purged") == ["purged"]
    assert len(names(found, "qlik_tenants")) == 10
    assert source.warnings == []


def test_the_variables_are_those_of_the_list_that_a_receipt_knows(source: Source) -> None:
    write_folder(source.receipts, NOW)
    found = source.read()
    variables = found.hosts["changed.eu.qlikcloud.com"].vars
    date = variables.pop("qlik_deletion_starts_at")
    assert date.endswith("Z")
    del variables["inventory_file"], variables["inventory_dir"]
    assert variables == {
        "qlik_hostname": "changed.eu.qlikcloud.com",
        "qlik_hostnames": ["changed.eu.qlikcloud.com"],
        "qlik_tenant_id": tenant_id("changed"),
        "qlik_region": "eu",
        "qlik_status": "disabled",
    }
    statuses = {name.partition(".")[0]: host.vars["qlik_status"] for name, host in found.hosts.items()}
    assert (statuses["restored"], statuses["purged"], statuses["killed"]) == ("active", "purged", "active")
    assert found.groups["qlik_tenants"].vars["tenant_decommission_receipts_dir"] == str(source.receipts)
    confirming = [name for host in found.hosts.values() for name in host.vars if "confirm" in name]
    assert confirming == []


def test_a_tenant_that_was_named_by_an_alias_has_the_hostname_that_never_changes(source: Source) -> None:
    hostnames = ["stable.eu.qlikcloud.com", "alias.eu.qlikcloud.com"]
    source.write(
        "alias.eu.qlikcloud.com.json", receipt(*gone(NOW), hostname="alias.eu.qlikcloud.com", hostnames=hostnames)
    )
    found = source.read()
    assert list(found.hosts) == ["stable.eu.qlikcloud.com"]
    assert found.hosts["stable.eu.qlikcloud.com"].vars["qlik_hostnames"] == hostnames


def test_files_that_are_no_receipts_are_named_and_left_out(source: Source, tmp_path: Path) -> None:
    write_folder(source.receipts, NOW)
    secret = tmp_path / "elsewhere.json"
    good = "changed.eu.qlikcloud.com.json"
    os.rename(source.receipts / good, secret)
    (source.receipts / good).symlink_to(secret)
    os.mkfifo(source.receipts / "pipe.eu.qlikcloud.com.json")
    (source.receipts / "folder.eu.qlikcloud.com.json").mkdir()
    source.write("broken.eu.qlikcloud.com.json", b"{")
    source.write("twice.eu.qlikcloud.com.json", b'{"schema": 2, "schema": 2}')
    source.write("newer.eu.qlikcloud.com.json", receipt(hostname="newer.eu.qlikcloud.com", schema=99))
    source.write("other.json", receipt(*gone(NOW), hostname="moved.eu.qlikcloud.com"))
    source.write("unborn.eu.qlikcloud.com.json", unborn(event("intent", action="create")))
    source.write("README.md", b"no receipt")
    source.write(".half.json.new", b"{")
    found = source.read()
    assert len(names(found, "qlik_tenants")) == 9
    left_out = ("changed", "pipe", "folder", "broken", "twice", "newer", "other", "unborn")
    assert len(source.warnings) == len(left_out)
    for name in left_out:
        assert [text for text in source.warnings if text.startswith(f"Left out of the inventory: {name}.")], name
    assert "symbolic link" in " ".join(source.warnings)
    assert "is the receipt of a tenant whose creation is not confirmed." in source.warnings[-1]


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_texts_of_receipts_are_no_templates_and_harmless_in_warnings(source: Source, value: str) -> None:
    name = "acme.eu.qlikcloud.com"
    given = [name, value]
    source.write(f"{name}.json", receipt(*gone(NOW, ticket="x"), hostname=name, hostnames=given))
    source.write("odd.eu.qlikcloud.com.json", receipt(event("observed", NOW, status="active"), hostname=value))
    found = source.read()
    variables = found.hosts[name].vars
    assert list(found.hosts) == [name] and variables["qlik_hostnames"] == [name]
    assert len(source.warnings) == 1 and is_harmless(source.warnings[0])


def test_the_folder_of_the_receipts_is_never_a_template(source: Source) -> None:
    write_folder(source.folder / EVIL, NOW)
    found = source.read(receipts_dir=EVIL)
    folder = found.groups["qlik_tenants"].vars["tenant_decommission_receipts_dir"]
    assert Templar(loader=DataLoader()).template(folder) == str(source.folder / EVIL)
    assert len(found.hosts) == 10


def test_two_receipts_of_one_tenant_are_both_left_out(source: Source) -> None:
    for name, other in (("one", "1"), ("two", "2")):
        hostname = f"{name}.eu.qlikcloud.com"
        content = receipt(*gone(NOW), hostname=hostname, hostnames=["stable.eu.qlikcloud.com"], tenant_id=other * 32)
        source.write(f"{hostname}.json", content)
    assert list(source.read().hosts) == []
    assert "the same hostname as another tenant" in source.warnings[0]


def test_a_host_of_another_source_with_another_id_stays_as_it_is(source: Source) -> None:
    write_folder(source.receipts, NOW, {"mine": [*gone(NOW), *back(NOW)]})
    inventory = InventoryData()
    inventory.add_host("mine.eu.qlikcloud.com")
    inventory.hosts["mine.eu.qlikcloud.com"].set_variable("qlik_tenant_id", "another")
    found = source.read(inventory)
    assert found.hosts["mine.eu.qlikcloud.com"].vars["qlik_tenant_id"] == "another"
    assert "mine" not in names(found, "qlik_tenants")
    assert "with another qlik_tenant_id" in source.warnings[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"receipts_dir": "nowhere"}, "receipts_dir is 'nowhere': the folder cannot be read"),
        ({"receipt_dir": "x"}, "Unknown options: receipt_dir"),
        ({"receipts_dir": "~nobody-here/x"}, "no account on this machine"),
    ],
)
def test_a_wrong_option_is_an_error_that_names_it(source: Source, options: dict[str, str], words: str) -> None:
    with pytest.raises(AnsibleParserError, match=words.replace("(", r"\(")):
        source.read(**options)


def test_five_thousand_receipts_take_less_than_three_seconds(source: Source) -> None:
    for number in range(50):
        write_folder(source.receipts, NOW, {f"t{number}-{one}": gone(NOW) for one in range(100)})
    assert len(list(source.receipts.iterdir())) == 5010
    before = time.process_time()
    found = source.read()
    assert time.process_time() - before < 3
    assert len(found.hosts) == 5010
