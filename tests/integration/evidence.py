# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs leave behind: receipts and summaries, read as their published schemas describe them, and whole folders."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import jsonschema

_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
_FORMATS = jsonschema.FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _read(path: pathlib.Path, schema: str) -> dict[str, Any]:
    content = json.loads(path.read_text())
    described = json.loads((_DOCS / schema).read_text())
    jsonschema.Draft202012Validator(described, format_checker=_FORMATS).validate(content)
    return content


def read_summary(path: pathlib.Path) -> dict[str, Any]:
    """A summary, which must be as docs/summary.schema.json has it; its tenants by host."""
    content = _read(path, "summary.schema.json")
    return {**content, "tenants": {tenant["host"]: tenant for tenant in content["tenants"]}}


def totals(**given: int) -> dict[str, int]:
    """The totals of a summary: these, and no other tenant."""
    kinds = ("changed", "unchanged", "failed", "purged", "not_due", "not_reached")
    return dict.fromkeys(kinds, 0) | given


def read_rehearsal(path: pathlib.Path) -> dict[str, Any]:
    """The report of a rehearsal, which must be as docs/rehearsal.schema.json has it."""
    return _read(path, "rehearsal.schema.json")


class Receipt:
    """The file of a tenant's receipt; whenever it is read it must be as docs/receipt.schema.json has it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path

    @property
    def content(self) -> dict[str, Any]:
        return _read(self.path, "receipt.schema.json")

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.content["events"]

    @property
    def kinds(self) -> list[str]:
        return [event["event"] for event in self.events]

    @property
    def runs(self) -> set[str]:
        """The names of the runs that wrote it."""
        return {event["run"] for event in self.events}

    def edit(self, **changes: Any) -> None:
        """Change the file by hand."""
        self.path.write_text(json.dumps({**self.content, **changes}))

    def cut_after(self, kind: str) -> None:
        """Leave the events up to the first of this kind, as if the run had been killed then."""
        self.edit(events=self.events[: self.kinds.index(kind) + 1])

    def age(self, **by: float) -> None:
        """Move everything in it into the past, as if so much time had gone by since."""

        def earlier(value: str) -> str:
            return (datetime.fromisoformat(value) - timedelta(**by)).isoformat().replace("+00:00", "Z")

        times = ("at", "estimated_purge_date")
        self.edit(
            events=[
                {key: earlier(value) if key in times else value for key, value in event.items()}
                for event in self.events
            ]
        )


def files_below(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def state_of(folder: pathlib.Path) -> dict[str, tuple[bytes, int]]:
    """The files of a folder, each with its bytes and the time of its last change; folders too."""
    found = {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files_below(folder)
    }
    return found | {f"{path.relative_to(folder)}/": (b"", 0) for path in folder.rglob("*") if path.is_dir()}
