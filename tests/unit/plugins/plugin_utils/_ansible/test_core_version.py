# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ansible-core that is too old is refused; those that are tested are not."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import action as action_module
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible import core_version
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.core_version import check_core
from ansible_collections.tenantops.qlik.tests.unit.controller import Play, run_action
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire


@pytest.mark.parametrize("version", ["2.15.13", "2.9.27", "2.15.0rc1"])
def test_an_older_core_is_refused_in_one_sentence(version: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_core(version)
    assert f"This is ansible-core {version}, and tenantops.qlik needs 2.16 or newer" in refused.value.message


@pytest.mark.parametrize("version", ["2.16.0", "2.22.0rc1", "2.100.1", "3.0.0"])
def test_a_newer_core_is_not_refused(version: str) -> None:
    check_core(version)


def test_a_core_that_leaves_undefined_templates_as_they_are_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_version, "NONE_IS_EMPTY", True)
    monkeypatch.setattr(core_version.constants, "DEFAULT_UNDEFINED_VAR_BEHAVIOR", False)
    with pytest.raises(InvalidInput, match="error_on_undefined_vars is false in Ansible's configuration"):
        check_core()
    # Since ansible-core 2.19, the setting has no effect.
    monkeypatch.setattr(core_version, "NONE_IS_EMPTY", False)
    check_core()


def test_the_guard_sends_nothing_on_an_older_core(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_module, "check_core", lambda: check_core("2.15.0"))
    result = run_action(
        "qlik_wave_guard", {"variable_prefix": "tenant_decommission_"}, Play({HOSTNAME: {}}).task_vars, run_once=True
    )
    assert (result["failed"], wire.sent) == (True, [])
    assert "This is ansible-core 2.15.0" in result["msg"]
