# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan: what is to be done to each tenant of a wave, for somebody to read and approve; and whether it is still what was approved.

``docs/plan.schema.json`` describes the file. Everything here is pure. A plan is approved by the SHA-256 digest of its file; the
digest of its entries alone says whether two plans mean the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import MIB
from ansible_collections.tenantops.qlik.plugins.module_utils._base.strict_json import read_json
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import days_after, read_time, write_time
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.addresses import check_hostname, check_tenant_id
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.planned import DEACTIVATE, LEAVE
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_hours, check_purge_days

SCHEMA = 1


# Clocks of two machines differ a little.
_SKEW = timedelta(minutes=5)


# The size of a plan's file, in bytes: room for a hundred thousand tenants.
LARGEST = 64 * MIB


_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


# The keys of an entry, in the order in which they are written.
_ENTRY_KEYS = (
    *("id", "hostname", "hostnames", "region", "status"),
    *("action", "purge_after_days", "expected_purge_date"),
)


@dataclass(frozen=True)
class Plan:
    """An approved plan. ``sha256`` is the digest of its file; ``tenants`` are its entries, by hostname."""

    sha256: str
    created: datetime
    expires: datetime
    tenants: Mapping[str, Mapping[str, t.Any]]


def plan_entry(result: Mapping[str, t.Any], now: datetime) -> dict[str, t.Any]:
    """The entry of a tenant, from what a run in check mode would do to it.

    The date of a purge that is to come is a day: two plans of one day for the same tenants mean the same.

    :arg result: the result of qlik_wave_tenant.
    """
    acts = result["action"] == DEACTIVATE
    days = result["purge_after_days"] if acts else None
    expected = days_after(now, days) if days else None
    return {
        "id": result["tenant_id"],
        "hostname": result["hostname"],
        # The first is the tenant's display name; the others are in no order that means anything.
        "hostnames": [*result["hostnames"][:1], *sorted(result["hostnames"][1:])],
        "region": result["region"],
        "status": result["previous_status"] if acts else result["status"],
        "action": result["action"],
        "purge_after_days": days,
        "expected_purge_date": f"{expected:%Y-%m-%d}" if expected else result["estimated_purge_date"],
    }


def make_plan(entries: Iterable[Mapping[str, t.Any]], now: datetime, valid_hours: t.Any) -> dict[str, t.Any]:
    """The content of a plan.

    :arg valid_hours: how long it may be applied, in h; a fraction, and 0, are allowed.
    :raises InvalidInput: that is no such number, or one tenant has two entries.
    """
    hours = check_hours(valid_hours, "qlik_plan_valid_hours")
    tenants = sorted((dict(entry) for entry in entries), key=lambda entry: str(entry["hostname"]))
    for key in ("hostname", "id"):
        counts = Counter(entry[key] for entry in tenants if entry[key] is not None)
        for value, count in counts.items():
            if count > 1:
                names = ", ".join(entry["hostname"] for entry in tenants if entry[key] == value)
                raise InvalidInput(
                    f"No plan was made: {count} hosts are the tenant with the {key} {value} ({names}). Each tenant may stand in the"
                    " inventory once."
                )
    return {
        "schema": SCHEMA,
        # A second's fraction would be lost in writing: the plan must not outlive its hours by it.
        "created": write_time(now),
        "expires": write_time(now + timedelta(hours=hours)),
        "content_sha256": content_sha256(tenants),
        "tenants": tenants,
    }


def content_sha256(tenants: Sequence[Mapping[str, t.Any]]) -> str:
    """The digest of a plan's entries, whatever the layout of the file and the time it was made."""
    text = json.dumps(tenants, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_plan(plan: Mapping[str, t.Any]) -> bytes:
    """The bytes of a plan's file."""
    return json.dumps(plan, indent=2, allow_nan=False).encode() + b"\n"


def digest_of(content: bytes) -> str:
    """The digest that a plan is approved by."""
    return hashlib.sha256(content).hexdigest()


def read_plan(content: bytes, approved: t.Any, now: datetime, max_hours: t.Any) -> Plan:
    """The plan in a file, where it is the one that was approved and may still be applied.

    :arg approved: the digest that the approver gave.
    :arg max_hours: for how many hours a plan may be valid at the most.
    :raises InvalidInput: it is not, or may not.
    """
    longest = check_hours(max_hours, "qlik_plan_max_hours")
    if approved is None or approved == "":
        raise _refused(
            "qlik_plan_sha256 is missing: give the digest of the plan as its approver has it, not as it stands beside the plan"
        )
    if not isinstance(approved, str) or not _SHA256.match(approved.lower()):
        raise _refused(f"qlik_plan_sha256 is {shown(approved)}: it must be the 64 digits of a SHA-256 digest")
    digest = digest_of(content)
    if digest != approved.lower():
        raise _refused(
            f"the file is not the plan that was approved: its digest is {digest}, and qlik_plan_sha256 is {approved.lower()}."
            " Approve the plan that is there, or put the approved one back"
        )
    found = _checked(content)
    created, expires = read_time(found.get("created")), read_time(found.get("expires"))
    if created is None or expires is None or expires < created:
        raise _refused("it does not say from when until when it may be applied: make a new one")
    if created > now + _SKEW:
        raise _refused(f"it was made at {write_time(created)}, which is still to come: check the clock of this machine")
    if expires - created > timedelta(hours=longest):
        hours = (expires - created).total_seconds() / 3600
        raise _refused(f"it is valid for {hours:g} hours, and qlik_plan_max_hours allows {longest:g}: make a new one")
    if now >= expires:
        raise _refused(f"it expired at {write_time(expires)}: make a new one, and have it approved")
    if content != write_plan(_as_made(found, created, expires)):
        # Such as a key that stands in it twice: who reads the file sees one value, and a program may take the other.
        raise _refused(
            "it is not byte for byte as this collection writes it (somebody has edited or formatted the file, or added to it): make a new"
            " one"
        )
    return Plan(digest, created, expires, {entry["hostname"]: entry for entry in found["tenants"]})


def _checked(content: bytes) -> dict[str, t.Any]:
    if len(content) > LARGEST:
        raise _refused(f"it is larger than {LARGEST // MIB} MiB")
    try:
        found = read_json(content)
    except ValueError:
        raise _refused("it is not JSON") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if isinstance(schema, bool) or schema != SCHEMA:
        raise _refused(
            f"its schema is {for_terminal(schema, 40)}, and this version of the collection knows {SCHEMA}: make the plan with the version"
            " that applies it"
        )
    tenants = found.get("tenants")
    if not isinstance(tenants, list):
        raise _refused("it has no list of tenants")
    names: set[str] = set()
    for number, entry in enumerate(tenants, 1):
        wrong = _fault(entry)
        if not wrong and entry["hostname"] in names:
            wrong = f"{entry['hostname']} stands in it twice"
        if wrong:
            raise _refused(f"its entry {number} is wrong: {wrong}")
        names.add(entry["hostname"])
    if found.get("content_sha256") != content_sha256(tenants):
        raise _refused("its content_sha256 is not that of its entries")
    return t.cast("dict[str, t.Any]", found)


def _as_made(found: Mapping[str, t.Any], created: datetime, expires: datetime) -> dict[str, t.Any]:
    """The plan that make_plan() makes of the values in a file: these keys, in this order, and entries by hostname."""
    tenants = [{key: entry.get(key) for key in _ENTRY_KEYS} for entry in found["tenants"]]
    return {
        "schema": SCHEMA,
        "created": write_time(created),
        "expires": write_time(expires),
        "content_sha256": found["content_sha256"],
        "tenants": sorted(tenants, key=lambda entry: str(entry["hostname"])),
    }


def _fault(entry: t.Any) -> str | None:
    """What is wrong with an entry, as one sentence."""
    if not isinstance(entry, dict):
        return "it is no JSON object"
    try:
        address = check_hostname(entry.get("hostname"))
        if entry.get("id") is not None or entry.get("action") != LEAVE:
            check_tenant_id(entry.get("id"), "id")
        if entry.get("action") == DEACTIVATE:
            check_purge_days(entry.get("purge_after_days"))
    except InvalidInput as error:
        return error.message.rstrip(".")
    if entry["hostname"] != address.hostname or entry.get("region") != address.region:
        return "hostname and region must agree, in lower case"
    if entry.get("action") not in (DEACTIVATE, LEAVE):
        return f"its action is {for_terminal(entry.get('action'), 40)}"
    if not isinstance(entry.get("status"), str):
        return "it has no status"
    names = entry.get("hostnames")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return "its hostnames are no list of names"
    if "purge_after_days" not in entry or "expected_purge_date" not in entry:
        return "purge_after_days or expected_purge_date is not there"
    return None


def _refused(words: str) -> InvalidInput:
    return InvalidInput(f"The plan is refused: {words}.")
