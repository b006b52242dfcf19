# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of results that a play asks for."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._errors import InvalidInput


def write_result(path: str, content: t.Any, hide: t.Callable[[str], str]) -> None:
    """Write what was found as JSON, for its owner alone; a relative path counts from the folder that the run was started in.

    :arg hide: takes secrets out of a text.
    :raises InvalidInput: it cannot be written there.
    """
    text = hide(json.dumps(content, indent=2, sort_keys=True))
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise InvalidInput(f"dest is {path!r}: it cannot be written ({error.strerror}).") from None
