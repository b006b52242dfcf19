# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rehearsal saw: its steps, and what Qlik Cloud answered in each."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import MIB, UnusableFile, read_file
from ansible_collections.tenantops.qlik.plugins.module_utils._base.strict_json import read_json

# In their order. A run that is started again does them all again, with the same tenant.
STEPS = (
    *("create", "preflight", "look_up", "usage", "plan", "apply", "probe", "apply_twice", "restore", "probe_restored"),
    *("plan_again", "apply_again", "reset", "end"),
)

# What became of a step.
OK, FAILED, NOT_RUN = "ok", "failed", "not run"

_LARGEST = 16 * MIB

Answer = Mapping[str, t.Any]


@dataclass(frozen=True)
class Step:
    """One step: what became of it in this run, and the answers of this run and of earlier ones in the same folder."""

    name: str
    outcome: str
    started: str | None = None
    ended: str | None = None
    answers: tuple[Answer, ...] = ()

    def to_json(self) -> dict[str, t.Any]:
        """As it is in rehearsal.json."""
        return {
            "step": self.name,
            "outcome": self.outcome,
            "started": self.started,
            "ended": self.ended,
            "answers": list(self.answers),
        }


@dataclass(frozen=True)
class Seen:
    """All steps of a rehearsal."""

    steps: tuple[Step, ...]

    def answers(self, host: str, method: str, path: str, steps: Iterable[str] = STEPS) -> Iterator[Answer]:
        """The answers of a kind of host to one request, in some steps."""
        wanted = set(steps)
        for step in self.steps:
            for answer in step.answers if step.name in wanted else ():
                if (answer.get("host"), answer.get("method"), answer.get("path")) == (host, method, path):
                    yield answer

    @property
    def all_answers(self) -> Iterator[Answer]:
        """Every answer."""
        return (answer for step in self.steps for answer in step.answers)

    @property
    def unfinished(self) -> list[Step]:
        """The steps that failed or were not run."""
        return [step for step in self.steps if step.outcome != OK]


def read_seen(folder: str, noted: Sequence[Mapping[str, t.Any]]) -> Seen:
    """What a rehearsal saw.

    :arg folder: that of the answers, one file per step.
    :arg noted: what the playbook noted of the steps that it ran.
    """
    by_name = {one.get("step"): one for one in noted}
    steps = []
    for name in STEPS:
        note = by_name.get(name, {})
        outcome = note.get("outcome") if note.get("outcome") in (OK, FAILED) else NOT_RUN
        answers = tuple(_answers_in(os.path.join(folder, f"{name}.jsonl")))
        steps.append(Step(name, str(outcome), note.get("started"), note.get("ended"), answers))
    return Seen(tuple(steps))


def _answers_in(path: str) -> Iterator[Answer]:
    try:
        content = read_file(path, _LARGEST) or b""
    except UnusableFile:
        return
    for line in content.splitlines():
        try:
            found = read_json(line)
        except ValueError:
            # The last line of a run that was killed.
            continue
        if isinstance(found, dict):
            yield found


def describe(answer: Answer) -> str:
    """Status and code of an answer, or why there is none."""
    if "failure" in answer:
        return f"no answer ({answer['failure']})"
    return f"{answer.get('status')} {answer.get('code') or ''}".strip()


def as_text(value: t.Any) -> str:
    """A value of an answer as it is in JSON."""
    return json.dumps(value)
