# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that belong to the play: all hosts must agree on them. And variables that belong to the role: nobody else may set them.

Ansible evaluates the options of a task that runs once with the variables of the first host. Another host's value would be ignored.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown, some
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.variables import PLAY_VARIABLES

_PREFIX = "tenant_decommission_"
# With the prefix of the role. Evaluated for each host.
_OF_ROLE = ("max_tenants", "max_in_days", "summary_file", "receipts_dir")
# Compared as they are written: an evaluation may ask a secrets manager, and the values are not shown.
_CREDENTIALS = ("credentials", "client_id", "client_secret", "org_client_id", "org_client_secret")
# What the role registers and notes, with its prefix.
_INTERNAL = ("_{}wave", "_{}tokens", "_{}prepared", "{}result")


class PlayVariables:
    """Compares the variables of the hosts of a play, one host after the other.

    ``confirmed``: the hosts that the inventory confirms for a decommission, whatever the play is for.

    :arg prefix: what the names of the role's variables begin with.
    """

    def __init__(self, prefix: str) -> None:
        self.confirmed: list[str] = []
        self._compared = (*(prefix + name for name in _OF_ROLE), *PLAY_VARIABLES)
        self._fallbacks = {f"{prefix}receipts_dir": f"{_PREFIX}receipts_dir"}
        # A restore takes the credentials of the decommission if it has none of its own.
        self._written = tuple(one + name for one in sorted({prefix, _PREFIX}) for name in _CREDENTIALS)
        self._internal = tuple(name.format(prefix) for name in _INTERNAL)
        self._first: dict[str, tuple[str, t.Any]] = {}
        self._differing: dict[str, str] = {}
        self._set: dict[str, list[str]] = {}

    def look(
        self,
        host: str,
        variables: Mapping[str, t.Any],
        registered: Mapping[str, t.Any],
        evaluate: Callable[[str], t.Any],
    ) -> None:
        """Look at the variables of one host.

        :arg registered: those of them that tasks of this run registered or set as facts.
        :arg evaluate: gives the value of a variable.
        """
        if variables.get(f"{_PREFIX}confirm_hostname"):
            self.confirmed.append(host)
        for name in self._internal:
            if name in variables and not _same(variables[name], registered.get(name)):
                self._set.setdefault(name, []).append(for_terminal(host, 100))
        for name in (*self._compared, *self._written):
            written = name if variables.get(name) is not None else self._fallbacks.get(name, name)
            value = variables.get(written)
            if name in self._compared and isinstance(value, str) and "{" in value:
                value = evaluate(written)
            first = self._first.setdefault(name, (host, value))
            if name not in self._differing and not _same(value, first[1]):
                self._differing[name] = self._words(name, first, (host, value))

    @property
    def problems(self) -> Iterator[str]:
        """What refuses the wave, in sentences."""
        for name, hosts in self._set.items():
            yield f"{name} is set ({some(hosts)}), and only the role itself may set it: remove it from -e, the inventory and the play."
        yield from self._differing.values()

    def _words(self, name: str, one: tuple[str, t.Any], other: tuple[str, t.Any]) -> str:
        values = [
            for_terminal(host, 100) if name in self._written else f"{_value(value)} for {for_terminal(host, 100)}"
            for host, value in (one, other)
        ]
        is_what = f"differs between {' and '.join(values)}" if name in self._written else f"is {' and '.join(values)}"
        return f"{name} {is_what}, and it belongs to the play: give all its hosts the same value, such as with -e."


def _same(one: t.Any, other: t.Any) -> bool:
    return one is other or bool(one == other)


def _value(value: t.Any) -> str:
    return "not set" if value is None else shown(value)
