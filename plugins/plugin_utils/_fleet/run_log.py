# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this run of ansible-playbook has done so far, written by the steps of the roles.

Anybody can set a variable, and a registered variable holds the last result only. So the steps keep what they did in a file that has no
name. It is opened when this file is first imported: in the process of ansible-playbook, before it forks the workers of the first
wave's tasks. The workers inherit it, nobody else can open it, and it is gone when the process ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import typing as t
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.tenant_result import TenantResult

with tempfile.TemporaryFile() as file:
    _FILE = os.dup(file.fileno())
# Each record is written at the end in one call, whichever worker writes it.
fcntl.fcntl(_FILE, fcntl.F_SETFL, fcntl.fcntl(_FILE, fcntl.F_GETFL) | os.O_APPEND)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What the guard found when it ran once. With ``serial``, or in a loop, a wave has several parts.

    ``hosts``: all hosts of the play with the hostnames of their tenants (None: not known); ``batch``: the hosts that this part is for;
    ``due``: those and the hosts of earlier batches;
    ``to_change``: the hostnames that count for ``max_tenants``; ``error``: why it was refused; ``prepares``: the hosts whose
    ``pre_tasks`` come first; ``approvals``: the people who signed the plan; ``applied_before``, ``not_applied``: tenants of the plan
    that no host of the play has;
    ``confirmed``: the hosts that the inventory confirms for a decommission; ``receipts``: the folders of the receipts;
    ``summary_file``: the file that the summary goes to; ``run_id``: what receipts call the run.
    """

    operation: str
    hosts: dict[str, str | None]
    batch: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    to_change: tuple[str, ...] = ()
    error: str | None = None
    prepares: tuple[str, ...] = ()
    plan_sha256: str | None = None
    approvals: tuple[dict[str, str], ...] = ()
    applied_before: tuple[str, ...] = ()
    not_applied: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    summary_file: str | None = None
    check_mode: bool = False
    planning: bool = False
    run_id: str = ""


@dataclass(kw_only=True)
class PartLog:
    """A part, the results of its tenants, and the hosts whose task has begun."""

    part: Part
    results: dict[str, TenantResult] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)


class Row(t.NamedTuple):
    """One tenant of a wave: its host, the hostname that was written for it, and its result; ``begun``: its task has begun."""

    host: str
    hostname: str | None
    result: TenantResult | None
    begun: bool


@dataclass(kw_only=True)
class WaveLog:
    """What is known of one wave: the parts of one play for one operation.

    ``is_summed_up``, ``is_checked``: after the last part the summary was shown, and it was checked that every tenant was reached.
    """

    parts: list[PartLog] = field(default_factory=list)
    is_summed_up: bool = False
    is_checked: bool = False

    @property
    def last(self) -> Part:
        """The part that the guard found last."""
        return self.parts[-1].part

    @property
    def rows(self) -> list[Row]:
        """All tenants. A tenant that was looked at again keeps that it was changed, unless it failed then."""
        found: dict[tuple[str, str | None], Row] = {}
        hosts: set[str] = set()
        for log in self.parts:
            for host, hostname in log.part.hosts.items():
                if hostname is None and host in hosts:
                    # A part that was refused before its hosts were read.
                    continue
                before = found.get((host, hostname))
                result = log.results.get(host)
                if before and before.result and (result is None or _undoes(result, before.result)):
                    result = before.result
                begun = host in log.begun or bool(before and before.begun)
                found[host, hostname] = Row(host, hostname, result, begun)
            hosts.update(log.part.hosts)
        return list(found.values())

    @property
    def not_reached(self) -> list[Row]:
        """The tenants of the parts so far that have no result. Those of batches that are still to come are not among them."""
        due = self.due
        return [row for row in self.rows if row.result is None and (row.host, row.hostname) in due]

    @property
    def due(self) -> set[tuple[str, str | None]]:
        """The tenants of the batches so far, by host and hostname."""
        return {(host, log.part.hosts.get(host)) for log in self.parts for host in log.part.due}

    @property
    def is_stopped(self) -> bool:
        """No batch comes after the last part: it was refused, or all of its tenants failed, which ends the play."""
        log = self.parts[-1]
        results = [log.results.get(host) for host in log.part.batch]
        return log.part.error is not None or all(result is None or result.failed for result in results)

    @property
    def hostnames(self) -> set[str]:
        """The hostnames of the tenants of the parts so far that were not refused."""
        parts = [log.part for log in self.parts if log.part.error is None]
        return {hostname for part in parts for hostname in part.hosts.values() if hostname}

    @property
    def changed_before(self) -> set[str]:
        """The hostnames that counted for ``max_tenants`` in the parts so far."""
        return {hostname for log in self.parts for hostname in log.part.to_change}


def _undoes(result: TenantResult, before: TenantResult) -> bool:
    """The later result would hide that the tenant was changed."""
    return before.changed and not before.failed and not result.changed and not result.failed


def log_part(play: str, part: Part) -> None:
    """The guard ran. What comes after belongs to this part."""
    _append(play, "part", asdict(part))


def log_begin(play: str, host: str) -> None:
    """The task of a tenant begins."""
    _append(play, "begin", host)


def log_result(play: str, host: str, result: dict[str, t.Any]) -> None:
    """The task of a tenant ended. The result must not hold secrets."""
    _append(play, "result", [host, result])


def log_summary(play: str, operation: str) -> None:
    """The summary of a wave was shown."""
    _append(play, "summary", operation)


def log_check(play: str, operation: str) -> None:
    """It was checked that every tenant of the wave was reached."""
    _append(play, "check", operation)


def read_wave_log(play: str, operation: str) -> WaveLog:
    """What is known of a wave; without parts if its guard did not run."""
    return read_waves().get((play, operation)) or WaveLog()


def read_waves() -> dict[tuple[str, str], WaveLog]:
    """All waves of this run, by play and operation."""
    waves: dict[tuple[str, str], WaveLog] = {}
    latest: dict[str, tuple[WaveLog, PartLog]] = {}
    for play, kind, content in _records():
        if kind == "part":
            fields: dict[str, t.Any] = {
                key: tuple(one) if isinstance(one, list) else one for key, one in content.items()
            }
            part = Part(**fields)
            wave = waves.setdefault((play, part.operation), WaveLog())
            wave.parts.append(PartLog(part=part))
            wave.is_summed_up = wave.is_checked = False
            latest[play] = (wave, wave.parts[-1])
        elif kind == "summary":
            waves.setdefault((play, content), WaveLog()).is_summed_up = True
        elif kind == "check":
            waves.setdefault((play, content), WaveLog()).is_checked = True
        elif play in latest:
            wave, log = latest[play]
            if kind == "begin":
                log.begun.add(content)
            else:
                log.results[content[0]] = TenantResult.from_json(content[1])
    return waves


def _append(play: str, kind: str, content: t.Any) -> None:
    os.write(_FILE, json.dumps([play, kind, content], default=str).encode() + b"\n")


def _records() -> Iterator[tuple[str, str, t.Any]]:
    size = os.fstat(_FILE).st_size
    for line in os.pread(_FILE, size, 0).split(b"\n"):
        # The last line of a worker that was killed while it wrote may be broken.
        if line.endswith(b"]"):
            play, kind, content = json.loads(line)
            yield play, kind, content
