# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Ansible as values of Python."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import date


def plain(value: t.Any) -> t.Any:
    """A value without the tags that templating leaves on it: libraries and JSON take plain types alone."""
    if isinstance(value, Mapping):
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, date):
        # YAML's reading of a date without quotes: it means what was typed.
        return value.isoformat()
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
