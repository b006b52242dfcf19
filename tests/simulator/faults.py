# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: which request is hit by which, and what becomes of the answer."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable

from simulator import answers
from simulator.answers import Answer
from simulator.misbehaviour import UNSET, Misbehaviour
from simulator.request import Request
from simulator.scenario import Fault
from simulator.tenants import Tenant


class _Counted:
    """A fault with what is left of its `skip` and `times`."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._skip = fault.skip
        self._left = fault.times

    def strikes(self) -> bool:
        """Called for each request that matches, once."""
        if self._skip:
            self._skip -= 1
            return False
        if self._left is None:
            return True
        if not self._left:
            return False
        self._left -= 1
        return True


class Faults:
    """In the order of the scenario: the first that matches and has something left applies."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        counted = [_Counted(fault) for fault in faults]
        self._of_requests = [each for each in counted if each.fault.do.connect is None]
        self._of_tunnels = [each for each in counted if each.fault.do.connect is not None]

    def for_request(self, request: Request, tenant: Tenant | None) -> Fault | None:
        for each in self._of_requests:
            if _matches(each.fault, request, tenant) and each.strikes():
                return each.fault
        return None

    def for_tunnel(self, host: str) -> Fault | None:
        for each in self._of_tunnels:
            if fnmatch.fnmatchcase(host, each.fault.host.lower()) and each.strikes():
                return each.fault
        return None


def _matches(fault: Fault, request: Request, tenant: Tenant | None) -> bool:
    if fault.tenant is not None and (tenant is None or not tenant.answers_to(fault.tenant)):
        return False
    return (
        fnmatch.fnmatchcase(request.host, fault.host.lower())
        and fnmatch.fnmatchcase(request.method, fault.method.upper())
        and fnmatch.fnmatchcase(request.path, fault.path)
    )


def canned(do: Misbehaviour) -> Answer:
    """The answer that the scenario gives in place of the API's."""
    answer = Answer(do.status or 200, content_type=None)
    if do.redirect is not None:
        answer = answers.redirect(do.redirect, do.status or 302)
    if do.json is not UNSET:
        answer.content, answer.content_type = answers.encoded(do.json), answers.JSON
    elif do.html is not None:
        answer.content, answer.content_type = do.html.encode(), "text/html; charset=utf-8"
    elif do.body is not None:
        answer.content, answer.content_type = do.body.encode(), "text/plain; charset=utf-8"
    return answer


def spoil(answer: Answer, do: Misbehaviour) -> None:
    """What a fault makes of the content of an answer, the API's or a canned one."""
    answer.headers.update(do.headers)
    if do.huge is not None:
        answer.content = _padded(answer.content, do.huge)
    if do.deep is not None:
        answer.content = b"[" * do.deep + b"]" * do.deep
    if do.invalid_utf8:
        answer.content = _with_invalid_utf8(answer.content)


def _padded(content: bytes, size: int) -> bytes:
    """The same JSON object, made `size` bytes long by one more field; anything else is padded with blanks."""
    try:
        document = json.loads(content)
    except ValueError:
        return content.ljust(size)
    if not isinstance(document, dict):
        return content.ljust(size)
    document["padding"] = ""
    document["padding"] = "x" * max(0, size - len(answers.encoded(document)))
    return answers.encoded(document)


def _with_invalid_utf8(content: bytes) -> bytes:
    """A byte that is no UTF-8 inside the first text, where the JSON around it stays sound."""
    before, quote, after = content.partition(b'"')
    return before + quote + b"\xff\xfe" + after
