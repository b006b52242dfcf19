# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speaking HTTP with Qlik Cloud: session, credentials, one request, its repeats, its answer.

The only file that imports requests. Reference: "Hosts and credentials", "Errors", "Rate limits".

What holds for every request: https only, certificates checked, one time-out over all of it, redirects not followed (the
credentials would go with them), ``.netrc`` not read (it would replace the token), proxies and CA bundle from the
environment as requests has it.
"""

from __future__ import annotations

import contextlib
import functools
import http.cookiejar
import json
import os
import re
import socket
import ssl
import traceback
import typing as t
from dataclasses import replace

from .._base.clock import Clock
from .._base.errors import InvalidInput, NoResponse, WaitTooLong
from .._base.text import for_terminal, sentence
from .._base.version import VERSION
from .messages import Request, Response, read_response
from .oauth import Credentials, IssuedToken, Issuer, Token, credential_words, read_token, token_request
from .rate_limit import Gate, Tier
from .retry import SHORTEST_WAIT, RetryPolicy, WaitBudgetSpent, read_retry_after
from .tls import context_for, end_reads_after

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import requests.adapters
    import requests.utils
except ImportError:
    # Whoever runs an operation says so before it begins.
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    _HTTPAdapter: t.Any = object
    _RequestsSession: t.Any = object
else:
    _HTTPAdapter = requests.adapters.HTTPAdapter
    _RequestsSession = requests.Session


class _Session(_RequestsSession):
    """A session that takes a redirect for an answer: not even where it leads to is looked at."""

    def get_redirect_target(self, _resp: t.Any) -> None:
        return None


_USER_AGENT = f"tenantops.qlik/{VERSION}"
_LARGEST_BODY = 1024 * 1024


class Client:
    """Requests to Qlik Cloud on behalf of one task.

    :arg issuer: who issues the token: the register host of a region, or the organization's console.
    :arg credentials: the OAuth client that is known there; without them a token must be given, and it cannot be renewed.
    :arg token: a token to use first.
    :arg timeout: one request, s.
    :arg retry_policy: repeats and waits of this task.
    :arg ca_path: file or folder of CA certificates; None: as the environment says, else what requests brings.
    :raises InvalidInput: the CA certificates cannot be read.
    """

    def __init__(
        self,
        *,
        issuer: Issuer | None = None,
        credentials: Credentials | None = None,
        token: Token | None = None,
        timeout: float = 30,
        retry_policy: RetryPolicy,
        ca_path: str | None = None,
    ) -> None:
        self.issuer = issuer
        self.credentials = credentials
        self.retry_policy = retry_policy
        self.actions_sent = 0
        self.secrets: set[str] = set(_proxy_passwords())
        self._token = token
        self._renewed = False
        self.timeout = timeout
        self.ca_path = _ca_path(ca_path)
        self._session = _new_session(ca_path)
        self._gate = Gate(retry_policy.clock, retry_policy.max_wait)
        # By host. Looking through the environment for each request would cost as much as sending it.
        self._proxies: dict[str, dict[str, str]] = {}
        if credentials:
            self.secrets.add(credentials.client_secret)
        if token:
            self.secrets.add(token.value)

    @property
    def clock(self) -> Clock:
        """The clock that this task lives by."""
        return self.retry_policy.clock

    @staticmethod
    def route_to(host: str) -> str:
        """How a host is reached: "directly", or through which proxy (without the password in its URL)."""
        proxy = requests.utils.select_proxy(f"https://{host}/", _proxies_for(host))
        return f"through {for_terminal(proxy.rpartition('@')[2])}" if proxy else "directly"

    def _proxies_for(self, host: str) -> dict[str, str]:
        if host not in self._proxies:
            self._proxies[host] = _proxies_for(host)
        return self._proxies[host]

    def mask(self, text: str) -> str:
        """A text without the secrets of this task: a server can say back what it was sent."""
        for secret in self.secrets:
            text = text.replace(secret, "********")
        return text

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def request(self, request: Request) -> Response:
        """One request that may be repeated, as often as the retry policy allows, until its answer is not a temporary one.

        :raises NoResponse: no answer came, in none of the attempts.
        :raises WaitTooLong: the server asks for more waiting than max_wait leaves.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self.send(request)
            except NoResponse as error:
                if not error.temporary or attempt > self.retry_policy.retries:
                    raise
                self.wait(attempt, error)
            else:
                if not answer.temporary or attempt > self.retry_policy.retries:
                    return answer
                self.wait(attempt, answer)

    def request_with_token(self, request: Request) -> Response:
        """As ask(), with the issuer's token; a token that the server refuses is renewed once (reference: "on a 401 ask
        for a new one").
        """
        answer = self.request(self.with_token(request))
        refuses_reads = self.issuer is not None and self.issuer.refuses_reads
        if answer.status == 401 and self.renew_token(unless_known_good=refuses_reads):
            answer = self.request(self.with_token(request))
        return answer

    def send(self, request: Request) -> Response:
        """One request, once, when the rate limit lets it through as far as anybody on this machine knows.

        :raises NoResponse: refused, broken or too late; ``sent`` says whether it may have reached the server.
        """
        body = None if request.body is None else json.dumps(request.body)
        headers = {"Accept": "application/json", "User-Agent": _USER_AGENT, **request.headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"https://{request.host}{request.path}"
        tier = None if request.tier is None else Tier(self._client_name(), request.host, request.tier)
        if tier:
            self._wait_for_turn(tier)
        end_reads_after(self.timeout)
        try:
            with self._session.request(
                request.method,
                url,
                data=body,
                headers=headers,
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
                proxies=self._proxies_for(request.host),
            ) as response:
                answer = read_response(request, response.status_code, response.headers, _read_body(response))
        except (requests.exceptions.RequestException, ValueError, TypeError) as error:
            # Nothing of what is sent can be wrong in itself: a ValueError is about the proxy's URL.
            raise _no_answer(request, error) from None
        finally:
            end_reads_after(None)
        if tier and answer.status == 429:
            asked = read_retry_after(answer.headers, self.clock.now())
            self._gate.refused(tier, max(SHORTEST_WAIT, asked or 0.0))
        return answer

    def _wait_for_turn(self, tier: Tier) -> None:
        """Wait while others know that the tier is blocked, or are to go first.

        A wait that does not fit into max_wait is left out: the answer says what there is to wait for.
        """
        seconds, turn = self._gate.turn(tier)
        while seconds > 0 and self.retry_policy.pause(
            seconds, f"{tier.host} is at its rate limit (tier {tier.number})"
        ):
            seconds, turn = self._gate.turn(tier, turn)

    def _client_name(self) -> str:
        known = self.credentials.client if self.credentials else self._token.client if self._token else None
        return known or "unknown"

    def send_action(self, request: Request) -> Response:
        """One request that changes a tenant, once. Counted, so that whoever is interrupted knows that something may have been
        done.
        """
        self.actions_sent += 1
        return self.send(request)

    def with_token(self, request: Request) -> Request:
        """The request with the issuer's token, which is asked for where there is none yet."""
        headers = {**request.headers, "Authorization": f"Bearer {self.token().value}"}
        return replace(request, headers=headers)

    def token(self) -> Token:
        """The issuer's token, asked for where there is none yet."""
        if self._token is None:
            self._token = self.request_token().token
        return self._token

    def use_token(self, token: Token) -> None:
        """Use this token from now on."""
        self._token = token

    def renew_token(self, *, unless_known_good: bool = False) -> bool:
        """Replace a token that the server refuses, once a task; False where that is not possible.

        :arg unless_known_good: not if it is known to be good still. A register host may refuse reads whatever the token,
            and a fleet must not ask for a token a tenant because of it.
        """
        if self.credentials is None or self._renewed:
            return False
        known_end = self._token.expires_at if self._token else None
        if unless_known_good and known_end and self.clock.now() < known_end:
            return False
        self._renewed = True
        self._token = self.request_token().token
        return True

    def request_token(self) -> IssuedToken:
        """Ask the issuer for a token (reference: "Hosts and credentials").

        :raises Refused: the server issues none.
        """
        options, variables = credential_words(self.issuer.prefix if self.issuer else "")
        if self.credentials is None or self.issuer is None:
            raise InvalidInput(f"{options} are missing: give both, or {variables} in the environment.")
        what = f"asking for a token of {self.issuer.name}"
        answer = self.request(token_request(self.issuer.host, self.credentials, what))
        issued = read_token(answer, self.clock.now())
        if issued is None:
            raise answer.refusal(
                "No token was issued."
                + (
                    f" Check {options}: {self.issuer.advice}."
                    if answer.status in (400, 401, 403)
                    else " Try again later; if it stays, show this to the vendor's support."
                )
            )
        self.secrets.add(issued.token.value)
        return issued

    def wait(self, attempt: int, cause: Response | NoResponse) -> None:
        """Wait before a repeat. Raises WaitTooLong where max_wait does not leave that much."""
        if isinstance(cause, Response):
            words, headers = f"{cause.request.what}: {cause.describe()}", cause.headers
        else:
            words, headers = cause.message.rstrip("."), None
        try:
            self.retry_policy.wait(attempt, sentence(words), headers)
        except WaitBudgetSpent as spent:
            raise WaitTooLong(
                f"{sentence(words)}. Not waited for: {spent}. Run again later, or raise max_wait.",
                **cause.error_fields(),
            ) from None


def prepare_process() -> None:
    """Build what every client of this process needs, for the environment as it is now.

    For a process that forks a worker a task: what is built here is not built again in each of them.
    """
    if REQUESTS_IMPORT_ERROR is None:
        # Whoever makes a client is told.
        with contextlib.suppress(OSError):
            context_for(_ca_path(None))
        _proxy_passwords()


class _Adapter(_HTTPAdapter):
    """The adapter of requests, told not to read the CA bundle again for each connection, and not to hold small writes back
    (urllib3 leaves Nagle's algorithm on for connections through a proxy).
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._pool_options = {
            "ssl_context": context,
            "socket_options": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        }
        super().__init__()

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs, **self._pool_options)

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        return super().proxy_manager_for(proxy, **kwargs, **self._pool_options)

    def cert_verify(self, conn: t.Any, *_args: t.Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def _ca_path(ca_path: str | None) -> str:
    chosen = ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return os.path.expanduser(chosen) if chosen else requests.utils.DEFAULT_CA_BUNDLE_PATH


def _new_session(ca_path: str | None) -> requests.Session:
    path = _ca_path(ca_path)
    try:
        context = context_for(path)
    except OSError as error:
        source = "ca_path" if ca_path else "REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE)"
        raise InvalidInput(
            f"{source} is {for_terminal(path)!r}: no CA certificates can be read there ({for_terminal(str(error))}); it must be a"
            " file or a folder of certificates in PEM form."
        ) from None

    session = _Session()
    # Off: .netrc, and the environment's CA bundle, which is in the context already. Proxies are passed with each request.
    session.trust_env = False
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    session.mount("https://", _Adapter(context))
    return session


def _proxies_for(host: str) -> dict[str, str]:
    """The proxies that the environment names for a host."""
    found: dict[str, str] = requests.utils.get_environ_proxies(f"https://{host}/")
    return found


def _proxy_passwords() -> frozenset[str]:
    names = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
    return _passwords_in(frozenset(os.environ.get(name, "") for name in names))


@functools.lru_cache(maxsize=8)
def _passwords_in(urls: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for url in urls:
        # Of a URL that is none, everything between the colons and the @ is taken for a password.
        found |= {one for one in re.findall(r":([^:@]+)@", url) if one}
        with contextlib.suppress(ValueError, TypeError):
            found.add(requests.utils.get_auth_from_url(url)[1])
    return frozenset(found - {""})


def _read_body(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _LARGEST_BODY:
            # Nothing that this API answers is as large: it is not read to its end, and not taken for an answer.
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


def _no_answer(request: Request, error: Exception) -> NoResponse:
    """Say what happened in our own words: the libraries' texts hold addresses of objects, and passwords of proxies."""
    causes = _causes(error)
    names = {type(cause).__name__ for cause in causes}

    host = f"{request.host}, {Client.route_to(request.host)}" if "ProxyError" in names else request.host

    def no_answer(words: str, **facts: bool) -> NoResponse:
        return NoResponse(f"{sentence(request.what)}: {words} ({host}).", **{"sent": False, **facts})

    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return no_answer(
                f"the server's certificate is not trusted: {for_terminal(cause.verify_message)}. Behind a proxy with a CA of its own"
                " set ca_path or REQUESTS_CA_BUNDLE",
                temporary=False,
            )
        if isinstance(cause, OSError) and str(cause).startswith("Tunnel connection failed"):
            return no_answer(
                f"the proxy opens no connection to it: {for_terminal(str(cause))}. Check HTTPS_PROXY and NO_PROXY"
            )
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            unknown = cause.errno == socket.EAI_NONAME
            where = "the name of the host or of the proxy" if "ProxyError" in names else "the host's name"
            return no_answer(
                f"{where} cannot be resolved", temporary=not unknown, name_unknown=unknown and "ProxyError" not in names
            )
    about_url = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)
    if isinstance(error, about_url) or not isinstance(error, requests.exceptions.RequestException):
        return no_answer(
            "the proxy in HTTPS_PROXY cannot be used: it must be a URL such as http://proxy.example:3128",
            temporary=False,
        )
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return no_answer("no connection within the time-out")
    if "NewConnectionError" in names:
        whose = "the proxy's" if "ProxyError" in names else "the"
        return no_answer(f"{whose} connection was refused")
    if isinstance(error, requests.exceptions.Timeout) or "ReadTimeoutError" in names or "TimeoutError" in names:
        return no_answer("no whole answer within the time-out", sent=True, timed_out=True)
    return no_answer("the connection broke before the answer was there", sent=True)
