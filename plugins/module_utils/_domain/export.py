# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was exported of a tenant before it goes, by the manifest of its export. Pure; ``_lifecycle/export.py`` reads the files."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._base.strict_json import read_json
from .._base.text import for_terminal
from .._base.timestamps import read_zoned_time, write_time
from .usage import Activity, Unknown

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Clocks of two machines differ a little.
_SKEW = timedelta(minutes=5)


class BadExport(Exception):
    """An export cannot be relied on. The message is the end of a sentence that begins with the setting that names the manifest."""


class UseUnknown(BadExport):
    """It is not known whether somebody used the tenant after the export. A new export would not change that."""


@dataclass(frozen=True)
class ExportRule:
    """A tenant goes only with the manifest of its export. ``option``: what the user calls the setting; ``path``: its value."""

    option: str
    path: str


@dataclass(frozen=True)
class ExportedFile:
    """A file of an export. A relative path counts from the folder of the manifest."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Export:
    """An export of a tenant: of which one, when, by whom, and its files."""

    hostname: str
    time: datetime
    by: str
    files: tuple[ExportedFile, ...]

    def check(self, hostnames: t.Collection[str], now: datetime) -> None:
        """Check that it is one of a tenant with these hostnames, in lower case.

        :raises BadExport: it is not.
        """
        if self.hostname.lower() not in hostnames:
            raise BadExport(f"is the export of {for_terminal(self.hostname, 253)}")
        if self.time > now + _SKEW:
            raise BadExport(f"was made on {write_time(self.time)}, which is in the future")

    def check_age(self, activity: Activity) -> None:
        """Check that nobody used the tenant since. Reloads and automations run by themselves, so they do not count.

        :raises BadExport: somebody did, or may have.
        """
        if activity.last_use is not None and activity.last_use > self.time:
            raise BadExport(
                f"was made on {write_time(self.time)}, and somebody used the tenant on {write_time(activity.last_use)}"
            )
        if isinstance(activity.last_login, Unknown):
            raise UseUnknown(
                f"was made on {write_time(self.time)}, and the tenant does not show if somebody has used it since"
            )


def read_export(content: bytes) -> Export:
    """The export that a manifest describes: ``hostname``, ``time``, ``by``, and ``files`` with ``path``, ``size`` and ``sha256``.

    :raises BadExport: it describes none.
    """
    try:
        found = read_json(content)
    except ValueError:
        raise BadExport("is not JSON") from None
    if not isinstance(found, dict):
        raise BadExport("is not a JSON object")
    for key in ("hostname", "by"):
        if not isinstance(found.get(key), str) or not found[key]:
            raise BadExport(f"does not have the key {key} with a text")
    time = read_zoned_time(found.get("time"))
    if time is None:
        raise BadExport("does not have the key time with a time and its zone, such as 2026-11-26T08:00:00Z")
    listed = found.get("files")
    if not isinstance(listed, list) or not listed:
        raise BadExport("does not have the key files with a list of at least one file")
    return Export(found["hostname"], time, found["by"], tuple(_file(number, one) for number, one in enumerate(listed)))


def _file(number: int, found: t.Any) -> ExportedFile:
    if isinstance(found, dict):
        path, size, sha256 = found.get("path"), found.get("size"), found.get("sha256")
        is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        if isinstance(path, str) and path and is_size and isinstance(sha256, str) and _SHA256.fullmatch(sha256):
            return ExportedFile(path, t.cast(int, size), sha256)
    raise BadExport(
        f"has a fault in files[{number}]: it must have path, size (a whole number) and sha256 (64 hexadecimal digits)"
    )
