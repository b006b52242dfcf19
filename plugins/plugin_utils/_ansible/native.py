# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible as values of Python."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import date

try:
    from ansible.template import trust_as_template as _has_tags
except ImportError:
    _has_tags = None

# Before ansible-core 2.19, the value of a template is a text: an empty one if it is None.
NONE_IS_EMPTY = _has_tags is None


def plain(value: t.Any) -> t.Any:
    """A value without the tags or marks that Ansible leaves on it: libraries and JSON take plain types only."""
    if isinstance(value, Mapping):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, date):
        # YAML's reading of a date without quotes: it means what was typed.
        return value.isoformat()
    if isinstance(value, str):
        # Before ansible-core 2.19, str() of a text that is marked unsafe is marked too.
        return str.__str__(value)
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if getattr(value, "__ENCRYPTED__", False):
        # Before ansible-core 2.19, a vaulted text is an object of its own; str() decrypts it.
        return str.__str__(str(value))
    return value
