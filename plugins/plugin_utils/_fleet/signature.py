# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A seal on what the guard of a wave has passed, so that no task acts on anything else.

The key is made when this file is first imported: in the process of ansible-playbook, before it forks the workers of the first
wave's tasks. It is never written anywhere. So a seal is good for one run of ansible-playbook, and can be made by its guard alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import typing as t
from collections.abc import Mapping

_KEY = secrets.token_bytes(32)


def seal(entry: Mapping[str, t.Any]) -> str:
    """The seal of an entry; the key ``seal`` in it does not count."""
    content = {key: value for key, value in entry.items() if key != "seal"}
    return hmac.new(_KEY, json.dumps(content, sort_keys=True, default=repr).encode(), hashlib.sha256).hexdigest()


def is_sealed(entry: Mapping[str, t.Any]) -> bool:
    """Whether the guard of this run has passed exactly this entry."""
    return hmac.compare_digest(str(entry.get("seal")).encode(errors="replace"), seal(entry).encode())
