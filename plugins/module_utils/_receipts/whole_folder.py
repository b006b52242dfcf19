# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All receipts of a folder, for whoever looks at the whole fleet. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .._base.files import UnusableFile, unusable
from .._base.text import for_terminal
from .._domain.addresses import find_address
from .events import BadReceipt, Receipt, receipt_state
from .folder import KEEP_ONE
from .store import next_step_for, read_receipt_file

_SUFFIX = ".json"


@dataclass(frozen=True)
class Unreadable:
    """A file that looks like a receipt and is left out.

    ``problem``: the end of a sentence that begins with the file's name. ``next_step``: what to do about it, as a sentence.
    """

    path: str
    problem: str
    next_step: str

    def __str__(self) -> str:
        return f"{for_terminal(os.path.basename(self.path), 300)} {self.problem}. {self.next_step}"


@dataclass(frozen=True)
class WholeFolder:
    """What a folder holds: the receipts by their paths, in the order of the names, and the files that are left out.

    ``creations``: the receipts of creations whose outcome is not known. They name no tenant yet.
    """

    path: str
    receipts: dict[str, Receipt]
    unreadable: tuple[Unreadable, ...]
    creations: dict[str, Receipt] = field(default_factory=dict)


def read_whole_folder(path: str) -> WholeFolder:
    """Every receipt of a folder. One that cannot be used is named, and does not keep the others from being read.

    :raises UnusableFile: the folder itself cannot be read.
    """
    try:
        # What begins with a dot is half written, or somebody else's.
        names = sorted(name for name in os.listdir(path) if name.endswith(_SUFFIX) and not name.startswith("."))
    except OSError as error:
        raise unusable(error) from None
    receipts: dict[str, Receipt] = {}
    creations: dict[str, Receipt] = {}
    unreadable: list[Unreadable] = []
    for name in names:
        file = os.path.join(path, name)
        try:
            found = read_receipt_file(file, before_creation=True)
            if found is None:
                # Somebody has just removed it.
                continue
            if found["hostname"] is None:
                # One that failed made no tenant, and nobody has to look at it.
                if receipt_state(found["events"]).pending is not None:
                    creations[file] = found
                continue
            if not _may_be_called(name, found):
                raise BadReceipt(
                    f"is the receipt of {found['hostname']}, and no run finds it under this name",
                    f"Rename it to {found['hostname']}{_SUFFIX}, if there is no file of that name.",
                )
            receipts[file] = found
        except (BadReceipt, UnusableFile) as error:
            unreadable.append(Unreadable(file, str(error), next_step_for(error)))
    unreadable += _doubles(receipts)
    for double in unreadable:
        receipts.pop(double.path, None)
    return WholeFolder(path, receipts, tuple(unreadable), creations)


def _may_be_called(name: str, found: Receipt) -> bool:
    """A run finds a receipt by its first hostname, or by its id under any hostname, such as the alias of a tenant that was created."""
    stem = name.removesuffix(_SUFFIX)
    return stem == found["hostname"] or (found["tenant_id"] is not None and find_address([stem]) is not None)


def _doubles(receipts: Mapping[str, Receipt]) -> Iterator[Unreadable]:
    """The files of tenants that have more than one. A run uses the one that is named after the hostname, and refuses any others."""
    by_id: dict[str, list[str]] = {}
    for file, found in receipts.items():
        if found["tenant_id"] is not None:
            by_id.setdefault(found["tenant_id"], []).append(file)
    for files in by_id.values():
        for file in files if len(files) > 1 else ():
            found = receipts[file]
            if os.path.basename(file) != f"{found['hostname']}{_SUFFIX}":
                others = ", ".join(for_terminal(os.path.basename(one), 300) for one in files if one != file)
                yield Unreadable(
                    file,
                    f"is a second receipt of tenant {found['tenant_id']}, beside {others}",
                    f"{KEEP_ONE}.",
                )
