# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one tenant of a wave: the result of its task, a part of which the summary shows.

To add a key, add a field to Shown (the summary shows it too) or to TenantResult. If the result of the deactivation or the reactivation has
a key of that name, its value is taken, and RETURN of qlik_tenant_deactivate describes it. Any other value is made by TenantResult.of(), and
RETURN of qlik_wave_tenant describes it. A key of Shown also stands in ``docs/summary.schema.json``. A test compares them. The number of
that schema rises if a key is renamed or removed, not if one is added.
"""

from __future__ import annotations

import enum
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, fields

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import PURGED


class Outcome(str, enum.Enum):
    """What a summary counts."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PURGED = "purged"
    FAILED = "failed"
    NOT_DUE = "not_due"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The keys of a result that the summary shows too. The two RETURN say what they mean."""

    hostname: str | None = None
    tenant_id: str | None = None
    region: str | None = None
    changed: bool = False
    previous_status: str | None = None
    status: str | None = None
    purge_after_days: int | None = None
    estimated_purge_date: str | None = None
    purge_date_computed: bool = False
    probe_state: str | None = None
    receipt: str | None = None
    http_status: int | None = None
    code: str | None = None
    trace_id: str | None = None
    not_before: str | None = None
    msg: str | None = None
    # Ansible shows warnings, and does not hand them on.
    notes: tuple[str, ...] = ()

    def shown(self) -> dict[str, t.Any]:
        """These keys for the summary. Their texts are harmless on a terminal."""
        return {name: _harmless(getattr(self, name), kind, _LONGEST.get(name, 300)) for name, kind in _SHOWN.items()}


@dataclass(frozen=True, kw_only=True)
class TenantResult(Shown):
    """The result of a tenant's task. ``failed``: None if the task has not ended."""

    wave: str | None = None
    name: str | None = None
    hostnames: tuple[str, ...] = ()
    action: str | None = None
    failed: bool | None = None
    restored_on: str | None = None
    # Who used it and what is in it, if that was asked for; and why it is not idle, if that only warns.
    activity: Mapping[str, t.Any] | None = None
    contents: Mapping[str, t.Any] | None = None
    idle_warning: str | None = None
    warnings: tuple[str, ...] = ()
    diff: Mapping[str, t.Any] | None = None

    @classmethod
    def of(
        cls, found: Mapping[str, t.Any], *, changed: bool, failed: bool, msg: str, action: str | None = None
    ) -> TenantResult:
        """The result of a tenant, from that of its deactivation or reactivation.

        :arg found: the keys of that, with ``wave``, and with ``note``, one more sentence for the summary.
        """
        known = {name: value for name, value in found.items() if name in _FIELDS}
        known |= {"changed": changed, "failed": failed, "msg": msg, "action": action, "tenant_id": found["id"]}
        known["probe_state"] = found.get("probe", {}).get("state")
        known["notes"] = (*found.get("warnings", ()), *([found["note"]] if found.get("note") else ()))
        return cls.from_json(known)

    @classmethod
    def from_json(cls, found: Mapping[str, t.Any]) -> TenantResult:
        """What to_json() wrote, or the result of a task that failed before it could; a key that is missing has its default."""
        known: dict[str, t.Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items() if name in _FIELDS
        }
        return cls(**known)

    def to_json(self) -> dict[str, t.Any]:
        """The result as Ansible has it."""
        found = {name: getattr(self, name) for name in _FIELDS}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in found.items()
            if value or name not in _IF_ANY
        }

    @property
    def outcome(self) -> Outcome:
        """What the summary counts it as."""
        if self.failed is None:
            return Outcome.NOT_REACHED
        if self.failed:
            return Outcome.FAILED
        if self.not_before is not None:
            return Outcome.NOT_DUE
        if self.status == PURGED:
            return Outcome.PURGED
        return Outcome.CHANGED if self.changed else Outcome.UNCHANGED


_SHOWN = {field.name: str(field.type) for field in fields(Shown)}
_FIELDS = tuple(field.name for field in fields(TenantResult))

# Left out of the result if there is nothing to say.
_IF_ANY = frozenset(
    (
        "http_status",
        "code",
        "trace_id",
        "notes",
        "not_before",
        "restored_on",
        "activity",
        "contents",
        "idle_warning",
        "warnings",
        "diff",
    )
)

# The longest texts of the summary; 300 characters for all others.
_LONGEST = {"receipt": 4096, "msg": 2000, "notes": 1000}


def _harmless(value: t.Any, kind: str, longest: int) -> t.Any:
    if kind in ("bool", "int | None"):
        return value
    if kind == "tuple[str, ...]":
        return [for_terminal(one, longest) for one in value]
    if kind == "str | None":
        return None if value is None else for_terminal(value, longest)
    raise TypeError(f"A key of the type {kind} cannot be shown.")
