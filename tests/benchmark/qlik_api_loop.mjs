// Copyright (c) 2026 tenantops.qlik contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The calls of the playbook with the vendor's JavaScript library, one tenant after the other: node qlik_api_loop.mjs tenants.txt
// @qlik/api, and undici for the proxy of the environment, are looked for where NODE_PATH says.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { EnvHttpProxyAgent, setGlobalDispatcher } = await load("undici");
setGlobalDispatcher(new EnvHttpProxyAgent());
const { default: tenants } = await load("@qlik/api/tenants");

for (const line of readFileSync(process.argv[2], "utf8").trim().split("\n")) {
  const [hostname, id, region, clientId, clientSecret] = line.split(" ");
  const hostConfig = {
    authType: "oauth2",
    host: `register.${region}.qlikcloud.com`,
    clientId,
    clientSecret,
    scope: "user_default",
  };
  await tenants.getTenant(id, { hostConfig, noCache: true });
  await tenants.deactivateTenant(id, { purgeAfterDays: 30 }, { hostConfig, headers: { "qlik-confirm-hostname": hostname } });
  // The library has no probe: a token that is refused is one.
  const probe = await fetch(`https://${hostname}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" }),
  });
  if (probe.status !== 401) throw new Error(`${hostname}: HTTP ${probe.status}`);
}
