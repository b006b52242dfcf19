# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to Qlik Cloud on behalf of one task: token, repeats, rate limit.

Reference: "Hosts and credentials", "Errors", "Rate limits".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .._base.clock import Clock
from .._base.errors import RUN_LATER, InvalidInput, NoResponse, Reason, WaitTooLong
from .._base.text import sentence
from .masking import Masking
from .messages import Request, Response
from .oauth import NO_SUCH_HOST, Credentials, IssuedToken, Issuer, SettingNames, Token, read_token, token_request
from .rate_limit import RateLimiter, Tier
from .retry import SHORTEST_WAIT, RetryPolicy, WaitBudgetSpent, read_retry_after
from .transport import Transport, route_to


class Client:
    """Requests to Qlik Cloud on behalf of one task.

    :arg issuer: who issues the token: the register host of a region, or the organization's console.
    :arg credentials: the OAuth client that is known there; without them a token must be given, and it cannot be renewed.
    :arg token: a token to use first.
    :arg timeout: one request, s.
    :arg retry_policy: repeats and waits of this task.
    :arg ca_path: file or folder of CA certificates; None: as the environment says, else what requests brings.
    :arg names: what the user calls these settings, for messages.
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
        names: SettingNames = SettingNames(),  # noqa: B008 - it is frozen
    ) -> None:
        self.issuer = issuer
        self.credentials = credentials
        # Where credentials come from that cost something to get, for the few tasks that need them.
        self.late_credentials: Callable[[], Credentials | None] = lambda: None
        self.retry_policy = retry_policy
        self.actions_sent = 0
        self.secrets = Masking()
        self._token = token
        self._renewed = False
        self.names = names
        self._transport = Transport(timeout=timeout, ca_path=ca_path, names=names, masking=self.secrets)
        self._limiter = RateLimiter(retry_policy.clock)
        if credentials:
            self.secrets.add(credentials.client_secret)
        if token:
            self.secrets.add(token.value)

    def obtain_credentials(self) -> Credentials | None:
        """The credentials, got now where they were not given at first; None where there are none."""
        if self.credentials is None:
            self.credentials = self.late_credentials()
            if self.credentials:
                self.secrets.add(self.credentials.client_secret)
        return self.credentials

    @property
    def clock(self) -> Clock:
        """The clock that this task lives by."""
        return self.retry_policy.clock

    @property
    def timeout(self) -> float:
        """The time-out of one request, s."""
        return self._transport.timeout

    @property
    def ca_path(self) -> str:
        """The file or folder of the CA certificates that are trusted."""
        return self._transport.ca_path

    @staticmethod
    def route_to(host: str) -> str:
        """How a host is reached: "directly", or through which proxy (without the password in its URL)."""
        return route_to(host)

    def mask(self, text: str) -> str:
        """A free text without the secrets of this task: a server can say back what it was sent."""
        return self.secrets.mask(text)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def request(self, request: Request) -> Response:
        """One request that changes nothing, and so may be repeated as often as the retry policy allows.

        :returns: the first response that is not about a temporary fault, or the last one.
        :raises NoResponse: no response came, in none of the attempts.
        :raises WaitTooLong: the server asks for more waiting than max_wait leaves.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self.send(request)
            except NoResponse as error:
                if not error.temporary or attempt > self.retry_policy.retries:
                    raise
                self.wait(attempt, error)
            else:
                if not response.temporary or attempt > self.retry_policy.retries:
                    return response
                self.wait(attempt, response)

    def request_with_token(self, request: Request) -> Response:
        """As ask(), with the issuer's token; a token that the server refuses is renewed once (reference: "on a 401 ask
        for a new one").
        """
        response = self.request(self.with_token(request))
        refuses_reads = self.issuer is not None and self.issuer.refuses_reads
        if response.status == 401 and self.renew_token(unless_known_good=refuses_reads):
            response = self.request(self.with_token(request))
        return response

    def send(self, request: Request) -> Response:
        """One request, once, when the rate limit lets it through as far as anybody on this machine knows.

        :raises NoResponse: refused, broken or too late, or not sent because of the rate limit; ``sent`` says whether it may have
            reached the server.
        """
        tier = self._tier_of(request)
        if tier:
            self._wait_for_reservation(tier, request)
        response = self._transport.send(request)
        if tier and response.status == 429:
            asked = read_retry_after(response.headers, self.clock.now())
            self._limiter.refused(tier, max(SHORTEST_WAIT, asked or 0.0))
        return response

    def _wait_for_reservation(self, tier: Tier, request: Request) -> None:
        """Wait until the rate limiter lets this call through.

        :raises NoResponse: not before a time that max_wait does not allow to wait for. Nothing was sent.
        """
        reason, is_news = f"{tier.host} is at its rate limit (tier {tier.number} of its API)", self._is_news(tier)
        seconds, reservation = self._limiter.reserve(tier)
        while reservation is not None and seconds > 0:
            if not self.retry_policy.pause(seconds, reason, is_news):
                blocked = reservation.blocked_until - self.clock.now().timestamp()
                if blocked <= 0:
                    # It is only our own estimate that the call is too early: the server decides.
                    return
                name = self.names.option("max_wait")
                raise NoResponse(
                    f"{sentence(request.what)}: not sent. {reason}, and may get the next request only in {blocked:.0f} s. That is longer"
                    f" than the time left of {name}. Run again later, or raise {name}.",
                    Reason.RATE_LIMIT,
                )
            seconds, reservation = self._limiter.reserve(tier, reservation)

    def _is_news(self, tier: Tier | None) -> Callable[[float], bool]:
        """Whether a wait has to be announced: all workers wait at the same limit, and one of them says so."""
        return lambda _seconds: tier is None or self._limiter.announces(tier)

    def _tier_of(self, request: Request) -> Tier | None:
        return None if request.tier is None else Tier(self._client_name(), request.host, request.tier)

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
        """Request a token from the issuer (reference: "Hosts and credentials").

        :raises Refused: the server issues none.
        """
        if self.credentials is None or self.issuer is None:
            raise InvalidInput(
                f"{self.names.credentials} are missing: give both, or {self.names.environment} in the environment."
            )
        what = f"asking for a token of {self.issuer.name}"
        response = self.request(token_request(self.issuer.host, self.credentials, what))
        issued = read_token(response, self.clock.now())
        if issued is None:
            raise response.refusal(f"No token was issued. {self._why_no_token(response, self.issuer)}")
        self.secrets.add(issued.token.value)
        return issued

    def _why_no_token(self, response: Response, issuer: Issuer) -> str:
        if response.code == NO_SUCH_HOST:
            return f"{issuer.absence}: check {self.names.option('region')}, and the region in the hostname."
        if response.status in (400, 401, 403):
            return f"Check {self.names.credentials}: {issuer.advice}."
        return RUN_LATER

    def wait(self, attempt: int, cause: Response | NoResponse) -> None:
        """Wait before a repeat. Raises WaitTooLong if max_wait does not leave that much."""
        if isinstance(cause, Response):
            words, headers = f"{cause.request.what}: {cause.describe()}", cause.headers
            tier = self._tier_of(cause.request) if cause.status == 429 else None
        else:
            words, headers, tier = cause.message.rstrip("."), None, None
        try:
            self.retry_policy.wait(attempt, sentence(words), headers, self._is_news(tier))
        except WaitBudgetSpent as spent:
            name = self.names.option("max_wait")
            raise WaitTooLong(
                f"{sentence(words)}. The task did not wait any longer: the next wait would be {spent.wanted:.0f} s, but only"
                f" {spent.left:.0f} s of {name} are left. Run again later, or raise {name}.",
                **cause.error_fields(),
            ) from None
