# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant, the client and the moment that the unit tests share."""

from __future__ import annotations

from datetime import datetime, timezone

REGION = "eu"
HOSTNAME = "acme.eu.qlikcloud.com"
ALIAS = "acme-old.eu.qlikcloud.com"
REGISTER = "register.eu.qlikcloud.com"
CONSOLE = "console.qlikcloud.com"
TENANT_ID = "zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM"

CLIENT_ID = "a1b2c3d4e5f6"
CLIENT_SECRET = "canary-of-the-client-secret"
ORG_CLIENT_ID = "o1r2g3"
ORG_CLIENT_SECRET = "canary-of-the-organization-secret"
# What the register host issues, what a tenant's host issues, and what an operator gives.
TOKEN = "canary-of-the-register-token"
RENEWED_TOKEN = "canary-of-the-renewed-token"
TENANT_TOKEN = "canary-of-the-tenant-token"
GIVEN_TOKEN = "canary-of-the-given-token"
PROXY_PASSWORD = "canary-of-the-proxy-password"
LICENSE_KEY = "canary-of-the-license-key"
SECRETS = (
    CLIENT_SECRET,
    ORG_CLIENT_SECRET,
    TOKEN,
    RENEWED_TOKEN,
    TENANT_TOKEN,
    GIVEN_TOKEN,
    PROXY_PASSWORD,
    LICENSE_KEY,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
PURGE_DATE = "2026-12-24T12:00:01.000Z"
TRACE_ID = "0f3a9c2b7d1e4856"
