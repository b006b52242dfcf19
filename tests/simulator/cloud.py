# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Qlik Cloud as a whole: which host answers a request."""

from __future__ import annotations

import re

from simulator import answers
from simulator.answers import Answer
from simulator.console_host import ConsoleHost
from simulator.host import Host, RateLimits
from simulator.limits import Limits
from simulator.oauth import TokenEndpoint
from simulator.register_host import RegisterHost
from simulator.request import Request
from simulator.scenario import Scenario
from simulator.tenant_host import TenantHosts
from simulator.tenants import Tenant
from simulator.tokens import Tokens

_TENANT_IN_PATH = re.compile(r"/api/(?:v1|core)/tenants/([^/]+)")


class Cloud:
    def __init__(self, scenario: Scenario) -> None:
        self._directory = scenario.directory
        self.tokens = Tokens(scenario.tokens.lifetime, scenario.tokens.expires_after_requests)
        endpoint = TokenEndpoint(self.tokens, with_date=scenario.tokens.dates)
        configured = scenario.rate_limits
        rate_limits = RateLimits(
            Limits(
                model=configured.model,
                rates={1: configured.tier1, 2: configured.tier2},
                window=configured.window,
                scale=configured.scale,
                min_retry_after=configured.min_retry_after,
            ),
            as_date=configured.retry_after == "date",
            skew=scenario.clock_skew,
        )
        self._tenant_hosts = TenantHosts(
            scenario.regions,
            directory=self._directory,
            rules_of_creation=scenario.creation,
            endpoint=endpoint,
            tokens=self.tokens,
            rate_limits=rate_limits,
        )
        self._named_hosts: dict[str, Host] = {
            f"register.{region.name}.qlikcloud.com": RegisterHost(
                region,
                directory=self._directory,
                organization=scenario.organization,
                reads=scenario.reads,
                reactivate_answer=scenario.reactivate_answer,
                rules_of_creation=scenario.creation,
                endpoint=endpoint,
                tokens=self.tokens,
                rate_limits=rate_limits,
            )
            for region in scenario.regions.values()
        }
        self._named_hosts["console.qlikcloud.com"] = ConsoleHost(
            scenario.organization,
            directory=self._directory,
            endpoint=endpoint,
            tokens=self.tokens,
            rate_limits=rate_limits,
        )

    def _host(self, request: Request) -> Host:
        """Any name that is none of Qlik's own may be a tenant's, and is answered as nobody's where it is not."""
        return self._named_hosts.get(request.host, self._tenant_hosts)

    def tier(self, request: Request) -> int | None:
        return self._host(request).tier(request)

    def tenant(self, request: Request) -> Tenant | None:
        """The tenant that a request is about: by its path, else by its host."""
        match = _TENANT_IN_PATH.match(request.path)
        tenant = self._directory.with_id(match.group(1)) if match else None
        return tenant or self._directory.with_hostname(request.host)

    def answer(self, request: Request) -> Answer:
        named = request.headers.get("host", request.host).lower()
        if named not in (request.host, f"{request.host}:443"):
            return answers.misdirected()
        return self._host(request).answer(request)
