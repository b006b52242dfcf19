# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's files about keys: the allowed signers, the revoked keys, and the key that a signature names. Pure.

Whether a signature is good is decided by ssh-keygen. What is read here says which person a key stands for. ssh-keygen itself would also
accept a pattern (``*@example.com``) or the certificates of an authority: these name no single person, so such lines are not used.
What cannot be read in a file makes the whole file unusable: it might be the line that matters.

The formats: ssh-keygen(1), "ALLOWED SIGNERS"; PROTOCOL.sshsig and PROTOCOL.krl of OpenSSH.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import shown

_OPTION = r'(?:cert-authority|(?:namespaces|valid-after|valid-before)="[^"\\]+")'
_KEY = r"(?P<type>[a-z][a-z0-9@.-]*)[ \t]+(?P<blob>[A-Za-z0-9+/]+=*)(?:[ \t].*)?"
_SIGNER = re.compile(
    rf'(?P<identities>[^\s"]+)[ \t]+(?:(?P<options>{_OPTION}(?:,{_OPTION})*)[ \t]+)?{_KEY}', re.IGNORECASE
)
_REVOKED = re.compile(_KEY)
_KRL = b"SSHKRL\n\0"
_ARMOUR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\r?\n(?P<body>[A-Za-z0-9+/=\r\n]+?)\r?\n-----END SSH SIGNATURE-----\s*"
)
_MAGIC = b"SSHSIG"
_CERTIFICATE = "-cert-v01@openssh.com"


class BadKeyFile(Exception):
    """A file cannot be used. The message is the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class PublicKey:
    """A public key: its ``type`` as in ``ssh-ed25519``, and its bytes."""

    type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen shows it."""
        return f"SHA256:{base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip('=')}"

    @property
    def is_certificate(self) -> bool:
        """Whether an authority vouches for it, and says whose it is."""
        return self.type.endswith(_CERTIFICATE)


@dataclass(frozen=True)
class Signer:
    """A line of the allowed signers: the names of one person, and one of their keys. ``options`` as they are written."""

    number: int
    identities: tuple[str, ...]
    options: str
    key: PublicKey


@dataclass(frozen=True)
class AllowedSigners:
    """A file of allowed signers. ``unused``: the numbers of the lines that name no single person."""

    signers: tuple[Signer, ...]
    unused: tuple[int, ...]

    def identities_of(self, key: PublicKey) -> tuple[str, ...]:
        """All names of whoever holds a key; none if it is not in the file."""
        return tuple(dict.fromkeys(name for signer in self.signers if signer.key == key for name in signer.identities))

    def text(self) -> bytes:
        """The lines that are used, for ssh-keygen; each has the number that it has in the file."""
        lines = [""] * max((signer.number for signer in self.signers), default=0)
        for one in self.signers:
            fields = (",".join(one.identities), one.options, one.key.type, base64.b64encode(one.key.blob).decode())
            lines[one.number - 1] = " ".join(field for field in fields if field)
        return "\n".join([*lines, ""]).encode()


def read_allowed_signers(content: bytes) -> AllowedSigners:
    """The allowed signers in the bytes of a file.

    :raises BadKeyFile: a line cannot be read, or no line names a person.
    """
    signers: list[Signer] = []
    unused: list[int] = []
    for number, line in _lines(content):
        found = _SIGNER.fullmatch(line)
        key = _key_in(found)
        if found is None or key is None:
            raise BadKeyFile(
                f"cannot be used: its line {number} ({shown(line)}) is not valid; the form of a line is NAME [OPTIONS] KEY-TYPE KEY"
            )
        names, options = found["identities"].split(","), found["options"] or ""
        if not all(name and name.isprintable() for name in names):
            raise BadKeyFile(f"cannot be used: its line {number} has a name that is empty or cannot be printed")
        is_pattern = any(character in name for name in names for character in "*?!")
        if is_pattern or "cert-authority" in options.lower() or key.is_certificate:
            unused.append(number)
        else:
            signers.append(Signer(number, tuple(names), options, key))
    if not signers:
        why = "has no line that can be used"
        if unused:
            why += f": {_unused_words(unused)}"
        raise BadKeyFile(why)
    return AllowedSigners(tuple(signers), tuple(unused))


def unused_warning(signers: AllowedSigners) -> str | None:
    """That a key may be missing for a reason, as a clause; None if all lines are used."""
    return _unused_words(signers.unused) if signers.unused else None


def _unused_words(numbers: list[int] | tuple[int, ...]) -> str:
    lines = "line" if len(numbers) == 1 else "lines"
    return (
        f"{lines} {', '.join(map(str, numbers[:5]))}{' and more' if len(numbers) > 5 else ''} of this file cannot prove who signed (a"
        " pattern of names, or the key of a certificate authority): give each person a line with name and key"
    )


def check_revoked(content: bytes) -> None:
    """Check that bytes are a list of revoked keys: OpenSSH's binary form, or one public key per line.

    :raises BadKeyFile: they are not. An empty file is none: it may be what a failed download left.
    """
    if content.startswith(_KRL):
        return
    if not content.strip():
        raise BadKeyFile("is empty: if no key is revoked, write a line of comment (#) into it")
    for number, line in _lines(content):
        if _key_in(_REVOKED.fullmatch(line)) is None:
            raise BadKeyFile(
                f"cannot be used: its line {number} ({shown(line)}) is no public key (KEY-TYPE KEY), and the file is no key revocation"
                " list of ssh-keygen -k"
            )


def read_signature(content: bytes) -> tuple[PublicKey, str]:
    """The key that a signature names, and its namespace; nothing says yet that the signature is good.

    :raises BadKeyFile: it is no SSH signature.
    """
    armour = _ARMOUR.fullmatch(content)
    if armour is None:
        raise BadKeyFile("is not an SSH signature, as ssh-keygen -Y sign writes it")
    try:
        blob = base64.b64decode(b"".join(armour["body"].split()), validate=True)
        if not blob.startswith(_MAGIC):
            raise ValueError
        # After the version, in four bytes.
        key, rest = _string(blob[len(_MAGIC) + 4 :])
        namespace, _rest = _string(rest)
        kind, _rest = _string(key)
        return PublicKey(kind.decode("ascii"), key), namespace.decode()
    except ValueError:
        raise BadKeyFile("is a damaged SSH signature") from None


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without comments and empty ones."""
    for number, line in enumerate(content.decode(errors="replace").split("\n"), 1):
        text = line.strip(" \t\r")
        if text and not text.startswith("#"):
            yield number, text


def _key_in(found: re.Match[str] | None) -> PublicKey | None:
    """The key on a line; None if it is no key, or not of the type that the line says."""
    if found is None:
        return None
    try:
        blob = base64.b64decode(found["blob"], validate=True)
        kind, _rest = _string(blob)
    except (ValueError, binascii.Error):
        return None
    return PublicKey(found["type"], blob) if kind.decode(errors="replace") == found["type"] else None


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string of SSH's binary form, and what follows it."""
    end = 4 + int.from_bytes(data[:4], "big")
    if len(data) < 4 or len(data) < end:
        raise ValueError
    return data[4:end], data[end:]
