# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rehearsal: ``rehearsal.json`` for programs, and ``rehearsal.md`` to be pasted into an issue.

It has no message of a step: those name hosts and ids, also of other tenants.
"""

from __future__ import annotations

import platform
import typing as t
from collections.abc import Mapping

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_markdown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.version import VERSION
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import Kind, json_with
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.end import End
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.questions import QUESTIONS
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.seen import OK, Answer, Seen, describe

SCHEMA = 1
# The first line of the Markdown. By it an earlier report is recognised and may be overwritten.
HEADING = "## Rehearsal of tenantops.qlik"

REPORT = Kind("a report of a rehearsal", json_with("schema", "end", "steps", "questions"))
REPORT_TEXT = Kind("the text of a report", lambda content: content.startswith(f"{HEADING}\n".encode()))

Report = Mapping[str, t.Any]


def build_report(seen: Seen, end: End, *, created: str, ansible_core: str) -> Report:
    """What rehearsal.json has; docs/rehearsal.schema.json describes it.

    :arg created: the time, RFC 3339.
    :arg ansible_core: the version of ansible-core.
    """
    return {
        "schema": SCHEMA,
        "created": created,
        "versions": {"collection": VERSION, "ansible_core": ansible_core, "python": platform.python_version()},
        "end": end.to_json(),
        "steps": [step.to_json() for step in seen.steps],
        "questions": [question.to_json(seen) for question in QUESTIONS],
    }


def report_markdown(report: Report) -> str:
    """The same for readers. What comes from outside stands in code spans."""
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines = [
        HEADING,
        "",
        f"Made {report['created']} with {versions}.",
        "",
        # Our own words, a hostname and a time: both were checked when the receipt was read.
        report["end"]["message"],
        "",
        "| question | answer of this run |",
        "| --- | --- |",
        *(
            f"| {one['question'].replace('|', '¦')} | {for_markdown(one['answer'], 1000) if one['answer'] else 'none'} |"
            for one in report["questions"]
        ),
        "",
        "| step | outcome | requests and answers |",
        "| --- | --- | --- |",
        *(f"| {step['step']} | {step['outcome']} | {_answers_of(step['answers'])} |" for step in report["steps"]),
    ]
    return "\n".join(lines) + "\n"


def report_lines(seen: Seen, end: End) -> list[str]:
    """What is printed at the end."""
    lines = ["Rehearsal", *(f"  {step.name:<15} {step.outcome}" for step in seen.steps if step.outcome != OK)]
    settled = sum(question.answer(seen) is not None for question in QUESTIONS)
    done = sum(step.outcome == OK for step in seen.steps)
    lines.append(
        f"{done} of {len(seen.steps)} steps are done. {settled} of {len(QUESTIONS)} questions about the API have an answer."
    )
    return [*lines, end.message]


def _answers_of(answers: list[Answer]) -> str:
    # Which, how often, and how long the slowest took.
    times: dict[str, list[float]] = {}
    for one in answers:
        words = f"{one.get('method')} {one.get('host')} {one.get('path')}: {describe(one)}"
        times.setdefault(words, []).append(float(one.get("seconds", 0)))
    return (
        "<br>".join(f"{for_markdown(words)} {len(took)} times, {max(took):.2f} s" for words, took in times.items())
        or "none"
    )
