# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at a tenant: its record, and what a user of it sees. Reference: "Read one tenant", "Probe"."""

from __future__ import annotations

import typing as t
from collections.abc import Collection

from .._base.errors import RUN_LATER, NoResponse
from .._base.timestamps import read_time
from .._domain.addresses import Address, tenant_path
from .._domain.commands import Target
from .._domain.tenant import Probe, Reading, Record, State
from .._http.client import Client
from .._http.messages import Request, Response
from .._http.oauth import Credentials, SettingNames, read_token, token_request

SERVER_FAILED = f"The server failed. {RUN_LATER}"


_DEACTIVATED_CODES = frozenset(("TENANT_DEACTIVATED", "TENANT_DISABLED"))


_UNKNOWN_HOST_CODE = "LOGIN-2"


# The codes of a live tenant's own authentication service.
_AUTHENTICATION_CODES = ("OAUTH-", "AUTH-", "AUTHENTICATION-")


_REFUSALS = frozenset((401, 403, 404, 405))


# Between two looks at a tenant that is to reach a state, s.
_LOOKS = (1.0, 2.0, 3.0, 5.0)


def read_tenant(client: Client, target: Target) -> Record | Reading:
    """The tenant's record from the register host, or why there is none.

    :raises Refused: the server answers something that is neither the record nor a refusal.
    """
    if target.tenant_id is None:
        return Reading.NO_ID
    host = target.address.register_host
    answer = client.request_with_token(
        Request(f"reading tenant {target}", "GET", host, tenant_path(target.tenant_id), tier=1)
    )
    if says_no_such_tenant(answer):
        return Reading.ABSENT
    if answer.status in _REFUSALS:
        return Reading.REFUSED
    record = _read_record(answer.body) if answer.status == 200 else None
    if record is None or record.tenant_id != target.tenant_id:
        raise answer.refusal(_why_no_record(answer, client.names))
    return record


def says_no_such_tenant(answer: Response) -> bool:
    """The API answers that there is no tenant with this id. A 404 of something in between does not say so."""
    return answer.status == 404 and answer.is_api_error and (answer.code or "").startswith("TENANTS-")


def _why_no_record(answer: Response, names: SettingNames) -> str:
    if answer.status >= 500:
        return SERVER_FAILED
    if answer.status == 429:
        return (
            "The rate limit still blocks the client. Run again later, or raise"
            f" {names.option('retries')} and {names.option('max_wait')}."
        )
    if 300 <= answer.status < 400:
        return "A redirect is not an answer of this API. Check the proxy and the region."
    if answer.succeeded:
        return "The response is not the record of this tenant. Check the tenant's id and region. If they are right, run again later."
    return f"The tenant cannot be read. {RUN_LATER}"


def probe(client: Client, address: Address, *, credentials: Credentials | None, patiently: bool = True) -> Probe:
    """Ask the tenant's own host for a token, as the vendor's tutorial does, and tell the tenant's state from the answer.

    A token that is issued is thrown away.

    :arg credentials: None: the request has none in it. The answer tells a live tenant from a deactivated one all the same, and nothing
        in the tenant changes. With them a live tenant issues a token, and the first one that it issues makes a bot user with
        administrator rights there (reference: "A token request on a live tenant has an effect").
    :arg patiently: repeat the request where its failure is a temporary one.
    """
    request = token_request(address.hostname, credentials, f"probing {address.hostname}")
    try:
        answer = client.request(request) if patiently else client.send(request)
    except NoResponse as error:
        return Probe(State.NOT_FOUND if error.name_unknown else State.UNREACHABLE, description=error.message)
    issued = read_token(answer, client.clock.now())
    if issued:
        client.secrets.add(issued.token.value)
    return Probe(
        probe_state(answer, token_issued=issued is not None),
        answer.status,
        answer.code,
        answer.title,
        answer.trace_id,
        answer.describe(),
    )


def wait_for_state(
    client: Client, address: Address, wanted: Collection[State], seconds: float, *, credentials: Credentials | None
) -> Probe:
    """Probe until the tenant is in one of the wanted states, at most for so many seconds; the last probe, whatever it says."""
    end = client.clock.monotonic() + seconds
    looks = 0
    while True:
        # The next look is the repeat.
        last = probe(client, address, credentials=credentials, patiently=False)
        pause = _LOOKS[min(looks, len(_LOOKS) - 1)]
        looks += 1
        left = end - client.clock.monotonic()
        if last.state in wanted or left <= 0:
            return last
        client.clock.sleep(min(pause, left))


def probe_state(answer: Response, *, token_issued: bool) -> State:
    """What an answer of a tenant's host to a request for a token says of the tenant (reference: "Probe").

    An error says something only in the API's own form, by its code. A proxy or a gateway answers with the same statuses.
    """
    if token_issued:
        return State.ACTIVE
    code = answer.code if answer.is_api_error and answer.code else ""
    refused = answer.status in (401, 403)
    if (refused or answer.status == 404) and code in _DEACTIVATED_CODES:
        return State.DEACTIVATED
    if (answer.status == 404 and code) or (refused and code == _UNKNOWN_HOST_CODE):
        return State.NOT_FOUND
    # 400: the live tenant's token endpoint misses the credentials that were not sent.
    if (refused or answer.status == 400) and code.startswith(_AUTHENTICATION_CODES):
        return State.UNAUTHORIZED
    return State.UNREACHABLE if answer.temporary or answer.status >= 500 else State.UNKNOWN


def _read_record(body: t.Any) -> Record | None:
    if not isinstance(body, dict):
        return None
    tenant_id, status, hostnames = body.get("id"), body.get("status"), body.get("hostnames", [])
    if not isinstance(tenant_id, str) or not isinstance(status, str) or not isinstance(hostnames, list):
        return None
    if not all(isinstance(name, str) for name in hostnames):
        return None
    name = body.get("name")
    return Record(
        tenant_id,
        status,
        tuple(hostnames) if "hostnames" in body else None,
        read_time(body.get("statusLastUpdatedAt")),
        name if isinstance(name, str) else None,
    )
