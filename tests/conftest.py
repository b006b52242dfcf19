# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep what tests write to temporary folders inside the copy of the checkout that tests/run.sh removes at the end."""

from __future__ import annotations

import os
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Move the temporary folder; ansible-test hands no TMPDIR down to the tests.

    It lies above the collection: ansible-core treats a playbook below a collection's folder as one of that collection.
    """
    namespace = config.rootpath.parent
    if namespace.parent.name == "ansible_collections":
        temporary = namespace.parent.parent / "tmp"
        temporary.mkdir(exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
