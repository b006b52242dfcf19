# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The open questions of docs/assumptions.md, and the answer that a rehearsal gives to each. A test compares the two lists."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.timestamps import read_time
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.seen import Answer, Seen, describe

_RECORD = "/api/v1/tenants/{id}"
_DEACTIVATE, _REACTIVATE = f"{_RECORD}/actions/deactivate", f"{_RECORD}/actions/reactivate"
_TENANTS, _TOKEN, _LIST = "/api/v1/tenants", "/oauth/token", "/api/core/tenants"
_DEACTIVATED = ("TENANT_DEACTIVATED", "TENANT_DISABLED")
_UNKNOWN_HOST = "LOGIN-2"


@dataclass(frozen=True)
class Question:
    """A question in the words of docs/assumptions.md. ``answer``: what a rehearsal says to it; None: it does not say."""

    words: str
    answer: Callable[[Seen], str | None]

    def to_json(self, seen: Seen) -> dict[str, t.Any]:
        """As it is in rehearsal.json."""
        return {"question": self.words, "answer": self.answer(seen)}


def _told(found: Iterable[str]) -> str | None:
    """Each of them once, in their order; None if there are none."""
    return "; ".join(dict.fromkeys(found)) or None


def _nothing(_seen: Seen) -> None:
    """A rehearsal cannot say it."""


def _reads(seen: Seen) -> str | None:
    return _told(describe(answer) for answer in seen.answers("register", "GET", _RECORD))


def _refusals(seen: Seen) -> str | None:
    posts = [*seen.answers("register", "POST", _TENANTS)]
    for path in (_DEACTIVATE, _REACTIVATE):
        posts += seen.answers("register", "POST", path)
    return _told(describe(answer) for answer in posts if answer.get("status") in (400, 403, 412))


def _probes(seen: Seen) -> list[Answer]:
    return [answer for answer in seen.answers("tenant", "POST", _TOKEN) if answer.get("status") != 200]


def _errors_of_life(seen: Seen) -> str | None:
    known = (*_DEACTIVATED, _UNKNOWN_HOST)
    return _told(describe(answer) for answer in _probes(seen) if answer.get("code") not in known)


def _errors_of_deactivation(seen: Seen) -> str | None:
    return _told(describe(answer) for answer in _probes(seen) if answer.get("code") in _DEACTIVATED)


def _purge_days(seen: Seen) -> str | None:
    return _told(_days_in(answer) for answer in seen.answers("register", "POST", _DEACTIVATE))


def _days_in(answer: Answer) -> str:
    if answer.get("status") != 200:
        return describe(answer)
    date, at = read_time(answer.get("values", {}).get("estimatedPurgeDate")), read_time(answer.get("at"))
    if date is None or at is None:
        return "200, without a date that can be read"
    return f"10 days were asked for, and the date is {(date - at).total_seconds() / 86400:.1f} days later"


def _second_date(seen: Seen) -> str | None:
    first = [*seen.answers("register", "POST", _DEACTIVATE, ["apply", "apply_again"])]
    second = [*seen.answers("register", "POST", _DEACTIVATE, ["reset"])]
    if not first or not second:
        return None
    before, after = (
        read_time(answer.get("values", {}).get("estimatedPurgeDate")) for answer in (first[-1], second[-1])
    )
    sent, repeated = (read_time(answer.get("at")) for answer in (first[-1], second[-1]))
    if before is None or after is None or sent is None or repeated is None:
        return _told(describe(answer) for answer in second)
    moved = f"by {(after - before).total_seconds():.0f} s" if after != before else "not at all"
    after_first = (repeated - sent).total_seconds()
    return f"the purge date moved {moved}; the second deactivation came {after_first:.0f} s after the first"


def _confirmation(seen: Seen) -> str | None:
    both = [*seen.answers("register", "POST", _DEACTIVATE), *seen.answers("register", "POST", _REACTIVATE)]
    return _told(f"the first hostname: {describe(answer)}" for answer in both if answer.get("status") in (200, 412))


def _reactivation(seen: Seen) -> str | None:
    answers = seen.answers("register", "POST", _REACTIVATE)
    return _told(f"{describe(answer)}, fields: {', '.join(answer.get('fields', ())) or 'none'}" for answer in answers)


def _token_life(seen: Seen) -> str | None:
    answers = (answer for answer in seen.answers("register", "POST", _TOKEN) if answer.get("status") == 200)
    return _told(
        f"expires_in {answer['values'].get('expires_in', 'missing')}, expires_at"
        f" {'present' if 'expires_at' in answer['fields'] else 'missing'}"
        for answer in answers
    )


def _token_limit(seen: Seen) -> str | None:
    return _told(
        f"{name}: {value}"
        for answer in seen.answers("register", "POST", _TOKEN)
        for name, value in answer.get("headers", {}).items()
        if "limit" in name or name == "retry-after"
    )


def _region(seen: Seen) -> str | None:
    answers = [*seen.answers("register", "GET", _RECORD), *seen.answers("tenant", "GET", _RECORD)]
    shown = [answer.get("values", {}) for answer in answers]
    return _told(f"region {one.get('region')}, datacenter {one.get('datacenter')}" for one in shown if "region" in one)


def _filters(seen: Seen) -> str | None:
    return _told(
        f"a filter without it: {describe(answer)}" for answer in seen.answers("console", "GET", _LIST, ["create"])
    )


def _statuses(seen: Seen) -> str | None:
    records = [*seen.answers("register", "GET", _RECORD), *seen.answers("tenant", "GET", _RECORD)]
    return _told(str(answer["values"]["status"]) for answer in records if "status" in answer.get("values", {}))


def _alias(seen: Seen) -> str | None:
    return _told(describe(answer) for answer in seen.answers("tenant", "PATCH", _RECORD))


def _headers(seen: Seen) -> str | None:
    return _told(
        f"{name}: {value}"
        for answer in seen.all_answers
        for name, value in answer.get("headers", {}).items()
        if name not in ("content-type", "date")
    )


def _one_of_the_list(seen: Seen) -> str | None:
    answers = seen.answers("console", "GET", f"{_LIST}/{{id}}")
    return _told(
        f"{describe(answer)}, one tenant {'in a list' if 'data' in answer.get('fields', ()) else 'as a bare object'}"
        for answer in answers
    )


def _audits(seen: Seen) -> str | None:
    """In a tenant that is new, only the client itself has asked for tokens."""
    return _told(
        f"200, {'with' if _has_entries(answer) else 'without'} entries"
        if answer.get("status") == 200
        else describe(answer)
        for answer in seen.answers("tenant", "GET", "/api/v1/audits")
    )


def _shown_audits(seen: Seen) -> str | None:
    """An empty list does not say whether there is something to show."""
    answers = seen.answers("tenant", "GET", "/api/v1/audits")
    return _told(f"{describe(answer)}, so they are shown to the client" for answer in answers if _has_entries(answer))


def _has_entries(answer: Answer) -> bool:
    return any(str(name).startswith("data[]") for name in answer.get("fields", ()))


def _itself(seen: Seen) -> str | None:
    return _told(describe(answer) for answer in seen.answers("tenant", "GET", f"{_TENANTS}/me"))


QUESTIONS = (
    Question("Does the register host answer `GET /api/v1/tenants/<id>`?", _reads),
    Question("Which codes come with 400, 403, 412?", _refusals),
    Question("What does a purged tenant's hostname answer?", _nothing),
    Question("Does a second deactivation move the purge date?", _second_date),
    Question("Which errors come only from an active tenant?", _errors_of_life),
    Question("`TENANT_DEACTIVATED` or `TENANT_DISABLED`?", _errors_of_deactivation),
    Question("Who may set `purgeAfterDays`?", _purge_days),
    Question("Which of a tenant's hostnames does the API accept as confirmation?", _confirmation),
    Question("What does reactivate answer?", _reactivation),
    Question("How long is a token good?", _token_life),
    Question("Do token requests count against a rate limit?", _token_limit),
    Question("Is `region` of a tenant the short code or the data centre's name?", _region),
    Question("Must a filter of the organization API name a `subscriptionId`?", _filters),
    Question(
        "Is a single tenant returned as an object, or as a list with one entry? Which parameter has the position of the next page?",
        _one_of_the_list,
    ),
    Question("Are there other statuses?", _statuses),
    Question(
        "Does the client see everything in a tenant, such as personal spaces and automations of others?", _nothing
    ),
    Question("Which event type does a login have in the audits? Do sorting and filtering work?", _nothing),
    Question("Do the audits show a token request as a login?", _audits),
    Question("Does an empty list of audits mean that nobody logged in?", _shown_audits),
    Question("Does `/api/v1/tenants/me` show the tenant?", _itself),
    Question("What does setting a name and an alias answer?", _alias),
    Question("Which headers announce rate limits and deprecations?", _headers),
)
