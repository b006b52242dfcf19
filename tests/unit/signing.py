# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People with real keys of ssh-keygen, who sign plans with it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAMESPACE = "tenantops.qlik.plan"
SSH_KEYGEN = shutil.which("ssh-keygen") or "ssh-keygen"


def ssh_keygen(*arguments: str | Path, **more: t.Any) -> str:
    """Run ssh-keygen, and get what it prints."""
    done = subprocess.run([SSH_KEYGEN, *map(str, arguments)], check=True, capture_output=True, text=True, **more)
    return done.stdout


@dataclass(frozen=True)
class Key:
    """A key pair in a file."""

    file: Path

    @property
    def public_file(self) -> Path:
        """The file of the public key."""
        return self.file.with_name(f"{self.file.name}.pub")

    @property
    def public(self) -> str:
        """The type and the key, as on a line of allowed signers."""
        return " ".join(self.public_file.read_text().split()[:2])

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen shows it."""
        return ssh_keygen("-l", "-f", self.public_file).split()[1]

    def sign(self, plan: Path, signature: Path | None = None, namespace: str = NAMESPACE) -> Path:
        """Sign a file. By default the signature is beside it, named after the key."""
        signature = signature or plan.with_name(f"{plan.name}.{self.file.name}.sig")
        with plan.open("rb") as file:
            done = subprocess.run(
                [SSH_KEYGEN, "-Y", "sign", "-q", "-f", str(self.file), "-n", namespace],
                check=True,
                capture_output=True,
                stdin=file,
            )
        signature.write_bytes(done.stdout)
        return signature


def make_key(folder: Path, name: str) -> Key:
    """A new key."""
    file = folder / name
    ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file)
    return Key(file)


class HardwareKey:
    """What a hardware key (FIDO) signs with: the same formats, made without one. PROTOCOL.u2f of OpenSSH."""

    TYPE = b"sk-ssh-ed25519@openssh.com"

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        point = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._blob = _string(self.TYPE) + _string(point) + _string(b"ssh:")

    @property
    def public(self) -> str:
        """The type and the key, as on a line of allowed signers."""
        return f"{self.TYPE.decode()} {base64.b64encode(self._blob).decode()}"

    def sign(self, plan: Path, signature: Path) -> Path:
        """Sign a file, as somebody who touches the key."""
        digest, namespace = hashlib.sha512(plan.read_bytes()).digest(), _string(NAMESPACE.encode())
        signed = b"SSHSIG" + namespace + _string(b"") + _string(b"sha512") + _string(digest)
        touched = struct.pack(">BI", 1, 7)
        inner = hashlib.sha256(b"ssh:").digest() + touched + hashlib.sha256(signed).digest()
        one = _string(self.TYPE) + _string(self._key.sign(inner)) + touched
        whole = b"SSHSIG" + struct.pack(">I", 1) + _string(self._blob) + namespace + _string(b"")
        whole += _string(b"sha512") + _string(one)
        body = base64.encodebytes(whole).decode()
        signature.write_text(f"-----BEGIN SSH SIGNATURE-----\n{body}-----END SSH SIGNATURE-----\n")
        return signature


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
