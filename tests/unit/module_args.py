# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of a module that is run in the process of a test. As in ansible-test, only ansible.module_utils is there."""

from __future__ import annotations

import contextlib
import json
import typing as t
from collections.abc import Iterator, Mapping

import pytest
from ansible.module_utils import basic

__all__ = ("patch_module_args",)

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:

    @contextlib.contextmanager
    def patch_module_args(args: Mapping[str, t.Any]) -> Iterator[None]:
        """Give a module its arguments, as ansible-core's own tests did before 2.19."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
            yield
