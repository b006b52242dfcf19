# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where receipts are kept if ``receipts_dir`` is not set: ``qlik-receipts`` beside the inventory.

A tenant must not get a second receipt because the inventory is named in another way: its sources in another order, only one of them,
or a folder instead of a file in it. The purge date is in the first receipt only. So a receipt that is there is used, wherever an
inventory source leads to it, and a run has one folder for the tenants that have none.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.folder import KEEP_ONE

RECEIPTS = "qlik-receipts"


class ReceiptsFolders:
    """The folders of receipts that the sources of an inventory lead to.

    :arg sources: the sources as Ansible has them: paths, and lists of hosts with commas.
    :arg variable: the variable that names another folder, for messages.
    """

    def __init__(self, sources: Iterable[str], variable: str) -> None:
        self._variable = variable
        paths = sorted({os.path.abspath(source) for source in sources if os.path.exists(source)})
        # Inside a folder of inventory Ansible would read receipts as inventory.
        self._inside = [path for path in paths if os.path.isdir(path)]
        # An inventory that is no file has the folder that the run was started in.
        beside = sorted({os.path.dirname(path) for path in paths}) or [os.getcwd()]
        self._common = os.path.commonpath(beside)
        # Nobody has named this folder, and evidence does not go where everybody can write.
        self._is_far = self._common not in beside and (
            self._common == os.path.sep or bool(os.stat(self._common).st_mode & stat.S_IWOTH)
        )
        named = [os.path.join(folder, RECEIPTS) for folder in dict.fromkeys((self._common, *beside, *self._inside))]
        self._found = [folder for folder in named if os.path.isdir(folder)]
        self._above: dict[str, list[str]] = {}
        for path in paths:
            self._folders_above(os.path.dirname(path))

    def folder_for(self, hostname: str, file: str | None) -> str:
        """The folder of a tenant's receipt: the one that has it, else the folder of this run.

        :arg file: the inventory file that Ansible has the host from, None if there is none.
        :raises InvalidInput: two folders have a receipt of this tenant, or no folder can be chosen.
        """
        if file:
            self._folders_above(os.path.dirname(os.path.abspath(file)))
        known = dict.fromkeys((*self._found, *(folder for above in self._above.values() for folder in above)))
        name = f"{hostname.lower()}.json"
        having = [folder for folder in known if "/" not in name and os.path.lexists(os.path.join(folder, name))]
        if len(having) > 1:
            places = " and in ".join(map(for_terminal, having))
            raise InvalidInput(
                f"There are {len(having)} receipts of {for_terminal(hostname, 100)}: in {places}. Nothing was changed. {KEEP_ONE},"
                f" or set {self._variable} to the folder."
            )
        return having[0] if having else self.folder

    @property
    def folder(self) -> str:
        """The folder of this run, for tenants without a receipt.

        It depends on the sources and not on their order: an existing folder, else the one beside the only source, else the one in the
        folder that all sources lie in.

        :raises InvalidInput: the sources lie too far apart for that.
        """
        if self._found:
            return self._found[0]
        if self._is_far:
            raise InvalidInput(
                f"The inventory sources lie in different folders, and {for_terminal(self._common)} is all that they have in common. Nothing"
                f" was changed. Set {self._variable} to the folder for the receipts."
            )
        return os.path.join(self._common, RECEIPTS)

    def warnings(self) -> Iterator[str]:
        """What is unusual about the folders that are there."""
        others = ", ".join(map(for_terminal, self._found[1:]))
        if others:
            yield (
                f"There is more than one folder of receipts beside the inventory. New receipts go to {for_terminal(self._found[0])};"
                f" tenants that have one in {others} keep it there. Move all receipts into one folder, or set {self._variable}."
            )
        for folder in self._inside:
            inside = os.path.join(folder, RECEIPTS)
            if inside in self._found:
                place = os.path.join(os.path.dirname(folder), RECEIPTS)
                yield (
                    f"Ansible reads the receipts in {for_terminal(inside)} as inventory, since {for_terminal(folder)} is an inventory"
                    f" source. Move them to {for_terminal(place)}."
                )

    def _folders_above(self, folder: str) -> None:
        """Note the folders of receipts in a folder and in those around it: an earlier run may have had one of them as its source."""
        if folder in self._above:
            return
        around = [folder]
        while around[-1] != os.path.dirname(around[-1]):
            around.append(os.path.dirname(around[-1]))
        candidates = (os.path.join(one, RECEIPTS) for one in around)
        self._above[folder] = [one for one in candidates if os.path.isdir(one)]
