# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SCIM filters (RFC 7644, 3.4.2.2) as far as the organization API takes them.

Reference, "Organization API": which attributes there are, and which of them take which operators.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

Predicate = Callable[[dict[str, Any]], bool]

_ALL = frozenset({"eq", "ne", "gt", "ge", "lt", "le", "co"})
_OPERATORS = {
    "subscriptionId": frozenset({"eq"}),
    "name": frozenset({"eq"}),
    "hostnames": frozenset({"eq"}),
    "id": frozenset({"eq"}),
    "originalId": frozenset({"eq"}),
    "regionCode": frozenset({"eq", "ne"}),
    "status": frozenset({"eq", "ne"}),
    # The reference gives no restriction for these.
    "countryCode": _ALL,
    "createdAt": _ALL,
    "updatedAt": _ALL,
}
_DATES = frozenset({"createdAt", "updatedAt"})
_CASELESS = frozenset({"hostnames"})  # "Read one tenant": hostnames know no case
_SPELLING = {name.lower(): name for name in _OPERATORS}  # RFC 7643, 2.1: attribute names know no case
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "co": lambda left, right: right in left,
}
_TOKEN = re.compile(r"""\s*(?:(?P<mark>[()])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[A-Za-z][A-Za-z0-9._-]*))""")
_LONGEST = 8192
_DEEPEST = 50


class FilterError(ValueError):
    """The filter is not one that the API takes."""


@dataclasses.dataclass(frozen=True)
class Filter:
    matches: Predicate
    subscriptions: tuple[str, ...]  # those that the filter names


@dataclasses.dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Filter:
    parser = _Parser(text)
    predicate = parser.either(0)
    parser.end()
    return Filter(predicate, tuple(parser.subscriptions))


def _tokens(text: str) -> Iterator[_Token]:
    if len(text) > _LONGEST:
        raise FilterError("the filter is too long")
    text = text.rstrip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FilterError(f"cannot read the filter at character {position + 1}")
        kind = str(match.lastgroup)
        value = match.group(kind)
        yield _Token(kind, re.sub(r"\\(.)", r"\1", value) if kind == "text" else value)
        position = match.end()


class _Parser:
    """Recursive descent: "or" binds least, then "and", then "not"."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self.subscriptions: list[str] = []

    def either(self, depth: int) -> Predicate:
        predicates = [self._both(depth)]
        while self._takes_word("or"):
            predicates.append(self._both(depth))
        return predicates[0] if len(predicates) == 1 else lambda record: any(each(record) for each in predicates)

    def _both(self, depth: int) -> Predicate:
        predicates = [self._one(depth)]
        while self._takes_word("and"):
            predicates.append(self._one(depth))
        return predicates[0] if len(predicates) == 1 else lambda record: all(each(record) for each in predicates)

    def _one(self, depth: int) -> Predicate:
        if depth > _DEEPEST:
            raise FilterError("the filter is nested too deeply")
        if self._takes_word("not"):
            inner = self._group(depth)
            return lambda record: not inner(record)
        if self._peek() == _Token("mark", "("):
            return self._group(depth)
        return self._comparison()

    def _group(self, depth: int) -> Predicate:
        if self._take() != _Token("mark", "("):
            raise FilterError('"(" is missing')
        inner = self.either(depth + 1)
        if self._take() != _Token("mark", ")"):
            raise FilterError('")" is missing')
        return inner

    def _comparison(self) -> Predicate:
        word, operator, value = self._take(), self._take(), self._take()
        if (word.kind, operator.kind, value.kind) != ("word", "word", "text"):
            raise FilterError('a comparison is: attribute operator "value"')
        attribute = _SPELLING.get(word.text.lower())
        if attribute is None:
            raise FilterError(f"unknown attribute {word.text}")
        if operator.text.lower() not in _OPERATORS[attribute]:
            raise FilterError(f"{attribute} does not take {operator.text}")
        if attribute == "subscriptionId":
            self.subscriptions.append(value.text)
        return _predicate(attribute, operator.text.lower(), value.text)

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> _Token:
        token = self._peek()
        if token is None:
            raise FilterError("the filter ends too early")
        self._next += 1
        return token

    def _takes_word(self, word: str) -> bool:
        token = self._peek()
        if token is None or token.kind != "word" or token.text.lower() != word:
            return False
        self._next += 1
        return True

    def end(self) -> None:
        token = self._peek()
        if token is not None:
            raise FilterError(f"{token.text} is not expected here")


def _predicate(attribute: str, operator: str, value: str) -> Predicate:
    compare = _COMPARE[operator]
    convert: Callable[[str], Any] = str
    if attribute in _DATES and operator != "co":
        convert = _moment
    elif attribute in _CASELESS:
        convert = str.lower
    wanted = convert(value)

    def matches(record: dict[str, Any]) -> bool:
        found = record.get("id" if attribute == "originalId" else attribute)
        values = found if isinstance(found, list) else [found]
        return any(compare(convert(each), wanted) for each in values if isinstance(each, str))

    return matches


def _moment(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise FilterError(f"{text} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
