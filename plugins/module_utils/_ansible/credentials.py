# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials as the user gave them, checked before anything is sent. No message shows more of them than what is wrong.

They come as options of modules and of the inventory plugin, from the environment, and, for the roles, as variables: one client for
all regions, or a mapping of regions to clients.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Collection, Iterable, Mapping

from .._base.errors import InvalidInput
from .._base.text import shown, some
from .._domain.addresses import check_region
from .._http.masking import SHORTEST_SECRET
from .._http.oauth import Credentials, SettingNames, Token

ORGANIZATION_PREFIX = "org_"


def setting_names(prefix: str = "", kind: str = "", mapping: str = "") -> SettingNames:
    """What the user calls the settings of a client.

    :arg prefix: what stands before the options in the names of the user's variables.
    :arg kind: ORGANIZATION_PREFIX for the organization's client.
    :arg mapping: the mapping of regions to clients that the client comes from, if it does.
    """
    option, variable = f"{prefix}{kind}client_", f"QLIK_{kind}client_".upper()
    return SettingNames(
        credentials=f"client_id and client_secret in {mapping}" if mapping else f"{option}id and {option}secret",
        environment=f"{variable}ID and {variable}SECRET",
        prefix=prefix,
    )


def check_credentials(params: Mapping[str, t.Any], kind: str = "", prefix: str = "") -> Credentials | None:
    """The client's id and secret, both or neither.

    :arg kind: what stands before ``client_id`` and ``client_secret`` in the names of the options: ORGANIZATION_PREFIX or nothing.
    :arg prefix: what stands before the names of the options in messages.
    """
    names = f"{kind}client_id", f"{kind}client_secret"
    client_id, client_secret = (params.get(name) for name in names)
    given = [name for name, value in zip(names, (client_id, client_secret), strict=True) if value]
    if not given:
        return None
    if len(given) == 1:
        missing = names[1] if given == [names[0]] else names[0]
        source = _source(given[0], params[given[0]], prefix)
        # What the environment gives is no variable of the user's play.
        prefix, where = ("", f" ({source})") if source != f"{prefix}{given[0]}" else (prefix, "")
        raise InvalidInput(
            f"{prefix}{missing} is missing and {prefix}{given[0]} is given{where}: the two belong together; give both, as options or as"
            f" {setting_names(prefix, kind).environment} in the environment."
        )
    return _client(client_id, client_secret, *(_source(name, params[name], prefix) for name in names))


def check_client(given: t.Any, region: str, option: str = "credentials") -> Credentials:
    """The client of a region, from a mapping of regions to clients: both values must be there, wherever they come from.

    :arg option: what the user calls the mapping.
    """
    if not isinstance(given, Mapping):
        raise InvalidInput(
            f"{option} of region {region} is {_kind_of(given)}: it must be a mapping with client_id and client_secret."
        )
    empty = [name for name in ("client_id", "client_secret") if not given.get(name)]
    if empty:
        raise InvalidInput(f"{option} of region {region}: {' and '.join(empty)} must have a value, and is empty.")
    names = (f"client_id in {option} of region {region}", f"client_secret in {option} of region {region}")
    return _client(given["client_id"], given["client_secret"], *names)


def check_regions(given: t.Any, option: str) -> list[str]:
    """The regions that a mapping of regions to clients has clients for. Its values are not looked at.

    :arg given: the mapping, or its keys as a list; None or nothing in it: there is no mapping.
    :arg option: what the user calls it.
    :raises InvalidInput: it is something else, or a key can be no region.
    """
    if given is None or given == "":
        return []
    if not isinstance(given, Mapping) and not (
        isinstance(given, (list, tuple)) and not any(_is_client(one) for one in given)
    ):
        raise InvalidInput(
            f"{option} is {_kind_of(given)}: it must be a mapping of region codes to clients, such as"
            f" {{eu: {{client_id: …, client_secret: …}}}}{_WAY_TO_GIVE if _is_json(given) else ''}."
        )
    for key in given:
        if isinstance(key, bool):
            written = "yes or on" if key else "no or off"
            norway = "" if key else ", 'no' for Norway"
            raise InvalidInput(
                f"{option} has the key {str(key).lower()}, which is what YAML reads for {written} without quotes: put the code of the"
                f" region in quotes{norway}."
            )
        try:
            region = check_region(key)
        except InvalidInput:
            raise InvalidInput(
                f"{option} has the key {shown(key)}: its keys must be short codes of regions, such as eu or us."
            ) from None
        if key != region:
            raise InvalidInput(f"{option} has the key {shown(key)}: codes of regions are lower case; write {region}.")
    return [str(key) for key in given]


def missing_credentials(regions: Iterable[str], known: Collection[str], prefix: str) -> str | None:
    """A sentence about the regions of a wave that no credentials were given for; None if there are none.

    :arg known: the keys of the mapping of regions to clients; nothing in it: no credentials were given at all.
    :arg prefix: what stands before the names of the role's variables.
    """
    missing = sorted(set(regions).difference(known))
    if not missing:
        return None
    where = f"region {', '.join(missing)}"
    if known:
        return (
            f"There are no credentials for {where} in {prefix}credentials, which has the keys {some(sorted(known))}: add"
            f" {'it' if len(missing) == 1 else 'them'} there (if {prefix}credentials is set, {prefix}client_id, {prefix}client_secret and"
            " the environment are not used)."
        )
    return (
        f"There are no credentials for {where}: give them in {prefix}credentials (a client works only in its own region), or"
        f" {prefix}client_id and {prefix}client_secret, or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET in the environment."
    )


def check_access_token(params: Mapping[str, t.Any]) -> Token | None:
    """The token that was given; it goes into a header, and is never shown."""
    value = params.get("access_token")
    if not value:
        return None
    if not isinstance(value, str) or not all("!" <= character <= "~" for character in value):
        raise InvalidInput(
            "access_token is not a token: it must be printable characters without blanks and line breaks."
        )
    _check_length(value, "access_token")
    return Token(value)


def must_be_able_to_act(credentials: Credentials | None, token: Token | None) -> None:
    """Raise InvalidInput if there is nothing to show the register host."""
    if credentials is None and token is None:
        raise InvalidInput(
            "client_id and client_secret are missing: give both, or QLIK_CLIENT_ID and QLIK_CLIENT_SECRET in the environment, or an"
            " access_token."
        )


def _client(client_id: t.Any, client_secret: t.Any, name_of_id: str, name_of_secret: str) -> Credentials:
    client_id, client_secret = str(client_id), str(client_secret)
    _check_ends(client_id, name_of_id)
    _check_ends(client_secret, name_of_secret)
    _check_length(client_secret, name_of_secret)
    return Credentials(client_id, client_secret)


def _check_ends(value: str, name: str) -> None:
    if value == value.strip():
        return
    begins = value != value.lstrip()
    edge = value[: len(value) - len(value.lstrip())] if begins else value[len(value.rstrip()) :]
    what = "line break" if "\n" in edge or "\r" in edge else "blank"
    raise InvalidInput(
        f"{name} {'begins' if begins else 'ends'} with a {what}, and would be refused: use `| trim`, or fix where it comes from, such as"
        " the vault entry."
    )


def _check_length(value: str, name: str) -> None:
    if len(value) < SHORTEST_SECRET:
        raise InvalidInput(
            f"{name} has fewer than {SHORTEST_SECRET} characters, and a secret that short cannot be hidden in messages: check that it is"
            " complete."
        )


def _source(option: str, value: t.Any, prefix: str) -> str:
    """What the user calls the place that a value came from."""
    variable = f"QLIK_{option}".upper()
    return f"{variable} of the environment" if os.environ.get(variable) == value else f"{prefix}{option}"


# Not the value itself: what is typed on a command line can be seen by other users of the machine.
_WAY_TO_GIVE = " (NAME=VALUE after -e always gives a text; with -e @FILE, name a YAML file that has the mapping)"


def _is_client(value: t.Any) -> bool:
    return isinstance(value, (Mapping, list, tuple))


def _is_json(value: t.Any) -> bool:
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def _kind_of(value: t.Any) -> str:
    """What something is, without showing it: there may be a secret in it."""
    if isinstance(value, str):
        return "a text with JSON in it" if _is_json(value) else "a text"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "empty" if value is None else f"a value of type {type(value).__name__}"
