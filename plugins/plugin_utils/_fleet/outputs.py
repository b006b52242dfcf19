# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that a run writes for its user: the plan, the summary, what preflight found, the usage of tenants.

A wrong path must not cost anybody a file. So an output is a new file, an empty one, or an earlier output of the same kind, which is
recognised by its content. It is checked before the first request, and again when it is written. Symbolic links are refused.
"""

from __future__ import annotations

import json
import os
import re
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import (
    MIB,
    UnusableFile,
    absolute,
    check_writable,
    read_file,
    write_file,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._base.strict_json import read_json
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import LARGEST
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import HEADING
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary_files import SUITES
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.usage_table import CSV_HEADING

_LARGEST_OUTPUT = 256 * MIB


@dataclass(frozen=True)
class Kind:
    """A kind of output. ``name``: what it is called in a message, with its article; ``is_one``: whether some bytes are one."""

    name: str
    is_one: Callable[[bytes], bool]


class BadOutput(InvalidInput):
    """A file that a variable names cannot be written, or must not be overwritten."""


def json_with(*keys: str) -> Callable[[bytes], bool]:
    """Recognises a JSON object that has all these keys."""

    def is_one(content: bytes) -> bool:
        try:
            found = read_json(content)
        except ValueError:
            return False
        return isinstance(found, dict) and found.keys() >= set(keys)

    return is_one


def _is_digest(content: bytes) -> bool:
    return re.fullmatch(rb"[0-9a-f]{64}  [^\n]+\n", content) is not None


PLAN = Kind("a plan", json_with("schema", "expires", "content_sha256", "tenants"))
PLAN_DIGEST = Kind("the digest of a plan", _is_digest)
PLAN_TEXT = Kind("the text of a plan", lambda content: content.startswith(f"{HEADING}\n".encode()))
SUMMARY = Kind("a summary", json_with("schema", "operation", "run", "totals", "tenants"))
USAGE = Kind("the usage of tenants", json_with("schema", "created", "days", "tenants"))
USAGE_CSV = Kind("the usage of tenants", lambda content: content.startswith(f"{CSV_HEADING}\r\n".encode()))
JUNIT = Kind("a summary as JUnit", lambda content: f'<testsuites name="{SUITES}"'.encode() in content[:200])
PREFLIGHT = Kind("a result of preflight", json_with("regions", "tenants", "problems"))


def plan_files(path: str) -> dict[Kind, str]:
    """The files of a plan, of each kind one: ``plan.json``, ``plan.json.sha256``, ``plan.md``, named after the first one."""
    stem = path if path.endswith(".md") else os.path.splitext(path)[0]
    return {PLAN: path, PLAN_TEXT: f"{stem}.md", PLAN_DIGEST: f"{path}.sha256"}


def usage_files(path: str) -> dict[Kind, str]:
    """The files of a fleet's usage: ``usage.json`` and ``usage.csv``, if one of them is named."""
    stem, ending = os.path.splitext(path)
    if ending not in (".json", ".csv"):
        stem = path
    return {USAGE: f"{stem}.json", USAGE_CSV: f"{stem}.csv"}


def check_output(path: str, variable: str, kind: Kind, given: str | None = None) -> str:
    """Check that an output can be written. Missing folders are made.

    :arg path: a relative path counts from the folder that the run was started in.
    :arg variable: the variable that the user set, for messages.
    :arg given: what the user set it to, if that is not the path itself but a file beside it.
    :returns: the absolute path.
    :raises BadOutput: it cannot be written, or a file of another kind is there.
    """
    try:
        full = absolute(path)
        if path.endswith("/"):
            raise UnusableFile("is a folder: name a file")
        found = read_file(full, _LARGEST_OUTPUT)
        if found and not kind.is_one(found):
            raise UnusableFile(
                f"is a file that is not {kind.name} of this collection, and is not overwritten: name another file, or move this one away"
            )
        check_writable(full)
    except UnusableFile as error:
        raise _bad_output(path, variable, given, error) from None
    return full


def check_plan_output(path: str) -> None:
    """Check that a plan can be written, with the files beside it.

    :raises BadOutput: it cannot.
    """
    for kind, one in plan_files(path).items():
        check_output(one, "qlik_plan", kind, path)


def write_output(path: str, content: bytes, variable: str, kind: Kind, given: str | None = None) -> None:
    """Write an output. It is checked once more, since much may have happened after the first check.

    :arg path: and the others, as for check_output().
    :raises BadOutput: it cannot be written, or a file of another kind is there.
    """
    try:
        write_file(check_output(path, variable, kind, given), content)
    except UnusableFile as error:
        raise _bad_output(path, variable, given, error) from None


def as_json(content: Mapping[str, t.Any]) -> bytes:
    """What a file of JSON holds."""
    return f"{json.dumps(content, indent=2, sort_keys=True)}\n".encode()


def read_plan_file(path: str) -> bytes:
    """The bytes of the file that ``qlik_plan`` names. A link is followed: what was approved is what has the approved digest.

    :raises InvalidInput: it cannot be read.
    """
    try:
        content = read_file(absolute(path), LARGEST, follow_link=True)
        if content is None:
            raise UnusableFile("cannot be read (No such file or directory)")
    except UnusableFile as error:
        raise InvalidInput(f"qlik_plan is {shown(path)}: it {error}. Nothing was changed.") from None
    return content


def _bad_output(path: str, variable: str, given: str | None, error: UnusableFile) -> BadOutput:
    place = "in" if given and path.startswith(os.path.join(given, "")) else "beside"
    file = "it" if given in (None, path) else f"{for_terminal(os.path.basename(path))} {place} it"
    return BadOutput(f"{variable} is {shown(given or path)}: {file} {error}.")
