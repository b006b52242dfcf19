# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as types. An error carries what an operator and a playbook need; how it is shown is the caller's."""

from __future__ import annotations

import enum
import typing as t


class ErrorFields(t.TypedDict):
    """What the server said with an error, as far as it said it."""

    http_status: int | None
    code: str | None
    trace_id: str | None


NOTHING_SAID: ErrorFields = {"http_status": None, "code": None, "trace_id": None}


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

    def replaced(
        self, *, message: str | None = None, result: dict[str, t.Any] | None = None, changed: bool | None = None
    ) -> QlikError:
        """A new error of the same kind, with another message, result, or ``changed``: those that are given."""
        given = {"message": message, "result": result, "changed": changed}
        new = type(self).__new__(type(self))
        vars(new).update(vars(self), **{name: value for name, value in given.items() if value is not None})
        new.args = (new.message,)
        return new

    def error_fields(self) -> ErrorFields:
        """What the server said, where it said something."""
        return {"http_status": self.http_status, "code": self.code, "trace_id": self.trace_id}


class InvalidInput(QlikError):
    """An option's value is wrong. Raised before any request."""


class Refused(QlikError):
    """The server answered, and the answer is no (or nothing that can be taken for yes)."""


# What to do about a failure of the server that nothing else is known of.
RUN_LATER = "Run again later. If the same error comes again, send this message to the vendor's support."


class Reason(enum.Enum):
    """Why there is no response to a request."""

    NAME_UNKNOWN = "the name service knows no such host"
    NAME_SERVICE = "the name service gives no answer"
    PROXY_NAME_UNKNOWN = "the name of the proxy, or of the host, cannot be resolved"
    PROXY_URL = "the proxy's URL is not valid"
    PROXY_REFUSED = "the proxy refuses to connect"
    PROXY_UNAVAILABLE = "the proxy cannot connect now"
    NO_TLS = "what answers does not speak TLS"
    CERTIFICATE = "the certificate is not trusted"
    CONNECTION_REFUSED = "the connection was refused"
    CONNECT_TIMEOUT = "no connection in time"
    CONNECTION_BROKEN = "the connection broke before the request was sent"
    RATE_LIMIT = "the rate limit blocks it for longer than max_wait allows"
    RESPONSE_TIMEOUT = "no whole response in time"
    RESPONSE_BROKEN = "the connection broke before the response was there"


_FINAL = frozenset(
    (
        Reason.NAME_UNKNOWN,
        Reason.PROXY_NAME_UNKNOWN,
        Reason.PROXY_URL,
        Reason.PROXY_REFUSED,
        Reason.NO_TLS,
        Reason.CERTIFICATE,
        Reason.RATE_LIMIT,
    )
)


class NoResponse(QlikError):
    """There is no response to a request."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def sent(self) -> bool:
        """The request may have reached the server, so that its effect is unknown."""
        return self.reason in (Reason.RESPONSE_TIMEOUT, Reason.RESPONSE_BROKEN)

    @property
    def temporary(self) -> bool:
        """Sending it again may help."""
        return self.reason not in _FINAL

    @property
    def timed_out(self) -> bool:
        """The server may still be working on it."""
        return self.reason is Reason.RESPONSE_TIMEOUT

    @property
    def name_unknown(self) -> bool:
        """The name service knows no such host."""
        return self.reason is Reason.NAME_UNKNOWN


class WaitTooLong(QlikError):
    """The server asks for more waiting than max_wait leaves."""


class Stopped(QlikError):
    """What was found is not what may be acted on. No change was sent."""


class Unrecorded(QlikError):
    """What is so could not be written to the receipt. Whether a request was sent for it, ``changed`` says."""


class Unconfirmed(QlikError):
    """A request was sent that changes a tenant, and the server did not confirm it."""
