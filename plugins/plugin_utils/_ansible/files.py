# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a play names: results that it asks for, and what it is to work from."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown


def write_result(path: str, content: t.Any, mask: t.Callable[[str], str]) -> None:
    """Write what was found as JSON.

    :arg mask: takes secrets out of a text.
    :raises InvalidInput: it cannot be written there.
    """
    write_file(path, f"{mask(json.dumps(content, indent=2, sort_keys=True))}\n".encode(), "dest")


def write_file(path: str, content: bytes, option: str) -> None:
    """Write a file, for its owner alone; a relative path counts from the folder that the run was started in.

    :arg option: what names the file, for messages.
    :raises InvalidInput: it cannot be written there.
    """
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{option} is {shown(path)}: it cannot be written ({_reason(error)}).") from None


def read_file(path: str, option: str) -> bytes:
    """The bytes of a file.

    :raises InvalidInput: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{option} is {shown(path)}: it cannot be read ({_reason(error)}).") from None


def _reason(error: OSError | ValueError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is no path"
