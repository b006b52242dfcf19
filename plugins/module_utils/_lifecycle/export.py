# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The export of a tenant on this machine: its manifest, and whether its files are those that it names."""

from __future__ import annotations

import os

from .._base.files import MIB, UnusableFile, absolute, digest_of_file, read_file
from .._base.text import for_terminal
from .._domain.export import BadExport, Export, ExportedFile, ExportRule, read_export

_LARGEST_MANIFEST = 10 * MIB


def load_export(rule: ExportRule) -> Export:
    """The export of a rule, whose files are there and have the sizes and digests of its manifest.

    :raises BadExport: there is none, or they have not.
    """
    try:
        path = absolute(rule.path)
        content = read_file(path, _LARGEST_MANIFEST, follow_link=True)
    except UnusableFile as error:
        raise BadExport(str(error)) from None
    if content is None:
        raise BadExport("is missing")
    export = read_export(content)
    for file in export.files:
        _check_file(file, os.path.dirname(path))
    return export


def _check_file(file: ExportedFile, folder: str) -> None:
    name = for_terminal(file.path)
    try:
        size, sha256 = digest_of_file(os.path.join(folder, file.path))
    except UnusableFile as error:
        raise BadExport(f"names the file {name}, which {error}") from None
    if size != file.size:
        raise BadExport(f"says that the file {name} has {file.size} bytes, but it has {size}")
    if sha256 != file.sha256:
        raise BadExport(f"has another SHA-256 digest for the file {name} than the file itself")
