# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types. An error carries what an operator and a playbook need; how it is shown is the caller's."""

from __future__ import annotations

import typing as t


class QlikError(Exception):
    """Something that ends an operation.

    ``changed`` says that the server did, or may have done, what was asked. ``result`` holds what is known all the same, as
    result keys.
    """

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        code: str | None = None,
        trace_id: str | None = None,
        changed: bool = False,
        result: dict[str, t.Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.result = result or {}
        self.http_status = http_status
        self.code = code
        self.trace_id = trace_id
        self.changed = changed

    def error_fields(self) -> dict[str, t.Any]:
        """What the server said, where it said something."""
        return {"http_status": self.http_status, "code": self.code, "trace_id": self.trace_id}


class InvalidInput(QlikError):
    """An option's value is wrong. Raised before any request."""


class Refused(QlikError):
    """The server answered, and the answer is no (or nothing that can be taken for yes)."""


class NoResponse(QlikError):
    """There is no answer to a request.

    ``sent``: the request may have reached the server, so that its effect is unknown. ``temporary``: asking again may help.
    ``timed_out``: the server may still be working on it. ``name_unknown``: the name service knows no such host.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: bool,
        temporary: bool = True,
        timed_out: bool = False,
        name_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.temporary = temporary
        self.timed_out = timed_out
        self.name_unknown = name_unknown


class WaitTooLong(QlikError):
    """The server asks for more waiting than max_wait leaves."""


class Stopped(QlikError):
    """What was found is not what may be acted on: nothing was sent."""


class Unrecorded(QlikError):
    """What is so could not be written to the receipt. Whether a request was sent for it, ``changed`` says."""


class Unconfirmed(QlikError):
    """A request was sent that changes a tenant, and the server did not confirm it."""
