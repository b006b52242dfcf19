# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HMAC signature on what the guard of a wave has passed, so that no task acts on anything else.

The key is made when this file is first imported: in the process of ansible-playbook, before it forks the workers of the first
wave's tasks. It is never written anywhere. So a signature is good for one run of ansible-playbook, and only its guard can make one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import typing as t
from collections.abc import Mapping

_KEY = secrets.token_bytes(32)


def sign(content: Mapping[str, t.Any]) -> str:
    """The signature of a mapping of JSON values."""
    return hmac.new(_KEY, json.dumps(content, sort_keys=True, default=repr).encode(), hashlib.sha256).hexdigest()


def is_signed(content: Mapping[str, t.Any]) -> bool:
    """Whether the key ``signature`` is that of all other keys, made in this run."""
    signed = {key: value for key, value in content.items() if key != "signature"}
    given = str(content.get("signature")).encode(errors="replace")
    return hmac.compare_digest(given, sign(signed).encode())
