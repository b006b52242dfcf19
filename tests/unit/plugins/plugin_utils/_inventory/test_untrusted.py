# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A text from outside is data, on every ansible-core: Ansible does not evaluate it, whatever refers to it."""

from __future__ import annotations

import json

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._inventory.untrusted import untrusted
from ansible_collections.tenantops.qlik.tests.unit.core import template

NAME = "{{ lookup('pipe', 'id') }}"


def test_a_text_that_looks_like_a_template_stays_as_it_is() -> None:
    host = untrusted({"qlik_name": NAME, "qlik_hostnames": [NAME], "qlik_country": None, "qlik_seats": 3})
    templar = Templar(loader=DataLoader(), variables=host)
    assert templar.template(template("{{ qlik_name }} {{ qlik_hostnames[0] }} {{ qlik_seats }}")) == f"{NAME} {NAME} 3"
    assert (host["qlik_country"], host["qlik_seats"]) == (None, 3)


def test_it_can_be_read_back_as_plain_values() -> None:
    found = plain(untrusted([{"name": NAME}]))
    assert found == [{"name": NAME}]
    assert found[0]["name"].__class__ is str
    assert json.loads(json.dumps(untrusted({"name": NAME}))) == {"name": NAME}
