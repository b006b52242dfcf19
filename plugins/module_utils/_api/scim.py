# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SCIM filters of the organization API. Reference: "Organization API"."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from .._base.errors import InvalidInput
from .._base.text import shown


def check_filter(value: t.Any) -> str | None:
    """A filter as it was given. The server knows its grammar, and says what is wrong with it."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InvalidInput(
            f"filter is {shown(value)}: it must be a SCIM filter in one line, such as 'status eq \"active\"'."
        )
    return value.strip()


def literal(value: str) -> str:
    """A text as a value of a filter (RFC 7644, 3.4.2.2: as JSON has it): it cannot end there and go on as a filter."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def one_of(attribute: str, values: Sequence[str]) -> str:
    """The filter of what has one of these values; empty where there is none."""
    comparisons = [f"{attribute} eq {literal(value)}" for value in dict.fromkeys(values)]
    return comparisons[0] if len(comparisons) == 1 else f"({' or '.join(comparisons)})" if comparisons else ""
