# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets taken out of free text, and of nothing else.

A server or a proxy can say back what it was sent. So texts that come from outside are masked before anything else is done with
them: a text that was cut first could end in most of a secret. Ids, hostnames, dates, statuses, numbers and files are never masked: there a
secret that happens to be part of them would destroy what has to be exact.
"""

from __future__ import annotations

import base64
import contextlib
import json
import typing as t
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus, unquote

MASK = "********"

# A shorter secret is found in words and numbers that have nothing to do with it.
SHORTEST_SECRET = 8

# The keys of results whose values are free text.
_FREE_TEXT = frozenset(("msg", "message", "title", "detail", "warnings", "problems", "error", "exception"))


class Masking:
    """The secrets of one task, and texts without them."""

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._forms)} forms)"

    def add(self, secret: str) -> None:
        """A secret that is masked in every form in which it is sent; a short one is not (see add_proxy())."""
        if len(secret) >= SHORTEST_SECRET:
            escaped = json.dumps(secret)[1:-1]
            self._forms |= {secret, escaped, quote(secret, safe=""), quote_plus(secret)}

    def add_proxy(self, url: str) -> None:
        """The password in a proxy's URL: in the forms in which it is sent, and, if it is long enough, wherever it stands."""
        for user, password in _users_in(url):
            # Some proxies take a token for the user, and no password.
            self.add(password or user)
            if password:
                self._forms |= {f"{user}:{password}@", f"{quote(user, safe='')}:{quote(password, safe='')}@"}
            for encoding in ("latin-1", "utf-8"):
                with contextlib.suppress(UnicodeEncodeError):
                    # The header Proxy-Authorization.
                    sent = base64.b64encode(f"{user}:{password}".encode(encoding)).decode()
                    self._forms |= {sent, sent.rstrip("=")}

    def mask(self, text: str) -> str:
        """A free text without the secrets."""
        # The longest first: a shorter one may be a part of it.
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, MASK)
        return text


def holds_user(url: str) -> bool:
    """Whether a proxy's URL has a user or a password in it."""
    return bool(_users_in(url))


def mask_texts(result: t.Any, mask: Callable[[str], str], *, is_text: bool = False) -> t.Any:
    """A result whose free texts are masked; everything else in it is as it was.

    :arg is_text: it stands below a key of free text.
    """
    if isinstance(result, str):
        return mask(result) if is_text else result
    if isinstance(result, Mapping):
        return {key: mask_texts(value, mask, is_text=is_text or key in _FREE_TEXT) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [mask_texts(one, mask, is_text=is_text) for one in result]
    return result


def _users_in(url: str) -> set[tuple[str, str]]:
    """User and password in a URL, as they are written and as they are meant; also in what is no URL."""
    user_info, found, _host = (url.partition("//")[2] or url).rpartition("@")
    user, _colon, password = user_info.partition(":")
    return {(user, password), (unquote(user), unquote(password))} if found else set()
