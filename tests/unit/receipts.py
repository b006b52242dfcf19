# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts as tests write them, and what of them tests look at."""

from __future__ import annotations

import functools
import json
import os
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import Address
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Target
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, NOW, REGION, TENANT_ID

DOCS = Path(__file__).parents[2] / "docs"
TARGET = Target(Address(HOSTNAME, REGION), TENANT_ID)
# What every event has besides what it tells.
WHO = ("at", "by", "run")


def ago(*, hours: float = 0, **length: float) -> str:
    """A time before the moment that the tests share."""
    return write_time(NOW - timedelta(hours=hours, **length))


def event(kind: str, at: str | datetime = NOW, **facts: t.Any) -> dict[str, t.Any]:
    """An event of an earlier run."""
    when = at if isinstance(at, str) else write_time(at)
    return {"event": kind, "at": when, "by": {"user": "ops", "host": "desk"}, "run": "an-earlier-run", **facts}


def intent(at: str | datetime = NOW, action: str = "deactivate", **facts: t.Any) -> dict[str, t.Any]:
    """The intent of an earlier run; of a deactivation, of a live tenant, where nothing else is said."""
    usual = {"previous_status": "active", "purge_after_days": 30} if action == "deactivate" else {}
    return event("intent", at, action=action, **{"previous_status": "disabled", **usual, **facts})


def failed(at: str | datetime = NOW, effect: str = "none", action: str = "deactivate") -> dict[str, t.Any]:
    """The end of an intent that came to nothing, or to nothing that is known."""
    return event("failed", at, action=action, effect=effect)


def receipt(*events: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    """The receipt of the tenant of the tests."""
    return {
        "schema": 2,
        "tenant_id": TENANT_ID,
        "hostname": HOSTNAME,
        "hostnames": [HOSTNAME, ALIAS],
        "region": REGION,
        "events": list(events),
        **other,
    }


def unborn(*events: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    """The receipt of a tenant that nobody knows yet."""
    return receipt(*events, **{"tenant_id": None, "hostname": None, "hostnames": [], **other})


def put(path: Path, content: t.Any) -> bytes:
    """Put a receipt where an earlier run would have left it; its bytes."""
    # Not as the collection writes it: who leaves every byte alone leaves these alone too.
    data = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(data)
    return data


def content_of(path: Path) -> dict[str, t.Any]:
    """What stands in the file of a receipt, which is valid as its schema has it."""
    found = json.loads(path.read_bytes())
    assert schema_faults("receipt", found) == []
    return found


def told(path: Path, skip: int = 0) -> list[tuple[str, dict[str, t.Any]]]:
    """The events of a valid receipt, each with what it tells, without those that an earlier run wrote."""
    return [
        (one["event"], {name: fact for name, fact in one.items() if name not in ("event", *WHO)})
        for one in content_of(path)["events"][skip:]
    ]


def schema_faults(name: str, found: t.Any) -> list[str]:
    """What is wrong with a document by its schema in docs/."""
    return [f"{list(error.absolute_path)}: {error.message}" for error in _validator(name).iter_errors(found)]


@functools.lru_cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((DOCS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def everything_below(folder: Path) -> dict[str, bytes | str]:
    """Each file below a folder with its bytes, each folder and link with its kind: whatever was touched shows."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "other"
        found[os.fspath(path.relative_to(folder))] = path.read_bytes() if kind == "other" and path.is_file() else kind
    return found
