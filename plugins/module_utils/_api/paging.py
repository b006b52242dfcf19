# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that come in pages.

Where the next page begins is taken from the link to it, and nothing else of that link: the documentation shows it on other hosts, which a
token must not reach.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from .._http.messages import Response

# Pages in a row that bring nothing new: a server may filter what it has put on a page already.
_MOST_IDLE_PAGES = 5
_LONGEST_CURSOR = 4000
# What the links call it: all of them are documented.
_CURSORS = ("next", "offset", "cursor", "startingAfter", "page")
_RUN_AGAIN = "What was read may lack something, so it is not used. Run again."

Query = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A page: the response, and those of its entries that no page before had."""

    answer: Response
    body: Mapping[str, t.Any]
    entries: list[t.Any]


def read_pages(
    ask: Callable[[Query], Response],
    *,
    next_step: Callable[[Response], str],
    most_pages: int = 1000,
    things: str = "entries",
) -> Iterator[Page]:
    """The pages of a list, to its end.

    :arg ask: requests a page; it is given the parameters that lead to it, none for the first one.
    :arg next_step: what to do if a response is no page.
    :arg most_pages: a server that always has another page is not followed without end.
    :arg things: what the entries are called in messages.
    :raises Refused: a response is no page, or the list has no end.
    """
    ids: set[str] = set()
    cursors: set[tuple[str, str]] = set()
    query: dict[str, str] = {}
    found = idle = 0
    for _number in range(most_pages):
        answer = ask(query)
        body = answer.body
        if answer.status != 200 or not isinstance(body, dict) or not isinstance(body.get("data"), list):
            raise answer.refusal(next_step(answer))
        cursor = _read_cursor(answer, body)
        entries = [entry for entry in body["data"] if _is_new(entry, ids)]
        yield Page(answer, body, entries)
        if cursor is None:
            return
        found += len(entries)
        idle = 0 if entries else idle + 1
        if cursor in cursors or idle > _MOST_IDLE_PAGES:
            raise answer.refusal(
                f"The server sent the same page of the list again after {found} {things}. {_RUN_AGAIN}"
            )
        cursors.add(cursor)
        query = dict([cursor])
    raise answer.refusal(f"The list goes on after {most_pages} pages, so reading it was stopped. {_RUN_AGAIN}")


def with_query(path: str, query: Query) -> str:
    """A path with these parameters."""
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def _is_new(entry: t.Any, ids: set[str]) -> bool:
    """Whether an entry was not on an earlier page. One without an id counts as new."""
    own = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(own, str):
        return True
    if own in ids:
        return False
    ids.add(own)
    return True


def _read_cursor(answer: Response, body: Mapping[str, t.Any]) -> tuple[str, str] | None:
    """The cursor in the link to the next page, under the name that it has there; None where there is no such link."""
    links = body.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else link
    if not href:
        return None
    try:
        # Cursors look like base64: a plus sign that was not quoted is one, and no blank.
        query = parse_qs(urlsplit(href).query.replace("+", "%2B")) if isinstance(href, str) else {}
    except ValueError:
        query = {}
    for name in _CURSORS:
        if name in query and len(query[name][0]) <= _LONGEST_CURSOR:
            return name, query[name][0]
    raise answer.refusal(f"The link to the next page has no cursor that can be used. {_RUN_AGAIN}")
