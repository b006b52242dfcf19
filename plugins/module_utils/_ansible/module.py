# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a module meets the core: arguments in, result out. Its twin for action plugins is plugin_utils/_ansible/action.py."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._http.masking import MASK
from .._http.transport import REQUESTS_IMPORT_ERROR
from .argument_specs import ARGUMENT_SPECS, ON_THE_CONTROLLER
from .client_options import Run
from .operations import OPERATIONS, perform


def run_module(name: str) -> None:
    """Be the module of this name."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPECS[name], supports_check_mode=True)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    run = Run(check_mode=module.check_mode)
    result = run.mask_texts(perform(OPERATIONS[name], module.params, run))
    # AnsibleModule would take secrets out of ids, hostnames and dates, too. The result has none left but in those; the options, which
    # it adds to the result, lose theirs here.
    module.params = _without_secrets(module.params, ARGUMENT_SPECS[name])
    module.no_log_values.clear()
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result["failed"]:
        module.fail_json(**result)
    module.exit_json(**result)


def _without_secrets(params: Mapping[str, t.Any], specs: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Options without the values of those that must not be logged."""
    shown = dict(params)
    for name, spec in specs.items():
        if shown.get(name) is None:
            continue
        if spec.get("no_log"):
            shown[name] = MASK
        elif "options" in spec:
            shown[name] = _without_secrets(shown[name], spec["options"])
    return shown


def run_controller_only(name: str) -> None:
    """Be a module whose work is done by the action plugin of the same name, and by nothing else."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPECS[name], supports_check_mode=True)
    module.fail_json(msg=ON_THE_CONTROLLER.format(name))
