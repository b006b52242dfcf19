# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTPS request and its response. The only file that imports requests, and that knows urllib3.

What holds for every request: https only, certificates checked, one deadline over all of it, redirects not followed (the
credentials would go with them), ``.netrc`` not read (it would replace the token), no cookies, proxies and CA bundle from the
environment as requests has it.

The adapter of requests sends. A session of requests would add redirects, cookies and ``.netrc`` to it, which are unwanted here, and a
quarter to the CPU of a request.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import socket
import ssl
import time
import traceback
import typing as t
from collections.abc import Callable

from .._base.errors import InvalidInput, NoResponse, Reason
from .._base.text import for_terminal, sentence
from .._base.version import VERSION
from .answer_log import answer_log
from .deadline import Deadline, DeadlineSocket, bounded, current_deadline, deadline
from .masking import Masking
from .messages import Request, Response, read_response
from .oauth import SettingNames
from .tls import context_for

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import requests.adapters
    import requests.utils
except ImportError:
    # Whoever runs an operation says so before it begins.
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    _HTTPAdapter: t.Any = object
    _HEADERS: dict[str, str] = {}
else:
    _HTTPAdapter = requests.adapters.HTTPAdapter
    # requests says which compression can be undone here.
    _HEADERS = {
        **requests.utils.default_headers(),
        "Accept": "application/json",
        "User-Agent": f"tenantops.qlik/{VERSION}",
    }

_LARGEST_BODY = 1024 * 1024
_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")

# Reasons of the TLS library for "what came is no TLS at all".
_NO_TLS = frozenset(
    ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
)


class Transport:
    """Connections to Qlik Cloud, and requests over them.

    :arg timeout: one request, from the name service to the last byte of the response, s.
    :arg ca_path: file or folder of CA certificates; None: as the environment says, else what requests brings.
    :arg names: what the user calls these settings, for messages.
    :arg masking: the passwords of proxies are added to it, and texts from outside are masked by it.
    :raises InvalidInput: the CA certificates cannot be read.
    """

    def __init__(self, *, timeout: float, ca_path: str | None, names: SettingNames, masking: Masking) -> None:
        self.timeout = timeout
        self.ca_path = _ca_path(ca_path)
        self._names = names
        self._masking = masking
        self._answers = answer_log()
        self._adapter = _Adapter(_context(ca_path, names.option("ca_path")))
        # By host. Looking through the environment for each request would cost as much as sending it.
        self._proxies: dict[str, dict[str, str]] = {}
        for url in _proxy_urls():
            masking.add_proxy(url)

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def send(self, request: Request) -> Response:
        """One request, once.

        :raises NoResponse: refused, broken or too late; ``sent`` says whether it may have reached the server.
        """
        if self._answers is None:
            return self._exchange(request)
        started = time.monotonic()
        outcome: Response | NoResponse | None = None
        try:
            outcome = self._exchange(request)
            return outcome
        except NoResponse as error:
            outcome = error
            raise
        finally:
            if outcome is not None:
                self._answers.note(request, outcome, time.monotonic() - started, self._masking.mask)

    def _exchange(self, request: Request) -> Response:
        body = None if request.body is None else json.dumps(request.body)
        headers = {**_HEADERS, **request.headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with deadline(self.timeout) as running:
            try:
                prepared = requests.Request(
                    request.method, f"https://{request.host}{request.path}", headers, data=body
                ).prepare()
                # It follows no redirect and repeats nothing.
                with self._adapter.send(
                    prepared, stream=True, timeout=self.timeout, verify=True, proxies=self._proxies_for(request.host)
                ) as response:
                    content = _read_body(response)
                    return read_response(request, response.status_code, response.headers, content, self._masking.mask)
            except (requests.exceptions.RequestException, ValueError, TypeError) as error:
                # Nothing of what is sent can be wrong in itself: a ValueError is about the proxy's URL.
                raise self._no_response(request, error, running) from None

    def _proxies_for(self, host: str) -> dict[str, str]:
        if host not in self._proxies:
            self._proxies[host] = proxies_for(host)
        return self._proxies[host]

    def _no_response(self, request: Request, error: Exception, running: Deadline) -> NoResponse:
        """Say what happened in our own words: the libraries' texts hold addresses of objects, and passwords of proxies."""
        causes = _causes(error)
        about_proxy = any(type(cause).__name__ == "ProxyError" for cause in causes)
        reason, words = self._reason(error, causes, about_proxy=about_proxy, connecting=running.connecting)
        host = f"{request.host}, {route_to(request.host)}" if about_proxy or running.connecting else request.host
        return NoResponse(f"{sentence(request.what)}: {words} ({host}).", reason)

    def _reason(
        self, error: Exception, causes: list[BaseException], *, about_proxy: bool, connecting: bool
    ) -> tuple[Reason, str]:
        names = {type(cause).__name__ for cause in causes}
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return Reason.CERTIFICATE, (
                    f"the server's certificate is not trusted: {for_terminal(cause.verify_message)}. If a proxy uses its own CA, set"
                    f" {self._names.option('ca_path')} or REQUESTS_CA_BUNDLE"
                )
            if isinstance(cause, OSError) and str(cause).startswith("Tunnel connection failed"):
                return self._refused_by_proxy(str(cause))
            # Later than that, the request may have been sent.
            if connecting and isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
                if about_proxy:
                    return Reason.NO_TLS, (
                        "the proxy does not answer with TLS: HTTPS_PROXY begins with https://, and must begin with http:// for this"
                        " proxy"
                    )
                return Reason.NO_TLS, "the server does not answer with TLS. Check HTTPS_PROXY and NO_PROXY"
        for cause in causes:
            if isinstance(cause, socket.gaierror):
                where = "the name of the host or of the proxy" if about_proxy else "the host's name"
                if cause.errno != socket.EAI_NONAME:
                    return Reason.NAME_SERVICE, f"{where} cannot be resolved"
                reason = Reason.PROXY_NAME_UNKNOWN if about_proxy else Reason.NAME_UNKNOWN
                return reason, f"{where} cannot be resolved"
        about_url = (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
        )
        if isinstance(error, about_url) or not isinstance(error, requests.exceptions.RequestException):
            return (
                Reason.PROXY_URL,
                "the proxy in HTTPS_PROXY cannot be used: it must be a URL such as http://proxy.example:3128",
            )
        late = isinstance(error, requests.exceptions.Timeout) or not names.isdisjoint(
            ("ReadTimeoutError", "TimeoutError")
        )
        if isinstance(error, requests.exceptions.ConnectTimeout) or (late and connecting):
            return Reason.CONNECT_TIMEOUT, f"no connection within {self._limit}"
        if "NewConnectionError" in names:
            whose = "the proxy's" if about_proxy else "the"
            return Reason.CONNECTION_REFUSED, f"{whose} connection was refused"
        if late:
            return Reason.RESPONSE_TIMEOUT, f"no complete response within {self._limit}"
        if connecting:
            return Reason.CONNECTION_BROKEN, "the connection broke before the request could be sent"
        return Reason.RESPONSE_BROKEN, "the connection broke before the response was there"

    @property
    def _limit(self) -> str:
        return f"{self.timeout:g} s ({self._names.option('timeout')})"

    def _refused_by_proxy(self, words: str) -> tuple[Reason, str]:
        """A proxy's refusal to connect; the proxy wrote the text after the number, and may say back what it was sent."""
        status = re.search(r"failed: (\d{3})", words)
        number = int(status[1]) if status else 0
        said = f"the proxy refused the connection: {for_terminal(self._masking.mask(words))}"
        if number == 407:
            return Reason.PROXY_REFUSED, f"{said}. Check the user and the password in HTTPS_PROXY"
        temporary = number >= 500 or number in (408, 425, 429)
        reason = Reason.PROXY_UNAVAILABLE if temporary else Reason.PROXY_REFUSED
        return reason, f"{said}. Check HTTPS_PROXY and NO_PROXY"


def prepare_process() -> None:
    """Build what every client of this process needs, for the environment as it is now.

    For a process that forks one worker per task: what is built here is not built again in each of them.
    """
    if REQUESTS_IMPORT_ERROR is None:
        # Whoever makes a client is told.
        with contextlib.suppress(OSError):
            context_for(_ca_path(None))


def route_to(host: str) -> str:
    """How a host is reached: "directly", or through which proxy (without the password in its URL)."""
    proxy = requests.utils.select_proxy(f"https://{host}/", proxies_for(host))
    return f"through {for_terminal(proxy.rpartition('@')[2])}" if proxy else "directly"


def proxies_for(host: str) -> dict[str, str]:
    """The proxies that the environment names for a host."""
    found: dict[str, str] = requests.utils.get_environ_proxies(f"https://{host}/")
    return found


def _proxy_urls() -> set[str]:
    return {os.environ[name] for name in _PROXY_VARIABLES if "@" in os.environ.get(name, "")}


class _Adapter(_HTTPAdapter):
    """The adapter of requests, told not to read the CA bundle again for each connection, not to hold small writes back
    (urllib3 leaves Nagle's algorithm on for connections through a proxy), and to keep to the deadline.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._pool_options = {
            "ssl_context": context,
            "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        }
        super().__init__()

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs, **self._pool_options)
        _keep_to_deadline(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        if proxy.lower().startswith("https:"):
            # The connection to the proxy itself has TLS: the same certificates count for it.
            kwargs["proxy_ssl_context"] = self._context
        manager = super().proxy_manager_for(proxy, **kwargs, **self._pool_options)
        _keep_to_deadline(manager)
        return manager

    def cert_verify(self, conn: t.Any, *_args: t.Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def _keep_to_deadline(manager: t.Any) -> None:
    manager.pool_classes_by_scheme = {
        scheme: _pool_with_deadline(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


@functools.lru_cache(maxsize=8)
def _pool_with_deadline(pool: t.Any) -> t.Any:
    """A class of urllib3's connection pools, with connections that keep to the deadline of the request."""
    if issubclass(pool.ConnectionCls, _Connection):
        return pool
    connection = type(f"Deadline{pool.ConnectionCls.__name__}", (_Connection, pool.ConnectionCls), {})
    return type(f"Deadline{pool.__name__}", (pool,), {"ConnectionCls": connection})


class _Connection:
    """What such a connection adds to urllib3's."""

    def connect(self) -> None:
        running = current_deadline()
        if running:
            running.connecting = True
        super().connect()  # type: ignore[misc]
        if running:
            running.connecting = False

    def _new_conn(self) -> socket.socket:
        """A connection to the host, or to the proxy. Name service and connect() have no common end of their own."""
        new_connection: Callable[[], socket.socket] = super()._new_conn  # type: ignore[misc]
        running = current_deadline()
        return DeadlineSocket.over(bounded(new_connection, running.left()) if running else new_connection())


def _ca_path(ca_path: str | None) -> str:
    chosen = ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return os.path.expanduser(chosen) if chosen else requests.utils.DEFAULT_CA_BUNDLE_PATH


def _context(ca_path: str | None, ca_option: str) -> ssl.SSLContext:
    path = _ca_path(ca_path)
    try:
        return context_for(path)
    except OSError as error:
        source = ca_option if ca_path else "REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE)"
        raise InvalidInput(
            f"{source} is {for_terminal(path)!r}: no CA certificates can be read there ({for_terminal(str(error))}); it must be a"
            " file or a folder of certificates in PEM form."
        ) from None


def _read_body(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _LARGEST_BODY:
            # Nothing that this API answers is as large: it is not read to its end, and not taken for a response.
            return b""
    return body


def _causes(error: BaseException) -> list[BaseException]:
    """The error, what it was made of, and what that was made of: requests and urllib3 wrap what happened in layers."""
    seen: list[BaseException] = []
    ahead: list[t.Any] = [error]
    while ahead and len(seen) < 50:
        one = ahead.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            ahead += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return seen
