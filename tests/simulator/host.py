# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all simulated hosts share: paths, bearer tokens, tiers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence

from simulator import answers
from simulator.answers import Answer
from simulator.limits import Limits
from simulator.request import MalformedError, Request
from simulator.tokens import Grant, Tokens


@dataclasses.dataclass
class Call:
    """A request that found its route, and whose token was good where the route wants one."""

    request: Request
    variables: dict[str, str]  # the parts of the path that the route names
    grant: Grant | None


Handler = Callable[[Call], Answer]


class Route:
    def __init__(
        self, method: str, path: str, handler: Handler, *, tier: int | None = None, public: bool = False
    ) -> None:
        """`path` may have parts such as `{tenant_id}`; `public` means that no token is asked for."""
        self.method = method
        self.pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        self.handler = handler
        self.tier = tier
        self.public = public


@dataclasses.dataclass
class RateLimits:
    """The limits, and how a refusal is put."""

    limits: Limits
    as_date: bool
    skew: float


class Host:
    """Answers by its routes, in the order: path, token, rate limit, then the route's own."""

    def __init__(self, routes: Sequence[Route], tokens: Tokens, rate_limits: RateLimits) -> None:
        self._routes = routes
        self._tokens = tokens
        self._rate_limits = rate_limits

    def _find(self, request: Request) -> tuple[Route, dict[str, str]] | None:
        for route in self._routes:
            if route.method == request.method and (match := route.pattern.fullmatch(request.path)):
                return route, match.groupdict()
        return None

    def tier(self, request: Request) -> int | None:
        found = self._find(request)
        return found[0].tier if found else None

    def tier1_rate(self, request: Request) -> int | None:
        """The Tier 1 calls per minute that this host alone allows; None: as everywhere."""
        return None

    def answer(self, request: Request) -> Answer:
        found = self._find(request)
        if found is None:
            return answers.no_such_path()
        route, variables = found
        grant = None
        if not route.public:
            grant = self._tokens.accept(request.bearer, request.host)
            if grant is None:
                return answers.unauthorized()
            # Reference, "Rate limits": per tier, per user, per tenant. A host stands for the tenant.
            rate = self.tier1_rate(request) if route.tier == 1 else None
            seconds = self._rate_limits.limits.refuse(grant.client, request.host, route.tier, rate)
            if seconds:
                return answers.rate_limited(seconds, as_date=self._rate_limits.as_date, skew=self._rate_limits.skew)
        try:
            return route.handler(Call(request, variables, grant))
        except MalformedError:
            return answers.bad_request("The body is not JSON.")
