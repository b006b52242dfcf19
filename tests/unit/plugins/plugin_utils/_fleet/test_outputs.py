# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs: new files, or earlier outputs of the same kind; a wrong path costs nobody a file."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import write_receipt
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    PLAN,
    PLAN_DIGEST,
    PLAN_TEXT,
    PREFLIGHT,
    SUMMARY,
    BadOutput,
    Kind,
    as_json,
    check_output,
    check_plan_output,
    plan_files,
    read_plan_file,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan import digest_of, make_plan, write_plan
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.plan_text import plan_markdown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.plans import to_deactivate
from ansible_collections.tenantops.qlik.tests.unit.receipts import everything_below, receipt

PLAN_FILE = write_plan(make_plan([to_deactivate()], NOW, 72))
EMPTY_PLAN = make_plan([], NOW, 72)
SUMMARY_FILE = as_json(
    summarize([], operation="restore", error=None, check_mode=False, run_id="the-run", now=NOW)["summary"]
)
# What the collection writes, and of which kind it is.
WRITTEN: dict[str, tuple[Kind | None, bytes]] = {
    "a plan": (PLAN, PLAN_FILE),
    "an empty plan": (PLAN, write_plan(EMPTY_PLAN)),
    "the text of a plan": (PLAN_TEXT, plan_markdown(EMPTY_PLAN, "0" * 64, "plan.json").encode()),
    "the digest of a plan": (PLAN_DIGEST, f"{digest_of(PLAN_FILE)}  my plan.json\n".encode()),
    "a summary": (SUMMARY, SUMMARY_FILE),
    "a result of preflight": (PREFLIGHT, as_json({"regions": [], "tenants": [], "problems": [], "lines": []})),
    "a receipt": (None, write_receipt(receipt())),
}
# What others write.
FOREIGN: dict[str, bytes] = {
    "an inventory": b"qlik_tenants:\n  hosts:\n    acme.eu.qlikcloud.com:\n",
    "an inventory as JSON": b'{"qlik_tenants": {"hosts": {"acme.eu.qlikcloud.com": null}}}',
    "notes": b"# Plan\n\nWhat we are going to do.\n",
    "a list": b"[]",
    "half a plan": PLAN_FILE[:-20],
    "two digests": b"0" * 64 + b"  a\n" + b"0" * 64 + b"  b\n",
    "one character": b" ",
}
KINDS = [PLAN, PLAN_TEXT, PLAN_DIGEST, SUMMARY, PREFLIGHT]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("case", [*WRITTEN, *FOREIGN])
def test_only_an_earlier_output_of_the_same_kind_is_overwritten(tmp_path: Path, kind: Kind, case: str) -> None:
    is_of, content = WRITTEN.get(case, (None, FOREIGN.get(case, b"")))
    path = tmp_path / "output"
    path.write_bytes(content)
    if is_of is kind:
        write_output("output", b"new", "the_variable", kind)
        assert path.read_bytes() == b"new"
    else:
        for refuse in (check_output, lambda *args: write_output(args[0], b"new", *args[1:])):
            with pytest.raises(BadOutput) as caught:
                refuse("output", "the_variable", kind)
            message = caught.value.message
            assert message.startswith(f"the_variable is 'output': it is a file that is not {kind.name}")
        assert everything_below(tmp_path) == {"output": content}


@pytest.mark.parametrize("path", ["new.json", "reports/new.json", "a/b/c/new.json", "./new.json", "~/new.json"])
def test_a_new_file_may_be_anywhere_and_its_folders_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    full = Path(check_output(path, "the_variable", SUMMARY))
    assert full.is_absolute() and full.parent.is_dir() and not full.exists()
    write_output(path, SUMMARY_FILE, "the_variable", SUMMARY)
    write_output(path, SUMMARY_FILE, "the_variable", SUMMARY)
    assert full.read_bytes() == SUMMARY_FILE
    assert [one.name for one in full.parent.iterdir()] == ["new.json"]


def test_an_empty_file_holds_nothing_that_could_be_lost(tmp_path: Path) -> None:
    # As mktemp makes it.
    (tmp_path / "output").write_bytes(b"")
    write_output("output", b"new", "the_variable", SUMMARY)
    assert (tmp_path / "output").read_bytes() == b"new"


def _link(path: Path) -> None:
    (path.parent / "elsewhere").write_bytes(SUMMARY_FILE)
    path.symlink_to("elsewhere")


IN_THE_WAY: dict[str, tuple[t.Callable[[Path], t.Any], str]] = {
    "a link to an earlier output": (_link, "is a symbolic link, which is not followed"),
    "a dangling link": (lambda path: path.symlink_to("nowhere"), "is a symbolic link, which is not followed"),
    "a link to a device": (lambda path: path.symlink_to("/dev/stdout"), "is a symbolic link, which is not followed"),
    "a folder": (Path.mkdir, "is a folder"),
    "a named pipe": (os.mkfifo, "is not a regular file"),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_not_a_regular_file_is_not_replaced(tmp_path: Path, case: str) -> None:
    make, words = IN_THE_WAY[case]
    path = tmp_path / "output"
    make(path)
    before = path.lstat()
    with pytest.raises(BadOutput) as caught:
        write_output("output", b"new", "the_variable", SUMMARY)
    assert words in caught.value.message
    assert path.lstat() == before


@pytest.mark.parametrize("path", ["", "a/", "a\0b", "/dev/null/x", "x" * 300, "file/below", "~nobody-7/x"])
def test_a_path_that_cannot_be_is_reported_with_the_variable(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadOutput) as caught:
        check_output(path, "the_variable", SUMMARY)
    assert caught.value.message.startswith("the_variable is ")
    assert everything_below(tmp_path) == {"file": b""}


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_path_is_harmless_in_the_message(tmp_path: Path, value: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadOutput) as caught:
        check_output(f"file/{value}", "the_variable", SUMMARY)
    assert is_harmless(caught.value.message)


# The files of a plan.
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("plan.json", ["plan.json", "plan.md", "plan.json.sha256"]),
        ("a.b/plan", ["a.b/plan", "a.b/plan.md", "a.b/plan.sha256"]),
        ("plan.md", ["plan.md", "plan.md.md", "plan.md.sha256"]),
    ],
)
def test_the_files_of_a_plan_are_named_after_it(path: str, names: list[str]) -> None:
    assert list(plan_files(path).values()) == names


@pytest.mark.parametrize("name", ["plan.md", "plan.json.sha256"])
def test_a_file_of_others_beside_the_plan_is_named_with_what_the_user_set(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(BadOutput) as caught:
        check_plan_output("plan.json")
    assert f"qlik_plan is 'plan.json': {name} beside it is a file that is not the " in caught.value.message
    assert everything_below(tmp_path) == {name: b"mine"}


def test_an_approved_plan_may_be_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(PLAN_FILE)
    (tmp_path / "link").symlink_to("plan.json")
    assert read_plan_file("link") == PLAN_FILE


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkfifo, "is not a regular file"),
        (Path.mkdir, "is a folder"),
        (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
        (lambda path: path.touch() or os.truncate(path, 1024**4), "is larger than 64 MiB"),
        (lambda path: None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_plan_that_is_no_file_of_a_plan_is_refused_at_once(
    tmp_path: Path, make: t.Callable[[Path], t.Any], words: str
) -> None:
    make(tmp_path / "plan.json")
    with pytest.raises(InvalidInput) as caught:
        read_plan_file("plan.json")
    assert caught.value.message == f"qlik_plan is 'plan.json': it {words}. Nothing was changed."


def test_json_is_written_as_anybody_reads_it() -> None:
    assert json.loads(as_json({"b": ["\u2028", "\ud800"], "a": None})) == {"a": None, "b": ["\u2028", "\ud800"]}
