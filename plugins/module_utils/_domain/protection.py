# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What protects tenants from being changed: patterns of hostnames, and ids, with the reason, who said so, and until when. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from .._base.errors import InvalidInput
from .._base.text import for_terminal, shown
from .._base.timestamps import read_time, write_time
from .moments import check_end
from .patterns import matching_pattern, pattern_fault

_KEYS = ("pattern", "reason", "by", "until")
_LONGEST = 300
# What Qlik generates. Any other text without a dot is rather the beginning of a hostname.
_GENERATED_ID = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Protection:
    """An entry of the protected ones.

    ``pattern``: of hostnames, or the id of a tenant; ``source``: the variable that has it; ``reason`` and ``by`` as they were written;
    ``until``: the end of the protection (RFC 3339; None: it has none).
    """

    pattern: str
    source: str = "protected"
    reason: str | None = None
    by: str | None = None
    until: str | None = None

    def has_expired(self, now: datetime) -> bool:
        """Whether its end has passed."""
        end = read_time(self.until)
        return end is not None and end <= now

    @property
    def is_of_hostnames(self) -> bool:
        """Whether it is rather a pattern of hostnames than an id."""
        return _GENERATED_ID.fullmatch(self.pattern) is None

    def fault(self, hosts: Collection[str], ids: Collection[str]) -> str | None:
        """Why it protects nothing, with what is right, as the end of a sentence; None if it can protect a tenant.

        :arg hosts: the names of all hosts of the inventory.
        :arg ids: the ids of the tenants that are known.
        """
        if self.pattern in ids or not self.is_of_hostnames:
            return None
        return pattern_fault(self.pattern, hosts)

    def __str__(self) -> str:
        """The entry for a message."""
        details = (("", self.reason), ("by ", self.by), ("until ", self.until))
        words = ", ".join(f"{before}{for_terminal(value, _LONGEST)}" for before, value in details if value)
        return f"'{for_terminal(self.pattern)}'{f' ({words})' if words else ''} in {self.source}"


def check_protections(value: t.Any, option: str, zone: tzinfo) -> tuple[Protection, ...]:
    """The protected tenants, as a list of patterns and of mappings.

    :arg zone: what a day or a time without a zone is in.
    :raises InvalidInput: it is no such list.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidInput(
            f"{option} is {shown(value)}: it must be a list of hostname patterns such as 'acme.*.qlikcloud.com', or of mappings with the"
            f" keys {', '.join(_KEYS)}."
        )
    return tuple(_check_entry(entry, option, number, zone) for number, entry in enumerate(value))


def _check_entry(entry: t.Any, source: str, number: int, zone: tzinfo) -> Protection:
    if isinstance(entry, str) and entry:
        return Protection(str(entry), source)
    option = f"{source}[{number}]"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("pattern"), str) or not entry["pattern"]:
        raise InvalidInput(
            f"{option} is {shown(entry)}: it must be a hostname pattern such as 'acme.*.qlikcloud.com', or a mapping with the key pattern."
        )
    unknown = [shown(key) for key in entry if key not in _KEYS]
    if unknown:
        raise InvalidInput(f"{option} has the key {unknown[0]}: its keys may be {', '.join(_KEYS)}.")
    for key in ("reason", "by"):
        if not isinstance(entry.get(key), (str, type(None))):
            raise InvalidInput(f"{option}.{key} is {shown(entry[key])}: it must be a text.")
    end = check_end(entry.get("until"), f"{option}.until", zone)
    until = write_time(end) if end is not None else None
    return Protection(str(entry["pattern"]), source, entry.get("reason"), entry.get("by"), until)


def protection_of(
    protections: Iterable[Protection], now: datetime, *, hostnames: Iterable[str], tenant_id: str | None
) -> str | None:
    """What protects a tenant, as the end of a sentence; None: nothing does. Case matters only in an id."""
    hostnames = tuple(hostnames)
    for one in protections:
        if one.has_expired(now):
            continue
        if tenant_id == one.pattern:
            return f"its id is {one}"
        found = next((name for name in hostnames if matching_pattern(name, [one.pattern])), None)
        if found is not None:
            # The first one is the one that the message is about.
            name = "" if found == hostnames[0] else f" {for_terminal(found)}"
            return f"its hostname{name} matches {one}"
    return None
